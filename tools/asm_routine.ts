/**
 * A function in WebAssembly assembly, put together line by line: what `tools/emit_asm.ts` and the benchmarks write their
 * loops with.
 *
 * @module
 */

/** Locals and instructions of one assembly function. */
export class Routine {
  readonly #lines: string[] = [];
  readonly #vectors: string[] = [];
  readonly #integers: string[] = [];
  readonly #params: readonly string[];

  constructor(params: readonly string[]) {
    this.#params = params;
  }

  /** Declares i32 locals. */
  integers(...names: string[]): void {
    this.#integers.push(...names);
  }

  /** Declares v128 locals. */
  vectors(...names: string[]): void {
    this.#vectors.push(...names);
  }

  /** Appends instructions; `$name` stands for the index of a local. */
  emit(...lines: string[]): void {
    this.#lines.push(...lines);
  }

  /** local = `value` in every lane, as bits: the assembler does not read decimal fractions. */
  constant(local: string, value: number): void {
    const [bits] = new Int32Array(new Float32Array([value]).buffer);
    this.emit(`i32.const ${bits}`, "i32x4.splat", `local.set $${local}`);
  }

  /** Runs `body` while `counter` (at least 1 to begin with) counts down by `step`. */
  countDown(counter: string, step: number, body: () => void): void {
    this.emit("loop");
    body();
    this.emit(`local.get $${counter}`, `i32.const ${step}`, "i32.sub", `local.tee $${counter}`, "br_if 0", "end_loop");
  }

  /** Runs `body` unless `counter` is 0. */
  unlessZero(counter: string, body: () => void): void {
    this.emit("block", `local.get $${counter}`, "i32.eqz", "br_if 0");
    body();
    this.emit("end_block");
  }

  /** pointer += bytes. */
  advance(pointer: string, bytes: number | string): void {
    const amount = typeof bytes === "number" ? `i32.const ${bytes}` : `local.get $${bytes}`;
    this.emit(`local.get $${pointer}`, amount, "i32.add", `local.set $${pointer}`);
  }

  /** Takes the instructions out, so that others can come first. */
  take(): string[] {
    return this.#lines.splice(0);
  }

  /** The text of the function. */
  text(name: string): string {
    const names = [...this.#params, ...this.#integers, ...this.#vectors];
    const index = new Map(names.map((local, i) => [local, i]));
    const types = [...this.#integers.map(() => "i32"), ...this.#vectors.map(() => "v128")];
    const lines = this.#lines.map((line) => line.replace(/\$(\w+)/g, (_, local) => String(index.get(local)!)));
    return [
      `.section .text.${name},"",@`,
      `.hidden ${name}`,
      `.globl ${name}`,
      `.type ${name},@function`,
      `${name}:`,
      `.functype ${name} (${this.#params.map(() => "i32").join(", ")}) -> ()`,
      `.local ${types.join(", ")}`,
      ...lines,
      "end_function",
    ].join("\n");
  }
}

export const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

/** One multiply-add: the two factors and the sum are pushed by `factors` and `sum`. */
export function multiplyAdd(relaxed: boolean, factors: readonly string[], sum: string): string[] {
  return relaxed ? [...factors, sum, "f32x4.relaxed_madd"] : [...factors, "f32x4.mul", sum, "f32x4.add"];
}
