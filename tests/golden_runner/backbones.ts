/**
 * Adapters for VMamba and MambaOut, for the four ways over an image, and for patch merging.
 *
 * @module
 */
import { bind } from "../../src/checkpoint/weights.ts";
import type { ScanOrder } from "../../src/kernels.ts";
import { family as mambaout } from "../../src/models/mambaout/family.ts";
import { family as vmamba } from "../../src/models/vmamba/family.ts";
import { patchMerging, patchMergingWeights } from "../../src/models/blocks/patch_merging.ts";
import { runModel } from "../../src/run/run_model.ts";
import { tensorOf } from "../../src/tensor.ts";
import { type Adapter, onDevice, type Produced } from "./adapter.ts";
import { familyAdapter } from "./family.ts";
import { formulaCheckpoint } from "./formula.ts";
import { stateDict } from "./net.ts";

const ORDERS: readonly ScanOrder[] = ["row", "column", "rowReversed", "columnReversed"];

const crossScan: Adapter = {
  run: (fixture, device) =>
    device.exclusive(async () => {
      const { C: c, H: h, W: w } = fixture.config as { C: number; H: number; W: number }, l = h * w;
      const produced: Produced[] = [];
      const order = new Int32Array(4 * l);
      // The filter [1, 0] looks one step back: where pixels are their own numbers, every pixel gets the one before it.
      const steps = await onDevice((_, ops, read) => {
        const filters = device.write(Float32Array.from({ length: 8 }, (_, i) => 1 - i % 2), {
          role: "conv1d",
          shape: [4, 1, 2],
          life: "run",
        });
        const pixels = ops.input(Float32Array.from({ length: l }, (_, i) => i + 1), [1, l, 1]);
        read("order", ops.causalConv1d(pixels, tensorOf(filters, [4, 1, 2]), { orders: ORDERS, gridWidth: w }));
      }).run(fixture, { ...device, exclusive: (task) => task() });
      for (let k = 0; k < 4; k++) {
        const before = Array.from({ length: l }, (_, pixel) => steps[0]!.values[4 * pixel + k]!);
        for (let step = 0, previous = 0; step < l; step++) {
          order[k * l + step] = before.indexOf(previous);
          previous = order[k * l + step]! + 1;
        }
      }
      produced.push({ name: "order", values: order });
      const x = fixture.floats("x").values, ys = fixture.floats("ys").values;
      const xs = new Float32Array(4 * c * l), merged = new Float32Array(c * l);
      for (let k = 0; k < 4; k++) {
        for (let channel = 0; channel < c; channel++) {
          for (let step = 0; step < l; step++) {
            const at = (k * c + channel) * l + step, pixel = channel * l + order[k * l + step]!;
            xs[at] = x[pixel]!;
            merged[pixel]! += ys[at]!;
          }
        }
      }
      return [...produced, { name: "xs", values: xs }, { name: "merged", values: merged }];
    }),
};

const merging: Adapter = {
  run: async (fixture, device) => {
    const { C } = fixture.config as { C: number }, { shape, values } = fixture.floats("input");
    const { weights, dispose } = await bind(
      patchMergingWeights(C),
      formulaCheckpoint(stateDict(fixture), fixture.seed),
      device,
    );
    try {
      const output = await runModel(device, (ops) => patchMerging(ops, weights, ops.input(values, shape)));
      return [{ name: "output", values: output }];
    } finally {
      dispose();
    }
  },
};

/** Adapters by the `model` of a fixture. */
export const BACKBONE_ADAPTERS: Readonly<Record<string, Adapter>> = {
  // Recognised from the keys of the fixture alone and loaded under the names it has there.
  VSSM: familyAdapter(vmamba, { recognised: true, planar: (_, fixture) => fixture.config.norm_layer === "ln2d" }),
  MambaOut: familyAdapter(mambaout, { recognised: true }),
  cross_scan: crossScan,
  patch_merging: merging,
};
