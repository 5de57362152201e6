/**
 * Worker processes that share the cores of a machine; one that dies is started again. `node pool.js [COUNT]`: a worker a
 * core by default, which does most jobs an hour; fewer, each with more threads, end a single job sooner.
 */
import { fork } from "node:child_process";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";

const script = fileURLToPath(new URL("worker.js", import.meta.url));
const cores = availableParallelism(), count = Number(process.argv[2] ?? cores);
const env = { ...process.env, THREADS: `${Math.max(1, Math.floor(cores / count))}` };
const workers = new Set();
let ending = false;

function start() {
  const worker = fork(script, { env });
  workers.add(worker);
  worker.once("exit", () => {
    workers.delete(worker);
    if (!ending) setTimeout(start, 1000);
  });
}

for (let i = 0; i < count; i++) start();
process.once("SIGTERM", () => {
  ending = true;
  for (const worker of workers) worker.kill("SIGTERM");
});
