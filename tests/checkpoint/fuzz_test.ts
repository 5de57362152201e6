import { assert } from "@std/assert";
import fc from "fast-check";
import { openCheckpoint } from "../../src/checkpoint/open.ts";
import { writeSafetensors } from "../../src/checkpoint/safetensors.ts";
import { joinPieces } from "./write_pth.ts";

const golden = new URL("../golden/pth/", import.meta.url);
const readGolden = (name: string) => Deno.readFile(new URL(name, golden));

const tensors = ["a.weight", "b"].map((name, i) => ({
  name,
  dtype: i === 0 ? "F32" as const : "F16" as const,
  shape: [2, 3],
  bytes: () => new Uint8Array(i === 0 ? 24 : 12),
}));

const seeds: Record<string, Uint8Array> = {
  "a zip .pth": await readGolden("unknown_class.pth"),
  "a deflated .pth": await readGolden("zip_deflated.pth"),
  "a ZIP64 .pth": await readGolden("zip64.pth"),
  "a protocol 4 .pth": await readGolden("pickle_protocol4.pth"),
  "an older .pth": await readGolden("legacy_views.pth"),
  "a .pth with views": await readGolden("views.pth"),
  "a safetensors file": await joinPieces(writeSafetensors(tensors, { a: "b" })),
};

type Edit = { kind: "set" | "cut" | "insert" | "repeat"; at: number; value: number; length: number };

const edits: fc.Arbitrary<Edit[]> = fc.array(
  fc.record({
    kind: fc.constantFrom("set", "set", "set", "cut", "insert", "repeat"),
    at: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
    value: fc.integer({ min: 0, max: 255 }),
    length: fc.integer({ min: 1, max: 40 }),
  }),
  { minLength: 1, maxLength: 6 },
);

function edit(bytes: Uint8Array, { kind, at, value, length }: Edit): Uint8Array {
  const from = Math.floor(at * bytes.length);
  const to = Math.min(bytes.length, from + length);
  if (kind === "set") return bytes.map((byte, i) => i === from ? value : byte);
  const middle = kind === "cut"
    ? []
    : kind === "insert"
    ? Array(length).fill(value)
    : [...bytes.subarray(from, to), ...bytes.subarray(from, to)];
  return Uint8Array.from([...bytes.subarray(0, from), ...middle, ...bytes.subarray(to)]);
}

/** Reads everything; anything but a result or one of our errors within a second is a failure. */
async function readOrRefuse(bytes: Uint8Array): Promise<void> {
  const started = performance.now();
  try {
    const { entries } = await openCheckpoint(bytes);
    for (const entry of entries.values()) await entry.read();
  } catch (error) {
    const typed = error instanceof SyntaxError || error instanceof RangeError || error instanceof TypeError;
    assert(typed && /^Cannot read .* as .* must .*: current /s.test(error.message), `${(error as Error).stack}`);
  }
  assert(performance.now() - started < 1000, `took ${performance.now() - started} ms`);
}

for (const [what, seed] of Object.entries(seeds)) {
  Deno.test(`openCheckpoint() reads or refuses ${what} with any bytes changed`, async () => {
    await fc.assert(
      fc.asyncProperty(edits, async (list) => await readOrRefuse(list.reduce(edit, seed))),
      { seed: 20261, numRuns: 400 },
    );
  });

  Deno.test(`openCheckpoint() reads or refuses ${what} cut anywhere`, async () => {
    const step = Math.max(1, Math.floor(seed.length / 300));
    for (let length = 0; length < seed.length; length += step) await readOrRefuse(seed.slice(0, length));
  });
}

Deno.test("openCheckpoint() refuses random bytes", async () => {
  const magic = fc.constantFrom([], [0x50, 0x4b, 3, 4], [...seeds["an older .pth"]!.subarray(0, 20)], [
    40,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0x7b,
  ]);
  await fc.assert(
    fc.asyncProperty(magic, fc.uint8Array({ maxLength: 200 }), async (head, tail) => {
      await readOrRefuse(Uint8Array.from([...head, ...tail]));
    }),
    { seed: 20262, numRuns: 500 },
  );
});
