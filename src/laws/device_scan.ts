/**
 * A Sidewinder device as an implementation under trial: from channels-first tensors to the channels-last scan and back.
 *
 * @module
 */
import type { Device } from "../device.ts";
import { Ops } from "../ops/ops.ts";
import type { Numbers, ScanInputs } from "./forms/scan_inputs.ts";
import { tensorOf } from "../tensor.ts";
import type { Subject } from "./law.ts";

/** [b, rows, columns] to [b, columns, rows]. */
function transposed(values: Numbers, batch: number, rows: number, columns: number): Float32Array {
  const out = new Float32Array(values.length);
  for (let b = 0, from = 0; b < batch; b++) {
    for (let r = 0; r < rows; r++) {
      for (let c = 0; c < columns; c++) out[(b * columns + c) * rows + r] = values[from++]!;
    }
  }
  return out;
}

/** Rows A | D | Δ bias of every channel. */
function constantsOf({ channels, stateSize, A, D, dtBias }: ScanInputs): Float32Array {
  const width = stateSize + 2, rows = new Float32Array(channels * width);
  for (let e = 0; e < channels; e++) {
    rows.set(A.subarray(e * stateSize, (e + 1) * stateSize), e * width);
    rows.set([D?.[e] ?? 0, dtBias?.[e] ?? 0], e * width + stateSize);
  }
  return rows;
}

/** Rows Δ | B | C of every token. */
function projectionOf({ batch, channels, groups, stateSize, length, dt, B, C }: ScanInputs): Float32Array {
  const shared = groups * stateSize, width = channels + 2 * shared;
  const rows = new Float32Array(batch * length * width);
  let first = 0;
  for (const [values, count] of [[dt, channels], [B, shared], [C, shared]] as const) {
    const tokens = transposed(values, batch, count, length);
    for (let row = 0; row < batch * length; row++) {
      rows.set(tokens.subarray(row * count, (row + 1) * count), row * width + first);
    }
    first += count;
  }
  return rows;
}

/**
 * The selective scan of a device, as a {@linkcode Subject} of the laws.
 *
 * @example
 * ```ts
 * import { openDevice } from "@sidewinder/sidewinder";
 * import { assertScan, deviceSubject } from "@sidewinder/sidewinder/laws";
 *
 * await using device = await openDevice();
 * await assertScan(deviceSubject(device), { runs: 5, probes: false });
 * ```
 */
export function deviceSubject(device: Device): Subject {
  const ops = new Ops(device);
  const scan = (inputs: ScanInputs) =>
    device.exclusive(async () => {
      using _ = device.scope();
      const { batch, channels, groups, stateSize, length, softplus, z, initialState, order = "row", gridWidth } =
        inputs;
      const tokens = [batch, length, channels], shape = [1, channels, stateSize + 2];
      const constants = device.write(constantsOf(inputs), { role: "scan", shape, stateSize, life: "run" });
      const states = [batch, 1, channels, stateSize];
      const state = initialState ? ops.input(Float32Array.from(initialState), states) : ops.empty(states);
      const y = ops.selectiveScan(
        ops.input(transposed(inputs.u, batch, channels, length), tokens),
        ops.input(projectionOf(inputs), [batch, length, channels + 2 * groups * stateSize]),
        tensorOf(constants, shape),
        {
          orders: [order],
          ...(gridWidth === undefined ? {} : { gridWidth }),
          stateSize,
          groups,
          softplus,
          z: z && ops.input(transposed(z, batch, channels, length), tokens),
          carry: { state, read: initialState !== undefined, write: true },
        },
      );
      const [result, lastState] = await Promise.all([device.read(y), device.read(state)]);
      return { y: transposed(result, batch, length, channels), lastState };
    });
  return { name: device.name, scan };
}
