/**
 * What a restoration costs before anything is decoded.
 *
 * @module
 */
import type { Model } from "../load_model.ts";
import { predictMilliseconds } from "../run/run_model.ts";
import type { Size } from "./size.ts";
import { roundUp, SHORTEST } from "./tiling.ts";

const perPixel = new WeakMap<Model, number>();

/** Milliseconds on a modest core for a pixel that a net sees. */
function pixelCost(model: Model): number {
  const known = perPixel.get(model);
  if (known !== undefined) return known;
  const side = roundUp(SHORTEST, model.multiple), shape = [1, side, side, model.channels];
  const cost = predictMilliseconds(model.device, (ops) => model.forward(ops, ops.empty(shape)), 1)! / side ** 2;
  perPixel.set(model, cost);
  return cost;
}

/** Milliseconds that nets take on a modest core for an image of that size, one after the other. */
export function netsCost(nets: readonly Model[], { width, height }: Size): number {
  let pixels = width * height, cost = 0;
  for (const net of nets) {
    cost += pixels * pixelCost(net);
    pixels *= net.scale ** 2;
  }
  return cost;
}
