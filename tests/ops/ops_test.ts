import { assert, assertEquals, assertThrows } from "@std/assert";
import type { Device } from "../../src/device.ts";
import { openDry } from "../../src/run/dry_device.ts";
import { CARRY_IN, CARRY_OUT, type KernelName, type Operands, type Params, workOf } from "../../src/kernels.ts";
import { Ops } from "../../src/ops/ops.ts";
import { openReference } from "../../src/reference/device.ts";
import { columns, type Tensor, tensorOf } from "../../src/tensor.ts";

/** Ops over a device that does nothing but keep what it is asked to run. */
function recording() {
  const calls: { kernel: KernelName; params: Readonly<Record<string, number>> }[] = [];
  const device: Device = {
    ...openDry(),
    run<K extends KernelName>(kernel: K, _: Operands<K, Tensor>, params: Params<K>): void {
      calls.push({ kernel, params: params as Record<string, number> });
    },
  };
  return { ops: new Ops(device), calls };
}

const { ops } = recording();
const of = (...shape: number[]): Tensor => ops.empty(shape);
const walk = { orders: ["row"], stateSize: 4 } as const;

/** Every op on operands that do not fit, and what it must say. */
const refusals: readonly (readonly [title: string, call: () => unknown, message: string])[] = [
  ["data of another size", () => ops.input(new Float32Array(5), [2, 3]), "size of [2, 3]: current length is 5"],
  [
    "linear: x of other columns",
    () => ops.linear(of(2, 3), of(5, 4)),
    "x must have 4 columns: current shape is [2, 3]",
  ],
  [
    "linear: bias of another length",
    () => ops.linear(of(2, 4), of(5, 4), { bias: of(4) }),
    "bias must have 5 elements",
  ],
  [
    "linear: scale of another length",
    () => ops.linear(of(2, 4), of(5, 4), { into: of(2, 5), scale: of(4) }),
    "scale must have 5 elements",
  ],
  [
    "linear: target of another shape",
    () => ops.linear(of(2, 4), of(5, 4), { into: of(5, 2) }),
    "into must have the shape [2, 5]",
  ],
  ["conv2d: a sequence", () => ops.conv2d(of(1, 9, 3), of(4, 3, 3, 3)), "x must be [batch, height, width, channels]"],
  ["conv2d: other channels", () => ops.conv2d(of(1, 9, 9, 4), of(4, 3, 3, 3)), "x must have 3 channels"],
  [
    "conv2d: an image smaller than the kernel",
    () => ops.conv2d(of(1, 2, 9, 3), of(4, 3, 3, 3)),
    "at least 3 × 3 with its padding",
  ],
  [
    "conv2d: bias of another length",
    () => ops.conv2d(of(1, 9, 9, 3), of(4, 3, 3, 3), { bias: of(3) }),
    "bias must have 4 elements",
  ],
  [
    "conv2d: a band past the end",
    () => ops.conv2d(of(1, 5, 5, 3), of(4, 3, 3, 3), { rows: { first: 2, count: 2 } }),
    "band must lie in [0, 3): current band is [2, 4)",
  ],
  ["depthwiseConv2d: other channels", () => ops.depthwiseConv2d(of(1, 5, 5, 3), of(4, 3, 3)), "x must have 4 channels"],
  [
    "causalConv1d: neither shared nor own columns",
    () => ops.causalConv1d(of(1, 5, 6), of(2, 4, 3), { orders: ["row", "row"] }),
    "x must have 4 or 8 columns",
  ],
  [
    "causalConv1d: bias of one direction for two",
    () => ops.causalConv1d(of(1, 5, 4), of(2, 4, 3), { orders: ["row", "row"], bias: of(4) }),
    "bias must have 8 elements",
  ],
  [
    "causalConv1d: a state as wide as the filter",
    () =>
      ops.causalConv1d(of(1, 5, 4), of(1, 4, 3), {
        orders: ["row"],
        carry: { state: of(1, 1, 3, 4), read: true, write: true },
      }),
    "state must have the shape [1, 1, 2, 4]",
  ],
  [
    "causalConv1d: one order for two directions",
    () => ops.causalConv1d(of(1, 5, 4), of(2, 4, 3), { orders: ["row"] }),
    "orders must name 2 directions: current number is 1",
  ],
  [
    "causalConv1d: a grid that does not divide the length",
    () => ops.causalConv1d(of(1, 5, 4), of(1, 4, 3), { orders: ["column"], gridWidth: 2 }),
    "gridWidth must divide the length 5: current value is 2",
  ],
  [
    "causalConv1d: no table for order table",
    () => ops.causalConv1d(of(1, 5, 4), of(1, 4, 3), { orders: ["table"] }),
    'order "table" must come with a table of [1, 5]',
  ],
  [
    "selectiveScan: u of other columns",
    () => ops.selectiveScan(of(1, 5, 4), of(1, 5, 9), of(1, 3, 7), walk),
    "u must have 3 columns",
  ],
  [
    "selectiveScan: projection of other columns",
    () => ops.selectiveScan(of(1, 5, 3), of(1, 5, 8), of(1, 3, 7), walk),
    "projection must have the shape [1, 5, 9]",
  ],
  [
    "selectiveScan: constants of fewer states",
    () => ops.selectiveScan(of(1, 5, 3), of(1, 5, 9), of(1, 3, 5), walk),
    "constants must have at least 6 columns for 4 states",
  ],
  [
    "selectiveScan: groups that do not divide",
    () => ops.selectiveScan(of(1, 5, 3), of(1, 5, 17), of(1, 3, 7), { ...walk, groups: 2 }),
    "number of channels that 2 divides",
  ],
  [
    "selectiveScan: a gate of another shape",
    () => ops.selectiveScan(of(1, 5, 3), of(1, 5, 9), of(1, 3, 7), { ...walk, z: of(1, 4, 3) }),
    "z must have the shape [1, 5, 3]",
  ],
  [
    "selectiveScan: a band of two directions without a target",
    () =>
      ops.selectiveScan(of(1, 5, 6), of(1, 5, 18), of(2, 3, 7), {
        orders: ["row", "rowReversed"],
        stateSize: 4,
        steps: { first: 0, count: 2 },
      }),
    "must have a zeroed `into`",
  ],
  [
    "rmsNorm: a weight of another length",
    () => ops.rmsNorm(of(2, 4), of(3), { epsilon: 1e-5 }),
    "weight must have 4 elements",
  ],
  [
    "rmsNorm: a residual of another shape",
    () => ops.rmsNorm(of(2, 4), of(4), { epsilon: 1e-5, residual: of(4, 2) }),
    "residual must have the shape [2, 4]",
  ],
  [
    "layerNorm: a bias of another length",
    () => ops.layerNorm(of(2, 4), of(4), { epsilon: 1e-5, bias: of(2) }),
    "bias must have 4 elements",
  ],
  ["binary: rows that do not divide", () => ops.add(of(4, 3), of(3, 3)), "a number of rows that divides 4"],
  [
    "binary: an odd number of columns to rotate",
    () => ops.binary("rotate", of(1, 3), of(1, 3)),
    "an even number of columns",
  ],
  ["meanRows: no rows", () => ops.meanRows(of(1, 0, 3)), "x must have at least one row"],
  [
    "gatherRows: extra rows of other columns",
    () => ops.gatherRows(of(1, 2, 3), of(2), { extra: of(1, 4) }),
    "extra must have 3 columns",
  ],
  [
    "pixelShuffle: channels that do not divide",
    () => ops.pixelShuffle(of(1, 2, 2, 6), 2),
    "number of channels that 4 divides",
  ],
  ["pixelUnshuffle: sides that do not divide", () => ops.pixelUnshuffle(of(1, 2, 3, 1), 2), "sides that 2 divides"],
];

for (const [title, call, message] of refusals) {
  Deno.test(`Ops refuses ${title}`, () => {
    const error = assertThrows(call) as Error;
    assertEquals(error instanceof TypeError || error instanceof RangeError, true, error.name);
    assertEquals(error.message.includes(message), true, error.message);
  });
}

Deno.test("Ops adds up the work of what it issued", () => {
  const { ops, calls } = recording();
  ops.linear(of(10, 4), of(5, 4), { activation: "silu" });
  ops.meanRows(of(2, 5, 3));
  const [linear, mean] = calls.map(({ kernel, params }) => workOf(kernel, params as Params<typeof kernel>));
  assertEquals(ops.work, { multiplyAdds: linear!.multiplyAdds + mean!.multiplyAdds, exps: 50, stateElements: 0 });
});

Deno.test("Ops issues nothing when an operand does not fit", () => {
  const { ops, calls } = recording();
  assertThrows(() => ops.linear(of(2, 3), of(5, 4)));
  assertThrows(() => ops.add(of(4, 3), of(3, 3)));
  assertEquals(calls, []);
});

Deno.test("Ops gives kernels the strides of views", () => {
  const { ops, calls } = recording();
  const wide = of(2, 3, 12);
  ops.linear(columns(wide, 1, 4), of(5, 4), { out: columns(wide, 6, 5) });
  assertEquals([calls[0]!.params.xStride, calls[0]!.params.outStride, calls[0]!.params.rows], [12, 12, 6]);
});

Deno.test("Ops.causalConv1d() shares x among directions when it has the columns of one", () => {
  const { ops, calls } = recording(), options = { orders: ["row", "rowReversed"] } as const;
  ops.causalConv1d(of(1, 5, 4), of(2, 4, 3), options);
  ops.causalConv1d(of(1, 5, 8), of(2, 4, 3), options);
  assertEquals(calls.map(({ params }) => params.xStep), [0, 4]);
});

Deno.test("Ops.selectiveScan() says what is carried", () => {
  const { ops, calls } = recording();
  for (const [read, write] of [[false, false], [true, false], [false, true], [true, true]] as const) {
    ops.selectiveScan(of(1, 5, 3), of(1, 5, 9), of(1, 3, 7), {
      ...walk,
      carry: { state: of(1, 1, 3, 4), read, write },
    });
  }
  assertEquals(calls.map(({ params }) => params.carry), [0, CARRY_IN, CARRY_OUT, CARRY_IN | CARRY_OUT]);
});

Deno.test("Ops.scope() frees what was allocated in it", () => {
  const device = openReference(), ops = new Ops(device);
  ops.zeros([10, 10]);
  {
    using _ = ops.scope();
    ops.copy(ops.zeros([10, 10]));
    assertEquals(device.memory().run, 1200);
  }
  assertEquals(device.memory().run, 400);
});

Deno.test("Ops.linear() with an empty batch gives an empty result", async () => {
  const device = openReference(), ops = new Ops(device);
  const weight = tensorOf(device.write(new Float32Array(6), { role: "linear", shape: [2, 3], life: "run" }), [2, 3]);
  assertEquals((await device.read(ops.linear(ops.zeros([0, 3]), weight))).length, 0);
});

Deno.test("errors name ops as the public API does", async () => {
  const folder = new URL("../../src/ops/", import.meta.url), named: string[] = [];
  for await (const { name } of Deno.readDir(folder)) {
    const source = await Deno.readTextFile(new URL(name, folder));
    for (const match of source.matchAll(/(?:expect\w+|fail|\w+Shape)\("(\w+)"|\bOP = "(\w+)"|Cannot run (\w+) as/g)) {
      named.push(match[1] ?? match[2] ?? match[3]!);
    }
  }
  const methods: ReadonlySet<string> = new Set(Object.getOwnPropertyNames(Ops.prototype));
  assert(named.length > 20);
  assertEquals(named.filter((op) => !methods.has(op)), []);
});
