/**
 * Whether there can be threads here, and how many would be of use.
 *
 * @module
 */
import { runtimeImport } from "../bytes/lazy_import.ts";

/** Whether this runtime has Node's modules. */
export const hasNode = (): boolean =>
  (globalThis as { process?: { versions?: { node?: string } } }).process?.versions?.node !== undefined;

/** Why there can be no threads; undefined: there can. */
export function obstacleToThreads(): string | undefined {
  if (typeof SharedArrayBuffer === "undefined") return "the page is not cross-origin isolated";
  if ((globalThis as { crossOriginIsolated?: boolean }).crossOriginIsolated === false && !hasNode()) {
    return "the page is not cross-origin isolated";
  }
  if (!hasNode() && typeof Worker === "undefined") return "this runtime has no workers";
  return undefined;
}

/** Processors that this process may use. */
export async function usableCores(): Promise<number> {
  const { hardwareConcurrency } = (globalThis as { navigator?: { hardwareConcurrency?: number } }).navigator ?? {};
  if (hardwareConcurrency !== undefined || !hasNode()) return hardwareConcurrency ?? 1;
  const { availableParallelism } = await runtimeImport<{ availableParallelism(): number }>("node:os");
  return availableParallelism();
}
