import { MOST_SCAN_STATE } from "../kernels.ts";
import { columnsOf, type Tensor } from "../tensor.ts";
import {
  bandOf,
  carryBits,
  expectAtMost,
  expectCount,
  expectShape,
  fail,
  sequenceShape,
  walkParams,
} from "./checks.ts";
import type { Issue } from "./issue.ts";
import type { Band, Carry, Walk } from "./options.ts";

/** Options of {@linkcode Ops.selectiveScan}. */
export interface ScanOptions extends Walk {
  /** States per channel. */
  readonly stateSize: number;
  /** Groups of channels that share B and C (1). */
  readonly groups?: number;
  /** Whether Δ goes through softplus (true). */
  readonly softplus?: boolean;
  /** Whether all directions read the same columns of `u` (else direction k has its own). */
  readonly sharedInput?: boolean;
  /** Whether all directions read the same columns of `projection` (else direction k has its own). */
  readonly sharedProjection?: boolean;
  /** Gate [b, l, c]. */
  readonly z?: Tensor | undefined;
  /** State from or for another call. */
  readonly carry?: Carry;
  /** A tensor the result is added to in place. */
  readonly into?: Tensor;
  /** A tensor the result is written to. */
  readonly out?: Tensor;
  /** Steps to do now; all when absent. Needs `into` when there is more than one direction. */
  readonly steps?: Band;
}

const OP = "selectiveScan";

/** See {@linkcode Ops.selectiveScan}. */
export function selectiveScan(
  issue: Issue,
  u: Tensor,
  projection: Tensor,
  constants: Tensor,
  options: ScanOptions,
): Tensor {
  const { stateSize, groups = 1, z, carry, into, table } = options;
  const [batch, length] = sequenceShape(OP, u);
  if (constants.shape.length !== 3) fail(OP, "constants", "be [directions, channels, stateSize + 2 + rank]", constants);
  const [directions, channels, width] = constants.shape as [number, number, number];
  const rank = width - 2 - stateSize;
  if (rank < 0) fail(OP, "constants", `have at least ${stateSize + 2} columns for ${stateSize} states`, constants);
  expectCount(OP, "stateSize", stateSize);
  expectCount(OP, "groups", groups);
  expectAtMost(OP, "76 · stateSize + 32 · rank", 76 * stateSize + 32 * rank, MOST_SCAN_STATE);
  const shared = options.sharedInput ?? directions === 1;
  if (columnsOf(u) !== (shared ? channels : directions * channels)) {
    fail(OP, "u", `have ${shared ? channels : directions * channels} columns`, u);
  }
  const step = (rank || channels) + 2 * groups * stateSize;
  expectShape(OP, "projection", projection, [batch, length, options.sharedProjection ? step : directions * step]);
  if (channels % groups !== 0) fail(OP, "constants", `have a number of channels that ${groups} divides`, constants);
  if (z) expectShape(OP, "z", z, [batch, length, channels]);
  if (carry) expectShape(OP, "state", carry.state, [batch, directions, channels, stateSize]);
  const { first, count } = bandOf(OP, options.steps, length);
  if (count < length && directions > 1 && !into) {
    throw new TypeError(
      "Cannot run selectiveScan as a band of several directions must have a zeroed `into`: it has none",
    );
  }
  const walk = walkParams(OP, options, directions, length);
  const out = issue.target(OP, [batch, length, channels], options);
  issue.run("selective_scan", { u, projection, constants, z, order: table, state: carry?.state, out }, {
    batch,
    length,
    channels,
    stateSize,
    rank,
    groups,
    directions,
    ...walk,
    softplus: options.softplus === false ? 0 : 1,
    uStride: u.stride,
    uStep: shared ? 0 : channels,
    projectionStride: projection.stride,
    projectionStep: options.sharedProjection ? 0 : step,
    zStride: z?.stride ?? 0,
    outStride: out.stride,
    accumulate: into ? 1 : 0,
    carry: carryBits(carry),
    firstStep: first,
    stepCount: count,
  });
  return out;
}
