/**
 * What a thread runs, as text, so that no file has to be served for it: it instantiates the kernels over the shared
 * memory with a stack of its own, then takes shares of the calls that the device publishes. The words of the control block
 * are those of `threads.ts`.
 *
 * @module
 */

/** Words of the control block. */
export const WORD = {
  /** Counts published calls; threads sleep on it. */
  call: 0,
  /** Next share to take; at or past `total` there is none. */
  next: 1,
  /** Shares of the call. */
  total: 2,
  /** Shares that are done; the device sleeps on it. */
  done: 3,
  /** Index of the exported function. */
  kernel: 4,
  /** Numbers behind the control block: room for the arguments of all shares. */
  count: 5,
  /** Number of the pool that works; the threads of any other end. */
  pool: 6,
  /** Threads that have come up. */
  ready: 7,
  /** Not 0 when a share trapped. */
  fault: 8,
  /** How many shares before it stands what a share comes after, 0: nothing; of the first ones, nothing. */
  after: 9,
  /** Number of the call whose shares are taken; unlike `call` it is there before the first of them can be. */
  round: 10,
  /** Round in which the first share was last done; of the others the words behind it. */
  doneOf: 16,
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

/** Looks at what another thread does before it sleeps on it. */
export const SPINS = 20_000;

/** The code; the clock is read once in a thousand loads. */
export const THREAD_CODE = `"use strict";
const NODE = "node" + ":worker_threads"; // in two parts, so that no bundler looks for it
const serve = ({ module, memory, names, control, controlWords, pool, stack, scratch }) => {
  const imports = {};
  for (const { module: from, name } of WebAssembly.Module.imports(module)) imports[from] = { [name]: memory };
  const { exports } = new WebAssembly.Instance(module, imports);
  exports.__stack_pointer.value = stack;
  const kernels = names.map((name) => exports[name]);
  const words = new Int32Array(memory.buffer, control, controlWords);
  const floats = new Float64Array(memory.buffer, control + 4 * controlWords, words[${WORD.count}]);
  let seen = Atomics.load(words, ${WORD.call});
  if (Atomics.load(words, ${WORD.pool}) !== pool) return;
  Atomics.add(words, ${WORD.ready}, 1);
  for (;;) {
    for (let spins = 1, until = 0; Atomics.load(words, ${WORD.call}) === seen; spins++) {
      if (spins % 1000 !== 0) continue;
      const now = performance.now();
      until ||= now + ${AWAKE};
      if (now > until) break;
    }
    if (Atomics.load(words, ${WORD.call}) === seen) Atomics.wait(words, ${WORD.call}, seen, 1000);
    seen = Atomics.load(words, ${WORD.call});
    if (Atomics.load(words, ${WORD.pool}) !== pool) return;
    for (;;) {
      const share = Atomics.add(words, ${WORD.next}, 1);
      if (share >= Atomics.load(words, ${WORD.total})) break;
      const at = share * ${MOST_ARGUMENTS}, args = Array.from(floats.subarray(at + 2, at + 2 + floats[at]));
      args[floats[at + 1]] = scratch;
      const round = words[${WORD.round}], after = words[${WORD.after}], before = ${WORD.doneOf} + share - after;
      for (let spins = 0, done; 0 < after && after <= share && (done = Atomics.load(words, before)) !== round; spins++) {
        if (Atomics.load(words, ${WORD.pool}) !== pool) return;
        if (spins > ${SPINS}) Atomics.wait(words, before, done, 5);
      }
      try {
        kernels[words[${WORD.kernel}]](...args);
      } catch {
        Atomics.store(words, ${WORD.fault}, 1);
      }
      Atomics.store(words, ${WORD.doneOf} + share, round);
      Atomics.notify(words, ${WORD.doneOf} + share);
      Atomics.add(words, ${WORD.done}, 1);
      Atomics.notify(words, ${WORD.done});
    }
  }
};
if (typeof require === "function") serve(require(NODE).workerData);
else if (typeof WorkerGlobalScope === "undefined" || globalThis.Deno || globalThis.process?.versions?.node) {
  import(NODE).then(({ workerData }) => serve(workerData));
} else onmessage = ({ data }) => { serve(data); close(); };
`;
