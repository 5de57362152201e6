/**
 * The files of the protocol: what a scan takes and gives, in safetensors.
 *
 * @module
 */
import { bytesSource } from "../bytes/byte_source.ts";
import type { Dtype } from "../checkpoint/dtype.ts";
import { readSafetensors, type Writable, writeSafetensors } from "../checkpoint/safetensors.ts";
import {
  type Numbers,
  type ScanInputs,
  type ScanOutputs,
  shapeOf,
  type TensorName,
  TENSORS,
} from "./forms/scan_inputs.ts";
import { bytesIn, type Storage } from "./storage.ts";

/** Names in files: those of the official function. */
const FILE_NAMES: Readonly<Record<string, string>> = { dtBias: "dt_bias", initialState: "initial_state" };
/** Name of a tensor in files. */
export const fileName = (name: TensorName): string => FILE_NAMES[name] ?? name;

const DTYPES = { f32: "F32", f16: "F16", bf16: "BF16" } as const;
/** Tensors that are stored in half precision where the implementation does so. */
const HALVED: readonly string[] = ["u", "dt", "B", "C", "z"];

/** A tensor to be written. */
export const tensor = (name: string, dtype: Dtype, shape: readonly number[], bytes: Uint8Array): Writable => ({
  name,
  dtype,
  shape,
  bytes: () => bytes as Uint8Array<ArrayBuffer>,
});

/** All pieces of a file together. */
export async function collect(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array<ArrayBuffer>> {
  const all: Uint8Array<ArrayBuffer>[] = [];
  for await (const piece of pieces) all.push(new Uint8Array(piece));
  return new Uint8Array(await new Blob(all).arrayBuffer());
}

/** The file of what a scan takes. A strided tensor is its memory [m], with its offset and strides in the metadata. */
export function inputFile(inputs: ScanInputs, storage: Storage = "f32"): Promise<Uint8Array<ArrayBuffer>> {
  const { softplus, order = "row", gridWidth = inputs.length, views = {}, sequence, upstream } = inputs;
  const metadata: Record<string, string> = { softplus: `${softplus}`, order, grid_width: `${gridWidth}` };
  const tensors = TENSORS.flatMap((name) => {
    const values = inputs[name], view = views[name], of = HALVED.includes(name) ? storage : "f32";
    if (!values) return [];
    if (view) {
      metadata[`${name}.offset`] = `${view.offset}`;
      metadata[`${name}.strides`] = view.strides.join(",");
      metadata[`${name}.shape`] = shapeOf(name, inputs).join(",");
    }
    const shape = view ? [values.length] : shapeOf(name, inputs);
    return [tensor(fileName(name), DTYPES[of], shape, bytesIn(values, of))];
  });
  if (sequence) {
    const bytes = new Uint8Array(Int32Array.from(sequence).buffer);
    tensors.push(tensor("seq_idx", "I32", [inputs.batch, inputs.length], bytes));
  }
  if (upstream) tensors.push(tensor("dy", "F32", shapeOf("y", inputs), bytesIn(upstream, "f32")));
  return collect(writeSafetensors(tensors, metadata));
}

/**
 * What a program wrote.
 *
 * @throws {SyntaxError} When the file is damaged.
 * @throws {TypeError} When it has no y.
 */
export async function outputsIn(name: string, bytes: Uint8Array): Promise<ScanOutputs> {
  const { entries } = await readSafetensors(bytesSource(bytes, name));
  const find = async (key: string): Promise<Numbers | undefined> =>
    await entries.find((entry) => entry.name === key)?.read() as Numbers | undefined;
  const y = await find("y");
  if (!y) throw new TypeError(`Cannot judge ${name} as it must hold a tensor y: it holds none`);
  const gradients: Partial<Record<TensorName, Numbers>> = {};
  for (const of of TENSORS) {
    const gradient = await find(`d${fileName(of)}`);
    if (gradient) gradients[of] = gradient;
  }
  return { y, lastState: await find("last_state"), gradients };
}
