/**
 * Speed over threads: `deno run -A bench/threads_bench.ts [N…]` runs Vim-Ti and Vim-S at 224 × 224 and MambaIR-light ×2 at 64 ×
 * 64 and 256 × 256 on a WASM device of 1, 2, … threads, in turns, and prints medians and how many times the speed of one
 * thread each is, the median over the turns, below what the cores of the machine give together. The weights are random, which
 * costs the same.
 *
 * @module
 */
import { bind, specKeys } from "../src/checkpoint/weights.ts";
import type { Checkpoint, Entry } from "../src/checkpoint/checkpoint.ts";
import { mambair, mambairWeights } from "../src/models/mambair/forward.ts";
import { MAMBAIR_VARIANTS, mambairConfig } from "../src/models/mambair/options.ts";
import { vim, vimWeights } from "../src/models/vim/forward.ts";
import { VIM_VARIANTS, vimConfig } from "../src/models/vim/options.ts";
import type { Device } from "../src/device.ts";
import { runModel } from "../src/run/run_model.ts";
import { sizeOf } from "../src/tensor.ts";
import { openWasm } from "../src/wasm/device.ts";
import { rateOfCores } from "./cores.ts";
import { machine } from "./documents.ts";
import { medianOf } from "./median.ts";

const RUNS = 9, TURNS = 5;

function randomCheckpoint(keys: Iterable<readonly [string, readonly number[]]>): Pick<Checkpoint, "entries"> {
  const entries = new Map<string, Entry>();
  for (const [name, shape] of keys) {
    const read = () => Promise.resolve(Float32Array.from({ length: sizeOf(shape) }, () => 0.1 * Math.random() - 0.05));
    const readRaw = () => Promise.resolve(new Uint8Array(0));
    entries.set(name, { name, dtype: "F32", shape, bytes: 4 * sizeOf(shape), read, readRaw });
  }
  return { entries };
}

type Timed = (device: Device) => Promise<() => Promise<unknown>>;

const timedVim = (variant: "vim-tiny" | "vim-small"): Timed => async (device) => {
  const config = vimConfig(VIM_VARIANTS[variant]), spec = vimWeights(config), image = new Float32Array(224 * 224 * 3);
  const { weights } = await bind(spec, randomCheckpoint(specKeys(spec)), device);
  return () =>
    runModel(device, (ops) => vim(ops, weights, config, ops.input(image, [1, 224, 224, 3])), {
      like: { model: weights, key: "" },
    });
};

const timedMambaIR = (side: number): Timed => async (device) => {
  const config = mambairConfig(MAMBAIR_VARIANTS["mambair-light-x2"]), spec = mambairWeights(config);
  const { weights } = await bind(spec, randomCheckpoint(specKeys(spec)), device);
  const image = new Float32Array(side * side * 3).fill(0.3);
  return () =>
    runModel(device, (ops) => mambair(ops, weights, config, ops.input(image, [1, side, side, 3])), {
      like: { model: weights, key: "" },
    });
};

const MODELS: Readonly<Record<string, Timed>> = {
  "Vim-Ti 224": timedVim("vim-tiny"),
  "Vim-S 224": timedVim("vim-small"),
  "MambaIR-light x2 64": timedMambaIR(64),
  "MambaIR-light x2 256": timedMambaIR(256),
};

/** Lines of a table: medians, and times the speed of one thread. */
export async function timeThreads(counts: readonly number[]): Promise<string[]> {
  const rows = [`| net | ${counts.map((count) => `${count} ${count === 1 ? "thread" : "threads"}`).join(" | ")} |`];
  rows.push(`|---|${counts.map(() => "---|").join("")}`);
  const rates: number[][] = counts.map(() => []);
  for (let turn = 0; turn < TURNS; turn++) {
    for (const [i, count] of counts.entries()) rates[i]!.push(await rateOfCores(count));
  }
  const most = rates.map((own) => {
    const gain = medianOf(own.map((rate, turn) => rate / rates[0]![turn]!));
    return `${medianOf(own).toFixed(1)} GFLOP/s (${gain.toFixed(2)} ×)`;
  });
  rows.push(`| matrix tile on cached data: what the cores give | ${most.join(" | ")} |`);
  for (const [name, prepare] of Object.entries(MODELS)) {
    const devices: { device: Device; run: () => Promise<unknown>; times: number[] }[] = [];
    for (const threads of counts) {
      const device = await openWasm({ threads }), run = await prepare(device);
      await run();
      devices.push({ device, run, times: [] });
    }
    const runs = name.endsWith("256") ? TURNS : RUNS;
    for (let i = 0; i < runs; i++) {
      for (const { run, times } of devices) {
        const started = performance.now();
        await run();
        times.push(performance.now() - started);
      }
    }
    // Turn by turn, as machines that others use as well change their speed between turns.
    const cells = devices.map(({ times }) => {
      const gain = medianOf(times.map((ms, turn) => devices[0]!.times[turn]! / ms));
      return `${medianOf(times).toFixed(1)} ms (${gain.toFixed(2)} ×)`;
    });
    rows.push(`| ${name} | ${cells.join(" | ")} |`);
    for (const { device } of devices) device.close();
  }
  return rows;
}

if (import.meta.main) {
  console.log(await machine());
  console.log((await timeThreads(Deno.args.length > 0 ? Deno.args.map(Number) : [1, 2])).join("\n"));
}
