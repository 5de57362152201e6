/**
 * Pictures into sRGB, by what is attached to them.
 *
 * @module
 */
import { turnsOf } from "../../bytes/turns.ts";
import { profileFor } from "../attached/profile.ts";
import { colourOf } from "../attached.ts";
import type { CodecModules } from "../codecs.ts";
import { latin1 } from "../headers/bytes.ts";
import type { Pixels } from "../pixels.ts";
import { openTransform, type Transform } from "./transform.ts";

/** Pixels that are converted at once. */
const PIXELS = 1 << 16;

/** A converted pixel takes as long as so many bytes of {@linkcode turnsOf}. */
const CONVERTED = 16;

/** A grid of colours by which a profile that is sRGB already is told. */
const STEPS = [0, 36, 73, 109, 146, 182, 219, 255];

/** Whether a transform changes no colour by more than a level. */
function changesNothing(transform: Transform, colours: number, depth: 8 | 16): boolean {
  const eight = colours === 1
    ? STEPS.map((v) => [v])
    : STEPS.flatMap((r) => STEPS.flatMap((g) => STEPS.map((b) => [r, g, b])));
  const flat = eight.flat(), scale = depth === 16 ? 257 : 1;
  const samples = depth === 16 ? Uint16Array.from(flat, (v) => v * scale) : Uint8Array.from(flat);
  const out = transform.apply(samples);
  return eight.every((sample, i) =>
    [0, 1, 2].every((c) => Math.abs(out[3 * i + c]! - scale * (sample[c] ?? sample[0]!)) <= scale)
  );
}

/** The picture in sRGB; itself, and a reason given to `told`, where its colours cannot be converted. */
export async function pixelsToSrgb(
  pixels: Pixels,
  told: (reason: string) => void,
  modules: CodecModules = {},
  signal?: AbortSignal,
): Promise<Pixels> {
  const { data, channels, attached = {} } = pixels, colours = channels >= 3 ? 3 : 1;
  const wide = data instanceof Uint16Array, depth = wide ? 16 : 8;
  const { profile: _, coding: __, ...rest } = attached, { attached: ___, ...bare } = pixels;
  const done = (samples: Pixels["data"]): Pixels => (
    { ...bare, data: samples, ...(Object.keys(rest).length > 0 && { attached: rest }) }
  );
  const profile = profileFor(colourOf(attached), channels, told);
  if (!profile) return attached.profile || attached.coding?.cicp ? pixels : done(data);
  let transform: Transform;
  try {
    transform = await openTransform(profile, colours, depth, modules);
  } catch (error) {
    told(`its profile (${latin1(profile, 16, 4).trim()}) cannot be used: ${(error as Error).message}`);
    return pixels;
  }
  try {
    if (changesNothing(transform, colours, depth)) return done(data);
    const out = wide ? new Uint16Array(data.length) : new Uint8Array(data.length);
    const turn = turnsOf(signal), part = wide ? new Uint16Array(PIXELS * colours) : new Uint8Array(PIXELS * colours);
    for (let first = 0, total = data.length / channels; first < total; first += PIXELS) {
      const count = Math.min(PIXELS, total - first);
      for (let p = 0; p < count; p++) {
        for (let c = 0; c < colours; c++) part[p * colours + c] = data[(first + p) * channels + c]!;
      }
      const converted = transform.apply(part.subarray(0, count * colours));
      for (let p = 0; p < count; p++) {
        const at = (first + p) * channels;
        for (let c = 0; c < colours; c++) out[at + c] = converted[3 * p + (colours === 1 ? 1 : c)]!;
        if (channels === 2 || channels === 4) out[at + channels - 1] = data[at + channels - 1]!;
      }
      const pause = turn(CONVERTED * count);
      if (pause) await pause;
    }
    return done(out);
  } finally {
    transform.close();
  }
}
