/**
 * The adapter of a whole net, from its family's record alone: its options are the fixture's, its taps are compared by name.
 * A family says only what is peculiar to its fixtures.
 *
 * @module
 */
import type { Device } from "../../src/device.ts";
import { specKeys } from "../../src/checkpoint/weights.ts";
import type { BoundModel, Choices, Configured, Family } from "../../src/models/family.ts";
import { runModel } from "../../src/run/run_model.ts";
import type { Ops } from "../../src/ops/ops.ts";
import type { Tensor } from "../../src/tensor.ts";
import { type Adapter, type Produced, swapAxes } from "./adapter.ts";
import type { Fixture } from "./fixture.ts";
import { formulaCheckpoint } from "./formula.ts";
import { outputs, stateDict, summarise } from "./net.ts";

/** The tasks whose nets run on a tensor. */
type TensorTask = "classify" | "restore" | "fuse" | "forecast";

/** A number of a tensor in the layout of the device, and where it came from. */
export interface Read {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** What is peculiar to a family's fixtures. */
export interface Peculiar {
  /** Options of the net; the fixture's configuration without the class by default. */
  readonly options?: (fixture: Fixture) => object;
  /** Whether the net is recognised from the keys of the fixture, instead of configured. */
  readonly recognised?: boolean;
  /** Whether the fixture has a tap as [b, channels, rows, columns]; unless given, where the sizes say so. */
  readonly planar?: (name: string, fixture: Fixture) => boolean;
  /** The input, its shape, and what turns the output back; an image [b, channels, rows, columns] by default. */
  readonly input?: (fixture: Fixture) => Given;
  /** Choices of the run. */
  readonly choices?: (ops: Ops, fixture: Fixture) => Choices;
  /** Reads a tap that is no plain tensor of floats; undefined: it is one. */
  readonly read?: (device: Device, name: string, tensor: Tensor) => Promise<ArrayLike<number>> | undefined;
}

/** An input, and what turns the output to the layout of the fixture. */
export interface Given {
  readonly values: Float32Array;
  readonly shape: readonly number[];
  readonly back: (output: Float32Array) => Float32Array;
}

/** An image of a fixture, channels last. */
export function imageOf(fixture: Fixture, name: string): Pick<Given, "values" | "shape"> {
  const { shape: [b, channels, height, width], values } = fixture.floats(name);
  return { values: swapAxes(values, b!, channels!, height! * width!), shape: [b!, height!, width!, channels!] };
}

/** Values [b, …, channels] as [b, channels, …]. */
export function planes(values: Float32Array, batch: number, channels: number): Float32Array {
  return swapAxes(values, batch, values.length / batch / channels, channels);
}

function givenOf<T extends TensorTask>(fixture: Fixture, { gives }: Configured<T>): Given {
  const image = imageOf(fixture, "input"), [batch, , , channels] = image.shape as [number, number, number, number];
  return { ...image, back: (output) => gives.kind === "image" ? planes(output, batch, channels) : output };
}

/** The adapter of a family's nets. */
export const familyAdapter = <T extends TensorTask>(
  family: Family<T>,
  { options, recognised = false, planar, input, choices, read }: Peculiar = {},
): Adapter => ({
  leaves: (fixture, { kind }) =>
    kind === "reference" && fixture.name.startsWith("models_full/") ? "not run on reference (size)" : undefined,
  run: async (fixture, device) => {
    const { class: _, ...said } = fixture.config, full = fixture.metadata.stream_names !== undefined;
    const shapes = new Map(stateDict(fixture));
    const model = recognised
      ? family.detect({ shapes, metadata: undefined, trainingArgs: undefined, options: {} })!
      : family.configure(options?.(fixture) ?? said);
    const keys = full && !recognised ? specKeys(model.spec) : shapes;
    const bound: BoundModel<Tensor> = await model.bind(formulaCheckpoint(keys, fixture.seed), device);
    try {
      const given = input?.(fixture) ?? givenOf(fixture, model), batch = given.shape[0]!;
      const reading = new Map<string, Promise<ArrayLike<number>>[]>();
      const tap = (name: string, x: Tensor): void => {
        const turned = planar?.(name, fixture) ?? looksPlanar(fixture, name, x.shape);
        const values = read?.(device, name, x) ??
          device.read(x).then((values) => turned ? planes(values, batch, x.shape.at(-1)!) : values);
        reading.set(name, [...reading.get(name) ?? [], values]);
      };
      const output = await runModel(
        device,
        (ops, tap) => bound.forward(ops, ops.input(given.values, given.shape), tap, choices?.(ops, fixture)),
        { tap },
      );
      const seen = new Map<string, ArrayLike<number>>();
      for (const [name, parts] of reading) seen.set(name, joined(await Promise.all(parts)));
      const taps: Produced[] = [...seen].filter(([name]) => fixture.has(name)).map(([name, values]) => ({
        name,
        values,
      }));
      return [...taps, ...(full ? summarise(fixture, seen) : []), ...outputs(fixture, given.back(output))];
    } finally {
      bound.dispose();
    }
  },
});

/** Whether a stored tap has the sizes of ours with the channels first. */
function looksPlanar(fixture: Fixture, name: string, shape: readonly number[]): boolean {
  if (!fixture.has(name) || shape.length !== 4) return false;
  const [b, height, width, channels] = shape, stored = fixture.peek(name).shape;
  return stored.join() === [b, channels, height, width].join() && stored.join() !== shape.join();
}

/** What a tap gave in several calls, one a image. */
const joined = ([first, ...rest]: readonly ArrayLike<number>[]): ArrayLike<number> =>
  rest.length === 0 ? first! : [first!, ...rest].flatMap((part) => Array.from(part));
