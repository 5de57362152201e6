/**
 * What a language model remembers: the states of convolution and scan of every layer. Its size does not grow with the
 * text. A cache can be copied, saved, and resumed on any device.
 *
 * @module
 */
import type { Device } from "../../device.ts";
import { Ops } from "../../ops/ops.ts";
import { sizeOf, type Tensor, tensorOf } from "../../tensor.ts";
import { crc32 } from "../../bytes/crc32.ts";
import type { Checkpoint } from "../../checkpoint/checkpoint.ts";
import type { LayerState } from "../takes.ts";
import type { MambaLmConfig } from "./options.ts";

/** A cache as numbers: it can be stored, sent to a worker and restored on any device. */
export interface SavedCache {
  /** Names the weights it belongs to. */
  readonly fingerprint: string;
  /** Sequences. */
  readonly batch: number;
  /** Tokens that every sequence has seen. */
  readonly length: number;
  /** Of each layer, the states of the convolution [b, w − 1, e], then of the scan [b, e, n]. */
  readonly states: Float32Array;
}

/** The states of `batch` sequences on a device. */
export interface LanguageCache {
  /** Names the weights it belongs to. */
  readonly fingerprint: string;
  /** Where it lies. */
  readonly device: Device;
  /** Sequences. */
  readonly batch: number;
  /** Tokens that every sequence has seen. */
  readonly length: number;
  /** States of each layer. */
  readonly layers: readonly LayerState[];
  /** Another cache with the same contents. */
  copy(): Promise<LanguageCache>;
  /** The contents as numbers. */
  save(): Promise<SavedCache>;
  /** Runs a pass over `tokens` more tokens that writes the states; one that fails leaves a cache that refuses all use. */
  advance<T>(tokens: number, pass: () => Promise<T>): Promise<T>;
  /** Frees the device memory. */
  close(): void;
  /** Same as {@linkcode LanguageCache.close}. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** Names the weights of a model: its sizes, and the checksum of its last norm. */
export async function fingerprintOf(
  { entries }: Pick<Checkpoint, "entries">,
  { layers, mixer: { width, inner, stateSize } }: MambaLmConfig,
): Promise<string> {
  const norm = await entries.get("backbone.norm_f.weight")?.read() ?? new Float32Array(0);
  const print = crc32(new Uint8Array(norm.buffer, norm.byteOffset, norm.byteLength));
  return `mamba ${layers}x${width}x${inner}x${stateSize} ${(print >>> 0).toString(16).padStart(8, "0")}`;
}

/** Shapes of the states of a layer. */
export function stateShapes(c: MambaLmConfig, batch: number) {
  const { inner, convWidth, stateSize } = c.mixer;
  return { conv: [batch, 1, convWidth - 1, inner], scan: [batch, 1, inner, stateSize] } as const;
}

/** An empty cache. */
export function newCache(
  device: Device,
  c: MambaLmConfig,
  fingerprint: string,
  batch: number,
): Promise<LanguageCache> {
  if (!Number.isInteger(batch) || batch < 1) {
    throw new RangeError(
      `Cannot make a cache as batch must be a whole number of at least 1: current value is ${batch}`,
    );
  }
  const shapes = stateShapes(c, batch), size = c.layers * (sizeOf(shapes.conv) + sizeOf(shapes.scan));
  return restoreCache(device, c, fingerprint, { fingerprint, batch, length: 0, states: new Float32Array(size) });
}

/**
 * A saved cache on a device.
 *
 * @throws {TypeError} It belongs to another model.
 */
export function restoreCache(
  device: Device,
  c: MambaLmConfig,
  fingerprint: string,
  saved: SavedCache,
): Promise<LanguageCache> {
  const shapes = stateShapes(c, saved.batch), sizes = [sizeOf(shapes.conv), sizeOf(shapes.scan)] as const;
  if (saved.fingerprint !== fingerprint) {
    throw new TypeError(
      `Cannot restore a cache as it must be one of this model, ${fingerprint}: current one is of ${saved.fingerprint}`,
    );
  }
  const size = c.layers * (sizes[0] + sizes[1]), { states, batch, length } = saved;
  if (!(states instanceof Float32Array && states.length === size && length >= 0 && Number.isInteger(length))) {
    throw new TypeError(
      `Cannot restore a cache as it must be whole, with ${size} states as a Float32Array for ${batch} sequences: current ` +
        `number is ${states?.length}, after ${length} tokens`,
    );
  }
  return device.exclusive(() => Promise.resolve(place(device, c, saved, shapes, sizes)));
}

function place(
  device: Device,
  c: MambaLmConfig,
  saved: SavedCache,
  shapes: ReturnType<typeof stateShapes>,
  sizes: readonly [number, number],
): LanguageCache {
  let at = 0;
  const next = (shape: readonly number[], size: number): Tensor =>
    tensorOf(device.write(saved.states.slice(at, at += size), { life: "model" }), shape);
  const layers = Array.from({ length: c.layers }, () => ({
    conv: next(shapes.conv, sizes[0]),
    scan: next(shapes.scan, sizes[1]),
  }));
  let length = saved.length, state: "whole" | "broken" | "closed" = "whole";
  const guard = (action: string): void => {
    if (state === "broken") throw new Error(`Cannot ${action} a cache as it must be whole: a run stopped within it`);
    if (state === "closed") throw new Error(`Cannot ${action} a cache as it is closed`);
  };
  const read = async (): Promise<SavedCache> => {
    const parts = await Promise.all(layers.flatMap(({ conv, scan }) => [device.read(conv), device.read(scan)]));
    const states = new Float32Array(saved.states.length);
    let to = 0;
    for (const part of parts) {
      states.set(part, to);
      to += part.length;
    }
    return { fingerprint: saved.fingerprint, batch: saved.batch, length, states };
  };
  const cache: LanguageCache = {
    fingerprint: saved.fingerprint,
    device,
    batch: saved.batch,
    get length() {
      return length;
    },
    layers,
    copy() {
      guard("copy");
      return device.exclusive(() => {
        const other = place(device, c, { ...saved, length }, shapes, sizes);
        const ops = new Ops(device);
        for (const [i, layer] of layers.entries()) {
          ops.unary(layer.conv, "none", { out: other.layers[i]!.conv });
          ops.unary(layer.scan, "none", { out: other.layers[i]!.scan });
        }
        return device.flush().then(() => other);
      });
    },
    save() {
      guard("save");
      return device.exclusive(read);
    },
    async advance(tokens, pass) {
      guard("use");
      state = "broken";
      const result = await pass();
      state = "whole";
      length += tokens;
      return result;
    },
    close() {
      if (state === "closed") return;
      for (const { conv, scan } of layers) [conv, scan].forEach(({ buffer }) => device.free(buffer));
      state = "closed";
    },
    [Symbol.asyncDispose]() {
      cache.close();
      return Promise.resolve();
    },
  };
  return cache;
}
