/**
 * The faults: each is caused, and what happened is compared with what should.
 *
 * @module
 */
import { Worker as NodeWorker } from "node:worker_threads";
import { fetchCached } from "../../src/bytes/cache.ts";
import { openCheckpoint } from "../../src/checkpoint/open.ts";
import { findAdapter } from "../../src/gpu/adapter.ts";
import { openWebgpu } from "../../src/gpu/device.ts";
import { classify, defaultModel, type Device, loadModel, openDevice } from "../../mod.ts";
import { runModel } from "../../src/run/run_model.ts";
import { openWasm } from "../../src/wasm/device.ts";
import { noise, sameBytes, serve } from "../bytes/loopback.ts";

/** What the account of a fault begins with that this machine cannot have. */
export const LEFT_OUT = "left out: ";

function expect(holds: boolean, what: string): void {
  if (!holds) throw new Error(what);
}

async function inFolder<T>(task: (folder: string) => Promise<T>): Promise<T> {
  const folder = await Deno.makeTempDir();
  try {
    return await task(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const namesIn = (folder: string): string[] => [...Deno.readDirSync(folder)].map(({ name }) => name).sort();

/** The error that a promise rejects with. */
async function rejection(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    return error as Error;
  }
  throw new Error("it did not fail");
}

const PICTURE = {
  ...{ width: 64, height: 64, channels: 3 as const },
  data: Uint8Array.from({ length: 64 * 64 * 3 }, (_, i) => i * 37 & 255),
};

/** A run of many calls that are shared out. */
const work = (device: Device, between: (step: number) => void = () => {}): Promise<Float32Array> =>
  runModel(device, function* (ops) {
    const x = ops.input(Float32Array.from({ length: 512 * 64 }, (_, i) => Math.sin(i)), [512, 64]);
    let y = ops.unary(x, "silu");
    for (let i = 0; i < 200; i++) {
      y = ops.add(ops.unary(y, "gelu"), x);
      if (ops.device.kind !== "dry") between(i);
      yield;
    }
    return y;
  });

async function killedWorker(): Promise<string> {
  await using alone = await openWasm({ threads: 1 });
  const wanted = await work(alone), { unref } = NodeWorker.prototype, workers: NodeWorker[] = [];
  NodeWorker.prototype.unref = function (this: NodeWorker) {
    workers.push(this);
    return unref.call(this);
  };
  try {
    await using device = await openWasm({ threads: 3, grain: 0 });
    await device.prepare!([]);
    expect(workers.length === 2, `${workers.length} workers came up`);
    let outcome = "the run ended with the right bits";
    const run = work(device, (step) => step === 20 && void workers[0]!.terminate());
    try {
      expect(sameNumbers(await run, wanted), "the run ended with other bits");
    } catch (error) {
      if (!/threads must answer/.test((error as Error).message)) throw error;
      outcome = "the run was rejected in words";
    }
    expect(sameNumbers(await work(device), wanted), "the next run has other bits");
    return `${outcome}; the next run has them too`;
  } finally {
    NodeWorker.prototype.unref = unref;
  }
}

const sameNumbers = (a: Float32Array, b: Float32Array): boolean =>
  sameBytes(new Uint8Array(a.buffer), new Uint8Array(b.buffer));

async function lostDevice(): Promise<string> {
  const adapter = await findAdapter();
  if (typeof adapter === "string") return `${LEFT_OUT}${adapter}`;
  const device = await openWebgpu();
  const lost = await rejection(work(device, (step) => step === 20 && device.destroy()));
  expect(/the WebGPU device was lost/.test(lost.message), lost.message);
  device.close();
  await using next = await openWebgpu();
  expect((await work(next)).every(Number.isFinite), "the next device gives no numbers");
  return `"${lost.message}"; a new device works`;
}

function cutDownload(): Promise<string> {
  return inFolder(async (cacheDir) => {
    const bytes = noise(3_000_000);
    await using server = serve(bytes, { tag: () => '"v1"', cuts: [1_000_000, 700_000] });
    const path = await fetchCached({ url: server.url.href, file: "model.pth" }, { cacheDir });
    expect(sameBytes(await Deno.readFile(path as string), bytes), "the file has other bytes");
    expect(!namesIn(cacheDir).some((name) => name.includes("part")), "a part was left");
    return `gone on by ${server.asked.length - 1} ranges, every byte right`;
  });
}

const CLI = ["run", "-A", "cli.ts"], PHOTO = "examples/photos/rocket.jpg";

/** A command in a folder that a mount of its own lies over; undefined where there are no user namespaces. */
async function mounted(
  options: string,
  folder: string,
  command: string,
): Promise<{ code: number; error: string } | undefined> {
  const inside = `mount -t tmpfs -o size=64k none ${folder} && mount -o remount,${options} ${folder} && ` +
    `touch ${folder}/../mounted && ${Deno.execPath()} ${CLI.join(" ")} ${command} && true; ` +
    `code=$?; find ${folder} -type f -size +0 > ${folder}/../left; exit $code`;
  const { code, stderr } = await new Deno.Command("unshare", {
    args: ["-rm", "sh", "-c", inside],
    stdout: "null",
    stderr: "piped",
  }).output().catch(() => ({ code: 1, stderr: new Uint8Array() }));
  const error = new TextDecoder().decode(stderr);
  const there = namesIn(`${folder}/..`).includes("mounted");
  return there ? { code, error } : undefined;
}

/** Commands that write to a disk with a fault, each with what it must say. */
const diskFault = (options: string, says: Readonly<Record<string, RegExp>>) => (): Promise<string> =>
  inFolder(async (root) => {
    const said: string[] = [];
    await Deno.mkdir(`${root}/out`);
    for (const [command, pattern] of Object.entries(says)) {
      const ended = await mounted(options, `${root}/out`, command.replace("OUT", `${root}/out`));
      if (!ended) return `${LEFT_OUT}this machine has no user namespaces`;
      const line = ended.error.trim().split("\n").at(-1)!.replace(root, "…");
      expect(ended.code === 1 && pattern.test(line), `exit code ${ended.code}: ${ended.error}`);
      expect((await Deno.readTextFile(`${root}/left`)).trim() === "", "something was left behind");
      said.push(`"${line}"`);
    }
    return `exit code 1, ${said.join(" and ")}, nothing left behind`;
  });
const CONVERT = "convert weights/vim_micro/vim_micro.safetensors OUT/out.safetensors";
const RESTORE = `restore ${PHOTO} -o OUT/out.png`;

/** Kills a restoration in the middle; what it was going to write over must be whole, or the new one. */
const killed = (signal: "SIGKILL" | "SIGTERM") => (): Promise<string> =>
  inFolder(async (folder) => {
    const out = `${folder}/out.png`, before = await Deno.readFile("examples/photos/coffee.png");
    await Deno.writeFile(out, before);
    const child = new Deno.Command(Deno.execPath(), {
      args: [...CLI, "restore", "examples/photos/astronaut.png", "-o", out, "--json", "--force"],
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const reader = child.stdout.getReader();
    await reader.read();
    reader.releaseLock();
    child.kill(signal);
    const { code, stderr } = await child.output();
    expect(sameBytes(await Deno.readFile(out), before), "the old file has other bytes");
    const left = namesIn(folder).filter((name) => name !== "out.png");
    if (signal === "SIGTERM") {
      expect(code === 143 && left.length === 0, `exit code ${code}, ${left} left, ${new TextDecoder().decode(stderr)}`);
    }
    return `exit code ${code}, the old file is whole, ${left.length} part files left`;
  });

function changedFile(): Promise<string> {
  return inFolder(async (folder) => {
    const path = `${folder}/model.safetensors`;
    await Deno.copyFile("weights/vim_micro/vim_micro.safetensors", path);
    const checkpoint = await openCheckpoint(path);
    await Deno.truncate(path, 20_000);
    const entries = [...checkpoint.entries.values()];
    const error = await rejection((async () => {
      for (const entry of entries) await entry.read();
    })());
    await checkpoint.close();
    expect(/^Cannot read .*: \w/s.test(error.message), `${error}`);
    return `"${error.message.replace(folder, "…")}"`;
  });
}

async function noMemory(): Promise<string> {
  await using device = await openWasm({ threads: 1 });
  const error = (() => {
    try {
      device.reserve(5e9);
    } catch (error) {
      return error as Error;
    }
  })();
  expect(error instanceof RangeError && /Cannot allocate/.test(error.message), `${error}`);
  await using model = await loadModel(device, await defaultModel("classify"));
  const { labels } = await classify(model, PICTURE);
  expect(labels.length === 5, "the device does not go on");
  return `"${error!.message}"; the device goes on`;
}

async function abortedRun(): Promise<string> {
  await using device = await openDevice({ require: "wasm" });
  await using model = await loadModel(device, await defaultModel("classify"));
  const { logits: wanted } = await classify(model, PICTURE), stop = new AbortController(), reason = new Error("enough");
  const run = classify(model, PICTURE, { signal: stop.signal });
  stop.abort(reason);
  expect(await rejection(run) === reason, "another reason came");
  expect(sameNumbers((await classify(model, PICTURE)).logits, wanted), "the next answer has other bits");
  expect(device.memory().run === 0, `${device.memory().run} bytes of the run are kept`);
  return "the signal's reason; the next answer has the same bits, no memory of the run is kept";
}

/** All faults by name. */
export const FAULTS: Readonly<Record<string, () => Promise<string>>> = {
  "killed-worker": killedWorker,
  "lost-device": lostDevice,
  "cut-download": cutDownload,
  "full-disk": diskFault("size=64k", {
    [CONVERT]: /^Cannot write .*out\.safetensors as there must be room for it: the disk is full$/,
    [RESTORE]: /Cannot write .*out\.png as its disk must have at least 0\.\d MB left: current room is 0\.1 MB$/,
  }),
  "read-only": diskFault("ro,size=9m", {
    [CONVERT]: /^Cannot write .*out\.safetensors as its disk must be one that can be written: it is mounted read-only$/,
    [RESTORE]: /Cannot write .*out\.png as its disk must be one that can be written: it is mounted read-only$/,
  }),
  "kill-9": killed("SIGKILL"),
  "sigterm": killed("SIGTERM"),
  "changed-file": changedFile,
  "no-memory": noMemory,
  "aborted-run": abortedRun,
};
