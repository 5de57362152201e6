/**
 * What a thread runs, as text, so that no file has to be served for it: it instantiates the kernels over the shared
 * memory with a stack of its own, then takes shares of the calls that the device publishes. The words of the control block
 * are those of `threads.ts`.
 *
 * @module
 */
import type { Share } from "./shares.ts";

/** Words of the control block. What many threads write while others read has a line of the caches (16 words) of its own. */
export const WORD = {
  /** Counts published calls; threads sleep on it. */
  call: 0,
  /** Next ticket. Tickets are counted on from call to call, so that a late one of a call never is one of the next. */
  next: 16,
  /** Shares that are done; the device sleeps on it. */
  done: 32,
  /** Threads that sleep, or are about to, until a share is done. */
  sleepers: 48,
  /** Shares of the call: tickets from `base` on. */
  total: 64,
  /** Index of the exported function. */
  kernel: 65,
  /** Numbers behind the control block: room for the arguments of all shares. */
  count: 66,
  /** Number of the pool that works; the threads of any other end. */
  pool: 67,
  /** Threads that have come up. */
  ready: 68,
  /** Not 0 when a share trapped. */
  fault: 69,
  /** How many shares before it stands what a share comes after, 0: nothing; of the first ones, nothing. */
  after: 70,
  /** Number of the call whose shares are taken; unlike `call` it is there before the first of them can be. */
  round: 71,
  /** Ticket of the first share; written before `total`, read after it. */
  base: 72,
  /** Round in which the first share was last done; of the others the words behind it. */
  doneOf: 80,
} as const;

/** Words of the control block for so many shares; arguments follow. */
export const controlWords = (shares: number): number => WORD.doneOf + shares + shares % 2;
/** Arguments that a share may have. */
export const MOST_ARGUMENTS = 48;

/** What a thread gets. */
export interface ThreadData {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  /** Names of the functions by the index in `kernel`. */
  readonly names: readonly string[];
  /** Byte offset of the control block, and its words. */
  readonly control: number;
  readonly controlWords: number;
  /** Number of the pool that the thread belongs to. */
  readonly pool: number;
  /** Byte offset of the end of the thread's stack. */
  readonly stack: number;
  /** Byte offset of the thread's scratch. */
  readonly scratch: number;
}

/** Milliseconds that a thread looks for the next call before it sleeps: longer than a layer's small calls take. */
const AWAKE = 0.4;

/**
 * Milliseconds after which a thread that finds no call lets its browser have a turn: Firefox asks every worker before a service
 * worker's `clients.claim()` is done, and keeps back all that the page fetches until then.
 */
const TURN = 1000;

/** Looks at what another thread does before it sleeps on it. */
export const SPINS = 20_000;

/** A call that is shared out. */
export interface SharedCall {
  /** Index of the exported function. */
  readonly kernel: number;
  /** Arguments of the whole call, with room behind them for the part that a share is, where it has one. */
  readonly values: Float64Array;
  readonly shares: readonly Share[];
  /** Which of the arguments each name is. */
  readonly places: ReadonlyMap<string, number>;
  /** Which is the thread's scratch. */
  readonly scratch: number;
}

/**
 * Publishes a call and wakes the threads; the round that its shares are done in.
 *
 * @param late Most tickets that are drawn past a call's last share.
 */
export function publish(words: Int32Array, floats: Float64Array, call: SharedCall, late: number): number {
  const { kernel, values, shares, places, scratch } = call;
  shares.forEach(({ changes, part }, i) => {
    const at = i * MOST_ARGUMENTS;
    floats[at] = values.length;
    floats[at + 1] = scratch;
    floats.set(values, at + 2);
    for (const name in changes) floats[at + 2 + places.get(name)!] = changes[name]!;
    if (part) floats.set(part, at + 2 + values.length - part.length);
  });
  words[WORD.kernel] = kernel;
  words[WORD.done] = 0;
  words[WORD.after] = shares.at(-1)!.after ?? 0;
  const round = ++words[WORD.round]!, base = words[WORD.base]! + words[WORD.total]! + late | 0;
  Atomics.store(words, WORD.base, base);
  Atomics.store(words, WORD.total, shares.length);
  Atomics.store(words, WORD.next, base);
  Atomics.add(words, WORD.call, 1);
  Atomics.notify(words, WORD.call);
  return round;
}

/** Fills `args` with the arguments of a share, `scratch` being the thread's. */
export function readShare(floats: Float64Array, share: number, args: number[], scratch: number): void {
  const at = share * MOST_ARGUMENTS;
  args.length = floats[at]!;
  for (let i = 0; i < args.length; i++) args[i] = floats[at + 2 + i]!;
  args[floats[at + 1]!] = scratch;
}

/** The share that a drawn ticket is, or undefined if there is none left. */
export function drawShare(words: Int32Array): number | undefined {
  const ticket = Atomics.add(words, WORD.next, 1), total = Atomics.load(words, WORD.total);
  const share = ticket - Atomics.load(words, WORD.base) | 0;
  return share < 0 || share >= total ? undefined : share;
}

/**
 * The code. The clock is read once in a thousand loads; the name of the module stands in two parts, so that no bundler looks for
 * it; a share makes no new list of arguments, as nobody collects what threads leave; no ticket is drawn of a call twice.
 */
export const THREAD_CODE = `"use strict";
const NODE = "node" + ":worker_threads";
const serve = ({ module, memory, names, control, controlWords, pool, stack, scratch }) => {
  const imports = {};
  for (const { module: from, name } of WebAssembly.Module.imports(module)) imports[from] = { [name]: memory };
  const { exports } = new WebAssembly.Instance(module, imports);
  exports.__stack_pointer.value = stack;
  const kernels = names.map((name) => exports[name]), lists = names.map(() => []);
  const words = new Int32Array(memory.buffer, control, controlWords);
  const floats = new Float64Array(memory.buffer, control + 4 * controlWords, words[${WORD.count}]);
  let seen = Atomics.load(words, ${WORD.call});
  if (Atomics.load(words, ${WORD.pool}) !== pool) return () => false;
  Atomics.add(words, ${WORD.ready}, 1);
  return () => {
    for (const began = performance.now();;) {
      for (let spins = 1, until = 0; Atomics.load(words, ${WORD.call}) === seen; spins++) {
        if (spins % 1000 !== 0) continue;
        const now = performance.now();
        until ||= now + ${AWAKE};
        if (now > until) break;
      }
      if (Atomics.load(words, ${WORD.call}) === seen) {
        if (performance.now() - began > ${TURN}) return true;
        Atomics.wait(words, ${WORD.call}, seen, ${TURN});
      }
      const call = Atomics.load(words, ${WORD.call});
      if (Atomics.load(words, ${WORD.pool}) !== pool) return false;
      if (call === seen) continue;
      seen = call;
      for (;;) {
        const ticket = Atomics.add(words, ${WORD.next}, 1), total = Atomics.load(words, ${WORD.total});
        const share = ticket - Atomics.load(words, ${WORD.base}) | 0;
        if (share < 0 || share >= total) break;
        const at = share * ${MOST_ARGUMENTS}, kernel = words[${WORD.kernel}], args = lists[kernel];
        args.length = floats[at];
        for (let i = 0; i < args.length; i++) args[i] = floats[at + 2 + i];
        args[floats[at + 1]] = scratch;
        const round = words[${WORD.round}], after = words[${WORD.after}], before = ${WORD.doneOf} + share - after;
        for (let spins = 0, done; 0 < after && after <= share && (done = Atomics.load(words, before)) !== round; spins++) {
          if (Atomics.load(words, ${WORD.pool}) !== pool) return false;
          if (spins <= ${SPINS}) continue;
          Atomics.add(words, ${WORD.sleepers}, 1);
          Atomics.wait(words, before, done, 5);
          Atomics.add(words, ${WORD.sleepers}, -1);
        }
        try {
          kernels[kernel](...args);
        } catch {
          Atomics.store(words, ${WORD.fault}, 1);
        }
        if (Atomics.load(words, ${WORD.pool}) !== pool) return false;
        Atomics.store(words, ${WORD.doneOf} + share, round);
        Atomics.add(words, ${WORD.done}, 1);
        if (Atomics.load(words, ${WORD.sleepers}) === 0) continue;
        Atomics.notify(words, ${WORD.doneOf} + share);
        Atomics.notify(words, ${WORD.done});
      }
    }
  };
};
const stay = (data) => { for (const work = serve(data); work();); };
if (typeof require === "function") stay(require(NODE).workerData);
else if (typeof WorkerGlobalScope === "undefined" || globalThis.Deno || globalThis.process?.versions?.node) {
  import(NODE).then(({ workerData }) => stay(workerData));
} else onmessage = ({ data }) => {
  const work = serve(data), turn = () => work() ? setTimeout(turn) : close();
  turn();
};
`;
