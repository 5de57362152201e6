import { assert, assertEquals } from "@std/assert";
import { KERNEL_NAMES } from "../src/kernels.ts";
import { instantiate, supports, type Variant } from "../src/wasm/load.ts";

const VARIANTS: readonly Variant[] = ["simd128", "relaxed-simd"];

const bytesOf = (variant: Variant): Uint8Array<ArrayBuffer> =>
  Deno.readFileSync(new URL(`../src/wasm/kernels_${variant.replace("-simd", "")}.wasm`, import.meta.url));

/** The same module for a shared memory: the limits flag of the memory import goes from 1 to 3. */
function shared(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const copy = bytes.slice(), name = new TextEncoder().encode("memory");
  const at = copy.findIndex((_, i) => name.every((letter, j) => copy[i + j] === letter));
  assertEquals([...copy.subarray(at + name.length, at + name.length + 2)], [2, 1]);
  copy[at + name.length + 1] = 3;
  return copy;
}

Deno.test("both WASM builds import their memory and nothing else, and export every kernel", async () => {
  for (const variant of VARIANTS) {
    const module = await WebAssembly.compile(bytesOf(variant));
    assertEquals(WebAssembly.Module.imports(module).map(({ name, kind }) => [name, kind]), [["memory", "memory"]]);
    const functions = WebAssembly.Module.exports(module).filter(({ kind }) => kind === "function").map(({ name }) =>
      name
    );
    assertEquals(
      functions.sort(),
      [...KERNEL_NAMES, "heap_base", "linear_half"].sort(),
    );
  }
});

Deno.test("both WASM builds together stay below 60 kB gzipped", async () => {
  let total = 0;
  for (const variant of VARIANTS) {
    const stream = new Blob([bytesOf(variant)]).stream().pipeThrough(new CompressionStream("gzip"));
    total += (await new Response(stream).arrayBuffer()).byteLength;
  }
  assert(total < 60_000, `${total} bytes`);
});

Deno.test("supports() finds both WASM builds in Deno, and their modules validate", () => {
  for (const variant of VARIANTS) {
    assert(supports(variant), variant);
    assert(WebAssembly.validate(bytesOf(variant)), variant);
  }
});

Deno.test("the simd128 build uses no relaxed instruction", async () => {
  const { kernels } = await instantiate({ variant: "simd128" });
  assertEquals(typeof kernels.linear, "function");
  const relaxed = (bytes: Uint8Array) =>
    bytes.some((byte, i) => byte === 0xfd && bytes[i + 1] === 0x85 && bytes[i + 2] === 2);
  assert(!relaxed(bytesOf("simd128")));
  assert(relaxed(bytesOf("relaxed-simd")));
});

Deno.test("instantiate() runs a kernel on a shared memory", async () => {
  for (const variant of VARIANTS) {
    const memory = new WebAssembly.Memory({ initial: 40, maximum: 65536, shared: true });
    const module = await WebAssembly.compile(shared(bytesOf(variant)));
    const { kernels, heapBase } = await instantiate({ variant, module, memory });
    const at = Math.ceil(heapBase / 64) * 64 + (1 << 20), floats = new Float32Array(memory.buffer);
    floats.set([1, 2, 3, 4, 5, 10, 20, 30, 40, 50], at / 4);
    kernels.binary(at, at + 20, 0, at + 64, 1, 5, 5, 5, 5, 1, 1, 0, 0, at - (1 << 20));
    assertEquals([...floats.subarray(at / 4 + 16, at / 4 + 21)], [11, 22, 33, 44, 55]);
  }
});

Deno.test("instantiate() refuses a build that the engine lacks, by name", async () => {
  const validate = WebAssembly.validate;
  WebAssembly.validate = () => false;
  try {
    const message = await instantiate({ variant: "relaxed-simd" }).then(() => "", (error: Error) => error.message);
    assertEquals(
      message,
      "Cannot instantiate the WASM kernels as this engine must support relaxed-simd: current support is []",
    );
  } finally {
    WebAssembly.validate = validate;
  }
});
