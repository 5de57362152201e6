/**
 * Adapters for MambaIRv2: its window attention and state-space module alone, and the nets at tiny and published sizes.
 *
 * @module
 */
import { derived } from "../../src/checkpoint/weights.ts";
import type { Device } from "../../src/device.ts";
import { assm, assmWeights, promptTable } from "../../src/models/blocks/assm.ts";
import { windowAttention, windowAttentionWeights } from "../../src/models/blocks/window_attention.ts";
import { family } from "../../src/models/mambairv2/family.ts";
import { maskBetween } from "../../src/reference/attention.ts";
import type { Tensor } from "../../src/tensor.ts";
import type { Adapter } from "./adapter.ts";
import type { Fixture } from "./fixture.ts";
import { familyAdapter } from "./family.ts";
import { uniform } from "./formula.ts";
import { withWeights } from "./mambair.ts";
import { finish, stateDict } from "./net.ts";

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

const net = familyAdapter(family, {
  options: ({ config: { class: name, noise: _, ...options } }) => ({
    ...options,
    form: name === "MambaIRv2Light" ? "light" : "base",
    routing: "argmax",
  }),
  planar: (name) => name.startsWith("conv_"),
  choices: (_, fixture) => ({ noise: noiseOf(fixture) }),
  // Routes come image by image.
  read: (device, name, x) => name.startsWith("route.") ? readIndices(device, x) : undefined,
});

/** Adapters by the `model` of a fixture. */
export const MAMBAIRV2_ADAPTERS: Readonly<Record<string, Adapter>> = {
  window_attention: windowed,
  assm: stateSpace,
  MambaIRv2: net,
  MambaIRv2Light: net,
};
