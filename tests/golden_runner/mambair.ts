/**
 * Adapters for MambaIR: its convolution block and VSS block, the nets at tiny and published sizes, and the small models
 * that ship.
 *
 * @module
 */
import { bind, type Spec } from "../../src/checkpoint/weights.ts";
import type { Device } from "../../src/device.ts";
import { loadModel } from "../../src/load_model.ts";
import { cab, type CabForm, cabWeights } from "../../src/models/blocks/cab.ts";
import { ss2d } from "../../src/models/blocks/ss2d.ts";
import { vssBlock, vssBlockConfig, vssBlockWeights } from "../../src/models/blocks/vss_block.ts";
import { family as mambair } from "../../src/models/mambair/family.ts";
import { Ops } from "../../src/ops/ops.ts";
import { runModel } from "../../src/run/run_model.ts";
import { type Adapter, swapAxes } from "./adapter.ts";
import type { Fixture } from "./fixture.ts";
import { familyAdapter } from "./family.ts";
import { formulaCheckpoint } from "./formula.ts";
import { finish, stateDict } from "./net.ts";

/** Binds weights made by the formula for as long as `body` runs within a scope. */
export async function withWeights<S extends Spec, T>(
  fixture: Fixture,
  device: Device,
  spec: S,
  body: (ops: Ops, weights: Awaited<ReturnType<typeof bind<S>>>["weights"]) => Promise<T>,
): Promise<T> {
  return await device.exclusive(async () => {
    const { weights, dispose } = await bind(spec, formulaCheckpoint(stateDict(fixture), fixture.seed), device);
    try {
      using _ = device.scope();
      return await body(new Ops(device), weights);
    } finally {
      dispose();
    }
  });
}

const FORMS: Readonly<Record<string, CabForm>> = {
  classic: "classic",
  unet: "classic",
  light_gen1: "light1",
  light_gen2: "light2",
  light_gen3: "light3",
};

const convBlock: Adapter = {
  run: (fixture, device) => {
    const { num_feat: width, generation } = fixture.config as { num_feat: number; generation: string };
    const { shape: [b, c, h, w], values } = fixture.floats("input");
    const weights = cabWeights({ width, cab: FORMS[generation]! });
    return withWeights(fixture, device, weights, async (ops, bound) => {
      const x = ops.input(swapAxes(values, b!, c!, h! * w!), [b!, h!, w!, c!]);
      const { features, attention } = finish(cab(ops, bound, x));
      const output = await device.read(ops.binary("multiply", features, attention, { per: "image" }));
      return [{ name: "output", values: swapAxes(output, b!, h! * w!, c!) }];
    });
  },
};

/** The convolution block a VSS block fixture has, by the class that made it. */
function formOf(fixture: Fixture, light: boolean): CabForm {
  if (!light) return "classic";
  return fixture.metadata.source!.includes("3ad5892")
    ? "light1"
    : fixture.metadata.source!.includes("06dc6cd")
    ? "light2"
    : "light3";
}

const block: Adapter = {
  run: (fixture, device) => {
    const o = fixture.config as {
      C: number;
      H: number;
      W: number;
      light: boolean;
      ln_1_eps: number;
      d_state?: number;
      expand?: number;
    };
    const config = {
      ...vssBlockConfig(o.C, {
        ...(o.d_state === undefined ? {} : { d_state: o.d_state }),
        ...(o.expand === undefined ? {} : { expand: o.expand }),
        epsilon: o.ln_1_eps,
      }),
      cab: formOf(fixture, o.light),
    };
    const { shape: [b], values } = fixture.floats("input"), shape = [b!, o.H, o.W, o.C];
    return withWeights(fixture, device, vssBlockWeights(config), async (ops, w) => {
      const { ln_1, ln_2 } = w;
      const x = ops.input(values, shape);
      const scanned = finish(
        ss2d(ops, w.self_attention, config, ops.layerNorm(x, ln_1.weight, { bias: ln_1.bias, epsilon: o.ln_1_eps })),
      );
      const stream = ops.binary("add", ops.binary("multiply", x, w.skip_scale), scanned);
      const normed = ops.layerNorm(stream, ln_2.weight, { bias: ln_2.bias, epsilon: 1e-5 });
      const { features, attention } = finish(cab(ops, w.conv_blk, normed));
      const convolved = await device.read(ops.binary("multiply", features, attention, { per: "image" }));
      return [
        { name: "self_attention", values: await device.read(scanned) },
        { name: "conv_blk", values: swapAxes(convolved, b!, o.H * o.W, o.C) },
        { name: "output", values: await device.read(finish(vssBlock(ops, w, config, x))) },
      ];
    });
  },
};

/** Taps that the official code has as [b, channels, h, w]. */
const planar = (name: string): boolean => name === "conv_first" || name === "conv_after_body";

const net = familyAdapter(mambair, {
  options: ({ config: { class: _, generation, ...options } }) => ({
    ...options,
    ...(generation ? { cab_generation: generation } : {}),
  }),
  planar,
});

const shipped = (name: string): Adapter => ({
  run: async (fixture, device) => {
    await using model = await loadModel(device, new URL(`../../weights/${name}/${name}.safetensors`, import.meta.url));
    const { shape: [height, width, channels], values } = fixture.take("pixels");
    const image = Float32Array.from(values, (value) => value / 255);
    const output = await runModel(
      device,
      (ops) => model.forward(ops, ops.input(image, [1, height!, width!, channels!])),
    );
    return [{ name: "output", values: output, within: () => 5e-5 }];
  },
});

/** Adapters by the `model` of a fixture. */
export const MAMBAIR_ADAPTERS: Readonly<Record<string, Adapter>> = {
  cab: convBlock,
  vssblock: block,
  MambaIR: net,
  mambair_light_x2: shipped("mambair_light_x2"),
  mambair_light_x3: shipped("mambair_light_x3"),
  mambair_light_x4: shipped("mambair_light_x4"),
};
