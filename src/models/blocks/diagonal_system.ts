/**
 * A time-invariant diagonal state space on a device, in its two forms: one causal convolution with a kernel as long as the
 * sequence, or a recurrence of a complex product and two real ones a step. Both are the same function (Gu et al. 2022,
 * arXiv 2206.11893). Half of the states are stored, the others are their conjugates.
 *
 * Glossary: b batch, l tokens, h channels, n stored states.
 *
 * @module
 */
import { type Bound, derived, type Parts, type Weight } from "../../checkpoint/weights.ts";
import type { Activation } from "../../kernels.ts";
import type { Ops } from "../../ops/ops.ts";
import { reshape, rowAt, type Tensor } from "../../tensor.ts";

/** How a system is discretised: the true zero-order hold, or the bilinear rule. */
export type DiagonalRule = "zoh" | "bilinear";

/** Which form computes a layer; `auto` takes the convolution up to 256 tokens and no carried state. */
export type DiagonalForm = "convolution" | "recurrence" | "auto";

/** Shape of a system and the keys of its parameters. */
export interface DiagonalConfig {
  /** Channels, h. */
  readonly channels: number;
  /** Stored states per channel, n: half of the state size, rounded down. */
  readonly states: number;
  /** Discretisation. */
  readonly rule: DiagonalRule;
  /** Key → shape of log δ [h], log(−Re A) [h, n], Im A [h, n], C [h, n, 2], and B [h, n, 2] where it is not 1. */
  readonly keys: {
    /** Key of log δ. */
    readonly logDt: string;
    /** Key of log(−Re A). */
    readonly logRealA: string;
    /** Key of Im A. */
    readonly imagA: string;
    /** Key of C. */
    readonly C: string;
    /** Key of B. */
    readonly B?: string;
    /** Key of D [h]; absent: none is added. */
    readonly D?: string;
  };
  /** Whether C is stored as [1, h, n, 2]. */
  readonly framed?: boolean;
}

/** Longest sequence that `auto` convolves. */
const LONGEST_CONVOLUTION = 256;

const shapesOf = ({ channels: h, states: n, keys, framed }: DiagonalConfig): Record<string, readonly number[]> => ({
  [keys.logDt]: [h],
  [keys.logRealA]: [h, n],
  [keys.imagA]: [h, n],
  [keys.C]: framed ? [1, h, n, 2] : [h, n, 2],
  ...(keys.B ? { [keys.B]: [h, n, 2] } : {}),
  ...(keys.D ? { [keys.D]: [h] } : {}),
});

/** Ā, B̄ and C of one state as complex numbers. */
function stateOf({ states, rule, keys }: DiagonalConfig, parts: Parts, i: number) {
  const delta = Math.exp(parts[keys.logDt]![Math.floor(i / states)]!);
  const re = -Math.exp(parts[keys.logRealA]![i]!), im = parts[keys.imagA]![i]!;
  const C = [parts[keys.C]![2 * i]!, parts[keys.C]![2 * i + 1]!] as const;
  const B = keys.B ? [parts[keys.B]![2 * i]!, parts[keys.B]![2 * i + 1]!] as const : [1, 0] as const;
  let decay: readonly [number, number], drive: readonly [number, number];
  if (rule === "zoh") {
    const size = Math.exp(delta * re);
    decay = [size * Math.cos(delta * im), size * Math.sin(delta * im)];
    drive = divide([decay[0] - 1, decay[1]], [re, im]);
  } else {
    const half = [delta / 2 * re, delta / 2 * im] as const, below = [1 - half[0], -half[1]] as const;
    decay = divide([1 + half[0], half[1]], below);
    drive = divide([delta, 0], below);
  }
  return { decay, drive: multiply(B, drive), C };
}

type Complex = readonly [number, number];

const multiply = ([a, b]: Complex, [c, d]: Complex): Complex => [a * c - b * d, a * d + b * c];

function divide([a, b]: Complex, [c, d]: Complex): Complex {
  const size = c * c + d * d;
  return [(a * c + b * d) / size, (b * c - a * d) / size];
}

/** The convolution kernel K_l = 2·Re Σ_n C_n·B̄_n·Ā_n^l, with D added to K_0, as filters [1, h, l] with the last tap first. */
function kernelOf(c: DiagonalConfig, parts: Parts, length: number): Float32Array {
  const kernel = new Float64Array(c.channels * length);
  for (let i = 0; i < c.channels * c.states; i++) {
    const { decay, drive, C } = stateOf(c, parts, i), end = (Math.floor(i / c.states) + 1) * length - 1;
    let term = multiply(C, drive);
    for (let l = 0; l < length; l++, term = multiply(term, decay)) kernel[end - l]! += 2 * term[0];
  }
  if (c.keys.D) parts[c.keys.D]!.forEach((D, h) => kernel[(h + 1) * length - 1]! += D);
  return Float32Array.from(kernel);
}

/** Tree of the weights of a system. */
export type DiagonalSpec = {
  readonly kernel: Weight | undefined;
  readonly decay: Weight;
  readonly drive: Weight;
  readonly readout: Weight;
  readonly skip: Weight | undefined;
};

/**
 * Weights of a system: of the recurrence always, of the convolution for sequences of `length`.
 *
 * @param length Tokens of the convolutional form; 0: there is none.
 */
export function diagonalWeights(c: DiagonalConfig, length: number): DiagonalSpec {
  const { channels: h, states: n } = c, shapes = shapesOf(c);
  const each = (value: (state: ReturnType<typeof stateOf>) => Complex) => (parts: Parts) => {
    const out = new Float32Array(2 * h * n);
    for (let i = 0; i < h * n; i++) out.set(value(stateOf(c, parts, i)), 2 * i);
    return out;
  };
  return {
    kernel: length > 0 ? derived("conv1d", [1, h, length], shapes, (parts) => kernelOf(c, parts, length)) : undefined,
    decay: derived("plain", [1, 2 * h * n], shapes, each(({ decay }) => decay)),
    drive: derived("linear", [h, 2 * n, 1], shapes, each(({ drive }) => drive)),
    // 2·Re(C·s) = Σ 2·Re C·Re s − 2·Im C·Im s.
    readout: derived("linear", [h, 1, 2 * n], shapes, each(({ C }) => [2 * C[0], -2 * C[1]])),
    skip: c.keys.D ? derived("plain", [1, h], shapes, (parts) => parts[c.keys.D!]!.slice()) : undefined,
  };
}

/** Weights of a system on a device. */
export type DiagonalWeights = Bound<DiagonalSpec>;

/** How a system is run. */
export interface DiagonalOptions {
  /** `auto` by default. */
  readonly form?: DiagonalForm;
  /** Applied to the result. */
  readonly activation?: Activation;
  /** State [b, h·n·2] to go on from and to leave behind, of the recurrence; zeros begin a sequence. */
  readonly state?: Tensor;
}

/**
 * u [b, l, h] → [b, l, h]: y = K ∗ u + D·u.
 *
 * @throws {RangeError} The convolution is asked for with a state, or over more tokens than its kernel has.
 */
export function diagonalSystem(
  ops: Ops,
  w: DiagonalWeights,
  u: Tensor,
  { form = "auto", activation = "none", state }: DiagonalOptions = {},
): Tensor {
  const [batch, length] = u.shape as [number, number], taps = w.kernel?.shape[2] ?? 0;
  const fits = !state && length <= taps;
  if (form === "convolution" && !fits) {
    throw new RangeError(
      `Cannot convolve as there must be no state and at most ${taps} tokens: there are ${length}${
        state ? " and a state" : ""
      }`,
    );
  }
  if (form === "convolution" || form === "auto" && fits && length <= LONGEST_CONVOLUTION) {
    return ops.causalConv1d(u, w.kernel!, { orders: ["row"], activation });
  }
  const [channels] = w.drive.shape as [number], size = w.decay.shape[1]!;
  const held = state ?? ops.zeros([batch, size]);
  const y = ops.empty([batch, length, channels]);
  for (let t = 0; t < length; t++) {
    using _ = ops.scope();
    const now = rowAt(u, t), out = rowAt(y, t); // [b, h]
    const next = ops.binary("rotate", held, w.decay); // Ā·s
    ops.linear(now, w.drive, { into: next }); // + B̄·u
    ops.unary(next, "none", { out: held });
    ops.linear(next, w.readout, { out }); // 2·Re(C·s)
    if (w.skip) ops.binary("multiply", now, w.skip, { into: out });
  }
  return activation === "none" ? y : ops.unary(reshape(y, [batch, length, channels]), activation);
}
