/**
 * Vision Mamba (Zhu et al. 2024, arXiv 2401.09417). Mirrors `VisionMamba` of hustvl/Vim.
 *
 * The stream of a block is h + r of the official code: each mixer adds to it in place. Where h and r are told apart
 * (rope turns h alone, paired layers double r) they are kept apart.
 *
 * Glossary: b batch, m patches, l tokens, d width, p patch side.
 *
 * @module
 */
import { type Bound, derived, tensor } from "../../checkpoint/weights.ts";
import type { Ops } from "../../ops/ops.ts";
import type { Tap } from "../../run/run_model.ts";
import { reshape, rowAt, type Tensor } from "../../tensor.ts";
import { blockWeights, mixer, norm, normOf, normWeights } from "../blocks/mamba.ts";
import { resizePosEmbed, rotaryTable } from "../blocks/pos_embed.ts";
import { choose, type Chosen, type VimChoices } from "./choices.ts";
import { classTokens, type VimConfig } from "./options.ts";

const patches = (c: VimConfig): number => c.grid[0] * c.grid[1];
const tokens = (c: VimConfig): number => patches(c) + classTokens(c);

/** Checkpoint keys that are recomputed. */
export const VIM_IGNORED = [/^rope\.freqs_(cos|sin)$/] as const;

/** Weights of a Vision Mamba; the keys are those of the official state dict. */
export function vimWeights(c: VimConfig) {
  const d = c.mixer.width, l = tokens(c), old = c.posEmbedGrid[0] * c.posEmbedGrid[1] + classTokens(c);
  const token = tensor("plain", [1, d], { stored: [1, 1, d] });
  return {
    patch_embed: {
      proj: { weight: tensor("conv2d", [d, c.channels, c.patch, c.patch]), bias: tensor("plain", [d]) },
    },
    cls_token: c.classToken === "head" || c.classToken === "middle" ? token : undefined,
    cls_tokens: c.classToken === "double"
      ? derived("plain", [2, d], { cls_token_head: [1, 1, d], cls_token_tail: [1, 1, d] }, (parts) => {
        return Float32Array.from([...parts.cls_token_head!, ...parts.cls_token_tail!]);
      })
      : undefined,
    positions: c.posEmbed
      ? derived("plain", [l, d], { pos_embed: [1, old, d] }, ({ pos_embed }) => {
        return resizePosEmbed(pos_embed!, d, c.posEmbedGrid, c.grid, c.classToken, c.posEmbedResize);
      })
      : undefined,
    rotations: c.rope ? derived("plain", [l, d], {}, () => rotaryTable(c, l)) : undefined,
    layers: Array.from({ length: c.depth }, () => blockWeights(c)),
    norm_f: normWeights(d, c.rmsNorm),
    head: c.classes > 0 ? { weight: tensor("linear", [c.classes, d]), bias: tensor("plain", [c.classes]) } : undefined,
  } as const;
}

/** Weights of a Vision Mamba on a device. */
export type VimWeights = Bound<ReturnType<typeof vimWeights>>;

/** Image [b, height, width, channels], normalised, to logits [b, classes] (or what the pool of the configuration says). */
export function* vim(
  ops: Ops,
  w: VimWeights,
  c: VimConfig,
  image: Tensor,
  tap?: Tap,
  choices?: VimChoices,
): Generator<void, Tensor> {
  const chosen = choose(c, choices), start = embed(ops, w, c, image, chosen, tap); // [b, l, d]
  yield;
  const features = c.rope || c.paired
    ? yield* separateLayers(ops, w, c, start, chosen, tap)
    : yield* streamLayers(ops, w, c, start, chosen, tap);
  tap?.("features", features);
  return head(ops, w, c, features);
}

function embed(ops: Ops, w: VimWeights, c: VimConfig, image: Tensor, chosen: Chosen, tap?: Tap): Tensor {
  const [batch, height, width] = image.shape;
  if (height !== c.imageSize[0] || width !== c.imageSize[1] || image.shape[3] !== c.channels) {
    throw new TypeError(
      `Cannot run Vim as image must have the shape [batch, ${
        c.imageSize.join(", ")
      }, ${c.channels}]: current shape is [${image.shape.join(", ")}]`,
    );
  }
  const d = c.mixer.width, m = patches(c), { proj } = w.patch_embed;
  const embedded = ops.conv2d(image, proj.weight, { bias: proj.bias, stride: c.stride }); // [b, grid, grid, d]
  let x = reshape(embedded, [batch!, m, d]);
  tap?.("patch_embed", x);

  const classes = w.cls_token ?? w.cls_tokens;
  if (classes) x = ops.gatherRows(x, ops.input(tokenRows(c, chosen), [tokens(c)]), { extra: classes }); // [b, l, d]
  if (w.positions) x = ops.add(x, w.positions);
  if (chosen.rank) x = ops.gatherRows(x, ops.input(chosen.rank, [tokens(c)]));
  if (chosen.flip) x = reversed(ops, x);
  return x;
}

/** For every token the row it comes from: a patch, or past the patches a class token. */
function tokenRows(c: VimConfig, { position }: Chosen): Uint32Array {
  const m = patches(c), rows = Array.from({ length: m }, (_, i) => i);
  if (c.classToken === "double") return Uint32Array.from([m, ...rows, m + 1]);
  return Uint32Array.from([...rows.slice(0, position), m, ...rows.slice(position)]);
}

function reversed(ops: Ops, x: Tensor): Tensor {
  const length = x.shape[1]!;
  return ops.gatherRows(x, ops.input(Uint32Array.from({ length }, (_, i) => length - 1 - i), [length]));
}

function* streamLayers(
  ops: Ops,
  w: VimWeights,
  c: VimConfig,
  x: Tensor,
  chosen: Chosen,
  tap?: Tap,
): Generator<void, Tensor> {
  tap?.("tokens", x);
  for (const [i, layer] of w.layers.entries()) {
    using _ = ops.scope();
    mixer(ops, layer.mixer, c.mixer, x, { norm: normOf(layer.norm, c), into: x });
    tap?.(`layer.${i}`, x);
    yield;
  }
  return pool(ops, c, x, chosen, (rows) => norm(ops, w.norm_f, c, rows));
}

/** The layers with the hidden state h and the residual r apart. */
function* separateLayers(
  ops: Ops,
  w: VimWeights,
  c: VimConfig,
  h: Tensor,
  chosen: Chosen,
  tap?: Tap,
): Generator<void, Tensor> {
  // The angles belong to the tokens, so that a reversed sequence walks them from the end; official pairs of layers forget that.
  const rotations = w.rotations && chosen.flip && !c.paired
    ? reshape(reversed(ops, reshape(w.rotations, [1, ...w.rotations.shape])), w.rotations.shape)
    : w.rotations;
  const r = ops.zeros(h.shape); // [b, l, d]
  const tapSum = (name: string, hidden: Tensor, flip = false) => {
    if (!tap) return;
    const sum = ops.add(hidden, r);
    tap(name, flip ? reversed(ops, sum) : sum);
  };
  const depth = c.paired ? 2 * Math.floor(c.depth / 2) : c.depth;
  for (let i = 0; i < depth; i += c.paired ? 2 : 1) {
    using _ = ops.scope();
    const turned = rotations ? ops.binary("rotate", h, rotations) : h;
    if (rotations && c.ropeResidual) ops.unary(ops.binary("rotate", r, rotations), "none", { out: r });
    if (i === 0) tap?.("tokens", turned);

    const first = w.layers[i]!, second = w.layers[i + 1];
    const x = norm(ops, first.norm, c, turned, r); // r becomes h + r
    mixer(ops, first.mixer, c.mixer, x, { out: h });
    tapSum(`layer.${i}`, h);
    if (c.paired) {
      const back = mixer(ops, second!.mixer, c.mixer, r, { norm: normOf(second!.norm, c), reversed: true });
      tapSum(`layer.${i + 1}`, back, true);
      ops.unary(ops.add(h, back), "none", { out: h });
      ops.unary(ops.add(r, r), "none", { out: r });
    }
    yield;
  }
  return pool(ops, c, ops.add(h, r), chosen, (rows) => norm(ops, w.norm_f, c, rows));
}

/** The normalised tokens that count: [b, d], or all of them [b, l, d] for the pools `max` and `all` without class token. */
function pool(
  ops: Ops,
  c: VimConfig,
  x: Tensor,
  { classAt }: Chosen,
  normalise: (rows: Tensor) => Tensor,
): Tensor {
  const m = patches(c);
  if (c.classToken === "double") {
    const ends = ops.gatherRows(x, ops.input(Uint32Array.from(classAt), [2])); // [b, 2, d]
    return ops.meanRows(normalise(ends));
  }
  const at = classAt[0] ?? (c.pool === "none" ? m - 1 : undefined);
  if (at !== undefined) return normalise(rowAt(x, at));
  const all = normalise(x);
  return c.pool === "mean" ? ops.meanRows(all) : all;
}

function head(ops: Ops, w: VimWeights, c: VimConfig, features: Tensor): Tensor {
  const logits = w.head ? ops.linear(features, w.head.weight, { bias: w.head.bias }) : features;
  if (c.pool !== "max") return logits;
  // The official forward takes max(dim=1) whatever stands there: the tokens, or with a class token the classes.
  const [batch, size] = logits.shape as readonly [number, number];
  return ops.maxRows(logits.shape.length === 3 ? logits : reshape(logits, [batch, size, 1]));
}
