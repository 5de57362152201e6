/** Wrong only at some sizes: lanes, workgroups, paths of their own, narrow indices. @module */
import { type Changes, f, type Place, RIGHT, shared } from "./plain.ts";

type Sizes = Place["inputs"];
/** No output where a place is beyond what the kernel reaches. */
const silent = (where: (p: Place) => boolean): Changes => ({
  finish: (y, skip, z, p) => where(p) ? 0 : RIGHT.finish(y, skip, z, p),
});
/** A path of its own for some sizes, which forgets something. */
const noCarryIf = (where: (s: Sizes) => boolean): Changes => ({ enter: (h, p) => p.t > 0 && where(p.inputs) ? 0 : h });
const noSkipIf = (where: (s: Sizes) => boolean): Changes => ({
  finish: (y, skip, z, p) => RIGHT.finish(y, where(p.inputs) ? 0 : skip, z, p),
});
const statesBelow = (count: number): Changes => ({ keep: (h, p) => p.n >= count ? 0 : h });
const wholeVectors = (lanes: number): Changes => ({
  keep: (h, p) => p.inputs.stateSize > lanes && p.n >= p.inputs.stateSize - p.inputs.stateSize % lanes ? 0 : h,
});
const rowOf = ({ b, e, inputs: { channels } }: Place): number => b * channels + e;

/** What is wrong. */
export const SIZES: Readonly<Record<string, Changes>> = {
  "a single token passes by the state": {
    read: (sum, h, c, p, before) => p.inputs.length === 1 ? 0 : RIGHT.read(sum, h, c, p, before),
  },
  "a single token ignores the initial state": { initial: (h, p) => p.inputs.length === 1 ? 0 : h },
  "two tokens: the second from zero": noCarryIf((s) => s.length === 2),
  "lengths of 3 mod 4 forget D": noSkipIf((s) => s.length % 4 === 3),
  "multiples of 64 tokens forget D": noSkipIf((s) => s.length % 64 === 0),
  "odd lengths lose the carry at their last step": {
    enter: (h, p) => p.inputs.length % 2 === 1 && p.t > 0 && p.t === p.inputs.length - 1 ? 0 : h,
  },
  "powers of two above 100 lose the carry at half": {
    enter: (h, { t, inputs: { length } }) => length > 100 && (length & (length - 1)) === 0 && t === length / 2 ? 0 : h,
  },
  "one state ignores C": {
    read: (sum, h, c, p, before) => RIGHT.read(sum, h, p.inputs.stateSize === 1 ? 1 : c, p, before),
  },
  "one state does not decay": { decay: (d, a, p) => p.inputs.stateSize === 1 ? 1 : RIGHT.decay(d, a, p) },
  "two states exchanged in C": {
    atC: (p) => shared(p.inputs.stateSize === 2 ? { ...p, n: 1 - p.n } : p, RIGHT.group(p)),
  },
  "16 states: the last from zero": { enter: (h, p) => p.inputs.stateSize === 16 && p.n === 15 ? 0 : h },
  "64 states: D forgotten": noSkipIf((s) => s.stateSize === 64),
  "no more than 4 states": statesBelow(4),
  "no more than 8 states": statesBelow(8),
  "no more than 16 states": statesBelow(16),
  "no more than 32 states": statesBelow(32),
  "no more than 64 states": statesBelow(64),
  "no more than 128 states": statesBelow(128),
  "no more than 255 states": statesBelow(255),
  "states beyond a multiple of 2 dropped": wholeVectors(2),
  "states beyond a multiple of 4 dropped": wholeVectors(4),
  "states beyond a multiple of 8 dropped": wholeVectors(8),
  "states beyond a multiple of 16 dropped": wholeVectors(16),
  "states beyond a multiple of 32 dropped": wholeVectors(32),
  "states beyond a multiple of 64 dropped": wholeVectors(64),
  "no more than 8 channels": silent((p) => p.e >= 8),
  "no more than 32 channels": silent((p) => p.e >= 32),
  "no more than 64 channels": silent((p) => p.e >= 64),
  "no more than 128 channels": silent((p) => p.e >= 128),
  "no more than 256 channels": silent((p) => p.e >= 256),
  "no more than 512 channels": silent((p) => p.e >= 512),
  "no more than 1,024 channels": silent((p) => p.e >= 1024),
  "no more than 2,048 channels": silent((p) => p.e >= 2048),
  "channels beyond a multiple of 4 dropped": silent((p) =>
    p.inputs.channels > 4 && p.e >= p.inputs.channels - p.inputs.channels % 4
  ),
  "channels beyond a multiple of 64 dropped": silent((p) =>
    p.inputs.channels > 64 && p.e >= p.inputs.channels - p.inputs.channels % 64
  ),
  "channels from 256 on take A of those from 0 on": {
    atA: ({ e, n, inputs: { stateSize } }) => e % 256 * stateSize + n,
  },
  "channels from 1,024 on take D of those from 0 on": { atD: ({ e }) => e % 1024 },
  "one channel forgets the bias": {
    delta: (dt, bias, smooth, p) => RIGHT.delta(dt, p.inputs.channels === 1 ? 0 : bias, smooth, p),
  },
  "no more than 2 images": silent((p) => p.b >= 2),
  "no more than 3 images": silent((p) => p.b >= 3),
  "no more than 4 images": silent((p) => p.b >= 4),
  "no more than 8 images": silent((p) => p.b >= 8),
  "no more than 16 images": silent((p) => p.b >= 16),
  "no more than 64 images": silent((p) => p.b >= 64),
  "no more than 128 images": silent((p) => p.b >= 128),
  "no more than 65,535 images": silent((p) => p.b >= 65535),
  "no more than 65,535 channels": silent((p) => p.e >= 65535),
  "no more than 65,535 rows": silent((p) => rowOf(p) >= 65535),
  "no more than 1,024 rows": silent((p) => rowOf(p) >= 1024),
  "16-bit index of u": { atU: (p) => RIGHT.atU(p) & 0xffff },
  "16-bit index of dt": { atDt: (p) => RIGHT.atDt(p) & 0xffff },
  "16-bit index of z": { atZ: (p) => RIGHT.atZ(p) & 0xffff },
  "16-bit index of A": { atA: (p) => RIGHT.atA(p) & 0xffff },
  "16-bit index of B": { atB: (p) => RIGHT.atB(p) & 0xffff },
  "16-bit index of C": { atC: (p) => RIGHT.atC(p) & 0xffff },
  "16-bit index of y": { atY: (p) => RIGHT.atY(p) & 0xffff },
  "15-bit index of u": { atU: (p) => RIGHT.atU(p) & 0x7fff },
  "no gate from the 257th token on": { finish: (y, skip, z, p) => RIGHT.finish(y, skip, p.t > 256 ? undefined : z, p) },
  "bias forgotten from the 1,025th token on": {
    delta: (dt, bias, smooth, p) => RIGHT.delta(dt, p.t >= 1024 ? 0 : bias, smooth, p),
  },
  "softplus forgotten in channels from 64 on": {
    delta: (dt, bias, smooth, p) => RIGHT.delta(dt, bias, smooth && p.e < 64, p),
  },
  "groups forgotten from three on": { group: (p) => p.inputs.groups > 2 ? 0 : RIGHT.group(p) },
  "uneven groups take B of the one before": {
    group: (p) => p.inputs.channels / p.inputs.groups % 2 === 1 ? Math.max(0, RIGHT.group(p) - 1) : RIGHT.group(p),
  },
  "no D and no z: y of the state before": {
    read: (sum, h, c, p, before) => RIGHT.read(sum, p.inputs.D || p.inputs.z ? h : before, c, p, before),
  },
  "no initial state and no bias: first step doubled": {
    drive: (d, u, b, a, p) =>
      f(RIGHT.drive(d, u, b, a, p) * (p.t === 0 && !p.inputs.initialState && !p.inputs.dtBias ? 2 : 1)),
  },
};
