/**
 * A family of models is one record. Detection, the sources of options, the loader and its error texts, `info`, the table
 * of released checkpoints, `docs/models.md`, the page's words and the tests of every family follow from it alone.
 *
 * @module
 */
import type { Checkpoint } from "../checkpoint/checkpoint.ts";
import { type Rename, renamedEntries, renamedShapes } from "../checkpoint/renamed.ts";
import { bind, type Bound, dryWeights, expectWeights, type Spec } from "../checkpoint/weights.ts";
import type { Preprocessing } from "../image/preprocess.ts";
import type { Ops } from "../ops/ops.ts";
import { planModel, type Tap } from "../run/run_model.ts";
import type { Tensor } from "../tensor.ts";
import type {
  Choices,
  Configured,
  Detected,
  Family,
  Forward,
  InputOf,
  KnownFamily,
  ModelFacts,
  Task,
} from "./family.ts";
import { mergeOptions } from "./options.ts";
import type { Published } from "./published.ts";
import { Reading } from "./reading.ts";
import type { Gives, Taken } from "./takes.ts";

/** What a checkpoint says about options. */
export interface ReadOptions<O> {
  /** What keys and shapes decide. */
  readonly fixed: O;
  /** What they leave open but make likely. */
  readonly guessed?: O;
}

/** How a pass goes. */
export interface Pass<O> {
  /** Sees intermediate tensors by name. */
  readonly tap: Tap | undefined;
  /** What the run is given beside its input. */
  readonly choices: Choices;
  /** The options of the model. */
  readonly options: O;
}

/** All that a family says. */
export interface FamilyRecord<T extends Task, O extends object, C, S extends Spec, V extends string>
  extends KnownFamily<T> {
  /** Every option by its official name; undefined where it has no effect, or none of its own. */
  readonly defaults: { readonly [N in keyof NoInfer<O>]-?: NoInfer<O>[N] | undefined };
  /** Options of the published variants. */
  readonly variants: Readonly<Record<V, NoInfer<O>>>;
  readonly published: Published<NoInfer<V>>;
  /** Options that do not tell variants apart, such as the size of the image. */
  readonly beside?: readonly (keyof NoInfer<O>)[];
  /** Resolves options to what the forward pass goes by. */
  readonly resolve: (options?: O) => C;
  /** The official name and shape of a stored tensor, where a checkpoint is one of other names. */
  readonly rename?: (keys: { has(key: string): boolean }) => Rename | undefined;
  /** What a checkpoint says under its official names; undefined: it is something else. */
  readonly read: (file: Reading) => ReadOptions<NoInfer<O>> | undefined;
  /** Options that only the numbers of a checkpoint decide. */
  readonly look?: (entries: Checkpoint["entries"]) => Promise<NoInfer<O>>;
  /** What the arguments of the official training run say. */
  readonly trained?: (args: Readonly<Record<string, unknown>>) => NoInfer<O>;
  /** Last word on merged options. `own` are those that the checkpoint has when the caller asks for none. */
  readonly settle?: (options: NoInfer<O>, facts: ModelFacts, own: () => NoInfer<O>) => NoInfer<O>;
  /** The weights as a tree. */
  readonly weights: (config: NoInfer<C>) => S;
  /** Keys that may be in a checkpoint and are not needed. */
  readonly ignored?: (config: NoInfer<C>) => readonly RegExp[];
  readonly takes: (config: NoInfer<C>) => Taken<InputOf[T]>;
  readonly gives: (config: NoInfer<C>) => Gives;
  /** Classification: preprocessing where it is not that of ImageNet evaluation. */
  readonly preprocessing?: (config: NoInfer<C>) => Preprocessing;
  /** Names of the choices that a run can be given. */
  readonly choices?: readonly string[];
  readonly forward: (
    ops: Ops,
    weights: Bound<S>,
    config: NoInfer<C>,
    input: InputOf[T],
    pass: Pass<NoInfer<O>>,
  ) => Generator<void, Tensor>;
}

/** Makes a family of its record. */
export function defineFamily<T extends Task, O extends object, C, S extends Spec, V extends string>(
  record: FamilyRecord<T, O, C, S, V>,
): Family<T, O, C> {
  const { name, title, task, marks, load, defaults, variants, published } = record;

  const configure = (options: O): Configured<T, C> => {
    const config = record.resolve(options), spec = record.weights(config), ignored = record.ignored?.(config) ?? [];
    const { takes, example } = record.takes(config);
    const over = (weights: Bound<S>): Forward<InputOf[T]> => (ops, input, tap, choices = {}) =>
      record.forward(ops, weights, config, input, { tap, choices, options });
    return {
      family: name,
      ...{ title, task, config, spec, takes },
      gives: record.gives(config),
      preprocessing: record.preprocessing?.(config),
      choices: record.choices ?? [],
      async bind(checkpoint, device, step) {
        const { weights, dispose } = await bind(spec, checkpoint, device, { ...step, ignored });
        return { forward: over(weights), dispose };
      },
      rehearse(checkpoint) {
        expectWeights(spec, checkpoint, ignored);
        const forward = over(dryWeights(spec, checkpoint));
        return planModel((ops) => {
          const { input, choices } = example(ops);
          return forward(ops, input, undefined, choices);
        });
      },
    };
  };

  const detect = (facts: ModelFacts): Detected<T, C> | undefined => {
    const rename = record.rename?.(facts.shapes);
    const shapes = rename ? renamedShapes(facts.shapes, rename) : facts.shapes;
    const read = record.read(new Reading(shapes, facts.seen));
    if (!read) return undefined;
    const trained = record.trained?.(facts.trainingArgs ?? {});
    const rules = { model: title, names: Object.keys(defaults), ...read, trained, resolve: record.resolve };
    const { options: merged, sources } = mergeOptions<O>(facts, rules);
    const options = record.settle?.(merged, facts, () => mergeOptions<O>({ ...facts, options: {} }, rules).options) ??
      merged;
    const model = configure(options), variant = variantOf(record, options);
    const official = ({ entries }: Pick<Checkpoint, "entries">) => ({
      entries: rename ? renamedEntries(entries, rename) : entries,
    });
    return {
      ...model,
      ...{ variant, options: Object.fromEntries(Object.entries(options)), sources, rename, published },
      publishedVariant: variant && published.variants[variant],
      bind: (checkpoint, device, step) => model.bind(official(checkpoint), device, step),
      rehearse: (checkpoint) => model.rehearse(official(checkpoint)),
    };
  };

  return {
    ...{ name, title, task, marks, load, defaults, variants, published, detect },
    configure: (options) => configure(options ?? {} as O),
    async look(entries) {
      const rename = record.rename?.(entries);
      return { ...await record.look?.(rename ? renamedEntries(entries, rename) : entries) };
    },
  };
}

/** Name of the variant whose options resolve to the same configuration, but for those that lie beside it. */
function variantOf<T extends Task, O extends object, C, S extends Spec, V extends string>(
  { variants, beside = [], resolve }: FamilyRecord<T, O, C, S, V>,
  options: O,
): V | undefined {
  const meaning = (of: O) => {
    const told = { ...of };
    for (const name of beside) delete told[name];
    return JSON.stringify(resolve(told));
  };
  const wanted = meaning(options);
  return (Object.keys(variants) as V[]).find((name) => meaning(variants[name]) === wanted);
}
