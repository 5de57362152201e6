/**
 * The threads of a WASM device. A call that is worth it is cut into shares and published in the shared memory; threads
 * that are awake take shares, the caller takes what is left and waits for what was taken. Nobody waits for a thread to
 * wake up, and nobody waits without a limit.
 *
 * @module
 */
import { spawn, type Spawned } from "../bytes/spawn.ts";
import type { KernelName } from "../kernels.ts";
import { SIGNATURES } from "../device/signature.ts";
import { SHARES_EACH, sharesOf } from "./shares.ts";
import {
  controlWords,
  drawShare,
  MOST_ARGUMENTS,
  publish,
  readShare,
  SPINS,
  THREAD_CODE,
  type ThreadData,
  WORD,
} from "./thread_code.ts";

/** Bytes of a thread's stack; `-zstack-size` of the build. */
const STACK_BYTES = 1 << 16;
/** Tickets that a thread draws of a call when nothing is left of it, at most: two, and as many to be sure. */
const LATE_EACH = 4;
/** Milliseconds after which a share that was taken is given up. */
const LIMIT = 10_000;
/** Milliseconds that a run waits for its first threads to come up. */
const START = 500;

/** What the threads of a device need. */
export interface ThreadSetup {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly exports: Readonly<Record<string, (...args: number[]) => void>>;
  /** Threads, the caller's counted. */
  readonly count: number;
  /** Bytes of scratch a thread needs. */
  readonly scratchBytes: number;
  /** Takes memory for good. */
  readonly take: (bytes: number) => number;
  /** Address of the thread's file, where blobs are forbidden. */
  readonly file?: string | URL | undefined;
}

/** Threads that take shares of calls. */
export class Threads {
  readonly #setup: ThreadSetup;
  readonly #names: readonly string[];
  readonly #control: number;
  readonly #words: Int32Array;
  readonly #floats: Float64Array;
  #running: Spawned[] = [];
  #started = false;
  #places: readonly { readonly stack: number; readonly scratch: number }[] = [];
  /** Counts pools, so that the end of an old thread does not end a new pool. */
  #pool = 0;

  constructor(setup: ThreadSetup) {
    this.#setup = setup;
    this.#names = Object.keys(setup.exports);
    const shares = setup.count * SHARES_EACH, room = shares * MOST_ARGUMENTS, words = controlWords(shares);
    this.#control = setup.take(4 * words + 8 * room);
    this.#words = new Int32Array(setup.memory.buffer, this.#control, words);
    this.#floats = new Float64Array(setup.memory.buffer, this.#control + 4 * words, room);
    this.#words.fill(0);
    this.#words[WORD.count] = room;
  }

  /** Threads that can take shares now, the caller's counted. */
  get awake(): number {
    return 1 + Math.min(this.#setup.count - 1, Atomics.load(this.#words, WORD.ready));
  }

  /** Starts the threads, once, and waits a moment for the first runs to have them. */
  async start(): Promise<void> {
    if (this.#started) return;
    this.#started = true;
    const { module, memory, count, take, scratchBytes, file } = this.#setup, pool = ++this.#pool;
    Atomics.store(this.#words, WORD.pool, pool);
    const lost = () => {
      if (this.#pool !== pool || !this.#started) return;
      const came = this.awake > 1;
      this.stop();
      this.#started = !came; // where none came up, as a policy forbids them, none is asked for again
    };
    if (this.#places.length === 0) {
      this.#places = Array.from({ length: count - 1 }, () => ({
        stack: take(STACK_BYTES) + STACK_BYTES,
        scratch: take(scratchBytes),
      }));
    }
    try {
      for (const place of this.#places) {
        const control = { control: this.#control, controlWords: this.#words.length };
        const data: ThreadData = { module, memory, names: this.#names, ...control, pool, ...place };
        const thread = await spawn(THREAD_CODE, data, { lost }, { file, awaited: false });
        if (this.#pool !== pool) return thread.end();
        this.#running.push(thread);
      }
    } catch {
      this.stop(); // a policy forbids workers: the caller does everything
      this.#started = true;
      return;
    }
    const until = performance.now() + START;
    while (this.awake < count && performance.now() < until && this.#pool === pool) {
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }

  /** Lets the threads end by themselves; none is started again. */
  close(): void {
    this.#callOff();
    for (const thread of this.#running.splice(0)) thread.leave();
  }

  /** Tells the threads to end. */
  #callOff(): void {
    this.#started = false;
    Atomics.store(this.#words, WORD.pool, ++this.#pool);
    Atomics.add(this.#words, WORD.call, 1);
    Atomics.notify(this.#words, WORD.call);
  }

  /** Ends the threads; the next start makes new ones. */
  stop(): void {
    this.#callOff();
    for (const thread of this.#running.splice(0)) thread.end();
    Atomics.add(this.#words, WORD.base, this.#words[WORD.total]!); // behind all tickets, as publish() counts on from here
    Atomics.store(this.#words, WORD.total, 0);
    Atomics.store(this.#words, WORD.ready, 0);
    Atomics.store(this.#words, WORD.sleepers, 0);
  }

  /**
   * Shares a call out; false when it cannot be cut, or no thread is awake. `values` has the arguments of the whole call in
   * order, at the end the scratch of the device and its bytes. `name`: the function that does it, in `milliseconds` on
   * a modest core.
   *
   * @throws {Error} When a thread died or trapped; the threads are ended then.
   */
  run(kernel: KernelName, values: readonly number[], name: string, milliseconds: number): boolean {
    const awake = this.awake, places = placesOf(kernel);
    if (awake < 2) return false;
    const args: Record<string, number> = { half: Number(name === "linear_half") };
    for (const [operand, place] of places) args[operand] = values[place]!;
    const shares = sharesOf(kernel, args, awake, milliseconds);
    if (shares.length < 2) return false;
    const words = this.#words, floats = this.#floats, part = shares[0]!.part;
    const after = shares.at(-1)!.after ?? 0;
    const flat = new Float64Array(values.length + (part?.length ?? 0)), scratch = values.length - 2;
    flat.set(values);
    const index = this.#names.indexOf(name), late = LATE_EACH * this.#setup.count;
    const round = publish(words, floats, { kernel: index, values: flat, shares, places, scratch }, late);
    const call = this.#setup.exports[name]!, own: number[] = [];
    for (let share; (share = drawShare(words)) !== undefined;) {
      readShare(floats, share, own, values[scratch]!);
      if (0 < after && after <= share) this.#waitFor(kernel, WORD.doneOf + share - after, (done) => done === round);
      try {
        call(...own);
      } catch {
        Atomics.store(words, WORD.fault, 1);
      }
      Atomics.store(words, WORD.doneOf + share, round);
      Atomics.add(words, WORD.done, 1);
      if (Atomics.load(words, WORD.sleepers) !== 0) Atomics.notify(words, WORD.doneOf + share);
    }
    this.#waitFor(kernel, WORD.done, (done) => done >= shares.length);
    if (Atomics.exchange(words, WORD.fault, 0) === 0) return true;
    this.stop();
    throw new WebAssembly.RuntimeError(`Cannot run ${kernel} as every share must end: one trapped`);
  }

  /** Waits until a word is as wished. */
  #waitFor(kernel: KernelName, word: number, wished: (value: number) => boolean): void {
    const words = this.#words;
    let spins = 0, until = 0;
    for (let value; !wished(value = Atomics.load(words, word));) {
      if (spins++ < SPINS) continue;
      const now = performance.now();
      until ||= now + LIMIT;
      if (now > until) {
        const left = words[WORD.total]! - Atomics.load(words, WORD.done);
        this.stop();
        throw new Error(
          `Cannot run ${kernel} as its threads must answer within ${LIMIT / 1000} s: ${left} of ` +
            `${words[WORD.total]} shares were not done; the next run starts new threads`,
        );
      }
      Atomics.add(words, WORD.sleepers, 1);
      pause(words, word, value);
      Atomics.add(words, WORD.sleepers, -1);
    }
  }
}

const PLACES = new Map<KernelName, ReadonlyMap<string, number>>();

/** Which argument of a kernel each name is. */
function placesOf(kernel: KernelName): ReadonlyMap<string, number> {
  let places = PLACES.get(kernel);
  if (!places) {
    const { operands, params } = SIGNATURES[kernel];
    places = new Map([...operands, ...params].map(({ name }, i) => [name, i]));
    PLACES.set(kernel, places);
  }
  return places;
}

/** Sleeps until a word changes, where the thread may sleep: the first one of a page may not. */
function pause(words: Int32Array, word: number, value: number): void {
  try {
    Atomics.wait(words, word, value, 5);
  } catch {
    // the caller goes on asking
  }
}
