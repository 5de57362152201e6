/**
 * What runs a family of fixtures on a device.
 *
 * @module
 */
import type { Device } from "../../src/device.ts";
import { Ops } from "../../src/ops/ops.ts";
import type { Tensor } from "../../src/tensor.ts";
import type { Fixture } from "./fixture.ts";

/** One produced tensor, in the layout of the fixture. */
export interface Produced {
  /** Name of the stored tensor it must equal. */
  readonly name: string;
  readonly values: ArrayLike<number>;
  /** What it is called in a report; the name by default. */
  readonly label?: string;
  /** How far it may be from a stored value, where the fixture has no noise beside it. */
  readonly within?: (wanted: number) => number;
}

/** Runs a fixture; produces its tensors in the order of the computation. */
export interface Adapter {
  /** Whether it needs no device: decoding, resizing, reading. */
  readonly host?: boolean;
  /** Why it is not run on a device; undefined: it is. */
  readonly leaves?: (fixture: Fixture, device: Device) => string | undefined;
  readonly run: (fixture: Fixture, device: Device) => Promise<Produced[]>;
}

/** An adapter that computes within one scope. */
export const onDevice = (body: (fixture: Fixture, ops: Ops, read: Reader) => void): Adapter => ({
  run: (fixture, device) =>
    device.exclusive(async () => {
      using _ = device.scope();
      const pending: Promise<Produced>[] = [];
      body(fixture, new Ops(device), (name, tensor, arrange = (values) => values, extra = {}) => {
        pending.push(device.read(tensor).then((values) => ({ name, values: arrange(values), ...extra })));
      });
      return await Promise.all(pending);
    }),
});

/** Reads a tensor as the produced one of a name, rearranged to the fixture's layout. */
export type Reader = (
  name: string,
  tensor: Tensor,
  arrange?: (values: Float32Array) => Float32Array,
  extra?: Pick<Produced, "label">,
) => void;

/** [b, rows, columns] to [b, columns, rows]: between the fixtures' [b, channels, tokens] and our [b, tokens, channels]. */
export function swapAxes(values: Float32Array, batch: number, rows: number, columns: number): Float32Array {
  const out = new Float32Array(values.length);
  for (let b = 0, from = 0; b < batch; b++) {
    for (let r = 0; r < rows; r++) {
      for (let c = 0; c < columns; c++) out[(b * columns + c) * rows + r] = values[from++]!;
    }
  }
  return out;
}
