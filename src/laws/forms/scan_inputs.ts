/**
 * What a selective scan takes and gives, in the layout of the official `selective_scan_fn`: channels before tokens.
 *
 * @module
 */
import { encodeOrders, type ScanOrder } from "../../kernels.ts";
import { tokenAt } from "../../reference/order.ts";

/** Numbers of a tensor, row-major. */
export type Numbers = Float32Array | Float64Array;

/**
 * Inputs of a selective scan: `selective_scan_ref` of state-spaces/mamba, with a carried state and a walking order.
 * b batch, e channels, g groups, n states, l tokens.
 */
export interface ScanInputs {
  /** Images. */
  readonly batch: number;
  /** Channels, all groups together. */
  readonly channels: number;
  /** Groups that share B and C; channel e belongs to group ⌊e·groups/channels⌋. */
  readonly groups: number;
  /** States of a channel. */
  readonly stateSize: number;
  /** Tokens. */
  readonly length: number;
  /** Input [b, e, l]. */
  readonly u: Numbers;
  /** Step sizes [b, e, l], without their bias. */
  readonly dt: Numbers;
  /** Continuous decay [e, n], usually −exp(A_log). */
  readonly A: Numbers;
  /** [b, g, n, l] */
  readonly B: Numbers;
  /** [b, g, n, l] */
  readonly C: Numbers;
  /** Skip [e]; y gets D·u. */
  readonly D?: Numbers | undefined;
  /** Gate [b, e, l]; y is multiplied by silu(z), after the skip. */
  readonly z?: Numbers | undefined;
  /** Bias of the step sizes [e], added before softplus. */
  readonly dtBias?: Numbers | undefined;
  /** Whether the step sizes go through softplus with threshold 20. */
  readonly softplus: boolean;
  /** State before the first step [b, e, n]; zeros if absent. */
  readonly initialState?: Numbers | undefined;
  /** How the scan walks over the tokens; `row` if absent. y stays at its token. */
  readonly order?: Exclude<ScanOrder, "table"> | undefined;
  /** Columns of the image that the column orders walk over; it divides the length. */
  readonly gridWidth?: number | undefined;
  /** Packed sequences: of which sequence each token is [b, l]. The state begins at zero wherever it changes. */
  readonly sequence?: Int32Array | undefined;
  /** Which of B and C are constant in time: [e, n] instead of [b, g, n, l], as the official function allows. */
  readonly constant?: readonly ("B" | "C")[] | undefined;
  /** Tensors that lie with gaps, or over each other, in the numbers given for them. */
  readonly views?: Readonly<Partial<Record<TensorName, View>>> | undefined;
  /** ∂L/∂y [b, e, l], where gradients of L are asked for. */
  readonly upstream?: Numbers | undefined;
}

/** Where the elements of a tensor lie in some memory. */
export interface View {
  /** Element of the memory where the first one lies. */
  readonly offset: number;
  /** Elements of the memory from one index of an axis to the next; 0 repeats an axis. */
  readonly strides: readonly number[];
}

/** Outputs of a selective scan. */
export interface ScanOutputs {
  /** [b, e, l] */
  readonly y: Numbers;
  /** State after the last step [b, e, n]. */
  readonly lastState?: Numbers | undefined;
  /** ∂L of every input, in its shape, where an upstream gradient was given. */
  readonly gradients?: Readonly<Partial<Record<TensorName, Numbers>>> | undefined;
}

/** Names of the tensors among the inputs, required ones first. */
export const TENSORS = ["u", "dt", "A", "B", "C", "D", "z", "dtBias", "initialState"] as const;

/** Name of a tensor among the inputs. */
export type TensorName = typeof TENSORS[number];

/** Shape of a tensor of these sizes. */
export function shapeOf(
  name: TensorName | "y" | "lastState",
  s: Pick<ScanInputs, "batch" | "channels" | "groups" | "stateSize" | "length" | "constant">,
): number[] {
  switch (name) {
    case "u":
    case "dt":
    case "z":
    case "y":
      return [s.batch, s.channels, s.length];
    case "A":
      return [s.channels, s.stateSize];
    case "B":
    case "C":
      return s.constant?.includes(name) ? [s.channels, s.stateSize] : [s.batch, s.groups, s.stateSize, s.length];
    case "D":
    case "dtBias":
      return [s.channels];
    case "initialState":
    case "lastState":
      return [s.batch, s.channels, s.stateSize];
  }
}

/** Token that each step of the walk visits. */
export function walkOf({ length, order = "row", gridWidth }: ScanInputs): number[] {
  const orders = encodeOrders([order]), width = gridWidth ?? Math.max(1, length);
  return Array.from({ length }, (_, step) => tokenAt(step, 0, orders, length, width, undefined));
}

/**
 * Refuses inputs that do not fit together.
 *
 * @throws {TypeError} When a tensor does not have the size of its shape.
 * @throws {RangeError} When the groups do not divide the channels, or the grid width the length.
 */
export function checkInputs(inputs: ScanInputs): void {
  for (const name of TENSORS) {
    const values = inputs[name], shape = shapeOf(name, inputs);
    const size = shape.reduce((a, b) => a * b, 1);
    if (values && values.length !== size) {
      throw new TypeError(
        `Cannot scan as ${name} must have the ${size} elements of [${
          shape.join(", ")
        }]: current length is ${values.length}`,
      );
    }
  }
  const { channels, groups, length, gridWidth } = inputs;
  if (channels % groups !== 0) {
    throw new RangeError(`Cannot scan as groups must divide the ${channels} channels: current value is ${groups}`);
  }
  if (gridWidth !== undefined && length % gridWidth !== 0) {
    throw new RangeError(`Cannot scan as gridWidth must divide the length ${length}: current value is ${gridWidth}`);
  }
}
