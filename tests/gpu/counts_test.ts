import { assert, assertEquals } from "@std/assert";
import type { Entry } from "../../src/checkpoint/checkpoint.ts";
import { bind, type Spec, specKeys } from "../../src/checkpoint/weights.ts";
import type { Device } from "../../src/device.ts";
import type { WebgpuDevice } from "../../src/gpu/device.ts";
import { mambair, mambairWeights } from "../../src/models/mambair/forward.ts";
import { MAMBAIR_VARIANTS, mambairConfig } from "../../src/models/mambair/options.ts";
import { mambairv2, mambairv2Weights } from "../../src/models/mambairv2/forward.ts";
import { MAMBAIRV2_VARIANTS, mambairv2Config } from "../../src/models/mambairv2/options.ts";
import { vim, vimWeights } from "../../src/models/vim/forward.ts";
import { VIM_VARIANTS, vimConfig } from "../../src/models/vim/options.ts";
import { vmamba, vmambaWeights } from "../../src/models/vmamba/forward.ts";
import { VMAMBA_VARIANTS, vmambaConfig } from "../../src/models/vmamba/options.ts";
import type { Ops } from "../../src/ops/ops.ts";
import { type Forward, runModel } from "../../src/run/run_model.ts";
import { sizeOf, type Tensor } from "../../src/tensor.ts";
import { Draw } from "../arbitraries.ts";
import { gpuTest } from "./gpu.ts";

/** Weights of a spec: small numbers. */
function someEntries(spec: Spec): Map<string, Entry> {
  const draw = new Draw({ mood: "ordinary", viewed: false, seed: 1 });
  return new Map(
    specKeys(spec).map(([name, shape]) => {
      const bound = name.includes("A_") ? 1 : (shape.at(-1) ?? 1) ** -0.5;
      const read = () => Promise.resolve(draw.numbers(sizeOf(shape), -bound, bound));
      return [name, { name, shape, dtype: "F32", bytes: 4 * sizeOf(shape), read, readRaw: () => Promise.reject() }];
    }),
  );
}

/** Binds weights for as long as `body` runs. */
async function withWeights<S extends Spec>(
  device: Device,
  spec: S,
  body: (weights: Awaited<ReturnType<typeof bind<S>>>["weights"]) => Promise<void>,
): Promise<void> {
  const { weights, dispose } = await bind(spec, { entries: someEntries(spec) }, device);
  try {
    await body(weights);
  } finally {
    dispose();
  }
}

const imageOf = (ops: Ops, side: number): Tensor =>
  ops.input(new Float32Array(side * side * 3).fill(0.5), [1, side, side, 3]);

const callsOf = (device: WebgpuDevice): number => Object.values(device.counts().calls).reduce((sum, n) => sum + n, 0);

/** Kernel calls of one run. */
async function callsIn(device: WebgpuDevice, forward: Forward): Promise<number> {
  const before = callsOf(device);
  await runModel(device, forward);
  return callsOf(device) - before;
}

/** Dispatches of one run. */
async function dispatchesIn(device: WebgpuDevice, forward: Forward): Promise<number> {
  const before = device.counts().dispatches;
  await runModel(device, forward);
  return device.counts().dispatches - before;
}

async function vimCalls(device: WebgpuDevice, depth: number): Promise<number> {
  const config = vimConfig({ ...VIM_VARIANTS["vim-tiny"], img_size: 32, depth });
  let calls = 0;
  await withWeights(device, vimWeights(config), async (weights) => {
    calls = await callsIn(device, (ops) => vim(ops, weights, config, imageOf(ops, 32)));
  });
  return calls;
}

async function mambairCalls(device: WebgpuDevice, depths: readonly number[]): Promise<number> {
  const config = mambairConfig({ ...MAMBAIR_VARIANTS["mambair-light-x2"], depths: [...depths] });
  let calls = 0;
  await withWeights(device, mambairWeights(config), async (weights) => {
    calls = await callsIn(device, (ops) => mambair(ops, weights, config, imageOf(ops, 8)));
  });
  return calls;
}

async function vmambaDispatches(device: WebgpuDevice, blocks: number): Promise<number> {
  const config = vmambaConfig({ ...VMAMBA_VARIANTS["vmamba-tiny-s1l8"], dims: 32, depths: [1, 1, blocks, 1] });
  let dispatches = 0;
  await withWeights(device, vmambaWeights(config), async (weights) => {
    dispatches = await dispatchesIn(device, (ops) => vmamba(ops, weights, config, imageOf(ops, 64)));
  });
  return dispatches;
}

async function mambairv2Dispatches(device: WebgpuDevice, depth: number): Promise<number> {
  const config = mambairv2Config({ ...MAMBAIRV2_VARIANTS["mambairv2-light-x2"], depths: [depth], num_heads: [4] });
  let dispatches = 0;
  await withWeights(device, mambairv2Weights(config), async (weights) => {
    dispatches = await dispatchesIn(device, (ops) => mambairv2(ops, weights, config, imageOf(ops, 16)));
  });
  return dispatches;
}

gpuTest("a Vim layer is at most 8 kernel calls", async (device) => {
  const calls = await vimCalls(device, 3) - await vimCalls(device, 1);
  assert(calls > 0 && calls <= 2 * 8, `two layers are ${calls} calls`);
});

gpuTest("a block of MambaIR-light is at most 12 kernel calls", async (device) => {
  const calls = await mambairCalls(device, [3, 1]) - await mambairCalls(device, [1, 1]);
  assert(calls > 0 && calls <= 2 * 12, `two blocks are ${calls} calls`);
});

// Projections in, of the scan and out, the convolution, the scan in four directions, the MLP with its norm.
gpuTest("a block of VMamba is at most 8 dispatches", async (device) => {
  const dispatches = await vmambaDispatches(device, 3) - await vmambaDispatches(device, 1);
  assert(dispatches > 0 && dispatches <= 2 * 8, `two blocks are ${dispatches} dispatches`);
});

gpuTest("a layer of MambaIRv2-light is at most 30 dispatches", async (device) => {
  const dispatches = await mambairv2Dispatches(device, 3) - await mambairv2Dispatches(device, 1);
  assert(dispatches > 0 && dispatches <= 2 * 30, `two layers are ${dispatches} dispatches`);
});

/** Bytes beside the pool: the parameters of 4096 dispatches and the least that results are read through. */
const BESIDE_THE_POOL = 4096 * 256 + 2 ** 16;

// On a software adapter a run is cut into slices, to give the event loop its turns; hardware is given 50 ms of work at its pace.
// The clock, which ends a slice too where the machine is busy, stands still.
gpuTest("an inference of Vim-Ti is one submission, and holds 24 MB beside the weights at most", async (device) => {
  const config = vimConfig(VIM_VARIANTS["vim-tiny"]);
  await withWeights(device, vimWeights(config), async (weights) => {
    const forward: Forward = (ops) => vim(ops, weights, config, imageOf(ops, 224));
    const hardware: Device = { ...device, pace: 8 };
    const before = device.counts().submits, { now } = performance;
    performance.now = () => 0;
    try {
      await runModel(hardware, forward);
    } finally {
      performance.now = now;
    }
    assertEquals(device.counts().submits - before, 1);
    const { reserved, weights: held, peak } = device.memory();
    const beside = reserved - held + BESIDE_THE_POOL;
    console.log(`Vim-Ti on WebGPU: weights ${held} bytes, ${beside} beside them`);
    assert(peak > 0 && beside <= 24e6, `${beside} bytes beside the weights`);
  });
});
