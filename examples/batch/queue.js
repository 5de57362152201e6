/**
 * The queue that all machines share: where it is, what a job looks like, and how work is asked for.
 */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { basename, extname, join, resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { Queue } from "bullmq";
import { Redis } from "ioredis";

export const QUEUE = "sidewinder";
/** Channel on which jobs are cancelled, by id. */
export const CANCEL = "sidewinder:cancel";

/** Redis, as `redis://host:port`. */
const { hostname, port, username, password } = new URL(process.env.REDIS_URL ?? "redis://127.0.0.1:6379");
export const connection = {
  host: hostname,
  port: Number(port || 6379),
  username: username || undefined,
  password: password || undefined,
  maxRetriesPerRequest: null,
};

/** A connection of its own, for cancellations. */
export const connect = () => new Redis(connection);

export const openQueue = () => new Queue(QUEUE, { connection });

/** Failures are tried again after 1, 2, 4 and 8 s. */
const RETRIES = { attempts: 5, backoff: { type: "exponential", delay: 1000 } };
/** Jobs that wait, at most: whoever queues more waits for the workers, so that Redis does not fill. */
const MOST_WAITING = Number(process.env.MOST_WAITING ?? 10_000);

const hash = (text) => createHash("sha256").update(text).digest("hex");

/**
 * A job: `classify` writes labels as JSON, `upscale` and `denoise` a PNG. Its id is made of what it does, so that asking
 * for the same work twice queues it once; its output is named after the whole path of the image, so that equal names in
 * different folders do not meet.
 */
export function jobOf(task, input, folder) {
  const source = /^https?:/.test(input) ? input : resolve(input);
  const name = `${basename(source, extname(source))}-${hash(source).slice(0, 8)}`;
  const output = join(resolve(folder), `${name}.${task === "classify" ? "json" : "png"}`);
  const data = { task, input: source, output };
  return { name: task, data, opts: { jobId: hash(JSON.stringify(data)).slice(0, 32), ...RETRIES } };
}

/** Queues jobs. What failed is tried anew, and so is what was done but whose output is gone. */
export async function enqueue(queue, jobs) {
  for (const job of jobs) {
    while (await queue.getWaitingCount() >= MOST_WAITING) await pause(200);
    const earlier = await queue.getJob(job.opts.jobId), state = await earlier?.getState();
    if (state === "failed" || (state === "completed" && !existsSync(job.data.output))) await earlier.remove();
    await queue.add(job.name, job.data, job.opts);
  }
}

/** Takes a job out of the queue, or stops it where it runs. */
export async function cancel(queue, jobId) {
  const job = await queue.getJob(jobId);
  const removed = await job?.remove().then(() => true, () => false); // a job that runs is locked
  if (removed) return;
  const redis = connect();
  await redis.publish(CANCEL, jobId);
  redis.disconnect();
}
