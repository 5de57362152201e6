/**
 * The conformance law: on every device, for all shapes and values, a kernel gives what the f64 reference gives, writes
 * all of its output and nothing else.
 *
 * A case calls ops on tensors it describes on the host. Here those tensors are laid into buffers with guard words around
 * and between the rows; results that an op allocates are given such a place too, filled with NaN. The tolerance of an
 * element comes from the noise of the case itself: how far the f64 result moves when every input moves by at most one
 * unit in the last place of f32 (`docs/numerics.md`, Tolerances).
 *
 * @module
 */
import fc from "fast-check";
import type { Device } from "../../src/device.ts";
import type { KernelName, Operands, Params } from "../../src/kernels.ts";
import { Ops } from "../../src/ops/ops.ts";
import { columnsOf, type DeviceBuffer, rowsOf, sizeOf, type Tensor, tensorOf } from "../../src/tensor.ts";
import { Draw, type Operand, SETTINGS } from "../arbitraries.ts";
import { type Batches, DEVICES, type Opener, ORACLE } from "../devices.ts";

/** One application of the law. */
export interface Case {
  readonly operands: Readonly<Record<string, Operand>>;
  /** Issues the kernel, once or in bands. */
  readonly call: (ops: Ops, tensors: Readonly<Record<string, Tensor>>) => void;
  /** What to add to the tolerance where the formula itself loses digits. */
  readonly floor?: number;
}

/** Times the measured noise that a device may differ; plain sequential f32 code reaches 9. */
const NOISE_FACTOR = 16;
/** Relative difference that is always allowed. */
const RELATIVE = 1e-5;
/** What is lost when a factor falls below the smallest normal f32 (1.2e-38) and the others are up to 1e6. */
const UNDERFLOW = 1e-32;
const PERTURBATIONS = 8;
/** Elements after the last row. */
const TAIL = 19;
const GUARD = -12345.678;

/** A tensor that was laid into a guarded buffer. */
interface Placed {
  readonly operand: Operand;
  readonly before: Float32Array | Uint32Array;
  readonly tensor: Tensor;
}

/** What one run left behind. */
interface Outcome {
  readonly buffers: Readonly<Record<string, Float32Array>>;
  readonly placed: Readonly<Record<string, Placed>>;
  readonly trace: string;
}

function lay(device: Device, operand: Operand): Placed {
  const { shape, values, lead, gap, role, access } = operand;
  if (role !== "plain" || values instanceof Uint32Array) {
    const state = operand.stateSize === undefined ? {} : { stateSize: operand.stateSize };
    const buffer = device.write(values, { life: "run", role, shape, ...state });
    return { operand, before: values, tensor: tensorOf(buffer, shape) };
  }
  const columns = shape.at(-1) ?? 1, stride = columns + gap, rows = sizeOf(shape.slice(0, -1));
  // What lies around an input must not matter, so it is NaN; what lies around an output must stay, so it is a number.
  const Numbers = values.constructor as Float32ArrayConstructor;
  const before = new Numbers(lead + rows * stride + TAIL).fill(access === "in" ? NaN : GUARD);
  for (let r = 0; r < rows; r++) before.set(values.subarray(r * columns, (r + 1) * columns), lead + r * stride);
  return { operand, before, tensor: { buffer: device.write(before, { life: "run" }), offset: lead, shape, stride } };
}

/** Runs a case and reads every buffer back, guard words included. */
async function perform(device: Device, { operands, call }: Case): Promise<Outcome> {
  using _ = device.scope();
  const placed: Record<string, Placed> = {};
  const tensors: Record<string, Tensor> = {};
  for (const [name, operand] of Object.entries(operands)) {
    placed[name] = lay(device, operand);
    tensors[name] = placed[name].tensor;
  }
  const gap = Object.values(operands).some((operand) => operand.gap > 0) ? 3 : 0;
  const allocated = new Map<DeviceBuffer, Placed>();
  const traces: string[] = [];
  const guarded: Device = {
    ...device,
    alloc: (length) => ({ length }),
    run<K extends KernelName>(kernel: K, given: Operands<K, Tensor>, params: Params<K>): void {
      const { out } = given as { readonly out: Tensor };
      const inPlace = Object.values(placed).some(({ tensor }) => tensor.buffer === out.buffer);
      let actual = given, numbers = params;
      if (!inPlace) {
        const { buffer, shape } = out;
        const values = new Float32Array(sizeOf(shape)).fill(NaN);
        const target = allocated.get(buffer) ??
          lay(device, { access: "out", shape, values, lead: gap, gap, role: "plain" });
        allocated.set(buffer, target);
        placed[`result ${allocated.size}`] = target;
        actual = { ...given, out: target.tensor };
        numbers = { ...params, outStride: target.tensor.stride };
      }
      traces.push(`${kernel} ${JSON.stringify(numbers)}`);
      device.run(kernel, actual, numbers);
    },
  };
  call(new Ops(guarded), tensors);
  const readable = Object.entries(placed).filter(([, { operand, before }]) =>
    operand.role === "plain" && !(before instanceof Uint32Array)
  );
  const read = await Promise.all(
    readable.map(([, { tensor, before }]) => device.read(tensorOf(tensor.buffer, [before.length]))),
  );
  const buffers = Object.fromEntries(readable.map(([name], i) => [name, read[i]!]));
  return { buffers, placed, trace: traces.join("; ") };
}

/**
 * The case with every number moved by at most one unit in the last place of f32. The moved numbers are f64, which only
 * the f64 reference keeps: rounded to f32 again, two of them that cancel might not move at all.
 */
function perturb(given: Case, draw: Draw): Case {
  const operands: Record<string, Operand> = {};
  for (const [name, operand] of Object.entries(given.operands)) {
    const { values } = operand;
    if (values instanceof Uint32Array) operands[name] = operand;
    else {
      const moved = Float64Array.from(values, (value) => value * (1 + (2 * draw.next() - 1) * 2 ** -23));
      operands[name] = { ...operand, values: moved as unknown as Float32Array };
    }
  }
  return { ...given, operands };
}

/** Whether element `i` of a buffer belongs to a row of the tensor. */
function insideRows({ tensor }: Placed, i: number): boolean {
  const at = i - tensor.offset;
  if (at < 0 || tensor.stride === 0) return false;
  return at % tensor.stride < columnsOf(tensor) && Math.floor(at / tensor.stride) < rowsOf(tensor);
}

/** Root of the mean square. */
const spread = (moves: readonly number[]): number =>
  Math.sqrt(moves.reduce((sum, move) => sum + move * move, 0) / moves.length);

function agrees(mine: number, wanted: number, noise: number, floor: number): boolean {
  if (Number.isNaN(wanted)) return Number.isNaN(mine);
  if (!Number.isFinite(wanted)) return mine === wanted;
  return Math.abs(mine - wanted) <= NOISE_FACTOR * noise + RELATIVE * Math.abs(wanted) + UNDERFLOW + floor;
}

/** Checks one case on one device; throws with the kernel, the device, the parameters and the first difference. */
export async function checkCase(device: Device, oracle: Device, given: Case): Promise<void> {
  const mine = await perform(device, given), wanted = await perform(oracle, given);
  const draw = new Draw({ mood: "ordinary", viewed: false, seed: 1 });
  const moved: Outcome[] = [];
  for (let i = 0; i < PERTURBATIONS; i++) moved.push(await perform(oracle, perturb(given, draw)));
  for (const [name, buffer] of Object.entries(mine.buffers)) {
    const place = mine.placed[name]!, ideal = wanted.buffers[name]!;
    for (let i = 0; i < buffer.length; i++) {
      const written = place.operand.access !== "in" && insideRows(place, i);
      const noise = written ? spread(moved.map(({ buffers }) => buffers[name]![i]! - ideal[i]!)) : 0;
      const right = written
        ? agrees(buffer[i]!, ideal[i]!, noise, given.floor ?? 0)
        : Object.is(buffer[i], place.before[i]);
      if (right) continue;
      const { offset, stride } = place.tensor, row = Math.floor((i - offset) / stride);
      throw new Error(
        `${mine.trace} on ${device.name}: ${name} ${
          written ? "differs first" : "was written outside its rows"
        } at row ${row}, column ${i - offset - row * stride}: is ${buffer[i]}, should be ${
          written ? ideal[i] : place.before[i]
        } (noise ${noise})`,
      );
    }
  }
}

/** Registers the law of one kernel, once per device. */
export function conformance<T>(
  kernel: KernelName,
  cases: fc.Arbitrary<T>,
  build: (parameters: T) => Case,
  { title = "for all shapes and values", devices = DEVICES }: { title?: string; devices?: readonly Opener[] } = {},
): void {
  for (const { name, open, touches } of devices) {
    if (touches === undefined) continue;
    Deno.test(`${kernel} on ${name} touches nothing but its operands ${title}`, async () => {
      await using device = await open();
      const touch = async (parameters: T) => void await perform(device, build(parameters));
      await fc.assert(fc.asyncProperty(cases, touch), { ...SETTINGS, numRuns: touches });
    });
  }
  for (const opener of devices) {
    if (opener.touches !== undefined) continue;
    Deno.test(`${kernel} on ${opener.name} equals the f64 reference ${title}`, async () => {
      const device = await opener.open(), oracle = await ORACLE.open();
      try {
        const { size, count, half }: Batches = opener.batches ?? { size: 1, count: SETTINGS.numRuns };
        await fc.assert(
          fc.asyncProperty(fc.array(cases, { minLength: 1, maxLength: size, size: "max" }), async (whole) => {
            const batch = half === undefined ? whole : whole.filter((_, index) => index % 2 === half);
            // All cases are issued before the first is waited for.
            await Promise.all(batch.map((parameters) => checkCase(device, oracle, build(parameters))));
          }),
          { ...SETTINGS, numRuns: count },
        );
      } finally {
        device.close();
        oracle.close();
      }
    });
  }
}

/** Registers an example worked by hand, once per device. `run` returns what was read. */
export function example(
  name: string,
  run: (ops: Ops) => Tensor,
  wanted: readonly number[],
  tolerance = 1e-6,
  devices: readonly Opener[] = DEVICES,
): void {
  for (const opener of devices) {
    Deno.test(`${name} on ${opener.name}`, async () => {
      const device = await opener.open();
      try {
        using _ = device.scope();
        const read = await device.read(run(new Ops(device)));
        const differs = (value: number, i: number) =>
          !(read[i] === value || Math.abs(read[i]! - value) <= tolerance * Math.max(1, Math.abs(value)));
        const first = wanted.findIndex(differs);
        if (read.length !== wanted.length || first >= 0) {
          throw new Error(`${name} on ${device.name}: is [${read.join(", ")}], should be [${wanted.join(", ")}]`);
        }
      } finally {
        device.close();
      }
    });
  }
}
