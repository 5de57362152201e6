/**
 * One worker process: takes jobs one after the other. A run gives the event loop a turn every 50 ms, so that the lock on
 * its job is renewed; when the process dies, the lock runs out and another worker takes the job.
 */
import { rename, writeFile } from "node:fs/promises";
import { UnrecoverableError, Worker } from "bullmq";
import { classify, defaultModel, encodeImage, loadModel, openDevice, restore } from "sidewinder";
import { CANCEL, connect, connection, QUEUE } from "./queue.js";

const LOCK = Number(process.env.LOCK_MS ?? 30_000);

const device = await openDevice({ threads: Number(process.env.THREADS) || "auto" });
const models = new Map();

function modelFor(task) {
  if (!models.has(task)) {
    const model = defaultModel(task).then((bytes) => loadModel(device, bytes));
    model.catch(() => models.delete(task));
    models.set(task, model);
  }
  return models.get(task);
}

/** Writes a file whole or not at all. The name of the part is the job's own, so that a second try leaves nothing behind. */
async function writeOutput(job, bytes) {
  const part = `${job.data.output}.${job.id}.part`;
  await writeFile(part, bytes);
  await rename(part, job.data.output);
}

/** The job at hand, and what stops it. */
let current = { id: undefined, stop: new AbortController() };

async function work(job) {
  const { task, input } = job.data, stop = new AbortController(), { signal } = stop;
  current = { id: job.id, stop };
  const onProgress = ({ fraction }) => void job.updateProgress({ fraction, pid: process.pid }).catch(() => {});
  try {
    const model = await modelFor(task);
    const image = /^https?:/.test(input) ? new URL(input) : input;
    if (task === "classify") {
      const { labels } = await classify(model, image, { onProgress, signal });
      await writeOutput(job, JSON.stringify(labels));
      return { label: labels[0].name };
    }
    const restored = await restore(model, image, { onProgress, signal });
    await writeOutput(job, await encodeImage(restored, { type: "png", signal }));
    return { width: restored.width, height: restored.height };
  } catch (error) {
    if (signal.aborted) throw new UnrecoverableError("cancelled");
    // What cannot be read as an image will not become one by another try.
    throw error instanceof SyntaxError || error instanceof RangeError ? new UnrecoverableError(error.message) : error;
  } finally {
    current = { id: undefined, stop };
  }
}

const worker = new Worker(QUEUE, work, {
  connection,
  concurrency: 1,
  lockDuration: LOCK,
  stalledInterval: LOCK,
  maxStalledCount: 3,
});
worker.on("error", (error) => console.error(error.message));
const cancellations = connect();
cancellations.on("error", () => {}); // the worker says it
cancellations.on("message", (_, id) => id === current.id && current.stop.abort());
await cancellations.subscribe(CANCEL);
process.once("SIGTERM", async () => {
  setTimeout(() => process.exit(1), 60_000).unref(); // Redis may be gone
  await worker.close(); // finishes the job at hand
  cancellations.disconnect();
  device.close();
  process.exit(0);
});
console.log(`worker ${process.pid} on ${device.name}`);
