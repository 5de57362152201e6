/**
 * Adapters for parts of Vision Mamba: its mixer, its tables of positions, and the small model that ships.
 *
 * @module
 */
import { bind } from "../../src/checkpoint/weights.ts";
import { loadModel } from "../../src/load_model.ts";
import { mixer, mixerConfig, mixerWeights } from "../../src/models/blocks/mamba.ts";
import { resizePosEmbed, rotaryTable } from "../../src/models/blocks/pos_embed.ts";
import { vimConfig } from "../../src/models/vim/options.ts";
import { Ops } from "../../src/ops/ops.ts";
import { runModel } from "../../src/run/run_model.ts";
import { type Adapter, onDevice, type Produced } from "./adapter.ts";
import { formulaCheckpoint } from "./formula.ts";
import { stateDict } from "./net.ts";

const mambaMixer: Adapter = {
  run: (fixture, device) =>
    device.exclusive(async () => {
      const o = fixture.config as { d_model: number } & Record<string, unknown>;
      const config = mixerConfig(o.d_model, {
        inner: (o.expand as number ?? 2) * o.d_model,
        stateSize: o.d_state as number ?? 16,
        convWidth: o.d_conv as number ?? 4,
        bimamba: o.bimamba_type as "v1" | "v2" ?? "none",
        divide: o.if_divide_out as boolean ?? false,
        layerScale: o.init_layer_scale !== undefined,
        convBias: o.conv_bias as boolean ?? true,
        bias: o.bias as boolean ?? false,
      });
      const { weights, dispose } = await bind(
        mixerWeights(config),
        formulaCheckpoint(stateDict(fixture), fixture.seed),
        device,
      );
      try {
        using _ = device.scope();
        const ops = new Ops(device), input = fixture.floats("input");
        const output = mixer(ops, weights, config, ops.input(input.values, input.shape));
        return [{ name: "output", values: await device.read(output) }];
      } finally {
        dispose();
      }
    }),
};

const rope = onDevice((fixture, ops, read) => {
  const { D, L, ft, pt } = fixture.config as { D: number; L: number; ft: number; pt: number };
  const config = vimConfig({ img_size: ft, patch_size: 1, stride: 1, embed_dim: D, if_rope: true, pt_hw_seq_len: pt });
  const table = rotaryTable(config, L), x = fixture.floats("x");
  const rotations = ops.input(table, [L, D]);
  // The official tables hold every angle twice and have no row for a token that is not turned.
  const official = (part: 0 | 1) => (values: Float32Array) =>
    values.map((_, i) => values[i - i % 2 + part]!).subarray(D * (L % 2));
  read("freqs_cos", rotations, official(0));
  read("freqs_sin", rotations, official(1));
  read("y", ops.binary("rotate", ops.input(x.values, x.shape), rotations));
});

const posEmbedResize: Adapter = {
  host: true,
  run: (fixture) => {
    const { D, extra_tokens, from_grid: from, to_grid: to } = fixture.config as Record<string, number>;
    const { values } = fixture.floats("pos_embed"), token = extra_tokens === 0 ? "none" : "middle";
    const resized = (mode: "faithful" | "correct") => ({
      name: mode,
      values: resizePosEmbed(values, D!, [from!, from!], [to!, to!], token, mode),
    });
    return Promise.resolve((["faithful", "correct"] as const).filter((mode) => fixture.has(mode)).map(resized));
  },
};

const vimMicro: Adapter = {
  run: async (fixture, device) => {
    await using model = await loadModel(
      device,
      new URL("../../weights/vim_micro/vim_micro.safetensors", import.meta.url),
    );
    const { mean, std } = model.preprocessing!;
    const produced: Produced[] = [];
    for (const name of fixture.names().filter((key) => key.endsWith(".pixels"))) {
      const { shape: [height, width, channels], values } = fixture.take(name);
      const image = Float32Array.from(values, (value, i) => (value / 255 - mean[i % 3]!) / std[i % 3]!);
      const shape = [1, height!, width!, channels!];
      produced.push({
        name: name.replace(/pixels$/, "logits"),
        values: await runModel(device, (ops) => model.forward(ops, ops.input(image, shape))),
        within: () => 5e-4,
      });
    }
    return produced;
  },
};

/** Adapters by the `model` of a fixture. */
export const VIM_ADAPTERS: Readonly<Record<string, Adapter>> = {
  mamba_mixer: mambaMixer,
  rope,
  pos_embed_resize: posEmbedResize,
  vim_micro: vimMicro,
};
