/** Scans are recorded from every family that has them, on every device, and the records tell what the model computed. */
import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import type { Checkpoint } from "../../src/checkpoint/checkpoint.ts";
import type { Device } from "../../src/device.ts";
import { reachInto, scanAttention } from "../../src/inside/effective_attention.ts";
import { type ScanRecord, watchScans } from "../../src/inside/watch_scans.ts";
import type { KernelName, Operands, Params } from "../../src/kernels.ts";
import { loadModel } from "../../src/load_model.ts";
import { dvmsrWeights } from "../../src/models/dvmsr/forward.ts";
import { dvmsrConfig } from "../../src/models/dvmsr/options.ts";
import { mambairv2Weights } from "../../src/models/mambairv2/forward.ts";
import { mambairv2Config } from "../../src/models/mambairv2/options.ts";
import { vimWeights } from "../../src/models/vim/forward.ts";
import { vimConfig } from "../../src/models/vim/options.ts";
import { vmambaWeights } from "../../src/models/vmamba/forward.ts";
import { vmambaConfig } from "../../src/models/vmamba/options.ts";
import { openReference } from "../../src/reference/device.ts";
import { runModel } from "../../src/run/run_model.ts";
import type { Tensor } from "../../src/tensor.ts";
import { DEVICES } from "../devices.ts";
import { checkpointOf, smallMambaIR } from "../models/mambair_checkpoint.ts";

const ROWS = ["row", "rowReversed"], FOUR = ["row", "column", "rowReversed", "columnReversed"];

/** The smallest model of each family that scans pictures: orders of each scan, and tokens. */
const FAMILIES: Readonly<Record<string, { checkpoint: () => Checkpoint; side: number; scans: string[][]; l: number }>> =
  {
    vim: {
      checkpoint: () =>
        checkpointOf(vimWeights(vimConfig({ img_size: 32, patch_size: 8, stride: 8, depth: 2, embed_dim: 16 }))),
      ...{ side: 32, scans: [ROWS, ROWS], l: 17 },
    },
    mambair: {
      checkpoint: () => smallMambaIR({ upsampler: "pixelshuffledirect", upscale: 2 }),
      ...{ side: 6, scans: [FOUR], l: 36 },
    },
    mambairv2: {
      checkpoint: () =>
        checkpointOf(mambairv2Weights(mambairv2Config({
          ...{ embed_dim: 12, depths: [2], num_heads: [2], window_size: 4, d_state: 4, inner_rank: 4, num_tokens: 6 },
          upsampler: "pixelshuffledirect",
        }))),
      ...{ side: 4, scans: [["table"], ["table"]], l: 16 },
    },
    vmamba: {
      checkpoint: () => checkpointOf(vmambaWeights(vmambaConfig({ depths: [1], dims: [16], num_classes: 4 }))),
      ...{ side: 16, scans: [FOUR], l: 16 },
    },
    dvmsr: {
      checkpoint: () => checkpointOf(dvmsrWeights(dvmsrConfig({ depths: [1], embed_dim: 16 }))),
      ...{ side: 5, scans: [["row"]], l: 25 },
    },
  };

async function recorded(inner: Device, name: string): Promise<ScanRecord[]> {
  const { checkpoint, side } = FAMILIES[name]!, watch = watchScans(inner);
  await using device = watch.device;
  await using model = await loadModel(device, checkpoint());
  const image = Float32Array.from({ length: side * side * 3 }, (_, i) => 0.5 + 0.4 * Math.sin(i));
  return await watch.record(() => runModel(device, (ops) => model.forward(ops, ops.input(image, [1, side, side, 3]))));
}

for (const { name: device, open } of DEVICES) {
  for (const [name, { scans, l }] of Object.entries(FAMILIES)) {
    Deno.test(`${device}: the scans of ${name} are recorded, each with its orders and tokens`, async () => {
      const records = await recorded(await open(), name);
      assertEquals(records.map(({ orders }) => [...orders]), scans);
      for (const record of records) {
        assertEquals([record.length, record.u.length % l, record.projection.length % l], [l, 0, 0]);
        if (record.table) assertEquals([...record.table].sort((a, b) => a - b), Array.from({ length: l }, (_, i) => i));
        const strengths = reachInto(record, Math.floor(l / 2));
        assert(strengths.every((strength) => strength >= 0) && strengths.some((strength) => strength > 0));
      }
    });
  }
}

/** A device whose ungated scans are kept with what they gave. */
function keepOutputs(inner: Device, outputs: Promise<Float32Array>[]): Device {
  return Object.create(inner, {
    run: {
      value<K extends KernelName>(kernel: K, operands: Operands<K, Tensor>, params: Params<K>) {
        inner.run(kernel, operands, params);
        if (kernel === "selective_scan") outputs.push(inner.read((operands as { readonly out: Tensor }).out));
      },
    },
  });
}

for (const name of ["mambair", "mambairv2", "vmamba"]) {
  Deno.test(`attention of a recorded scan of ${name} gives back what the model computed`, async () => {
    const outputs: Promise<Float32Array>[] = [];
    const [scan] = await recorded(keepOutputs(openReference(), outputs), name);
    const y = await outputs[0]!, { length, channels, u, uStep, orders } = scan!, columns = u.length / length;
    for (const e of [0, channels - 1]) {
      const sums = new Float64Array(length);
      orders.forEach((_, k) => {
        const matrix = scanAttention(scan!, k, e);
        matrix.forEach((alpha, i) => sums[Math.floor(i / length)]! += alpha * u[i % length * columns + k * uStep + e]!);
      });
      sums.forEach((sum, token) => assertAlmostEquals(sum, y[token * channels + e]!, 1e-4 * (1 + Math.abs(sum))));
    }
  });
}

Deno.test("record() reads nothing outside of itself, and one recording ends before the next", async () => {
  const watch = watchScans(openReference());
  await using _ = watch.device;
  assertEquals(await watch.record(() => Promise.resolve()), []);
  const first = watch.record(() => new Promise((resolve) => setTimeout(resolve)));
  await assertRejects(() => watch.record(() => Promise.resolve()), Error, "one recording must end before the next");
  await first;
  await assertRejects(() => watch.record(() => Promise.reject(new TypeError("no"))), TypeError, "no");
  assertEquals(await watch.record(() => Promise.resolve()), []);
});
