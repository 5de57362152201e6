/**
 * Adapters for MambaIRv2: its window attention and state-space module alone, and the nets at tiny and published sizes.
 *
 * @module
 */
import { bind, derived, specKeys } from "../../src/checkpoint/weights.ts";
import type { Device } from "../../src/device.ts";
import { assm, assmWeights, promptTable } from "../../src/models/blocks/assm.ts";
import { windowAttention, windowAttentionWeights } from "../../src/models/blocks/window_attention.ts";
import { mambairv2, mambairv2Weights } from "../../src/models/mambairv2/forward.ts";
import { mambairv2Config, type MambaIRv2Options } from "../../src/models/mambairv2/options.ts";
import { maskBetween } from "../../src/reference/attention.ts";
import { runModel } from "../../src/run/run_model.ts";
import type { Tensor } from "../../src/tensor.ts";
import { type Adapter, swapAxes } from "./adapter.ts";
import type { Fixture } from "./fixture.ts";
import { formulaCheckpoint, uniform } from "./formula.ts";
import { finish, outputs, withWeights } from "./mambair.ts";
import { stateDict, summarise } from "./vim.ts";

/** Reads `Uint32` numbers: a device reads words as floats; the reference keeps numbers. */
const readIndices = async (device: Device, tensor: Tensor): Promise<ArrayLike<number>> => {
  const words = await device.read(tensor);
  return device.kind === "reference" ? words : new Uint32Array(words.buffer);
};

/** Rows 0, window + 1, 2·(window + 1), 3·(window + 1) of the mask of every window. */
function maskRows(config: { readonly H: number; readonly W: number; readonly window: number; readonly shift: number }) {
  const { H: height, W: width, window, shift } = config, rows: number[] = [];
  for (let top = 0; top < height; top += window) {
    for (let left = 0; left < width; left += window) {
      const place = (i: number) => [top + Math.floor(i / window), left + i % window] as const;
      for (let row = 0; row < 4; row++) {
        for (let j = 0; j < window ** 2; j++) {
          rows.push(maskBetween(place(row * (window + 1)), place(j), { height, width, window, shift }));
        }
      }
    }
  }
  return rows;
}

const windowed: Adapter = {
  run: (fixture, device) => {
    const o = fixture.config as Readonly<Record<"C" | "H" | "W" | "heads" | "window" | "shift", number>>;
    const config = { width: o.C, heads: o.heads, window: o.window };
    const { shape, values } = fixture.floats("qkv");
    return withWeights(fixture, device, windowAttentionWeights(config), async (ops, w) => {
      const mixed = finish(windowAttention(ops, w, config, ops.input(values, shape), { shift: o.shift }));
      const produced = [{ name: "output", values: await device.read(mixed) as ArrayLike<number> }];
      return fixture.has("mask_rows") ? [...produced, { name: "mask_rows", values: maskRows(o) }] : produced;
    });
  },
};

const stateSpace: Adapter = {
  run: (fixture, device) => {
    const o = fixture.config as Readonly<
      Record<"H" | "W" | "d_state" | "dim" | "inner_rank" | "mlp_ratio" | "num_tokens", number>
    >;
    const inner = Math.floor(o.dim * o.mlp_ratio), prompts = o.num_tokens;
    const sizes = { width: o.dim, inner, stateSize: o.d_state, rank: Math.ceil(inner / 16) };
    const config = { ...sizes, prompts, innerRank: o.inner_rank };
    const { shape: [b], values } = fixture.floats("input"), noise = fixture.floats("gumbel.0").values;
    const keys = stateDict(fixture), shared = keys.map(([key]) => key).find((key) => /embeddingA|token/.test(key))!;
    const spec = {
      ...assmWeights(config),
      prompts: derived(
        "plain",
        [prompts, o.d_state],
        { "embeddingB.weight": [prompts, o.inner_rank], [shared]: [o.inner_rank, o.d_state] },
        (parts) => promptTable(parts["embeddingB.weight"]!, parts[shared]!, config),
      ),
    };
    return withWeights(fixture, device, spec, async (ops, w) => {
      const x = ops.input(values, [b!, o.H, o.W, o.dim]), routes: Promise<ArrayLike<number>>[] = [];
      const output = device.read(finish(assm(ops, w, config, x, w.prompts, {
        noise: { values: noise },
        onSorted: (sorted) => sorted.forEach(({ classes }) => routes.push(readIndices(device, classes))),
      })));
      const classes = (await Promise.all(routes)).flatMap((route) => Array.from(route));
      return [{ name: "route.0", values: classes }, { name: "output", values: await output }];
    });
  },
};

/** Noise of a net's layers as its fixture says: none, or by the formula. */
const noiseOf = (fixture: Fixture) =>
  (fixture.config.noise as string).startsWith("zero")
    ? undefined
    : (i: number, shape: readonly number[]) =>
      uniform(`gumbel.${i}`, shape, fixture.seed, { lo: -1, hi: 3, along: "nothing" });

const net: Adapter = {
  leaves: (fixture, { kind }) =>
    kind === "reference" && fixture.name.startsWith("models_full/") ? "not run on reference (size)" : undefined,
  run: async (fixture, device) => {
    const { class: name, noise: _, ...options } = fixture.config as MambaIRv2Options & Record<string, unknown>;
    const form = name === "MambaIRv2Light" ? "light" : "base";
    const config = mambairv2Config({ ...options, form, routing: "argmax" });
    const full = fixture.metadata.stream_names !== undefined, spec = mambairv2Weights(config);
    const keys = full ? specKeys(spec) : stateDict(fixture);
    const { weights, dispose } = await bind(spec, formulaCheckpoint(keys, fixture.seed), device);
    try {
      const { shape: [b, c, h, w], values } = fixture.floats("input"), noise = noiseOf(fixture);
      const image = swapAxes(values, b!, c!, h! * w!);
      const reading = new Map<string, Promise<ArrayLike<number>>[]>();
      const read = async (name: string, x: Tensor): Promise<ArrayLike<number>> => {
        if (name.startsWith("route.")) return await readIndices(device, x);
        const values = await device.read(x), channels = x.shape.at(-1)!;
        return name.startsWith("conv_") ? swapAxes(values, b!, values.length / b! / channels, channels) : values;
      };
      // Routes come image by image.
      const tap = (name: string, x: Tensor) => void reading.set(name, [...reading.get(name) ?? [], read(name, x)]);
      const output = await runModel(
        device,
        (ops, tap) =>
          mambairv2(ops, weights, config, ops.input(image, [b!, h!, w!, c!]), { tap, ...(noise ? { noise } : {}) }),
        { tap },
      );
      const seen = new Map<string, ArrayLike<number>>();
      for (const [name, parts] of reading) {
        const [first, ...rest] = await Promise.all(parts);
        seen.set(name, rest.length === 0 ? first! : [first!, ...rest].flatMap((part) => Array.from(part)));
      }
      const produced = [...seen].filter(([name]) => fixture.has(name)).map(([name, values]) => ({ name, values }));
      const streams = full ? summarise(fixture, seen as Map<string, Float32Array>) : [];
      return [...produced, ...streams, ...outputs(fixture, swapAxes(output, b!, output.length / b! / c!, c!))];
    } finally {
      dispose();
    }
  },
};

/** Adapters by the `model` of a fixture. */
export const MAMBAIRV2_ADAPTERS: Readonly<Record<string, Adapter>> = {
  window_attention: windowed,
  assm: stateSpace,
  MambaIRv2: net,
  MambaIRv2Light: net,
};
