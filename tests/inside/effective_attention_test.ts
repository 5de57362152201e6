/** The effective attention of a scan is its Jacobian, found by brute force on the reference. */
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { reachInto, scanAttention, stateDecay, walkOf } from "../../src/inside/effective_attention.ts";
import type { ScanRecord } from "../../src/inside/watch_scans.ts";
import { SCAN_ORDERS } from "../../src/kernels.ts";
import { Ops } from "../../src/ops/ops.ts";
import { openReference } from "../../src/reference/device.ts";
import { tensorOf } from "../../src/tensor.ts";

const SEED = 19;

/** What the reference scan makes of an input [tokens, columns], in f64. */
async function scanned(scan: ScanRecord, u: Float32Array): Promise<Float32Array> {
  await using device = openReference({ precision: "f64" });
  using _ = device.scope();
  const ops = new Ops(device), { length, channels, stateSize, rank, orders } = scan;
  const shape = [orders.length, channels, stateSize + 2 + rank];
  const constants = tensorOf(device.write(scan.constants, { role: "scan", shape, stateSize, life: "run" }), shape);
  const y = ops.selectiveScan(
    ops.input(u, [1, length, u.length / length]),
    ops.input(scan.projection, [1, length, scan.projection.length / length]),
    constants,
    {
      ...{ stateSize, orders, gridWidth: scan.gridWidth, groups: scan.groups, softplus: scan.softplus },
      sharedInput: scan.uStep === 0,
      sharedProjection: scan.projectionStep === 0,
      ...(scan.table ? { table: ops.input(scan.table, [orders.length, length]) } : {}),
    },
  );
  return await device.read(y);
}

/** Scans of any form, small enough that every entry of their Jacobian can be asked for. */
const scans: fc.Arbitrary<ScanRecord> = fc.record({
  height: fc.integer({ min: 1, max: 3 }),
  width: fc.integer({ min: 1, max: 3 }),
  perGroup: fc.integer({ min: 1, max: 2 }),
  groups: fc.integer({ min: 1, max: 2 }),
  stateSize: fc.integer({ min: 1, max: 3 }),
  rank: fc.integer({ min: 0, max: 2 }),
  orders: fc.array(fc.constantFrom(...SCAN_ORDERS), { minLength: 1, maxLength: 4 }),
  ownInput: fc.boolean(),
  ownProjection: fc.boolean(),
  softplus: fc.boolean(),
  seed: fc.integer({ min: 1, max: 1e6 }),
}).map((c) => {
  const length = c.height * c.width, channels = c.perGroup * c.groups, directions = c.orders.length;
  const deltas = c.rank || channels, step = deltas + 2 * c.groups * c.stateSize;
  let at = c.seed;
  const draw = (count: number, shift = 0, size = 1) =>
    Float32Array.from({ length: count }, () => shift + size * Math.sin(7.1 * ++at));
  const width = c.stateSize + 2 + c.rank, constants = draw(directions * channels * width);
  // A is negative; Δ is positive without softplus too.
  for (let i = 0; i < constants.length; i++) if (i % width < c.stateSize) constants[i] = -0.1 - Math.abs(constants[i]!);
  const table = Uint32Array.from(
    c.orders.flatMap((_, k) =>
      Array.from({ length }, (_, i) => i).sort((a, b) => Math.sin(a + k + c.seed) - Math.sin(b + k + c.seed))
    ),
  );
  const columns = c.ownProjection ? directions * step : step;
  return {
    ...{ length, channels, stateSize: c.stateSize, rank: c.rank, groups: c.groups, softplus: c.softplus },
    ...{ orders: c.orders, gridWidth: c.width, constants },
    uStep: c.ownInput ? channels : 0,
    projectionStep: c.ownProjection ? step : 0,
    u: draw(length * (c.ownInput ? directions * channels : channels)),
    projection: draw(length * columns),
    table: c.orders.includes("table") ? table : undefined,
  };
});

Deno.test("scanAttention() is the Jacobian of the reference scan, entry by entry", async () => {
  await fc.assert(
    fc.asyncProperty(scans, async (scan) => {
      const { length, channels, uStep } = scan, columns = scan.u.length / length;
      const attention = scan.orders.map((_, k) =>
        Array.from({ length: channels }, (_, e) => scanAttention(scan, k, e))
      );
      // Channels do not mix, so one input of ones at a token asks for a column of all channels at once.
      for (let from = 0; from < length; from++) {
        for (let block = 0; block < columns / channels; block++) {
          const unit = new Float32Array(scan.u.length);
          const start = from * columns + block * channels;
          unit.fill(1, start, start + channels);
          const y = await scanned(scan, unit);
          const own = uStep === 0 ? attention : [attention[block]!];
          for (let to = 0; to < length; to++) {
            for (let e = 0; e < channels; e++) {
              const sum = own.reduce((sum, matrices) => sum + matrices[e]![to * length + from]!, 0);
              assertAlmostEquals(sum, y[to * channels + e]!, 1e-5 * (1 + Math.abs(sum)));
            }
          }
        }
      }
    }),
    { seed: SEED, numRuns: 40 },
  );
});

Deno.test("reachInto() is the length of what each token adds, and its parts sum to the scan", async () => {
  await fc.assert(
    fc.asyncProperty(scans, fc.nat(), async (scan, place) => {
      const { length, channels, u, uStep } = scan, token = place % length, columns = u.length / length;
      const added = Array.from({ length }, () => new Float64Array(channels));
      scan.orders.forEach((_, k) => {
        for (let e = 0; e < channels; e++) {
          const matrix = scanAttention(scan, k, e);
          for (let s = 0; s < length; s++) {
            added[s]![e]! += matrix[token * length + s]! * u[s * columns + k * uStep + e]!;
          }
        }
      });
      reachInto(scan, token).forEach((strength, s) => {
        assertAlmostEquals(strength, Math.hypot(...added[s]!), 1e-9 * (1 + strength));
      });
      const y = await scanned(scan, u);
      for (let e = 0; e < channels; e++) {
        const sum = added.reduce((sum, row) => sum + row[e]!, 0);
        assertAlmostEquals(sum, y[token * channels + e]!, 1e-5 * (1 + Math.abs(sum)));
      }
    }),
    { seed: SEED, numRuns: 60 },
  );
});

/** One channel, two states, four tokens by rows: Δ is 1, 2, 3, 4. */
const LINE: ScanRecord = {
  ...{ length: 4, channels: 1, stateSize: 2, rank: 0, groups: 1, softplus: false, orders: ["row", "rowReversed"] },
  ...{ gridWidth: 4, uStep: 0, projectionStep: 0, u: Float32Array.of(1, 1, 1, 1), table: undefined },
  projection: Float32Array.from([1, 2, 3, 4].flatMap((delta) => [delta, 1, 1, 1, 1])),
  constants: Float32Array.from([0, 1].flatMap(() => [-Math.LN2, -2 * Math.LN2, 0, 0])),
};

Deno.test("stateDecay() tells what is left of a token's state at every later step", () => {
  const left = (sum: number) => (2 ** -sum + 4 ** -sum) / 2;
  const expected = (sums: number[], got: Float64Array) => {
    assertEquals(got.length, sums.length);
    got.forEach((value, i) => assertAlmostEquals(value, left(sums[i]!), 1e-6));
  };
  expected([0, 3, 7], stateDecay(LINE, 0, 1));
  expected([0, 1], stateDecay(LINE, 1, 1)); // backwards comes token 0, whose Δ is 1
  expected([0], stateDecay(LINE, 0, 3));
});

Deno.test("nothing reaches a token from a step that comes later", () => {
  const forth = reachInto(LINE, 1, [0]), back = reachInto(LINE, 1, [1]);
  assert(forth[0]! > 0 && forth[2] === 0 && forth[3] === 0);
  assert(back[0] === 0 && back[2]! > 0 && back[3]! > 0);
  assertEquals([...walkOf(LINE, 1)], [3, 2, 1, 0]);
});

Deno.test("a token, direction or channel that is not there is refused", () => {
  assertThrows(() => reachInto(LINE, 4), RangeError, "from 0 to 3: current value is 4");
  assertThrows(() => walkOf(LINE, 2), RangeError, "from 0 to 1: current value is 2");
  assertThrows(() => scanAttention(LINE, 0, 1), RangeError, "from 0 to 0: current value is 1");
});
