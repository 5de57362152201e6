/** Wrong states: what is carried, lost, kept too long. @module */
import { bits, type Changes, f, half, or, type Place, RIGHT } from "./plain.ts";

const between = (chunk: number, { t }: Place): boolean => t > 0 && t % chunk === 0;
const lostEvery = (chunk: number): Changes => ({ enter: (h, p) => between(chunk, p) ? 0 : h });
const undecayed = (chunk: number): Changes => ({ decay: (d, a, p) => between(chunk, p) ? 1 : RIGHT.decay(d, a, p) });
const twice = (chunk: number): Changes => ({ decay: (d, a, p) => RIGHT.decay(d, between(chunk, p) ? 2 * a : a, p) });
const halved = (chunk: number): Changes => ({ enter: (h, p) => between(chunk, p) ? half(h) : h });
const rounded = (of: (h: number) => number): Changes => ({ keep: of });
const stale = (where: (p: Place) => boolean): Changes => ({
  initial: (given, p) => !p.inputs.initialState && where(p) ? p.left[p.n] ?? 0 : given,
});

/** What is wrong. */
export const STATES: Readonly<Record<string, Changes>> = {
  "state lost every 4 steps": lostEvery(4),
  "state lost every 16 steps": lostEvery(16),
  "state lost every 32 steps": lostEvery(32),
  "state lost every 64 steps": lostEvery(64),
  "state lost every 100 steps": lostEvery(100),
  "state lost every 128 steps": lostEvery(128),
  "state lost every 256 steps": lostEvery(256),
  "state lost every 512 steps": lostEvery(512),
  "state lost every 1,024 steps": lostEvery(1024),
  "state lost every 2,048 steps": lostEvery(2048),
  "state lost every 4,096 steps": lostEvery(4096),
  "state lost after 65,536 steps": lostEvery(65536),
  "carry not decayed every 8 steps": undecayed(8),
  "carry not decayed every 64 steps": undecayed(64),
  "carry not decayed every 256 steps": undecayed(256),
  "carry not decayed every 1,024 steps": undecayed(1024),
  "carry not decayed every 2,048 steps": undecayed(2048),
  "carry decayed twice every 8 steps": twice(8),
  "carry decayed twice every 128 steps": twice(128),
  "carry decayed twice every 512 steps": twice(512),
  "carry decayed twice every 2,048 steps": twice(2048),
  "carry in half precision every 16 steps": halved(16),
  "carry in half precision every 256 steps": halved(256),
  "carry in half precision every 1,024 steps": halved(1024),
  "carry of the first state for all every 32 steps": {
    enter: (h, p) => {
      if (p.n === 0) p.left[1000] = h;
      return between(32, p) ? p.left[1000]! : h;
    },
  },
  "carry lost in the second chunk of 256 only": { enter: (h, p) => p.t === 512 ? 0 : h },
  "carry lost in images after the first, every 64 steps": { enter: (h, p) => p.b > 0 && between(64, p) ? 0 : h },
  "carry lost in channels after the first, every 128 steps": { enter: (h, p) => p.e > 0 && between(128, p) ? 0 : h },
  "carry of states beyond 16 lost every 16 steps": { enter: (h, p) => p.n >= 16 && between(16, p) ? 0 : h },
  "carry lost where the state is negative, every 64 steps": { enter: (h, p) => h < 0 && between(64, p) ? 0 : h },
  "first step after a chunk of 64 left out": {
    drive: (d, u, b, a, p) => between(64, p) ? 0 : RIGHT.drive(d, u, b, a, p),
  },
  "first step after a chunk of 1,024 left out": {
    drive: (d, u, b, a, p) => between(1024, p) ? 0 : RIGHT.drive(d, u, b, a, p),
  },
  "missing last element": { steps: (length) => length - 1 },
  "rest after chunks of 4 left out": { steps: (length) => length < 4 ? length : length - length % 4 },
  "rest after chunks of 64 left out": { steps: (length) => length < 64 ? length : length - length % 64 },
  "rest after chunks of 256 left out": { steps: (length) => length < 256 ? length : length - length % 256 },
  "no more than 64 steps": { steps: (length) => Math.min(64, length) },
  "no more than 512 steps": { steps: (length) => Math.min(512, length) },
  "no more than 2,048 steps": { steps: (length) => Math.min(2048, length) },
  "no more than 4,096 steps": { steps: (length) => Math.min(4096, length) },
  "no more than 65,535 steps": { steps: (length) => Math.min(65535, length) },
  "last state one step early": { last: (_, before) => before },
  "last state of zero": { last: () => 0 },
  "last state in half precision": { last: half },
  "last state in TF32": { last: (h) => bits(h, 11) },
  "last state decayed once more": { last: (h, _, p) => f(h * RIGHT.decay(1, p.inputs.A[RIGHT.atA(p)]!, p)) },
  "last state of the first image for all": {
    after: ({ y, lastState }, { channels, stateSize }) => ({
      y,
      lastState: lastState.map((_, i) => lastState[i % (channels * stateSize)]!),
    }),
  },
  "last state as [b, n, e]": {
    after: ({ y, lastState }, { channels, stateSize }) => ({
      y,
      lastState: lastState.map((_, i) => {
        const within = i % (channels * stateSize);
        return lastState[i - within + within % channels * stateSize + Math.floor(within / channels)]!;
      }),
    }),
  },
  "last state wrong where the length is a multiple of 16": {
    last: (h, before, p) => p.inputs.length % 16 === 0 ? before : h,
  },
  "NaN in the last state taken for zero": { last: (h) => or(h, 0) },
  "initial state ignored": { initial: () => 0 },
  "initial state of the first image": { atInitial: ({ e, n, inputs: { stateSize } }) => e * stateSize + n },
  "initial state of the first channel": {
    atInitial: ({ b, n, inputs: { channels, stateSize } }) => b * channels * stateSize + n,
  },
  "initial state as [b, n, e]": {
    atInitial: ({ b, e, n, inputs: { channels, stateSize } }) => (b * stateSize + n) * channels + e,
  },
  "initial state in half precision": { initial: half },
  "initial state in TF32": { initial: (h) => bits(h, 11) },
  "initial state not decayed": { decay: (d, a, p) => p.t === 0 ? 1 : RIGHT.decay(d, a, p) },
  "initial state added after the first step": {
    enter: (h, p) => p.t === 0 ? 0 : h,
    keep: (h, p) => p.t === 0 ? f(h + (p.inputs.initialState?.[RIGHT.atInitial(p)] ?? 0)) : h,
  },
  "initial state of one where there is none": { initial: (given, p) => p.inputs.initialState ? given : 1 },
  "NaN in the initial state taken for zero": { initial: (h) => or(h, 0) },
  "infinite initial state taken for zero": { initial: (h) => Math.abs(h) === Infinity ? 0 : h },
  "initial state ignored from the fourth image on": { initial: (given, p) => p.b > 2 ? 0 : given },
  "stale state between images": stale((p) => p.b > 0 && p.e === 0),
  "stale state from the third image on": stale((p) => p.b > 1 && p.e === 0),
  "stale state in the second image only": stale((p) => p.b === 1 && p.e === 0),
  "stale state from the sixth image on": stale((p) => p.b > 4 && p.e === 0),
  "stale state from the 17th image on": stale((p) => p.b > 15 && p.e === 0),
  "stale state between channels": stale((p) => p.e > 0),
  "stale state between channels of a block of 32": stale((p) => p.e > 0 && p.e % 32 === 0),
  "stale state between calls": stale((p) => p.b === 0 && p.e === 0),
  "stale state between groups": stale((p) => p.e > 0 && p.e % (p.inputs.channels / p.inputs.groups) === 0),
  "first state stale in the second image": stale((p) => p.b === 1 && p.n === 0),
  "half-precision state": rounded(half),
  "bfloat16 state": rounded((h) => bits(h, 8)),
  "TF32 state": rounded((h) => bits(h, 11)),
  "state of 20 bits": rounded((h) => bits(h, 17)),
  "tiny states flushed at 1e-6": rounded((h) => Math.abs(h) < 1e-6 ? 0 : h),
  "tiny states flushed at 1e-15": rounded((h) => Math.abs(h) < 1e-15 ? 0 : h),
  "tiny states flushed at 1e-30": rounded((h) => Math.abs(h) < 1e-30 ? 0 : h),
  "state clamped to 10": rounded((h) => Number.isNaN(h) ? h : Math.min(10, Math.max(-10, h))),
  "state clamped to 65504": rounded((h) => Number.isNaN(h) ? h : Math.min(65504, Math.max(-65504, h))),
  "state clamped to 1e9": rounded((h) => Number.isNaN(h) ? h : Math.min(1e9, Math.max(-1e9, h))),
  "state clamped to 1e16": rounded((h) => Number.isNaN(h) ? h : Math.min(1e16, Math.max(-1e16, h))),
  "state below zero cut off": rounded((h) => h < 0 ? 0 : h),
  "NaN swallowed": rounded((h) => or(h, 0)),
  "infinity swallowed": rounded((h) => Math.abs(h) === Infinity ? 0 : h),
};
