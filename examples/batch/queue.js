/**
 * The queue that all machines share: where it is, and what a job looks like.
 */
import { createHash } from "node:crypto";
import { basename, extname, join, resolve } from "node:path";
import { Queue } from "bullmq";

export const QUEUE = "sidewinder";

/** Redis, as `redis://host:port`. */
const { hostname, port, username, password } = new URL(process.env.REDIS_URL ?? "redis://127.0.0.1:6379");
export const connection = {
  host: hostname,
  port: Number(port || 6379),
  username: username || undefined,
  password: password || undefined,
  maxRetriesPerRequest: null,
};

export const openQueue = () => new Queue(QUEUE, { connection });

/** Failures are tried again after 1, 2, 4 and 8 s. */
const RETRIES = { attempts: 5, backoff: { type: "exponential", delay: 1000 } };

/**
 * A job: `classify` writes labels as JSON, `upscale` and `denoise` a PNG. Its id is made of what it does, so that asking
 * for the same work twice queues it once.
 */
export function jobOf(task, input, folder) {
  const source = /^https?:/.test(input) ? input : resolve(input);
  const name = basename(source, extname(source));
  const output = join(resolve(folder), task === "classify" ? `${name}.json` : `${name}.png`);
  const data = { task, input: source, output };
  const jobId = createHash("sha256").update(JSON.stringify(data)).digest("hex").slice(0, 32);
  return { name: task, data, opts: { jobId, ...RETRIES } };
}
