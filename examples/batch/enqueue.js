/**
 * Queues work: `node enqueue.js classify|upscale|denoise OUTPUT_FOLDER IMAGE...`
 */
import { mkdir } from "node:fs/promises";
import { jobOf, openQueue } from "./queue.js";

const [task, folder, ...images] = process.argv.slice(2);
if (!["classify", "upscale", "denoise"].includes(task) || !folder || images.length === 0) {
  console.error("Usage: node enqueue.js classify|upscale|denoise OUTPUT_FOLDER IMAGE...");
  process.exit(2);
}
await mkdir(folder, { recursive: true });
const queue = openQueue();
await queue.addBulk(images.map((image) => jobOf(task, image, folder)));
console.log(JSON.stringify(await queue.getJobCounts("waiting", "active", "completed", "failed")));
await queue.close();
