/**
 * What a selective scan mixes, as if it were attention. With Δ, B and C taken from a run the scan is linear in its input u,
 * and its matrix is known exactly (Ali, Zimerman and Wolf 2024, "The Hidden Attention of Mamba Models"). See docs/inside.md.
 *
 * Glossary: l tokens, e channel, n states, k direction, t the step that takes, s the step that gives.
 *
 * @module
 */
import { softplus } from "../reference/activation.ts";
import { tokenAt } from "../reference/order.ts";
import type { ScanRecord } from "./watch_scans.ts";

/** The tokens in the order in which a direction walks over them. */
export function walkOf(scan: ScanRecord, direction: number): Uint32Array {
  const { length, gridWidth, orders, table } = scan;
  if (!Number.isInteger(direction) || direction < 0 || direction >= orders.length) {
    throw new RangeError(
      `Cannot follow a scan as direction must be from 0 to ${orders.length - 1}: current value is ${direction}`,
    );
  }
  const code = ORDER_CODES[orders[direction]!], view = table && { data: table, at: direction * length };
  return Uint32Array.from({ length }, (_, step) => tokenAt(step, 0, code, length, gridWidth, view));
}

const ORDER_CODES = { row: 0, rowReversed: 1, column: 2, columnReversed: 3, table: 4 } as const;

/** δ, B and C of one channel along the walk of a direction. */
interface Channel {
  /** δ_t of every step [l]. */
  readonly delta: Float64Array;
  /** Rows of B in `projection`, by step. */
  readonly B: Uint32Array;
  /** Rows of C. */
  readonly C: Uint32Array;
  /** Where A, D and the rest stand in `constants`. */
  readonly constants: number;
}

function channelOf(scan: ScanRecord, walk: Uint32Array, direction: number, e: number): Channel {
  const { length, channels, stateSize, rank, groups, projection, projectionStep } = scan;
  const columns = projection.length / length, deltas = rank || channels;
  const constants = (direction * channels + e) * (stateSize + 2 + rank);
  const group = Math.floor(e * groups / channels);
  const delta = new Float64Array(length), B = new Uint32Array(length), C = new Uint32Array(length);
  for (let t = 0; t < length; t++) {
    const row = walk[t]! * columns + direction * projectionStep;
    let value = scan.constants[constants + stateSize + 1]! + (rank ? 0 : projection[row + e]!);
    for (let r = 0; r < rank; r++) value += scan.constants[constants + stateSize + 2 + r]! * projection[row + r]!;
    delta[t] = scan.softplus ? softplus(value) : value;
    B[t] = row + deltas + group * stateSize;
    C[t] = B[t]! + groups * stateSize;
  }
  return { delta, B, C, constants };
}

/** Calls back with α_{t,s} for s = t, t − 1, …, 0: what step t takes of the input of step s. */
function eachGiver(scan: ScanRecord, channel: Channel, t: number, give: (s: number, alpha: number) => void): void {
  const { stateSize, projection, constants } = scan, { delta, B, C } = channel;
  // C_t ⊙ exp(A·Σ_{r = s+1…t} δ_r), which grows step by step on the way back.
  const left = Float64Array.from({ length: stateSize }, (_, n) => projection[C[t]! + n]!);
  for (let s = t; s >= 0; s--) {
    let alpha = s === t ? constants[channel.constants + stateSize]! : 0;
    for (let n = 0; n < stateSize; n++) {
      alpha += left[n]! * delta[s]! * projection[B[s]! + n]!;
      left[n]! *= Math.exp(delta[s]! * constants[channel.constants + n]!);
    }
    give(s, alpha);
  }
}

/**
 * The matrix of one channel in one direction, [tokens, tokens] row by row: entry (i, j) is ∂y_i/∂u_j with Δ, B and C held,
 * before any gate:
 *
 *     α_{t,s} = Σ_n C_t[n] · exp(A[n]·Σ_{r=s+1…t} δ_r) · δ_s · B_s[n]  (s < t),   α_{t,t} = Σ_n C_t[n]·δ_t·B_t[n] + D
 *
 * Steps t and s are those of the direction's walk; rows and columns of the result are tokens.
 *
 * @param scan A recorded scan.
 * @param direction Number of the direction.
 * @param channel Number of the channel.
 * @throws {RangeError} When there is no such direction or channel.
 *
 * @example
 * ```ts
 * import { scanAttention, type ScanRecord } from "@sidewinder/sidewinder/kernels";
 *
 * // One channel, one state, two tokens: Δ is 1, B and C are 1, A is −ln 2, D is 0.
 * const scan: ScanRecord = {
 *   ...{ length: 2, channels: 1, stateSize: 1, rank: 0, groups: 1, softplus: false, orders: ["row"], gridWidth: 2 },
 *   ...{ uStep: 0, projectionStep: 0, u: Float32Array.of(3, 5), projection: Float32Array.of(1, 1, 1, 1, 1, 1) },
 *   ...{ constants: Float32Array.of(-Math.LN2, 0, 0), table: undefined },
 * };
 * console.log(scanAttention(scan, 0, 0)); // 1, 0, ½, 1
 * ```
 */
export function scanAttention(scan: ScanRecord, direction: number, channel: number): Float64Array {
  const { length, channels } = scan, walk = walkOf(scan, direction);
  if (!Number.isInteger(channel) || channel < 0 || channel >= channels) {
    throw new RangeError(
      `Cannot take a channel's attention as channel must be from 0 to ${channels - 1}: current value is ${channel}`,
    );
  }
  const own = channelOf(scan, walk, direction, channel), matrix = new Float64Array(length * length);
  for (let t = 0; t < length; t++) {
    eachGiver(scan, own, t, (s, alpha) => matrix[walk[t]! * length + walk[s]!] = alpha);
  }
  return matrix;
}

function stepOf(walk: Uint32Array, token: number): number {
  const step = walk.indexOf(token);
  if (step >= 0) return step;
  throw new RangeError(
    `Cannot look at a token as it must be from 0 to ${walk.length - 1}: current value is ${token}`,
  );
}

/**
 * How strongly every token reaches one token in a scan: the length over all channels of what it adds there,
 * √Σ_e (Σ_k α_{t,s}·u_s)². With several directions their parts are added before the length is taken, as the scan adds them.
 *
 * @param scan A recorded scan.
 * @param token The token that is reached.
 * @param directions Numbers of the directions; all by default.
 * @throws {RangeError} When there is no such token or direction.
 *
 * @example
 * ```ts ignore
 * const strengths = reachInto(scans[5], 40); // [tokens]
 * ```
 */
export function reachInto(
  scan: ScanRecord,
  token: number,
  directions: readonly number[] = scan.orders.map((_, k) => k),
): Float64Array {
  const { length, channels, u, uStep } = scan, columns = u.length / length;
  const walks = directions.map((k) => walkOf(scan, k)), steps = walks.map((walk) => stepOf(walk, token));
  const squares = new Float64Array(length), added = new Float64Array(length);
  for (let e = 0; e < channels; e++) {
    added.fill(0);
    directions.forEach((k, i) => {
      const walk = walks[i]!;
      eachGiver(scan, channelOf(scan, walk, k, e), steps[i]!, (s, alpha) => {
        const from = walk[s]!;
        added[from]! += alpha * u[from * columns + k * uStep + e]!;
      });
    });
    for (let from = 0; from < length; from++) squares[from]! += added[from]! ** 2;
  }
  return squares.map(Math.sqrt);
}

/**
 * How much of what one token puts into the state is left at each step after it: exp(A·Σδ), the mean over channels and
 * states. The first number is 1, for the token's own step; the last is for the end of the walk.
 *
 * @param scan A recorded scan.
 * @param direction Number of the direction.
 * @param token The token that gives.
 * @throws {RangeError} When there is no such token or direction.
 *
 * @example
 * ```ts ignore
 * const left = stateDecay(scans[5], 0, 40); // 1, 0.93, 0.88, …
 * ```
 */
export function stateDecay(scan: ScanRecord, direction: number, token: number): Float64Array {
  const { length, channels, stateSize, constants } = scan;
  const walk = walkOf(scan, direction), from = stepOf(walk, token);
  const left = new Float64Array(length - from);
  for (let e = 0; e < channels; e++) {
    const { delta, constants: at } = channelOf(scan, walk, direction, e);
    for (let n = 0; n < stateSize; n++) {
      for (let step = from, sum = 0; step < length; step++) {
        if (step > from) sum += delta[step]!;
        left[step - from]! += Math.exp(constants[at + n]! * sum);
      }
    }
  }
  return left.map((sum) => sum / (channels * stateSize));
}
