/**
 * Calls of every op as a hostile or careless caller would make them: shapes that do not fit, numbers that are none, sizes of
 * nothing. About half of them are right.
 *
 * @module
 */
import type { Role } from "../../src/device.ts";
import { ACTIVATIONS, BINARY_OPERATIONS, SCAN_ORDERS } from "../../src/kernels.ts";
import type { Ops } from "../../src/ops/ops.ts";
import { columns, reshape, sizeOf, type Tensor, tensorOf } from "../../src/tensor.ts";
import { Draw } from "../draw.ts";

const SIZES = [1, 1, 2, 3, 4, 5, 7, 8, 9, 12, 13, 17, 0];
const ODD = [0, -1, 1.5, NaN, Infinity, 2 ** 31, 2 ** 32, 2 ** 32 + 1, -(2 ** 31)];

/** Makes the arguments of one call. */
class Wild {
  readonly #ops: Ops;
  readonly #draw: Draw;
  /** Chance in a hundred that a thing is not what it should be. */
  readonly #chaos: number;

  constructor(ops: Ops, seed: number, tame: boolean) {
    this.#ops = ops;
    this.#draw = new Draw({ mood: "ordinary", viewed: false, seed });
    this.#chaos = this.below(2) && !tame ? 12 : 0;
  }

  below(count: number): number {
    return this.#draw.below(count);
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }

  size(): number {
    return this.pick(SIZES);
  }

  get strange(): boolean {
    return this.below(100) < this.#chaos;
  }

  /** A number that should be this one. */
  about(value: number): number {
    return this.strange ? this.pick([value + 1, value - 1, ...ODD]) : value;
  }

  /** A shape that should be this one: a size too much, too little, another. */
  shape(right: readonly number[]): number[] {
    const shape = [...right];
    if (!this.strange) return shape;
    const at = this.below(shape.length);
    const change = this.below(4);
    if (change === 0) shape.splice(at, 1);
    else if (change === 1) shape.splice(at, 0, this.size());
    else shape[at] = change === 2 ? this.size() : Math.max(0, shape[at]! + this.pick([-1, 1]));
    return shape;
  }

  tensor(right: readonly number[]): Tensor {
    const shape = this.shape(right), width = shape.at(-1) ?? 1, gap = this.below(3);
    if (shape.length === 0 || gap === 0) return this.#ops.input(this.#draw.numbers(sizeOf(shape)), shape);
    const wide = [...shape.slice(0, -1), width + gap];
    return columns(this.#ops.input(this.#draw.numbers(sizeOf(wide)), wide), this.below(gap + 1), width);
  }

  /** A tensor that may be absent. */
  maybe(right: readonly number[]): Tensor | undefined {
    return this.below(2) ? this.dense(right) : undefined;
  }

  dense(right: readonly number[]): Tensor {
    const shape = this.shape(right);
    return this.#ops.input(this.#draw.numbers(sizeOf(shape)), shape);
  }

  weight(role: Role, right: readonly number[], options: { stateSize?: number; compact?: boolean } = {}): Tensor {
    const shape = this.shape(right), drawn = this.#draw.numbers(sizeOf(shape), -1, 0);
    const data = options.compact ? Float32Array.from(new Float16Array(drawn)) : drawn;
    return tensorOf(this.#ops.device.write(data, { role, shape, life: "run", ...options }), shape);
  }

  /** Row numbers, some of which lead nowhere. */
  indices(shape: readonly number[], below: number): Tensor {
    const values = Uint32Array.from(
      { length: sizeOf(shape) },
      () => this.strange ? this.pick([below, 2 ** 31, 2 ** 32 - 1]) : this.below(below),
    );
    return this.#ops.input(values, shape);
  }

  /** A table of tokens, each once in every direction. */
  table(directions: number, length: number): Tensor {
    const tokens = Array.from(
      { length: directions },
      () =>
        Array.from({ length }, (_, token) => [this.#draw.next(), token] as const).sort(([a], [b]) => a - b)
          .map(([, token]) => token),
    );
    const shape = this.shape([directions, length]), values = new Uint32Array(sizeOf(shape));
    values.set(tokens.flat().slice(0, values.length));
    if (this.strange && values.length > 0) {
      values[this.below(values.length)] = this.pick([length, 2 ** 31, 2 ** 32 - 1]);
    }
    return this.#ops.input(values, shape);
  }

  band(total: number) {
    if (this.below(2)) return {};
    const first = this.about(this.below(total + 1)), count = this.about(this.below(total - (first || 0) + 1));
    return { first, count };
  }

  epilogue(rows: readonly number[], channels: number) {
    const target = this.pick(["new", "new", "into", "out"]);
    return {
      bias: this.maybe([channels]),
      activation: this.pick(ACTIVATIONS),
      slope: 0.1,
      ...(target === "new" ? {} : { [target]: this.tensor([...rows, channels]) }),
      ...(target === "into" ? { scale: this.maybe([channels]) } : {}),
    };
  }
}

type Call = (wild: Wild, ops: Ops) => unknown;

/** Bands are given only when they were drawn. */
const given = <K extends string>(name: K, band: object) =>
  (Object.keys(band).length > 0 ? { [name]: band } : {}) as object;

/** A product; `compact` with a weight of 16 bits. */
const product = (compact: boolean): Call => (w, ops) => {
  const [rows, inner, outer] = [w.size(), w.size(), w.size()] as const;
  const groups = compact && w.below(20) ? 1 : w.pick([1, 1, 2, 3]);
  const norm = w.below(3) === 0
    ? { kind: w.pick(["rms", "layer"] as const), weight: w.dense([groups * inner]), epsilon: 1e-5 }
    : undefined;
  const bias = norm?.kind === "layer" ? w.maybe([groups * inner]) : undefined;
  const weight = w.weight("linear", groups === 1 ? [outer, inner] : [groups, outer, inner], { compact });
  return ops.linear(w.tensor([rows, groups * inner]), weight, {
    ...w.epilogue([rows], groups * outer),
    norm: norm && { ...norm, bias },
  });
};

/** One call of each op, and of `linear` with a weight of 16 bits. */
export const WILD_CALLS: Readonly<Record<string, Call>> = {
  linear: product(false),
  linearHalf: product(true),
  conv2d(w, ops) {
    const [b, h, i, o] = [w.pick([1, 2]), w.size(), w.size(), w.size()] as const, wide = w.size();
    const [kh, kw] = [w.pick([1, 3, 3, 2, 5]), w.pick([1, 3, 3, 2])] as const, stride = w.pick([1, 1, 2, 3]);
    const padding = w.below(3), out = (n: number, k: number) => Math.floor((n + 2 * padding - k) / stride) + 1;
    const rows = Math.max(0, out(h, kh)), target = [b, rows, Math.max(0, out(wide, kw))];
    return ops.conv2d(w.tensor([b, h, wide, i]), w.weight("conv2d", [o, i, kh, kw]), {
      ...w.epilogue(target, o),
      stride: w.about(stride),
      padding: w.about(padding),
      ...given("rows", w.band(rows)),
    });
  },
  depthwiseConv2d(w, ops) {
    const [b, h, c, size] = [w.pick([1, 2]), w.size(), w.size(), w.pick([1, 3, 3, 5, 7, 2, 4])] as const;
    const wide = w.size(), { bias, activation } = w.epilogue([b, h, wide], c);
    return ops.depthwiseConv2d(w.tensor([b, h, wide, c]), w.weight("depthwise", [c, size, size]), {
      bias,
      activation,
      dilation: w.about(w.pick([1, 1, 2, 3])),
      ...given("rows", w.band(h)),
      ...(w.below(2) ? { out: w.tensor([b, h, wide, c]) } : {}),
    });
  },
  causalConv1d(w, ops) {
    const [b, h, wide, c, k] = [w.pick([1, 2]), w.pick([1, 2, 3]), w.size(), w.size(), w.pick([1, 2, 4, 9])] as const;
    const length = h * wide, width = w.pick([1, 2, 3, 4, 4, 9]), shared = w.below(2);
    return ops.causalConv1d(w.tensor([b, length, shared ? c : k * c]), w.weight("conv1d", [k, c, width]), {
      orders: Array.from({ length: w.about(k) > 0 ? k : 1 }, () => w.pick(SCAN_ORDERS)),
      gridWidth: w.about(wide),
      table: w.table(k, length),
      bias: w.maybe([k * c]),
      activation: w.pick(ACTIVATIONS),
      ...(w.below(2) ? { carry: { state: w.dense([b, k, width - 1, c]), read: !w.below(2), write: !w.below(2) } } : {}),
    });
  },
  selectiveScan(w, ops) {
    const [b, h, wide, per, k] = [w.pick([1, 2]), w.pick([1, 2, 3]), w.size(), w.size(), w.pick([1, 2, 4, 9])] as const;
    const groups = w.pick([1, 1, 2]), c = per * groups, length = h * wide, n = w.pick([1, 2, 4, 8, 10, 16, 17]);
    const rank = w.pick([0, 1, 3, 8]), own = w.below(2), target = w.pick(["new", "into", "out"]);
    const step = (rank || c) + 2 * groups * n;
    return ops.selectiveScan(
      w.tensor([b, length, own ? k * c : c]),
      w.tensor([b, length, own ? k * step : step]),
      w.weight("scan", [k, c, n + 2 + rank], { stateSize: n }),
      {
        orders: Array.from({ length: k }, () => w.pick(SCAN_ORDERS)),
        gridWidth: w.about(wide),
        table: w.table(k, length),
        stateSize: w.about(n),
        groups: w.about(groups),
        softplus: !w.below(2),
        sharedInput: !own,
        sharedProjection: !own,
        z: w.below(2) ? w.tensor([b, length, c]) : undefined,
        ...(w.below(2) ? { carry: { state: w.dense([b, k, c, n]), read: !w.below(2), write: !w.below(2) } } : {}),
        ...(target === "new" ? {} : { [target]: w.tensor([b, length, c]) }),
        ...given("steps", w.band(length)),
      },
    );
  },
  rmsNorm(w, ops) {
    const shape = [w.size(), w.size()], x = w.tensor(shape);
    return ops.rmsNorm(x, w.dense([shape[1]!]), {
      epsilon: 1e-5,
      residual: w.below(2) ? w.tensor(shape) : undefined,
      gate: w.below(2) ? w.tensor(shape) : undefined,
      out: w.below(2) ? w.tensor(shape) : undefined,
    });
  },
  layerNorm(w, ops) {
    const shape = [w.size(), w.size()], x = w.tensor(shape);
    return ops.layerNorm(x, w.dense([shape[1]!]), {
      epsilon: 1e-5,
      bias: w.maybe([shape[1]!]),
      residual: w.below(2) ? w.tensor(shape) : undefined,
      gate: w.below(2) ? w.tensor(shape) : undefined,
    });
  },
  unary(w, ops) {
    const shape = [w.size(), w.size()];
    return ops.unary(w.tensor(shape), w.pick(ACTIVATIONS), w.below(2) ? { out: w.tensor(shape) } : {});
  },
  binary(w, ops) {
    const [repeat, rows, width] = [w.size(), w.size(), w.size()], shape = [repeat! * rows!, width!];
    return ops.binary(w.pick(BINARY_OPERATIONS), w.tensor(shape), w.tensor([rows!, width!]), {
      per: w.pick(["row", "image"] as const),
      ...(w.below(2) ? { into: w.tensor(shape), scale: w.maybe([width!]) } : {}),
    });
  },
  meanRows: (w, ops) => ops.meanRows(w.tensor([w.pick([1, 2]), w.size(), w.size()])),
  maxRows: (w, ops) => ops.maxRows(w.tensor([w.pick([1, 2]), w.size(), w.size()])),
  channelAttention(w, ops) {
    const c = w.size(), hidden = w.size();
    const squeeze = { weight: w.weight("linear", [hidden, c]), bias: w.maybe([hidden]) };
    const expand = { weight: w.weight("linear", [c, hidden]), bias: w.maybe([c]) };
    return ops.channelAttention(w.tensor([w.pick([1, 2]), w.size(), c]), squeeze, expand);
  },
  gatherRows(w, ops) {
    const c = w.size(), rows = w.size(), more = w.size(), extra = w.below(2) ? w.tensor([more, c]) : undefined;
    const index = w.indices([w.size()], Math.max(1, rows + (extra ? more : 0)));
    if (w.below(2)) return ops.gatherRows(w.tensor([w.pick([1, 2]), rows, c]), index, { extra });
    const table = w.weight("linear", [rows, c], { compact: w.below(2) > 0 });
    return ops.gatherRows(reshape(table, [1, ...table.shape]), index, { extra, packed: true });
  },
  pixelShuffle(w, ops) {
    const scale = w.pick([1, 2, 3]), shape = [w.pick([1, 2]), w.size(), w.size(), w.size() * scale ** 2];
    return ops.pixelShuffle(w.tensor(shape), w.about(scale));
  },
  pixelUnshuffle(w, ops) {
    const scale = w.pick([1, 2, 3]), shape = [w.pick([1, 2]), w.size() * scale, w.size() * scale, w.size()];
    return ops.pixelUnshuffle(w.tensor(shape), w.about(scale));
  },
  attention(w, ops) {
    const heads = w.pick([1, 2, 3]), window = w.pick([1, 2, 3, 4, 5]), d = w.pick([1, 3, 4, 7, 8, 9]);
    const shape = [w.pick([1, 2]), window * w.pick([1, 2, 3]), window * w.pick([1, 2, 3]), 3 * heads * d];
    const side = 2 * window - 1;
    return ops.attention(w.tensor(shape), w.dense([heads, side, side]), {
      heads: w.about(heads),
      window: w.about(window),
      shift: w.about(w.below(window)),
      ...given("rows", w.band(shape[1]! / window)),
    });
  },
  sort(w, ops) {
    const shape = [w.pick([1, 2]), w.size(), w.size()];
    return ops.sort(w.tensor(shape), {
      noise: w.below(2) ? w.tensor(shape) : undefined,
      seed: w.below(2) ? w.about(5) : undefined,
    });
  },
  sample(w, ops) {
    return ops.sample(w.tensor([w.size(), w.size()]), {
      temperature: w.about(w.below(2)),
      topK: w.about(w.below(5)),
      topP: w.pick([1, 0.5, 0.9]),
      seed: w.about(7),
    });
  },
};

/** Makes call number `seed` of an op; a tame one is right. */
export function callWildly(ops: Ops, op: string, seed: number, tame = false): unknown {
  return WILD_CALLS[op]!(new Wild(ops, seed, tame), ops);
}
