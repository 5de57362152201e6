import fc from "fast-check";
import { openWebgpu } from "../../src/gpu/device.ts";
import { SCAN_ORDERS } from "../../src/kernels.ts";
import type { Ops } from "../../src/ops/ops.ts";
import { type Tensor, tensorOf } from "../../src/tensor.ts";
import { climate, Draw, size } from "../arbitraries.ts";
import { GPU_DEVICES, type Opener } from "../devices.ts";
import { type Case, conformance, example } from "../laws/conformance.ts";
import { permutation } from "../laws/orders.ts";

/** The example of models.md 0.1: two channels, two states, three tokens, gate, bias and a Δ past the threshold of 20. */
function worked(ops: Ops): { y: Tensor; state: Tensor } {
  const shape = [1, 2, 4];
  const rows = Float32Array.of(-1, -2, 1, 0.05, -1, -2, 0.5, -0.1);
  const constants = tensorOf(ops.device.write(rows, { role: "scan", shape, stateSize: 2, life: "run" }), shape);
  const u = ops.input(Float32Array.of(1, 0.25, -2, 3, 0.5, -1), [1, 3, 2]);
  // Per token: Δ of both channels, B, C.
  const projection = ops.input(
    Float32Array.of(0.1, 0, 0.5, 2, 1, 0.5, -0.3, 1, 1, 0, -1, 0.5, 25, -4, -1, 0.25, 2, 0.5),
    [1, 3, 6],
  );
  const z = ops.input(Float32Array.of(0, 2, 1, -3, -1, 0.1), [1, 3, 2]);
  const state = ops.zeros([1, 1, 2, 2]);
  const y = ops.selectiveScan(u, projection, constants, {
    orders: ["row"],
    stateSize: 2,
    z,
    carry: { state, read: false, write: true },
  });
  return { y, state };
}

example(
  "selective_scan gives the worked example, the threshold of softplus included",
  (ops) => worked(ops).y,
  [0, 0.645886242, -0.600325644, 0.317746431, 6.181450844, 0.363032043],
);

example(
  "selective_scan leaves the last state of the worked example",
  (ops) => worked(ops).state,
  [-12.524999619, 3.131249905, 3.702100039, 0.021939959],
);

conformance(
  "selective_scan",
  fc.record({
    batch: fc.integer({ min: 1, max: 3 }),
    grid: fc.record({ height: size(5), width: size(9) }),
    perGroup: size(13),
    groups: fc.constantFrom(1, 2, 3),
    stateSize: fc.constantFrom(1, 2, 3, 4, 5, 8, 10, 16, 17),
    rank: fc.constantFrom(0, 1, 2, 3, 4, 5, 12),
    orders: fc.array(fc.constantFrom(...SCAN_ORDERS), { minLength: 1, maxLength: 4 }),
    shared: fc.boolean(),
    sharedProjection: fc.boolean(),
    softplus: fc.boolean(),
    gate: fc.boolean(),
    target: fc.constantFrom("new", "into"),
    carry: fc.constantFrom("none", "read", "write", "both"),
    climate: climate("saturating", "tiny", "nan"),
  }),
  (c) => {
    const draw = new Draw(c.climate);
    const length = c.grid.height * c.grid.width, directions = c.orders.length, channels = c.perGroup * c.groups;
    const deltas = c.rank || channels, step = deltas + 2 * c.groups * c.stateSize;
    return {
      operands: {
        u: draw.input([c.batch, length, c.shared ? channels : directions * channels]),
        projection: projectionOf(draw, c.batch, length, c.sharedProjection ? 1 : directions, step, deltas, c.softplus),
        constants: constantsOf(draw, directions, channels, c.stateSize, c.rank),
        z: draw.input([c.batch, length, channels]),
        table: draw.indices([directions, length], c.orders.flatMap(() => permutation(draw, length))),
        state: draw.state([c.batch, directions, channels, c.stateSize]),
        out: c.target === "new" ? draw.out([c.batch, length, channels]) : draw.inout([c.batch, length, channels]),
      },
      call: (ops, t) =>
        ops.selectiveScan(t.u!, t.projection!, t.constants!, {
          orders: c.orders,
          gridWidth: c.grid.width,
          table: t.table!,
          stateSize: c.stateSize,
          groups: c.groups,
          softplus: c.softplus,
          sharedInput: c.shared,
          sharedProjection: c.sharedProjection,
          z: c.gate ? t.z : undefined,
          ...(c.carry === "none" ? {} : {
            carry: { state: t.state!, read: c.carry !== "write", write: c.carry !== "read" },
          }),
          ...(c.target === "new" ? { out: t.out! } : { into: t.out! }),
        }),
    };
  },
);

conformance(
  "selective_scan",
  fc.record({
    length: size(),
    cut: fc.nat(33),
    channels: size(13),
    stateSize: fc.constantFrom(1, 4, 8, 10, 16),
    rank: fc.constantFrom(0, 3),
    orders: fc.array(fc.constantFrom(...SCAN_ORDERS), { minLength: 1, maxLength: 3 }),
    gate: fc.boolean(),
    climate: climate("saturating"),
  }),
  (c) => {
    const draw = new Draw(c.climate);
    const directions = c.orders.length, deltas = c.rank || c.channels, first = Math.min(c.cut, c.length);
    return {
      operands: {
        u: draw.input([2, c.length, c.channels]),
        projection: projectionOf(draw, 2, c.length, directions, deltas + 2 * c.stateSize, deltas, true),
        constants: constantsOf(draw, directions, c.channels, c.stateSize, c.rank),
        z: draw.input([2, c.length, c.channels]),
        table: draw.indices([directions, c.length], c.orders.flatMap(() => permutation(draw, c.length))),
        state: draw.state([2, directions, c.channels, c.stateSize]),
        out: draw.inout([2, c.length, c.channels]),
      },
      // The oracle runs the whole scan at once, the device under test in two bands.
      call: (ops, t) => {
        const whole = ops.device.name === "reference f64";
        const bands = whole ? [{ first: 0, count: c.length }] : [
          { first: 0, count: first },
          { first, count: c.length - first },
        ];
        bands.forEach((steps, i) =>
          ops.selectiveScan(t.u!, t.projection!, t.constants!, {
            orders: c.orders,
            table: t.table!,
            stateSize: c.stateSize,
            sharedInput: true,
            z: c.gate ? t.z : undefined,
            carry: { state: t.state!, read: i > 0, write: true },
            into: t.out!,
            steps,
          })
        );
      },
    };
  },
  { title: "in bands" },
);

/** Scans over rows of tokens, by one direction or by two from both ends. */
const rowScans = (lengths: readonly number[], channels: readonly number[], ranks: readonly number[]) =>
  fc.record({
    length: fc.constantFrom(...lengths),
    channels: fc.constantFrom(...channels),
    stateSize: fc.constantFrom(1, 4, 6, 10, 16),
    rank: fc.constantFrom(...ranks),
    orders: fc.constantFrom<("row" | "rowReversed")[]>(["row"], ["rowReversed"], ["row", "rowReversed"], [
      "rowReversed",
      "row",
    ]),
    shared: fc.boolean(),
    softplus: fc.boolean(),
    gate: fc.boolean(),
    target: fc.constantFrom("new", "new", "into"),
    climate: climate("saturating", "tiny", "nan"),
  });

type RowScan = ReturnType<typeof rowScans> extends fc.Arbitrary<infer T> ? T : never;

/** The case of one of `rowScans` over `walks` sequences, channels and directions at least. */
const rowCase = (walks: number) => (c: RowScan): Case => {
  const draw = new Draw(c.climate), { length, channels } = c;
  const directions = c.orders.length, batch = Math.ceil(walks / (channels * directions));
  const own = c.shared ? 1 : directions, deltas = c.rank || channels, step = deltas + 2 * c.stateSize;
  return {
    operands: {
      u: draw.input([batch, length, own * channels]),
      projection: projectionOf(draw, batch, length, own, step, deltas, c.softplus),
      constants: constantsOf(draw, directions, channels, c.stateSize, c.rank),
      z: draw.input([batch, length, channels]),
      out: c.target === "new" ? draw.out([batch, length, channels]) : draw.inout([batch, length, channels]),
    },
    call: (ops, t) =>
      ops.selectiveScan(t.u!, t.projection!, t.constants!, {
        orders: c.orders,
        stateSize: c.stateSize,
        softplus: c.softplus,
        sharedInput: c.shared,
        sharedProjection: c.shared,
        z: c.gate ? t.z : undefined,
        ...(c.target === "new" ? { out: t.out! } : { into: t.out! }),
      }),
  };
};

/** WebGPU with fewer cases, as these are large; `open` may open it in another way. */
const fewerCases = (open?: Opener["open"]): Opener[] =>
  GPU_DEVICES.map((opener) => ({
    name: opener.name,
    open: open ?? (() => opener.open()),
    get batches() {
      return { ...opener.batches!, size: 12, count: 1 };
    },
  }));

/** Chains times directions from which a GPU walks whole sequences (`MANY_WALKS` of `scan_grid.ts`). */
const MANY_WALKS = 8192;

conformance(
  "selective_scan",
  rowScans([1, 2, 3, 4, 5, 7, 8, 9, 12, 17], [33, 63, 64, 65, 130], [0, 1, 4, 12, 18, 33]),
  rowCase(MANY_WALKS),
  { title: "with many chains", devices: fewerCases() },
);

// Sequences that a GPU scans in one group a few channels: how many depends on its limits.
const SHORT = rowScans([1, 31, 64, 65, 127, 197, 224], [1, 2, 3, 5, 8], [0, 4, 12]);

conformance("selective_scan", SHORT, rowCase(1), { title: "of short sequences", devices: fewerCases() });

conformance("selective_scan", SHORT, rowCase(1), {
  title: "of short sequences within WebGPU's default limits",
  devices: fewerCases(() => openWebgpu({ limits: "default" })),
});

/** Per direction Δ | B | C; without softplus Δ is what a softplus would have given, so that the scan decays. */
function projectionOf(
  draw: Draw,
  batch: number,
  length: number,
  directions: number,
  step: number,
  deltas: number,
  softplus: boolean,
) {
  const operand = draw.calm([batch, length, directions * step], -1, 1);
  const spiced = draw.spiced(operand.values.length, -1, 1);
  const values = operand.values.map((value, i) => {
    if (i % step >= deltas) return value;
    return softplus ? spiced[i]! : Math.abs(value);
  }) as Float32Array;
  return { ...operand, values };
}

/** Rows A … | D | Δ bias | Δ weight …, with A negative. */
function constantsOf(draw: Draw, directions: number, channels: number, stateSize: number, rank: number) {
  const shape = [directions, channels, stateSize + 2 + rank];
  const values = draw.numbers(directions * channels * shape[2]!, 0, 1).map((value, i) => {
    const column = i % shape[2]!;
    return column < stateSize ? -value * (column + 1) - 0.01 : value;
  });
  return draw.weight("scan", shape, values, stateSize);
}
