/**
 * Shows how jobs go on, on whatever machine: `node watch.js`; stops them: `node watch.js cancel JOB_ID...`
 */
import { QueueEvents } from "bullmq";
import { cancel, connection, openQueue, QUEUE } from "./queue.js";

const [verb, ...ids] = process.argv.slice(2);
if (verb === "cancel") {
  const queue = openQueue();
  for (const id of ids) await cancel(queue, id);
  await queue.close();
} else {
  const events = new QueueEvents(QUEUE, { connection });
  events.on("progress", ({ jobId, data }) => console.log(jobId, `${Math.round(100 * data.fraction)} %`));
  events.on("completed", ({ jobId }) => console.log(jobId, "done"));
  events.on("failed", ({ jobId, failedReason }) => console.log(jobId, "failed:", failedReason));
}
