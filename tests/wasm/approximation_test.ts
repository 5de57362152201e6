/**
 * The error bounds that `docs/numerics.md` states for the approximated functions, swept. The scan shows exp and softplus
 * alone: with C = 1 and one step, y is exp(δ·A)·h, or with A = 0 and B = u = 1 it is δ.
 *
 * @module
 */
import { assert } from "@std/assert";
import type { Device } from "../../src/device.ts";
import { CARRY_IN } from "../../src/kernels.ts";
import { gelu, sigmoid, silu, softplus } from "../../src/reference/activation.ts";
import type { Tensor } from "../../src/tensor.ts";
import { openWasm } from "../../src/wasm/device.ts";
import type { Variant } from "../../src/wasm/load.ts";

const VARIANTS: readonly Variant[] = ["simd128", "relaxed-simd"];

/** `count` numbers from `first` to `last`. */
const sweep = (first: number, last: number, count: number): Float32Array =>
  Float32Array.from({ length: count }, (_, i) => first + (last - first) * i / (count - 1));

/** One row of a device. */
function row(device: Device, values: ArrayLike<number>): Tensor {
  const buffer = device.write(Float32Array.from(values), { life: "run" });
  return { buffer, offset: 0, shape: [1, values.length], stride: values.length };
}

/** One step of a scan with one state: `delta` before softplus and A of every channel, and the carried state. */
async function scanOnce(
  device: Device,
  delta: ArrayLike<number>,
  A: ArrayLike<number>,
  options: { readonly softplus: boolean; readonly carried: number; readonly fresh: number },
): Promise<Float32Array> {
  using _ = device.scope();
  const channels = delta.length;
  const constants = Float32Array.from({ length: 3 * channels }, (_, i) => i % 3 === 0 ? A[Math.floor(i / 3)]! : 0);
  const packed = { life: "run", role: "scan", shape: [1, channels, 3], stateSize: 1 } as const;
  const out = row(device, new Float32Array(channels));
  device.run("selective_scan", {
    u: row(device, new Float32Array(channels).fill(1)),
    projection: row(device, [...Array.from(delta), options.fresh, 1]),
    constants: { buffer: device.write(constants, packed), offset: 0, shape: [1, channels, 3], stride: 3 },
    state: row(device, new Float32Array(channels).fill(options.carried)),
    out,
  }, {
    ...{ batch: 1, length: 1, channels, stateSize: 1, rank: 0, groups: 1, directions: 1, orders: 0, gridWidth: 1 },
    ...{ softplus: Number(options.softplus), uStride: channels, uStep: 0, projectionStride: channels + 2 },
    ...{
      projectionStep: 0,
      zStride: 0,
      outStride: channels,
      accumulate: 0,
      carry: CARRY_IN,
      firstStep: 0,
      stepCount: 1,
    },
  });
  return await device.read(out);
}

/** Fails at the first x whose value is further from `exact` than `bound` allows. */
function within(
  name: string,
  x: Float32Array,
  values: Float32Array,
  exact: (x: number) => number,
  bound: (x: number, exact: number) => number,
): void {
  const at = values.findIndex((value, i) => !(Math.abs(value - exact(x[i]!)) <= bound(x[i]!, exact(x[i]!))));
  assert(at < 0, `${name}(${x[at]}) is ${values[at]}, should be ${exact(x[at]!)}`);
}

for (const variant of VARIANTS) {
  Deno.test(`exp of the scan on wasm ${variant} stays within its bound, clamped or not`, async () => {
    const device = await openWasm({ variant });
    // Above 20 softplus is the identity, so that δ = 32 is exact. The steep end does not fit the unclamped loop.
    const A = sweep(-120 / 32, 0, 20_001), x = A.map((a) => 32 * a);
    const options = { softplus: true, carried: 1, fresh: 0 };
    const decays = await scanOnce(device, new Float32Array(A.length).fill(32), A, options);
    within("exp", x, decays, Math.exp, (x, exact) => (3e-7 + 1.2e-7 * Math.abs(x)) * exact + 2.4e-38);
    const either = sweep(-120, 87, 20_001);
    const free = await scanOnce(device, either, new Float32Array(either.length).fill(1), {
      ...options,
      softplus: false,
    });
    within("exp", either, free, Math.exp, (x, exact) => (3e-7 + 1.2e-7 * Math.abs(x)) * exact + 2.4e-38);
    device.close();
  });

  Deno.test(`exp of the scan on wasm ${variant} is exactly 1 at 0`, async () => {
    const device = await openWasm({ variant });
    const values = await scanOnce(device, [0, 1, 30], [0, 0, 0], { softplus: true, carried: 0.1, fresh: 0 });
    assert(values.every((value) => value === Math.fround(0.1)), String(values));
    device.close();
  });

  Deno.test(`softplus on wasm ${variant} stays within its bound and is the identity above 20`, async () => {
    const device = await openWasm({ variant });
    const x = sweep(-87, 100, 20_001), A = new Float32Array(x.length);
    const values = await scanOnce(device, x, A, { softplus: true, carried: 0, fresh: 1 });
    within("softplus", x, values, softplus, (x, exact) => (4e-7 + (x < 0 ? 7.4e-8 * -x : 0)) * exact);
    assert(values.every((value, i) => x[i]! <= 20 || value === x[i]));
    device.close();
  });

  Deno.test(`activations on wasm ${variant} stay within their bounds`, async () => {
    const device = await openWasm({ variant });
    const relative = (x: number, exact: number) => (4e-7 + (x < 0 ? 7.4e-8 * -x : 0)) * Math.abs(exact);
    const absolute = (x: number) => 2e-7 * Math.max(1, Math.abs(x));
    for (
      const [activation, exact, bound] of [[1, silu, relative], [5, sigmoid, relative], [2, gelu, absolute]] as const
    ) {
      using _ = device.scope();
      const x = sweep(-87, 87, 50_001), out = row(device, x), columns = x.length;
      const params = { rows: 1, columns, xStride: columns, outStride: columns, activation, slope: 0 };
      device.run("unary", { x: row(device, x), out }, params);
      within(exact.name, x, await device.read(out), exact, bound);
    }
    device.close();
  });
}
