/** Wrong walks. @module */
import { type ScanInputs, walkOf } from "../../../src/laws/forms/scan_inputs.ts";
import { type Changes, type Place, RIGHT, shared } from "./plain.ts";

type Order = NonNullable<ScanInputs["order"]>;
const taken = (from: Order, as: Order): Changes => ({
  walk: (s) => walkOf(s.order === from ? { ...s, order: as } : s),
});
/** A place whose token is the step: what is read without walking. */
const unwalked = (p: Place): Place => ({ ...p, token: p.t });

/** What is wrong. */
export const ORDERS: Readonly<Record<string, Changes>> = {
  "reversed order ignored": taken("rowReversed", "row"),
  "column order ignored": taken("column", "row"),
  "reversed columns not reversed": taken("columnReversed", "column"),
  "reversed columns as reversed rows": taken("columnReversed", "rowReversed"),
  "columns reversed": taken("column", "columnReversed"),
  "rows and columns exchanged": { walk: (s) => walkOf({ ...s, gridWidth: s.length / (s.gridWidth ?? s.length) }) },
  "columns of a square image only": {
    walk: (s) => {
      const side = Math.round(Math.sqrt(s.length));
      return walkOf(s.length % side === 0 ? { ...s, gridWidth: side } : s);
    },
  },
  "columns beyond 16 as rows": { walk: (s) => walkOf((s.gridWidth ?? 0) > 16 ? { ...s, gridWidth: s.length } : s) },
  "B and C not walked": {
    atB: (p) => shared(unwalked(p), RIGHT.group(p)),
    atC: (p) => shared(unwalked(p), RIGHT.group(p)),
  },
  "B not walked": { atB: (p) => shared(unwalked(p), RIGHT.group(p)) },
  "C not walked": { atC: (p) => shared(unwalked(p), RIGHT.group(p)) },
  "dt not walked": { atDt: (p) => RIGHT.atDt(unwalked(p)) },
  "u not walked": { atU: (p) => RIGHT.atU(unwalked(p)) },
  "z not walked": { atZ: (p) => RIGHT.atZ(unwalked(p)) },
  "y left in the order of the walk": { atY: (p) => RIGHT.atY(unwalked(p)) },
  "reversed in chunks of 16 only": {
    walk: (s) =>
      s.order === "rowReversed"
        ? walkOf({ ...s, order: "row" }).map((t) => {
          const first = t - t % 16, end = Math.min(first + 16, s.length);
          return first + end - 1 - t;
        })
        : walkOf(s),
  },
  "reversed in the first image only": {
    atU: (p) => RIGHT.atU(p.b > 0 ? unwalked(p) : p),
    atDt: (p) => RIGHT.atDt(p.b > 0 ? unwalked(p) : p),
    atY: (p) => RIGHT.atY(p.b > 0 ? unwalked(p) : p),
  },
  "reversed orders start from nothing": { initial: (h, p) => p.inputs.order?.endsWith("Reversed") ? 0 : h },
  "last state of a reversed order one step early": {
    last: (h, before, p) => p.inputs.order?.endsWith("Reversed") ? before : h,
  },
  "reversed orders forget D": {
    finish: (y, skip, z, p) => RIGHT.finish(y, p.inputs.order === "rowReversed" ? 0 : skip, z, p),
  },
  "columns lose the state at every column of the second image": {
    enter: (h, p) =>
      p.inputs.order === "column" && p.b > 0 && p.t > 0 && p.t % (p.inputs.length / (p.inputs.gridWidth ?? 1)) === 0
        ? 0
        : h,
  },
};
