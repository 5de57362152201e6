/**
 * What fixtures of whole nets have in common: their weights, and what they store of long tensors.
 *
 * @module
 */
import type { Produced } from "./adapter.ts";
import type { Fixture } from "./fixture.ts";

/** Keys and shapes of the official state dict, where the fixture has them all. */
export function stateDict(fixture: Fixture): [string, number[]][] {
  return Object.entries(JSON.parse(fixture.metadata.weights ?? "{}") as Record<string, number[]>);
}

/** Rows of `stream.*` for the taps a full-size fixture names: the first 32 values, the mean, the biased deviation. */
export function summarise(fixture: Fixture, taps: ReadonlyMap<string, ArrayLike<number>>): Produced[] {
  const names = JSON.parse(fixture.metadata.stream_names!) as string[];
  const first = new Float32Array(32 * names.length), means: number[] = [], deviations: number[] = [];
  for (const [m, name] of names.entries()) {
    const values = Float32Array.from(taps.get(name) ?? []);
    first.set(values.subarray(0, 32), 32 * m);
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    means.push(mean);
    deviations.push(Math.sqrt(values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length));
  }
  return [
    { name: "stream.first32", values: first },
    { name: "stream.mean", values: means },
    { name: "stream.std", values: deviations },
  ];
}

/** Every `stride`th value of the output and its statistics, where a fixture stores only those. */
export function outputs(fixture: Fixture, output: Float32Array): Produced[] {
  if (!fixture.has("output.sub")) return [{ name: "output", values: output }];
  const { stride, offset } = JSON.parse(fixture.metadata.output_subset!) as { stride: number; offset: number };
  const mean = output.reduce((a, b) => a + b, 0) / output.length;
  const deviation = Math.sqrt(output.reduce((a, b) => a + (b - mean) ** 2, 0) / output.length);
  const least = output.reduce((a, b) => Math.min(a, b)), largest = output.reduce((a, b) => Math.max(a, b));
  return [
    { name: "output.sub", values: output.filter((_, i) => i % stride === offset) },
    { name: "output.stat", values: [mean, deviation, least, largest] },
  ];
}

/** Runs a generator to its end. */
export function finish<T>(steps: Generator<void, T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}
