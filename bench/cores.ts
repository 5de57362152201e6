/**
 * What more threads of this machine can do at all: the ordered matrix tile on cached data, in workers that share nothing. Cores
 * that are halves of one, that clock lower together, or that other machines use as well give less than their number.
 *
 * @module
 */
import { openRivals } from "./limits.ts";

/** Milliseconds that the loops run. */
const LONG = 600;

/** 1e9 floating-point operations a second of one thread, while it runs with others. */
function rate(): number {
  const { call, operations } = openRivals(true).tile, started = performance.now();
  let calls = 0;
  while (performance.now() - started < LONG) {
    for (let i = 0; i < 100; i++) call();
    calls += 100;
  }
  return calls * operations / (performance.now() - started) / 1e6;
}

/** 1e9 floating-point operations a second of so many threads together. */
export async function rateOfCores(threads: number): Promise<number> {
  const workers = Array.from({ length: threads }, () => new Worker(import.meta.url, { type: "module" }));
  const answer = (worker: Worker) =>
    new Promise<number>((resolve) => {
      worker.onmessage = ({ data }) => resolve(data);
    });
  await Promise.all(workers.map(answer)); // they are there
  const rates = workers.map(answer);
  for (const worker of workers) worker.postMessage("go");
  const total = (await Promise.all(rates)).reduce((sum, one) => sum + one, 0);
  for (const worker of workers) worker.terminate();
  return total;
}

/** The scope of a worker, where this module runs in one. */
const scope = globalThis as unknown as { onmessage: unknown; postMessage(data: number): void };
if ("WorkerGlobalScope" in globalThis) {
  scope.onmessage = () => scope.postMessage(rate());
  scope.postMessage(0);
}
