/**
 * Listens to the scans of a model while it runs: a device that hands every call on and keeps what each selective scan
 * reads. It needs nothing of the model, so it works for every family that scans, on every device.
 *
 * @module
 */
import type { Device, WriteOptions } from "../device.ts";
import { CARRY_IN, type KernelName, type Operands, type Params, SCAN_ORDERS, type ScanOrder } from "../kernels.ts";
import { type DeviceBuffer, rowRange, type Tensor } from "../tensor.ts";

/** All that decides what one selective scan mixes, of the first image of a batch: its inputs u, Δ, B, C and its constants A and D. */
export interface ScanRecord {
  /** Tokens. */
  readonly length: number;
  /** Channels that are scanned, each on its own. */
  readonly channels: number;
  /** States per channel. */
  readonly stateSize: number;
  /** Columns of the low-rank Δ; 0: `projection` holds Δ itself. */
  readonly rank: number;
  /** Groups of channels that share B and C. */
  readonly groups: number;
  /** Whether Δ goes through softplus. */
  readonly softplus: boolean;
  /** The way each direction takes over the tokens. */
  readonly orders: readonly ScanOrder[];
  /** Columns of the grid that the column orders walk over. */
  readonly gridWidth: number;
  /** Columns between the inputs of two directions; 0 where all read the same. */
  readonly uStep: number;
  /** The same of the projections. */
  readonly projectionStep: number;
  /** Inputs [tokens, columns]. */
  readonly u: Float32Array;
  /** Δ | B | C [tokens, columns]. */
  readonly projection: Float32Array;
  /** A | D | Δ bias | Δ weight [directions, channels, states + 2 + rank]. */
  readonly constants: Float32Array;
  /** The order `table` [directions, tokens]. */
  readonly table: Uint32Array | undefined;
}

/** A device whose scans are listened to. */
export interface ScanWatch {
  /** Hands everything on; models are loaded to it and run on it. */
  readonly device: Device;
  /**
   * Runs `body` and gives the scans that were issued meanwhile, in their order. Outside of this nothing is read.
   */
  record(body: () => Promise<unknown>): Promise<ScanRecord[]>;
}

/**
 * Wraps a device so that the scans of models on it can be listened to. Closing either closes both.
 *
 * A scan that comes in bands of steps is one record. A scan that goes on from a state of an earlier run is left out: what it
 * mixes is not in its inputs alone.
 *
 * @example
 * ```ts
 * import { defaultModel, loadModel, openDevice } from "@sidewinder/sidewinder";
 * import { runModel, watchScans } from "@sidewinder/sidewinder/kernels";
 *
 * const watch = watchScans(await openDevice());
 * await using device = watch.device;
 * await using vim = await loadModel(device, await defaultModel("classify"));
 * const image = new Float32Array(64 * 64 * 3);
 * const scans = await watch.record(() =>
 *   runModel(device, (ops) => vim.forward(ops, ops.input(image, [1, 64, 64, 3])))
 * );
 * console.log(scans.length, scans[0]!.orders); // 12 [ "row", "rowReversed" ]
 * ```
 */
export function watchScans(inner: Device): ScanWatch {
  const constants = new WeakMap<DeviceBuffer, Float32Array>();
  let reading: Promise<ScanRecord>[] | undefined;

  const device: Device = Object.create(inner, {
    write: {
      value(data: Float32Array | Uint32Array, options: WriteOptions): DeviceBuffer {
        const buffer = inner.write(data, options);
        if (options.role === "scan" && data instanceof Float32Array) constants.set(buffer, data.slice());
        return buffer;
      },
    },
    run: {
      value<K extends KernelName>(kernel: K, operands: Operands<K, Tensor>, params: Params<K>): void {
        if (reading && kernel === "selective_scan") {
          const call = [operands, params] as unknown as [Operands<"selective_scan", Tensor>, Params<"selective_scan">];
          // A promise that fails is seen by who awaits the recording, even if the run fails before that.
          if (isWhole(call[1])) reading.push(quiet(readScan(inner, constants.get(call[0].constants.buffer), ...call)));
        }
        inner.run(kernel, operands, params);
      },
    },
  });
  return {
    device,
    async record(body) {
      if (reading) throw new Error("Cannot record scans as one recording must end before the next: one is going on");
      const own: Promise<ScanRecord>[] = reading = [];
      try {
        await body();
      } finally {
        reading = undefined;
      }
      return await Promise.all(own);
    },
  };
}

function quiet<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}

/** Whether a call begins a scan whose states begin at zero; later bands of steps only go on with it. */
const isWhole = ({ firstStep, carry }: Params<"selective_scan">): boolean => firstStep === 0 && !(carry & CARRY_IN);

async function readScan(
  device: Device,
  constants: Float32Array | undefined,
  { u, projection, order }: Operands<"selective_scan", Tensor>,
  p: Params<"selective_scan">,
): Promise<ScanRecord> {
  if (!constants) throw new Error("Cannot record a scan as its constants must be written to the watched device");
  const first = (tensor: Tensor) => device.read(rowRange(tensor, 0, p.length));
  // Issued before anything is awaited, so that all three are of the same moment.
  const reads = [first(u), first(projection), order ? device.read(order) : undefined] as const;
  const [uValues, projectionValues, table] = await Promise.all(reads);
  return {
    length: p.length,
    channels: p.channels,
    stateSize: p.stateSize,
    rank: p.rank,
    groups: p.groups,
    softplus: p.softplus === 1,
    orders: Array.from({ length: p.directions }, (_, k) => SCAN_ORDERS[p.orders >>> 4 * k & 15]!),
    gridWidth: p.gridWidth,
    uStep: p.uStep,
    projectionStep: p.projectionStep,
    u: uValues,
    projection: projectionValues,
    constants,
    table: table && wholeNumbers(device, table),
  };
}

/** Whole numbers that were read as if they were floats: their bits, but their values where memory is JavaScript's. */
function wholeNumbers({ kind }: Device, values: Float32Array): Uint32Array {
  return kind === "reference" ? Uint32Array.from(values) : new Uint32Array(values.slice().buffer);
}
