import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import type { Entry } from "../../src/checkpoint/checkpoint.ts";
import { bind, countParameters, derived, specKeys, tensor } from "../../src/checkpoint/weights.ts";
import type { Device, WriteOptions } from "../../src/device.ts";
import { type DeviceBuffer, sizeOf, type Tensor } from "../../src/tensor.ts";

/** A device that only keeps what it is given. */
function keepingDevice() {
  const held = new Map<DeviceBuffer, Float32Array>();
  const written: WriteOptions[] = [];
  const device = {
    write(values: Float32Array, options: WriteOptions) {
      const buffer = { length: values.length };
      held.set(buffer, values.slice());
      written.push(options);
      return buffer;
    },
    free: (buffer: DeviceBuffer) => void assert(held.delete(buffer), "freed twice"),
  } as unknown as Device;
  return { device, held, written };
}

function entriesOf(tensors: Record<string, { shape: number[]; values?: number[] }>) {
  const reads: string[] = [];
  const entries = new Map<string, Entry>();
  for (const [name, { shape, values }] of Object.entries(tensors)) {
    const numbers = Float32Array.from(values ?? Array.from({ length: sizeOf(shape) }, (_, i) => i));
    entries.set(name, {
      name,
      shape,
      dtype: "F32",
      bytes: numbers.byteLength,
      read: () => (reads.push(name), Promise.resolve(numbers.slice())),
      readRaw: () => Promise.resolve(new Uint8Array(numbers.buffer)),
    });
  }
  return { entries, reads };
}

const spec = {
  norm: { weight: tensor("plain", [2]), bias: tensor("plain", [2], { optional: true }) },
  layers: [0, 1].map(() => ({
    conv: { weight: tensor("conv1d", [1, 2, 4], { stored: [2, 1, 4] }) },
    scan: derived("scan", [1, 2, 4], { A_log: [2, 1], "dt.weight": [2, 1] }, (parts) => {
      const [a, dt] = [parts["A_log"]!, parts["dt.weight"]!];
      return Float32Array.of(-Math.exp(a[0]!), 0, 0, dt[0]!, -Math.exp(a[1]!), 0, 0, dt[1]!);
    }, 1),
  })),
};

const good = {
  "norm.weight": { shape: [2] },
  "layers.0.conv.weight": { shape: [2, 1, 4] },
  "layers.0.A_log": { shape: [2, 1] },
  "layers.0.dt.weight": { shape: [2, 1] },
  "layers.1.conv.weight": { shape: [2, 1, 4] },
  "layers.1.A_log": { shape: [2, 1] },
  "layers.1.dt.weight": { shape: [2, 1] },
};

Deno.test("bind() mirrors the spec with a device tensor at each leaf and undefined for an absent optional one", async () => {
  const { device, held, written } = keepingDevice();
  const { weights, unused } = await bind(spec, entriesOf(good), device);
  const bias: Tensor | undefined = weights.norm.bias;
  const conv: Tensor = weights.layers[1]!.conv.weight;
  assertEquals(bias, undefined);
  assertEquals(conv.shape, [1, 2, 4]);
  assertEquals([...held.get(conv.buffer)!], [0, 1, 2, 3, 4, 5, 6, 7]);
  const scan = held.get(weights.layers[0]!.scan.buffer)!;
  assertEquals([...scan], [-1, 0, 0, 0, Math.fround(-Math.E), 0, 0, 1]);
  assertEquals(written.map(({ role }) => role), ["plain", "conv1d", "scan", "conv1d", "scan"]);
  assertEquals(written[2], { role: "scan", shape: [1, 2, 4], stateSize: 1, life: "model" });
  assertEquals(unused, []);
});

Deno.test("bind() lists all missing, misshapen and unexpected tensors in one error and reads none", async () => {
  const { "layers.0.A_log": _, ...rest } = good;
  const { entries, reads } = entriesOf({ ...rest, "norm.weight": { shape: [3] }, extra: { shape: [1, 2] } });
  const error = await assertRejects(() => bind(spec, { entries }, keepingDevice().device), TypeError);
  assert(error.message.endsWith(
    "missing layers.0.A_log [2, 1]; norm.weight is [3] instead of [2]; unexpected extra [1, 2]",
  ));
  assertEquals(reads, []);
});

Deno.test("bind() caps the list of disagreements and says how many more there are", async () => {
  const many = Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`extra.${i}`, { shape: [1] }]));
  const error = await assertRejects(
    () => bind(spec, entriesOf({ ...good, ...many }), keepingDevice().device),
    TypeError,
  );
  assert(error.message.endsWith("unexpected extra.19 [1]; and 30 more"));
});

Deno.test("bind() leaves ignored tensors alone and names them", async () => {
  const { entries, reads } = entriesOf({ ...good, "rope.freqs_cos": { shape: [4] } });
  const { unused } = await bind(spec, { entries }, keepingDevice().device, { ignored: [/^rope\./g] });
  assertEquals(unused, ["rope.freqs_cos"]);
  assert(!reads.includes("rope.freqs_cos"));
});

Deno.test("bind() refuses NaN and infinities by name and leaves nothing on the device", async () => {
  for (const value of [NaN, Infinity, -Infinity]) {
    const { device, held } = keepingDevice();
    const tensors = { ...good, "layers.1.A_log": { shape: [2, 1], values: [0, value] } };
    const error = await assertRejects(() => bind(spec, entriesOf(tensors), device), RangeError);
    assert(error.message.startsWith("Cannot bind layers.1.A_log as every weight must be a finite number"));
    assertEquals(held.size, 0);
  }
});

Deno.test("bind() refuses a derived weight that overflows although its parts are finite", async () => {
  const tensors = { ...good, "layers.0.A_log": { shape: [2, 1], values: [0, 100] } };
  const error = await assertRejects(() => bind(spec, entriesOf(tensors), keepingDevice().device), RangeError);
  assert(error.message.includes("layers.0.A_log, layers.0.dt.weight"));
});

Deno.test("bind() demands all parts of an optional weight once one of them is there", async () => {
  const pair = { a: { ...derived("plain", [1], { x: [1], y: [1] }, ({ x }) => x!), optional: true as const } };
  assertEquals((await bind({ a: pair }, entriesOf({}), keepingDevice().device)).weights.a.a, undefined);
  const half = entriesOf({ "a.x": { shape: [1] } });
  const error = await assertRejects(() => bind({ a: pair }, half, keepingDevice().device), TypeError);
  assert(error.message.endsWith("missing a.y [1]"));
});

Deno.test("bind() frees what it has written when it is aborted, and dispose() frees all", async () => {
  const controller = new AbortController();
  const { device, held } = keepingDevice();
  const seen: number[] = [];
  const onProgress = ({ loaded }: { loaded: number }) => {
    seen.push(loaded);
    if (seen.length === 3) controller.abort();
  };
  await assertRejects(
    () => bind(spec, entriesOf(good), device, { onProgress, signal: controller.signal }),
    DOMException,
  );
  assertEquals(seen, [8, 40, 56]);
  assertEquals(held.size, 0);

  const { dispose } = await bind(spec, entriesOf(good), device);
  assertEquals(held.size, 5);
  dispose();
  dispose();
  assertEquals(held.size, 0);
});

Deno.test("specKeys() and countParameters() give keys verbatim, each once", () => {
  const shared = {
    twice: derived("plain", [2], { A_log: [2, 1] }, ({ A_log }) => A_log!),
    A_log: tensor("plain", [2, 1]),
  };
  assertEquals([...specKeys(shared)], [["A_log", [2, 1]]]);
  assertEquals([...specKeys(spec)].map(([key]) => key), [
    "norm.weight",
    "norm.bias",
    ...Object.keys(good).filter((key) => key !== "norm.weight"),
  ]);
  assertEquals(countParameters(spec), 2 + 2 + 2 * (8 + 2 + 2));
});

Deno.test("specKeys() skips branches that a configuration does not have", () => {
  assertEquals([...specKeys({ head: undefined, norm: tensor("plain", [1]) })], [["norm", [1]]]);
});

Deno.test("tensor() refuses a stored shape of another size", () => {
  assertThrows(() => tensor("conv1d", [1, 2, 4], { stored: [2, 1, 3] }), TypeError, "[2, 1, 3]");
});
