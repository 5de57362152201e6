/**
 * Adapters for FusionMamba: its mixer in every form, its blocks, the whole net.
 *
 * @module
 */
import { bind, type Bound, type Spec } from "../../src/checkpoint/weights.ts";
import {
  crossBlock,
  crossBlockWeights,
  fusePair,
  fusionBlock,
  fusionBlockConfig,
  fusionBlockWeights,
  singleBlock,
  singleBlockWeights,
} from "../../src/models/blocks/fusion_block.ts";
import {
  fusionMixer,
  fusionMixerConfig,
  fusionMixerWeights,
  type FusionType,
} from "../../src/models/blocks/fusion_mixer.ts";
import { family } from "../../src/models/fusionmamba/family.ts";
import { Ops } from "../../src/ops/ops.ts";
import type { Tensor } from "../../src/tensor.ts";
import type { Device } from "../../src/device.ts";
import { type Adapter, type Produced, swapAxes } from "./adapter.ts";
import { familyAdapter, imageOf, planes } from "./family.ts";
import type { Fixture } from "./fixture.ts";
import { formulaCheckpoint } from "./formula.ts";
import { finish, stateDict } from "./net.ts";

/** The official mixers make a norm that their types none and v1 do not use. */
const IGNORED = [/^norm\.(weight|bias)$/];

/** Runs a block with the formula's weights and reads what it gives. */
async function withWeights<S extends Spec>(
  fixture: Fixture,
  device: Device,
  spec: S,
  body: (ops: Ops, weights: Bound<S>) => Readonly<Record<string, Tensor>>,
  arrange: (values: Float32Array) => Float32Array = (values) => values,
): Promise<Produced[]> {
  return await device.exclusive(async () => {
    const checkpoint = formulaCheckpoint(stateDict(fixture), fixture.seed);
    const { weights, dispose } = await bind(spec, checkpoint, device, { ignored: IGNORED });
    try {
      using _ = device.scope();
      const outputs = Object.entries(body(new Ops(device), weights));
      return await Promise.all(outputs.map(async ([name, tensor]) => ({
        name,
        values: arrange(await device.read(tensor)),
      })));
    } finally {
      dispose();
    }
  });
}

const input = (ops: Ops, fixture: Fixture, name: string): Tensor => {
  const { values, shape } = fixture.floats(name);
  return ops.input(values, shape);
};

const fusionMambaMixer: Adapter = {
  run: (fixture, device) => {
    const o = fixture.config as Record<string, number> & { bimamba_type: FusionType };
    const config = fusionMixerConfig(o.bimamba_type, o.d_model!, {
      inner: (o.expand ?? 2) * o.d_model!,
      stateSize: o.d_state ?? 16,
      convWidth: o.d_conv ?? 4,
      divide: !!o.if_devide_out,
      norm: !!o.use_norm,
    });
    return withWeights(fixture, device, fusionMixerWeights(config), (ops, w) => {
      const second = fixture.has("input1") ? input(ops, fixture, "input1") : undefined;
      const options = { gridWidth: o.input_w!, second };
      return { output: fusionMixer(ops, w, config, input(ops, fixture, "input"), options) };
    });
  },
};

const singleMambaBlock: Adapter = {
  run: (fixture, device) => {
    const o = fixture.config as Record<string, number>, config = fusionBlockConfig(o.dim!);
    return withWeights(fixture, device, singleBlockWeights(config), (ops, w) => ({
      output: singleBlock(ops, w, config, input(ops, fixture, "input"), o.W!),
    }));
  },
};

const crossMambaBlock: Adapter = {
  run: (fixture, device) => {
    const o = fixture.config as Record<string, number>, config = fusionBlockConfig(o.dim!);
    return withWeights(fixture, device, crossBlockWeights(config), (ops, w) => ({
      output: crossBlock(ops, w, config, input(ops, fixture, "input"), input(ops, fixture, "input1"), o.W!),
    }));
  },
};

const fusionMambaBlock: Adapter = {
  run: (fixture, device) => {
    const o = fixture.config as Record<string, number>, config = fusionBlockConfig(o.dim!);
    const [batch, d, height, width] = fixture.peek("input").shape as [number, number, number, number];
    const tokens = (ops: Ops, name: string) =>
      ops.input(swapAxes(fixture.floats(name).values, batch, d, height * width), [batch, height * width, d]);
    const back = (values: Float32Array) => swapAxes(values, batch, height * width, d);
    return withWeights(fixture, device, fusionBlockWeights(config), (ops, w) => {
      const pair = { pan: tokens(ops, "input"), ms: tokens(ops, "ms") };
      if (o.final) return { output: finish(fusePair(ops, w, config, pair, width)) };
      const { pan, ms } = finish(fusionBlock(ops, w, config, pair, width));
      return { out_pan: pan, out_ms: ms };
    }, back);
  },
};

const u2net = familyAdapter(family, {
  planar: () => true,
  input: (fixture) => {
    const pan = imageOf(fixture, "pan"), [batch] = pan.shape as [number], [, bands] = fixture.peek("input").shape;
    return { ...pan, back: (output) => planes(output, batch, bands!) };
  },
  choices: (ops, fixture) => {
    const { values, shape } = imageOf(fixture, "input");
    return { ms: ops.input(values, shape) };
  },
});

/** Adapters by the `model` of a fixture. */
export const FUSIONMAMBA_ADAPTERS: Readonly<Record<string, Adapter>> = {
  fusionmamba_mixer: fusionMambaMixer,
  SingleMambaBlock: singleMambaBlock,
  CrossMambaBlock: crossMambaBlock,
  FusionMamba: fusionMambaBlock,
  U2Net: u2net,
};
