/**
 * One worker process per core; one that dies is started again. `node pool.js [COUNT]`
 */
import { fork } from "node:child_process";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";

const script = fileURLToPath(new URL("worker.js", import.meta.url));
const workers = new Set();
let ending = false;

function start() {
  const worker = fork(script);
  workers.add(worker);
  worker.once("exit", () => {
    workers.delete(worker);
    if (!ending) setTimeout(start, 1000);
  });
}

for (let i = 0; i < Number(process.argv[2] ?? availableParallelism()); i++) start();
process.once("SIGTERM", () => {
  ending = true;
  for (const worker of workers) worker.kill("SIGTERM");
});
