/**
 * Cards of checkpoints: what is in any file, whether it can run here or not. Nothing of it is run.
 *
 * @module
 */
import type { Checkpoint } from "../../src/checkpoint/checkpoint.ts";
import { openCheckpoint } from "../../src/checkpoint/open.ts";
import type { CardReport, TensorStats } from "../protocol.ts";
import { checkpointFailure, Failure } from "./failures.ts";
import { dropModel, reportOf } from "./models.ts";

interface Card {
  readonly blobs: readonly Blob[];
  readonly name: string;
}

const cards = new Map<string, Card>();

/** Opens what was dropped: one file, or an index and the parts that it names. */
export function openParts(blobs: readonly Blob[], name: string): Promise<Checkpoint> {
  const [index, ...parts] = blobs as readonly [File, ...File[]];
  return openCheckpoint(new File([index], name), {
    openShard(shard) {
      const part = parts.find(({ name }) => name === shard);
      if (part) return part;
      throw new SyntaxError(`Cannot read ${name} as its parts must be dropped with it: ${shard} is missing`);
    },
  });
}

/** Looks into a checkpoint. What can run becomes one of the page's models. */
export async function inspect(blobs: readonly Blob[], name: string, id: string): Promise<CardReport> {
  try {
    const checkpoint = await openParts(blobs, name);
    try {
      const { format, root, entries, metadata, ignored, warnings } = checkpoint;
      const found = await reportOf(id, name, checkpoint).catch((error) => {
        const failure = checkpointFailure(error);
        if (failure.kind === "out-of-memory") throw failure;
        return failure;
      });
      const model = found instanceof Failure ? undefined : found;
      if (model) dropModel(id, blobs, name);
      cards.set(id, { blobs, name });
      return {
        ...{ id, name, format, root, ignored, warnings, model },
        bytes: blobs.reduce((sum, { size }) => sum + size, 0),
        tensors: [...entries.values()].map(({ name, shape, dtype }) => ({ name, shape, dtype })),
        metadata: Object.entries(metadata).map(([key, value]) => [key, value.slice(0, MOST_TEXT)]),
        refusal: found instanceof Failure ? found.message : undefined,
      };
    } finally {
      await checkpoint.close();
    }
  } catch (error) {
    throw checkpointFailure(error);
  }
}

/** Longest text of the metadata that is shown. */
const MOST_TEXT = 4000;
/** Bars of a histogram. */
const BARS = 32;

/** The range and the histogram of one tensor. */
export async function tensorStats(id: string, tensor: string): Promise<TensorStats> {
  const card = cards.get(id);
  if (!card) throw new Failure("other", `Cannot read ${tensor} as its file must be open: it is not`);
  const checkpoint = await openParts(card.blobs, card.name);
  try {
    const values = await checkpoint.entries.get(tensor)!.read();
    return statsOf(values);
  } catch (error) {
    throw checkpointFailure(error);
  } finally {
    await checkpoint.close();
  }
}

/** Range, mean and histogram of some numbers. */
export function statsOf(values: Float32Array): TensorStats {
  let min = Infinity, max = -Infinity, sum = 0, broken = 0;
  for (const value of values) {
    if (!Number.isFinite(value)) {
      broken++;
      continue;
    }
    if (value < min) min = value;
    if (value > max) max = value;
    sum += value;
  }
  const counts = new Array<number>(BARS).fill(0), good = values.length - broken;
  if (good === 0) return { min: NaN, max: NaN, mean: NaN, broken, histogram: counts };
  const scale = max > min ? BARS / (max - min) : 0;
  for (const value of values) {
    if (Number.isFinite(value)) counts[Math.min(BARS - 1, Math.floor((value - min) * scale))]!++;
  }
  return { min, max, mean: sum / good, broken, histogram: counts };
}
