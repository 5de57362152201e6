/**
 * A small assembler for the text that `tools/emit_asm.ts` prints: one function, one imported memory. The benchmarks use it
 * to run loops that no kernel module should carry.
 *
 * @module
 */

const unsigned = (n: number): number[] => n < 128 ? [n] : [n & 127 | 128, ...unsigned(n >>> 7)];
const signed = (n: number): number[] => n >= -64 && n < 64 ? [n & 127] : [n & 127 | 128, ...signed(n >> 7)];
const simd = (code: number): number[] => [0xfd, ...unsigned(code)];
const section = (id: number, ...content: number[]): number[] => [id, ...unsigned(content.length), ...content];
const text = (s: string): number[] => [s.length, ...new TextEncoder().encode(s)];

const TYPES: Readonly<Record<string, number>> = { i32: 0x7f, v128: 0x7b };

/** Opcodes without operands. */
const PLAIN: Readonly<Record<string, number[]>> = {
  "loop": [0x03, 0x40],
  "block": [0x02, 0x40],
  "end_loop": [0x0b],
  "end_block": [0x0b],
  "i32.eqz": [0x45],
  "i32.add": [0x6a],
  "i32.sub": [0x6b],
  "i32.and": [0x71],
  "i32x4.splat": simd(17),
  "i32x4.shl": simd(0xab),
  "i32x4.add": simd(0xae),
  "f32x4.lt": simd(0x43),
  "v128.and": simd(0x4e),
  "v128.bitselect": simd(0x52),
  "f32x4.abs": simd(0xe0),
  "f32x4.div": simd(0xe7),
  "f32x4.add": simd(0xe4),
  "f32x4.sub": simd(0xe5),
  "f32x4.mul": simd(0xe6),
  "f32x4.pmin": simd(0xea),
  "f32x4.pmax": simd(0xeb),
  "f32x4.relaxed_madd": simd(0x105),
};

/** Opcodes with a memory operand, and the binary logarithm of the alignment they state. */
const MEMORY: Readonly<Record<string, readonly [number[], number]>> = {
  "i32.load": [[0x28], 2],
  "v128.load": [simd(0), 2],
  "v128.load32_splat": [simd(9), 2],
  "v128.store": [simd(11), 2],
};

function encode(line: string): number[] {
  const [name = "", operand = ""] = line.split(/[ :]/);
  const plain = PLAIN[name], memory = MEMORY[name], number = Number(operand);
  if (plain) return plain;
  if (memory) return [...memory[0], memory[1], ...unsigned(number)];
  switch (name) {
    case "local.get":
      return [0x20, ...unsigned(number)];
    case "local.set":
      return [0x21, ...unsigned(number)];
    case "local.tee":
      return [0x22, ...unsigned(number)];
    case "br_if":
      return [0x0d, number];
    case "i32.const":
      return [0x41, ...signed(number)];
  }
  throw new SyntaxError(`Cannot assemble a line as its instruction must be known: current line is ${line}`);
}

/** The function of `source` over `memory`. Its parameters are i32, it returns nothing. */
export function assemble(source: string, memory: WebAssembly.Memory): (...args: number[]) => void {
  const lines = source.split("\n");
  const parameters = /functype .*\((.*)\) ->/.exec(source)![1]!.split(", ").map((type) => TYPES[type]!);
  const locals = /\.local (.*)/.exec(source)![1]!.split(", ").map((type) => TYPES[type]!);
  const start = lines.findIndex((line) => line.startsWith(".local"));
  const code = lines.slice(start + 1, lines.lastIndexOf("end_function")).flatMap(encode);
  const body = [...unsigned(locals.length), ...locals.flatMap((type) => [1, type]), ...code, 0x0b];
  const bytes = new Uint8Array([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, 1, 0x60, parameters.length, ...parameters, 0),
    ...section(2, 1, ...text("e"), ...text("m"), 2, 0, 1),
    ...section(3, 1, 0),
    ...section(7, 1, ...text("f"), 0, 0),
    ...section(10, 1, ...unsigned(body.length), ...body),
  ]);
  const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), { e: { m: memory } });
  return instance.exports.f as (...args: number[]) => void;
}
