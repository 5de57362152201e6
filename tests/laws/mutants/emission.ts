/**
 * The default file emission, made once, and a scan judged by it as `laws check` does.
 *
 * @module
 */
import { bytesSource } from "../../../src/bytes/byte_source.ts";
import { readSafetensors } from "../../../src/checkpoint/safetensors.ts";
import { elementsOf } from "../../../src/laws/cases.ts";
import {
  checkLaw,
  Dice,
  emitCases,
  type EmitOptions,
  type Expected,
  type LawCase,
  lawOf,
  makeCase,
  type Recipe,
  type Scan,
  type ScanInputs,
  type ScanOutputs,
  type Subject,
  Trial,
} from "../../../src/laws/mod.ts";

/** A case, and what its files hold. */
export interface EmittedCase extends LawCase {
  readonly name: string;
  readonly scans: readonly ScanInputs[];
}

/** What another program reads from an input file. */
export async function inputsIn(bytes: Uint8Array): Promise<ScanInputs> {
  const { entries, metadata } = await readSafetensors(bytesSource(bytes));
  const tensors = Object.fromEntries(await Promise.all(entries.map(async (e) => [e.name, await e.read()])));
  const shape = (key: string) => entries.find((entry) => entry.name === key)!.shape as [number, number, number];
  const [batch, channels, length] = shape("u"), [, groups, stateSize] = shape("B");
  const { dt_bias, initial_state, ...rest } = tensors;
  return {
    ...rest,
    ...(dt_bias ? { dtBias: dt_bias } : {}),
    ...(initial_state ? { initialState: initial_state } : {}),
    batch,
    channels,
    length,
    groups,
    stateSize,
    softplus: metadata.softplus === "true",
    order: metadata.order,
    gridWidth: Number(metadata.grid_width),
  } as unknown as ScanInputs;
}

/** All cases of an emission, read from its files. */
export async function emission(options: EmitOptions = {}): Promise<EmittedCase[]> {
  const scans = new Map<string, ScanInputs[]>(), cases: EmittedCase[] = [];
  for await (const { name, bytes } of emitCases(options)) {
    if (name === "cases.json") {
      const manifest = JSON.parse(new TextDecoder().decode(bytes)) as { cases: (LawCase & { name: string })[] };
      cases.push(...manifest.cases.map((each) => ({ ...each, scans: scans.get(each.name)! })));
    } else {
      const of = name.replace(/\.\d+\.in\.safetensors$/, "");
      scans.set(of, [...scans.get(of) ?? [], await inputsIn(bytes)]);
    }
  }
  // The smallest first: most wrong scans are told by the first few.
  const work = ({ recipe, scans }: EmittedCase) => scans.length * elementsOf(recipe);
  return cases.sort((a, b) => work(a) - work(b));
}

/** A copy that a scan may write to: every file is read anew. */
export const fresh = (inputs: ScanInputs): ScanInputs =>
  Object.fromEntries(
    Object.entries(inputs).map(([name, value]) => [name, value instanceof Float32Array ? value.slice() : value]),
  ) as unknown as ScanInputs;

/** Laws whose later inputs hold what the program gave: what they expect is not known before. */
const HANDING_ON: readonly string[] = ["continuation", "steps", "splits"];

/** What a case expects, worked out once for all scans that are judged by it. */
class Known {
  readonly inputs: ScanInputs;
  readonly expected: Expected[] = [];

  constructor({ recipe }: LawCase) {
    this.inputs = makeCase(recipe);
  }
}

const known = new WeakMap<LawCase, Known>();

class KnownTrial extends Trial {
  readonly #known: Known;
  #asked = 0;

  constructor(law: string, subject: Subject, recipe: Recipe, what: Known) {
    super(law, subject, what.inputs, new Dice(~recipe.seed));
    this.#known = what;
  }

  override expect(inputs: ScanInputs): Expected {
    return this.#known.expected[this.#asked++] ??= super.expect(inputs);
  }
}

/** What is wrong with a scan in a case, by its files; nothing where the law holds. */
export async function judged(each: EmittedCase, scan: Scan): Promise<string | undefined> {
  const { law, recipe, scans } = each, outputs: ScanOutputs[] = [];
  for (const inputs of scans) outputs.push(await scan(fresh(inputs)));
  let call = 0;
  const subject: Subject = { name: "the program", scan: () => outputs[call++]! };
  try {
    if (HANDING_ON.includes(law)) await checkLaw(law, subject, recipe);
    else {
      const what = known.get(each) ?? new Known(each);
      known.set(each, what);
      await lawOf(law).check(new KnownTrial(law, subject, recipe, what));
    }
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
