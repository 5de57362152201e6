/** Wrong uses of memory: outputs that were not written, inputs that were, threads that race. @module */
import { type Changes, f, RIGHT } from "./plain.ts";

/** A change that keeps something from call to call. */
function remembering(change: (y: Float32Array, before: Float32Array, length: number) => void): Changes {
  let before = new Float32Array(0);
  return {
    after: ({ y, lastState }, { length }) => {
      const fresh = y.slice();
      change(y, before, length);
      before = fresh;
      return { y, lastState };
    },
  };
}
let calls = 0;

/** What is wrong. */
export const MEMORIES: Readonly<Record<string, Changes>> = {
  "last y left from the call before": remembering((y, before) => y[y.length - 1] = before[y.length - 1] ?? 0),
  "y of the rest after 4 tokens left from the call before": remembering((y, before, length) =>
    y.forEach((_, i) => {
      if (length > 4 && i % length >= length - length % 4) y[i] = before[i] ?? 0;
    })
  ),
  "y added to that of the call before": remembering((y, before) =>
    y.forEach((value, i) => y[i] = f(value + (before[i] ?? 0)))
  ),
  "y of the call before": remembering((y, before) => y.forEach((_, i) => y[i] = before[i] ?? 0)),
  "y not cleared beyond 1,024": remembering((y, before) =>
    y.forEach((value, i) => y[i] = i >= 1024 ? f(value + (before[i] ?? 0)) : value)
  ),
  "y written over u before the next channel reads it": {
    finish: (y, skip, z, p) => {
      const out = RIGHT.finish(y, skip, z, p), at = RIGHT.atU(p) + p.inputs.length;
      if (at < p.inputs.u.length && p.t === 0) p.inputs.u[at] = out;
      return out;
    },
  },
  "y written over z before it is read": {
    finish: (y, skip, z, p) => {
      const at = RIGHT.atZ(p) + 1;
      const out = RIGHT.finish(y, skip, z, p);
      if (p.inputs.z && p.token + 1 < p.inputs.length) p.inputs.z[at] = out;
      return out;
    },
  },
  "state written over the initial state of the next channel": {
    keep: (h, p) => {
      const at = RIGHT.atInitial(p) + p.inputs.stateSize;
      if (p.inputs.initialState && p.t === 0 && at < p.inputs.initialState.length) p.inputs.initialState[at] = h;
      return h;
    },
  },
  "δ written over dt, which every group reads again": {
    delta: (dt, bias, smooth, p) => {
      const d = RIGHT.delta(dt, bias, smooth, p), at = RIGHT.atDt(p) + p.inputs.length;
      if (at < p.inputs.dt.length) p.inputs.dt[at] = f(p.inputs.dt[at]! + d);
      return d;
    },
  },
  "a race now and then": {
    finish: (y, skip, z, p) => f(RIGHT.finish(y, skip, z, p) * (++calls % 997 === 0 ? 1.001 : 1)),
  },
  "a race of the carry now and then": { enter: (h, p) => p.t > 0 && p.t % 16 === 0 && ++calls % 7 === 0 ? 0 : h },
  "one element too many, rows apart": {
    after: ({ y, lastState }, { length }) => ({
      y: y.map((value, i) => i > 0 && i % length === 0 ? y[i - 1]! : value),
      lastState,
    }),
  },
  "NaN in unwritten padding": {
    after: ({ y, lastState }, { length }) => ({
      y: y.map((value, i) => length % 8 === 7 && i === y.length - 1 ? NaN : value),
      lastState,
    }),
  },
};
