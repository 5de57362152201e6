/**
 * What opening a checkpoint may cost. Each limit is far beyond any model that runs here, and can be set.
 *
 * @module
 */
import { type Turn, turnsOf } from "../bytes/turns.ts";

/** What opening a checkpoint may cost before a tensor is read. */
export interface CheckpointLimits {
  /** Bytes of the header of a safetensors file, or of an index of shards; 25 MB, some 200,000 tensors, by default. */
  readonly headerBytes?: number | undefined;
  /** Bytes of a pickle; 16 MiB by default: a training checkpoint of a thousand tensors has half of one. */
  readonly pickleBytes?: number | undefined;
  /** Values of a pickle, some 50 bytes in memory each; 2 million by default. */
  readonly pickleValues?: number | undefined;
  /** Bytes of the directory of a zip archive; 32 MiB by default. */
  readonly directoryBytes?: number | undefined;
  /** Bytes that deflated entries inflate to, as a multiple of the file (small files: 16 MiB); 64 by default. */
  readonly inflation?: number | undefined;
  /** Bytes of all tensors as a multiple of the file (small files: 64 MiB), as they may share storages; 64 by default. */
  readonly sharing?: number | undefined;
  /** Files that an index may name; 1000 by default. */
  readonly shards?: number | undefined;
}

/** All limits. */
export type Limits = { readonly [name in keyof CheckpointLimits]-?: number };

const USUAL: Limits = {
  headerBytes: 25_000_000,
  pickleBytes: 16 * 2 ** 20,
  pickleValues: 2_000_000,
  directoryBytes: 32 * 2 ** 20,
  inflation: 64,
  sharing: 64,
  shards: 1000,
};

/** How a checkpoint is opened: within which limits, and when it stands still for others. */
export interface Opening {
  readonly limits: Limits;
  readonly turn: Turn;
}

/**
 * Completes what a caller says.
 *
 * @throws {RangeError} When a limit is none that is known, or no positive number.
 */
export function openingOf(limits: CheckpointLimits = {}, signal?: AbortSignal): Opening {
  const given = Object.entries(limits).filter(([, value]) => value !== undefined);
  for (const [name, value] of given) {
    if (!Object.hasOwn(USUAL, name) || !(typeof value === "number" && value > 0)) {
      throw new RangeError(
        `Cannot open a checkpoint as its limits must be positive numbers by the names ${
          Object.keys(USUAL).join(", ")
        }: ` +
          `current ${name} is ${value}`,
      );
    }
  }
  return { limits: { ...USUAL, ...Object.fromEntries(given) }, turn: turnsOf(signal) };
}
