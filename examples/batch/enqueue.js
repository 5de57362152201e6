/**
 * Queues work: `node enqueue.js classify|upscale|denoise OUTPUT_FOLDER IMAGE...`; prints the ids of the jobs.
 */
import { mkdir } from "node:fs/promises";
import { enqueue, jobOf, openQueue } from "./queue.js";

const [task, folder, ...images] = process.argv.slice(2);
if (!["classify", "upscale", "denoise"].includes(task) || !folder || images.length === 0) {
  console.error("Usage: node enqueue.js classify|upscale|denoise OUTPUT_FOLDER IMAGE...");
  process.exit(2);
}
await mkdir(folder, { recursive: true });
const queue = openQueue(), jobs = images.map((image) => jobOf(task, image, folder));
await enqueue(queue, jobs);
for (const { opts, data } of jobs) console.log(`${opts.jobId} ${data.output}`);
await queue.close();
