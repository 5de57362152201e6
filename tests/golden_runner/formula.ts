/**
 * The formula behind the golden fixtures: a weight is a hash of its key and index, so that no fixture stores weights.
 * The twin of the Python that made them; `tests/golden/weights_check.json` has the checksums of 104 tensors.
 *
 * @module
 */
import type { Checkpoint, Entry } from "../../src/checkpoint/checkpoint.ts";
import { sizeOf } from "../../src/tensor.ts";

/** Final mix of murmur3. */
function mix(x: number): number {
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return (x ^ (x >>> 16)) >>> 0;
}

/** ln 1 … ln 256 from the four operations only, so that every language gets the same bits. */
const LOGARITHMS = [0];
for (let k = 1; k < 256; k++) {
  const z = 1 / (2 * k + 1), square = z * z;
  let power = z, sum = 0;
  for (let j = 0; j < 20; j++, power *= square) sum += power / (2 * j + 1);
  LOGARITHMS.push(LOGARITHMS[k - 1]! + 2 * sum);
}

/** Range of a weight, and what is added along its last axis: nothing, ln(n + 1), or π·n. */
export interface WeightRange {
  readonly lo: number;
  readonly hi: number;
  readonly along: "nothing" | "logarithm" | "pi";
}

/** The first rule of the fixtures' README that matches a key. */
export function weightRange(key: string, shape: readonly number[]): WeightRange {
  const last = key.split(".").pop()!;
  const range = (lo: number, hi: number, along: WeightRange["along"] = "nothing") => ({ lo, hi, along });
  if (/^A(_[a-z])?_logs?$/.test(last)) return range(-0.1, 0.1, "logarithm");
  if (last === "A_imag") return range(-0.1, 0.1, "pi");
  if (/^(D|D_[a-z]|Ds|ssm_k_D)$/.test(last)) return range(0.8, 1.2);
  if (/dt_proj(_[a-z])?\.bias$|dt_projs_bias$|log_dt$/.test(key)) return range(-6.9, -2.25);
  if (/^(log_A_real|inv_A_real)$/.test(last)) return range(-0.8, -0.6);
  if (/^[BC]$/.test(last)) return range(-1, 1);
  if (/^scale[12]$/.test(last)) return range(0, 0.06);
  if (/cls_token|pos_embed|embedding|bias_table/.test(key)) return range(-0.5, 0.5);
  if (last.endsWith("bias")) return range(-0.05, 0.05);
  if (shape.length === 1) return range(0.9, 1.1);
  const fan = last.endsWith("_weight") ? shape.at(-1)! : sizeOf(shape.slice(1));
  const gain = /x_proj|out_proj/.test(key) ? 2 : key.includes("dt_proj") ? 0.5 : 1;
  const reach = gain * Math.sqrt(3 / fan);
  return range(-reach, reach);
}

/** The tensor of a key: uniform in its range, by hash of key, seed and index. */
export function uniform(key: string, shape: readonly number[], seed: number, { lo, hi, along }: WeightRange) {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(key)) hash = Math.imul(hash ^ byte, 0x01000193);
  const k = mix(hash ^ Math.imul(seed, 0x9e3779b1)), columns = shape.at(-1) ?? 1;
  const out = new Float32Array(sizeOf(shape));
  for (let i = 0; i < out.length; i++) {
    const value = lo + (hi - lo) * ((mix(mix(i ^ k) + k) >>> 8) / 16777216), n = i % columns;
    out[i] = along === "logarithm" ? value + LOGARITHMS[n]! : along === "pi" ? value + Math.PI * n : value;
  }
  return out;
}

/** A weight by its key. */
export const weight = (key: string, shape: readonly number[], seed: number): Float32Array =>
  uniform(key, shape, seed, weightRange(key, shape));

/** A checkpoint whose tensors are made by the formula when they are read. */
export function formulaCheckpoint(
  keys: Iterable<readonly [key: string, shape: readonly number[]]>,
  seed: number,
): Pick<Checkpoint, "entries"> {
  const entries = new Map<string, Entry>();
  for (const [name, shape] of keys) {
    entries.set(name, {
      name,
      dtype: "F32",
      shape,
      bytes: 4 * sizeOf(shape),
      read: () => Promise.resolve(weight(name, shape, seed)),
      readRaw: () => Promise.resolve(new Uint8Array(weight(name, shape, seed).buffer)),
    });
  }
  return { entries };
}
