/**
 * Errors that WebGPU reports later than the call that caused them. They are kept here and thrown, one at a time, by the
 * next `flush` or `read`.
 *
 * @module
 */

/** Milliseconds after a failure in which the loss of the device may be reported. */
const LOSS_DELAY = 100;

/** What Dawn says of a command whose operand could not be made: that was reported, and this may come after it was thrown. */
const CONSEQUENCE_REGEXP = /is invalid due to a previous error/;

/** The errors of one device that nobody has seen yet. */
export class Faults {
  readonly #device: GPUDevice;
  #first: Error | undefined;
  #outOfMemory: RangeError | undefined;
  #pending: Promise<void>[] = [];
  /** Set once the device is gone. */
  lost: Error | undefined;
  /** Rejects when the device is lost; never resolves. */
  readonly whenLost: Promise<never>;

  constructor(device: GPUDevice) {
    this.#device = device;
    this.whenLost = device.lost.then(({ reason, message }) => {
      this.lost ??= new Error(
        `Cannot go on as the WebGPU device was lost (${reason || "unknown reason"}${
          message ? `: ${message}` : ""
        }); open a new one`,
      );
      throw this.lost;
    });
    // Nobody may be waiting when the device goes.
    this.whenLost.catch(() => {});
    device.addEventListener("uncapturederror", (event) => {
      event.preventDefault();
      if (CONSEQUENCE_REGEXP.test(event.error.message)) return;
      this.note(new Error(`Cannot run on WebGPU as a command is not valid: ${firstLines(event.error.message)}`));
    });
  }

  /** Keeps an error for the next await; only the first one is kept, as the others mostly follow from it. */
  note(error: Error): void {
    this.#first ??= error;
  }

  /** Runs `action` and keeps what it makes WebGPU report, put in words by `describe`. */
  watch<T>(filter: GPUErrorFilter, action: () => T, describe: (message: string) => string): T {
    this.#device.pushErrorScope(filter);
    try {
      return action();
    } finally {
      const scope = this.#device.popErrorScope().then((error) => {
        if (error) {
          const message = describe(firstLines(error.message));
          // What uses memory that is not there fails as well, and on some runtimes says so earlier.
          if (filter === "out-of-memory") this.#outOfMemory ??= new RangeError(message);
          else this.note(new Error(message));
        }
      }, () => {});
      this.#pending.push(scope);
    }
  }

  /** What is behind an error: the loss of the device is reported after the failures it causes. */
  async explain(error: Error): Promise<Error> {
    try {
      await Promise.race([this.whenLost, new Promise((resolve) => setTimeout(resolve, LOSS_DELAY))]);
      await this.settle();
      return error;
    } catch (cause) {
      return cause as Error;
    }
  }

  /** Waits for all reports of the work issued so far, then throws the first error, if there is one. */
  async settle(): Promise<void> {
    const pending = this.#pending;
    this.#pending = [];
    await Promise.race([Promise.all(pending), this.whenLost]);
    const first = this.lost ?? this.#outOfMemory ?? this.#first;
    this.#first = this.#outOfMemory = undefined;
    if (first) throw first;
  }
}

/** The telling part of a message: implementations add pages of context. */
function firstLines(message: string): string {
  return message.split("\n").map((line) => line.trim()).filter(Boolean).slice(0, 6).join(" ");
}
