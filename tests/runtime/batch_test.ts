import { assert, assertEquals } from "@std/assert";
import { classify, decodeImage, defaultModel, loadModel, openDevice, restore } from "../../mod.ts";
import { assertLabels } from "./expected.ts";
import { end, makeFolder, makeKit, must, NODE_24, ROOT } from "./kit.ts";

await makeKit();

/** What each task is given; upscaling a photo would take a minute. */
const TASKS: Readonly<Record<string, readonly string[]>> = {
  upscale: ["rgb.png", "q75_s2.jpg", "grey16.png"],
  classify: ["chelsea.png", "rgb.png", "alpha.webp", "q75_s2.jpg", "grey16.png"],
};

const IMAGES: Readonly<Record<string, string>> = {
  "chelsea.png": "examples/photos/chelsea.png",
  "rgb.png": "tests/golden/image/files/rgb.png",
  "alpha.webp": "tests/golden/image/files/alpha.webp",
  "q75_s2.jpg": "tests/golden/image/files/q75_s2.jpg",
  "grey16.png": "tests/golden/image/files/grey16.png",
};

/** Milliseconds that the queue has to become empty. */
const PATIENCE = 90_000;

interface End {
  readonly kind: "completed" | "failed";
  readonly jobId: string;
  readonly failedReason?: string;
}

interface Report {
  readonly ends: readonly End[];
  readonly killed: { readonly jobId: string; readonly pid: number };
  readonly jobs: readonly {
    readonly id: string;
    readonly task: string;
    readonly input: string;
    readonly output: string;
  }[];
}

/** A Redis of its own, without anything on disk. */
async function startRedis(folder: string): Promise<{ readonly port: number; readonly child: Deno.ChildProcess }> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  listener.close();
  const child = new Deno.Command("redis-server", {
    args: ["--port", `${port}`, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", folder],
    stdout: "null",
    stderr: "null",
  }).spawn();
  for (let tries = 0; tries < 100; tries++) {
    const connection = await Deno.connect({ hostname: "127.0.0.1", port }).catch(() => undefined);
    connection?.close();
    if (connection) return { port, child };
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  end(child);
  throw new Error("redis-server must listen within 5 s");
}

Deno.test("batch example ends every job exactly once and rightly, though a worker is killed with -9 in mid-job", async () => {
  const folder = await makeFolder("batch", {
    "queue.js": "examples/batch/queue.js",
    "enqueue.js": "examples/batch/enqueue.js",
    "worker.js": "examples/batch/worker.js",
    "pool.js": "examples/batch/pool.js",
    "watch.js": "examples/batch/watch.js",
    "batch.js": "tests/runtime/apps/batch.js",
    ...IMAGES,
  });
  await Deno.writeTextFile(`${folder}broken.png`, "not a png");
  const { port, child: redis } = await startRedis(folder);
  const options = {
    cwd: folder,
    env: { REDIS_URL: `redis://127.0.0.1:${port}`, LOCK_MS: "2000" },
  };
  const pool = new Deno.Command(NODE_24, { ...options, args: ["pool.js", "2"], stdout: "null", stderr: "null" })
    .spawn();
  let patience: ReturnType<typeof setTimeout> | undefined;
  try {
    const total = Object.values(TASKS).flat().length + 1;
    const watch = new Deno.Command(NODE_24, {
      ...options,
      args: ["batch.js", `${total}`],
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    patience = setTimeout(() => end(watch, "SIGKILL"), PATIENCE);
    const watching = watch.stderr.getReader();
    await watching.read();
    watching.releaseLock();
    for (const [task, names] of Object.entries(TASKS)) {
      await must(NODE_24, ["enqueue.js", task, `out_${task}`, ...names], options);
      await must(NODE_24, ["enqueue.js", task, `out_${task}`, ...names], options); // asked twice, done once
    }
    await must(NODE_24, ["enqueue.js", "classify", "out_classify", "broken.png"], options);
    const { stdout } = await watch.output();
    const { ends, killed, jobs } = JSON.parse(new TextDecoder().decode(stdout)) as Report;

    assert(killed !== undefined, "a worker must have been killed in mid-job");
    assertEquals(ends.length, total);
    assertEquals(new Set(ends.map(({ jobId }) => jobId)).size, total);
    assertEquals(ends.find(({ jobId }) => jobId === killed.jobId)!.kind, "completed");
    const failed = ends.filter(({ kind }) => kind === "failed");
    assertEquals(failed.map(({ jobId }) => jobs.find(({ id }) => id === jobId)!.input), [`${folder}broken.png`]);
    await assertOutputs(jobs.filter(({ input }) => !input.endsWith("broken.png")));
    for (const [task, names] of Object.entries(TASKS)) {
      const files = await Array.fromAsync(Deno.readDir(`${folder}out_${task}`));
      assertEquals(files.filter(({ name }) => name.endsWith(".part")), []);
      assertEquals(files.length, names.length, task);
    }
  } finally {
    clearTimeout(patience);
    end(pool);
    await pool.status;
    end(redis);
    await redis.status;
  }
});

/** Jobs that wait in Redis. */
async function waitingIn(port: number): Promise<number> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  await connection.write(new TextEncoder().encode("LLEN bull:sidewinder:wait\r\n"));
  const bytes = new Uint8Array(64), length = (await connection.read(bytes))!;
  return Number(new TextDecoder().decode(bytes.subarray(0, length)).slice(":".length));
}

Deno.test("batch example: whoever queues more than may wait is held up until workers come", async () => {
  const folder = await makeFolder("batch_many", {
    ...Object.fromEntries(["queue.js", "enqueue.js", "worker.js"].map((name) => [name, `examples/batch/${name}`])),
    ...Object.fromEntries([1, 2, 3, 4, 5].map((i) => [`${i}.png`, IMAGES["rgb.png"]!])),
  });
  const { port, child: redis } = await startRedis(folder);
  const options = { cwd: folder, env: { REDIS_URL: `redis://127.0.0.1:${port}`, MOST_WAITING: "2" } };
  const start = (...args: string[]) =>
    new Deno.Command(NODE_24, { ...options, args, stdout: "null", stderr: "null" }).spawn();
  const queueing = start("enqueue.js", "classify", "out", ...[1, 2, 3, 4, 5].map((i) => `${i}.png`));
  let worker: Deno.ChildProcess | undefined;
  try {
    for (let tries = 0; await waitingIn(port) < 2; tries++) {
      if (tries > PATIENCE / 50) throw new Error("two jobs must come to wait");
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const pause = new Promise<string>((resolve) => setTimeout(() => resolve("held up"), 500));
    assertEquals(await Promise.race([queueing.status.then(() => "ended"), pause]), "held up");
    assertEquals(await waitingIn(port), 2);
    worker = start("worker.js");
    assertEquals((await queueing.status).code, 0);
    for (let tries = 0; (await Array.fromAsync(Deno.readDir(`${folder}out`))).length < 5; tries++) {
      if (tries > PATIENCE / 50) throw new Error("five jobs must be done");
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  } finally {
    for (const child of [queueing, worker, redis]) {
      if (!child) continue;
      end(child);
      await child.status;
    }
  }
});

Deno.test("batch example: equal names do not meet, what failed or is gone is done anew, jobs can be watched and cancelled", async () => {
  const folder = await makeFolder("batch_again", {
    "queue.js": "examples/batch/queue.js",
    "enqueue.js": "examples/batch/enqueue.js",
    "worker.js": "examples/batch/worker.js",
    "watch.js": "examples/batch/watch.js",
    "rgb.png": IMAGES["rgb.png"]!,
    "large.png": IMAGES["chelsea.png"]!,
  });
  await Deno.mkdir(`${folder}a`);
  await Deno.mkdir(`${folder}b`);
  await Deno.copyFile(`${folder}rgb.png`, `${folder}a/same.png`);
  await Deno.writeTextFile(`${folder}b/same.png`, "not a png");
  const { port, child: redis } = await startRedis(folder);
  const options = { cwd: folder, env: { REDIS_URL: `redis://127.0.0.1:${port}`, MOST_WAITING: "2" } };
  const start = (script: string) =>
    new Deno.Command(NODE_24, { ...options, args: [script], stdout: "piped", stderr: "null" }).spawn();
  const worker = start("worker.js"), watch = start("watch.js");
  let seen = "";
  const reading = (async () => {
    for await (const text of watch.stdout.pipeThrough(new TextDecoderStream())) seen += text;
  })();
  const until = async (line: string) => {
    for (let tries = 0; !seen.includes(line); tries++) {
      if (tries > PATIENCE / 50) throw new Error(`${line} must be seen: ${seen}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    seen = seen.replaceAll(line, "");
  };
  const ask = async (...args: string[]) =>
    (await must(NODE_24, ["enqueue.js", ...args], options)).trim().split("\n").map((line) =>
      line.split(" ") as [string, string]
    );
  try {
    const two = await ask("classify", "out", "a/same.png", "b/same.png");
    await until(`${two[0]![0]} done`);
    await until(`${two[1]![0]} failed: `);
    await Deno.copyFile(`${folder}rgb.png`, `${folder}b/same.png`);
    await Deno.remove(two[0]![1]);
    assertEquals(await ask("classify", "out", "a/same.png", "b/same.png"), two);
    for (const [id] of two) await until(`${id} done`);
    assertEquals((await Array.fromAsync(Deno.readDir(`${folder}out`))).length, 2);

    const [[running]] = await ask("upscale", "out", "large.png") as [[string, string]];
    await until(`${running} 1`); // some per cent
    const [[waiting]] = await ask("classify", "out", "large.png") as [[string, string]];
    await must(NODE_24, ["watch.js", "cancel", waiting, running], options);
    await until(`${running} failed: cancelled`);
    assertEquals((await Array.fromAsync(Deno.readDir(`${folder}out`))).length, 2);
  } finally {
    end(watch);
    end(worker);
    await Promise.all([watch.status, reading]);
    await worker.stdout.cancel();
    await worker.status;
    end(redis);
    await redis.status;
  }
});

/** Outputs are what the working tree gives. */
async function assertOutputs(jobs: Report["jobs"]): Promise<void> {
  await using device = await openDevice({ require: "wasm" });
  await using vim = await loadModel(device, await defaultModel("classify"));
  await using mambair = await loadModel(device, await defaultModel("upscale"));
  for (const { task, input, output } of jobs) {
    if (task === "classify") {
      assertLabels(JSON.parse(await Deno.readTextFile(output)), (await classify(vim, input)).labels, 1e-12);
    } else {
      const actual = await decodeImage(output), wanted = await restore(mambair, input);
      assertEquals([actual.width, actual.height, actual.channels], [wanted.width, wanted.height, wanted.channels]);
      assertEquals(actual.data.length, wanted.data.length);
      assert(actual.data.every((value, i) => value === wanted.data[i]), input);
    }
  }
}

Deno.test("batch example runs from what is in its folder and Debian's redis-server", async () => {
  const source = await Deno.readTextFile(`${ROOT}examples/batch/worker.js`);
  const imports = [...source.matchAll(/from "([^"]+)"/g)].map((match) => match[1]!);
  assertEquals(imports.filter((name) => !/^(node:|\.\/|bullmq$|ioredis$|sidewinder$)/.test(name)), []);
  await must("redis-server", ["--version"]);
});
