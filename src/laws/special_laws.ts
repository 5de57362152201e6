/**
 * Laws of special values: NaN, infinities, zeros. They say what a scan must do at the ends of its domain.
 *
 * @module
 */
import { type ScanInputs, shapeOf, type TensorName, TENSORS } from "./forms/scan_inputs.ts";
import type { Law, Run, Trial } from "./law.ts";
import { withSteps } from "./limit_laws.ts";
import { replaced } from "./views.ts";

/** Tensors that are there. */
const present = (inputs: ScanInputs): TensorName[] => TENSORS.filter((name) => inputs[name]);

/**
 * Compares a run where one value was struck. Where the definition gives a number, the scan must; where it does not, the scan
 * must not give one. `either` says which y may be anything; those of the channel `orNaN` may be NaN.
 */
function compareStruck(
  trial: Trial,
  what: string,
  run: Run,
  either: (i: number) => boolean,
  orNaN: number | undefined,
): void {
  const { y, yOff, lastState, stateOff } = run.expected;
  const { channels, length, stateSize } = run.inputs;
  const check = (name: "y" | "lastState", mine: ArrayLike<number>, theirs: Float64Array, off: Float64Array) => {
    for (let i = 0; i < theirs.length; i++) {
      const got = mine[i]!, wanted = theirs[i]!, row = Math.floor(i / (name === "y" ? length : stateSize));
      if (Number.isNaN(got) && row % channels === orNaN) continue;
      // Zero times an infinite step: that bound has no value.
      if (name === "y" && either(i) || Number.isNaN(off[i])) continue;
      if (Number.isFinite(wanted) ? Math.abs(got - wanted) <= off[i]! : !Number.isFinite(got)) continue;
      trial.fail(`${name} with ${what}`, shapeOf(name, run.inputs), i, got, wanted, off[i]!);
    }
  };
  check("y", run.y, y, yOff);
  if (run.lastState) check("lastState", run.lastState, lastState, stateOff);
}

/** Whether a y may or may not know of A: the first step from no state, which some forms do not multiply at all. */
const firstOfAll = ({ initialState, length }: ScanInputs) => (i: number): boolean => !initialState && i % length === 0;

/** The laws of special values. */
export const SPECIAL_LAWS: readonly Law[] = [
  {
    name: "NaN",
    statement: "A NaN in one input reaches exactly the outputs that the definition lets it reach.",
    formula: "y is NaN ⇔ the definition is NaN",
    tolerance: "bound where the definition is a number",
    pointwise: true,
    longest: 129,
    check: async (trial) => {
      const { inputs, dice } = trial;
      for (const name of present(inputs)) {
        const struck = { ...inputs, [name]: replaced(inputs[name]!, dice.below(inputs[name]!.length), NaN) };
        // From no state and in a single step nothing has to decay.
        if (name === "A" && !inputs.initialState && inputs.length === 1) continue;
        const run = await trial.run(struck), { y, yOff } = run.expected, either = firstOfAll(inputs);
        trial.compare(
          `y with a NaN in ${name}`,
          shapeOf("y", inputs),
          run.y,
          y,
          (i) => yOff[i]!,
          name === "A" ? either : undefined,
        );
        trial.compareState(`the last state with a NaN in ${name}`, run, run.expected.lastState);
      }
    },
  },
  {
    name: "infinity",
    statement:
      "An infinity in one input reaches what the definition lets it reach, and leaves the rest as it is: a dt of −∞ is a step of no length.",
    formula: "y is finite ⇔ the definition is;  left open: z = −∞ (0 or NaN), and A = −∞, which forgets or gives NaN",
    tolerance: "bound where the definition is finite",
    pointwise: true,
    longest: 129,
    check: async (trial) => {
      const { dice } = trial;
      for (const name of present(trial.inputs)) {
        // A of +∞ has no use, so the infinite A is −∞ and steps are not zero; steps that fill up a chunk are, and 0·∞ is NaN.
        const inputs = name === "A" ? withSteps(trial.inputs) : trial.inputs;
        const at = dice.below(inputs[name]!.length), value = name === "A" || dice.next() < 1 / 2 ? -Infinity : Infinity;
        const run = await trial.run({ ...inputs, [name]: replaced(inputs[name]!, at, value) });
        const open = name === "z" && value < 0, either = (i: number) => open && i === at;
        compareStruck(
          trial,
          `${value} in ${name}`,
          run,
          either,
          name === "A" ? Math.floor(at / inputs.stateSize) : undefined,
        );
      }
    },
  },
  {
    name: "zeros",
    statement:
      "A tensor of zeros, of either sign, is a tensor like any other: A = 0 keeps the state, δ = 0 moves nothing.",
    formula: "A = 0: h = h₋ + δBu;  δ = 0: h = h₋;  u = 0: h = Ā h₋;  z = 0: y = 0;  −0 = 0",
    tolerance: "bound",
    longest: 257,
    check: async (trial) => {
      const { inputs, dice } = trial;
      for (const name of present(inputs)) {
        const zero = dice.next() < 1 / 2 ? 0 : -0;
        const run = await trial.run({ ...inputs, [name]: inputs[name]!.map(() => zero) });
        trial.compareY(`y with zeros for ${name}`, run, run.expected.y);
        trial.compareState(`the last state with zeros for ${name}`, run, run.expected.lastState);
      }
    },
  },
];
