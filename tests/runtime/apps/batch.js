// Node: watches the queue, kills the worker of the first job that is in its middle with -9, and prints how every job ended.
import { QueueEvents } from "bullmq";
import { connection, openQueue, QUEUE } from "./queue.js";

const total = Number(process.argv[2]);
const events = new QueueEvents(QUEUE, { connection });
await events.waitUntilReady();
const ends = [];
let killed;
const done = new Promise((resolve) => {
  const end = (kind) => ({ jobId, failedReason }) => {
    ends.push({ kind, jobId, ...(failedReason ? { failedReason } : {}) });
    if (ends.length === total) setTimeout(resolve, 1500); // for an end too many
  };
  events.on("completed", end("completed"));
  events.on("failed", end("failed"));
  events.on("progress", ({ jobId, data: { fraction, pid } }) => {
    if (killed || fraction < 0.2 || fraction > 0.7) return;
    process.kill(pid, "SIGKILL");
    killed = { jobId, pid, fraction };
  });
});
console.error("watching");
await done;
const queue = openQueue();
const jobs = await Promise.all(ends.map(({ jobId }) => queue.getJob(jobId)));
const report = jobs.map(({ id, data, returnvalue, stalledCounter }) => ({ id, ...data, returnvalue, stalledCounter }));
console.log(JSON.stringify({ ends, killed, jobs: report, counts: await queue.getJobCounts() }));
await queue.close();
await events.close();
