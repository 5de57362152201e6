/**
 * Laws that compare an implementation with independent forms of the scan.
 *
 * @module
 */
import { associative } from "./forms/associative.ts";
import { convolutionByFft, convolutionDirect } from "./forms/convolution.ts";
import { dual } from "./forms/duality.ts";
import { type Form, scanBy } from "./forms/recurrence.ts";
import { semiseparable } from "./forms/semiseparable.ts";
import type { Law, Trial } from "./law.ts";
import { constantInTime, tied } from "./views.ts";

/** A law that y and the last state are those of a form. `slack` is the form's own relative rounding error. */
function equalsForm(form: Form, prepare = (trial: Trial) => trial.inputs, slack = 1e-13): Law["check"] {
  return async (trial) => {
    const run = await trial.run(prepare(trial));
    const wanted = scanBy(form, run.inputs, trial.subject.discretisation ?? "mamba");
    const reach = (values: Float64Array) => slack * values.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
    const y = reach(run.expected.magnitude), state = reach(wanted.lastState);
    trial.compareY("y", run, wanted.y, () => y);
    trial.compareState("the last state", run, wanted.lastState, () => state);
  };
}

/** Steps of the longest chunk of the dual form: a mask has as many rows and columns. */
const MOST_CHUNK = 64;
/** Sums of as many exponents, none below −750, where exp ends in double precision, are off by 2⁻⁵³ of them; twice. */
const CANCELLED = 1e-11;

const BOUND = "bound, and 1e-13 of the largest intermediate for the f64 form";

/** The laws of the forms. */
export const FORM_LAWS: readonly Law[] = [
  {
    name: "recurrence",
    statement: "The scan is its sequential definition.",
    formula: "h_t = exp(δ_t A) h_{t−1} + δ_t B_t u_t,  y_t = (⟨C_t, h_t⟩ + D u_t)·silu(z_t),  δ = softplus(dt + bias)",
    tolerance: "bound",
    check: async (trial) => {
      const run = await trial.run(trial.inputs);
      trial.compareY("y", run, run.expected.y);
      trial.compareState("the last state", run, run.expected.lastState);
    },
  },
  {
    name: "convolution",
    statement: "With Δ, B and C constant in time, the scan is a causal convolution.",
    formula: "y = K ∗ u,  K_l = ⟨C, Ā^l B̄⟩",
    tolerance: BOUND,
    longest: 65,
    check: equalsForm(convolutionDirect, ({ inputs }) => constantInTime(inputs)),
  },
  {
    name: "convolution by FFT",
    statement: "With Δ, B and C constant in time, the scan is a product of spectra.",
    formula: "y = F⁻¹(F K · F u)",
    tolerance: "bound, and 1e-12 of the largest intermediate for the transform",
    check: equalsForm(convolutionByFft, ({ inputs }) => constantInTime(inputs), 1e-12),
  },
  {
    name: "matrix",
    statement: "The scan is the product with a lower triangular semiseparable matrix.",
    formula: "y = M u,  M_ts = C_tᵀ Ā_t ⋯ Ā_{s+1} B̄_s",
    tolerance: BOUND,
    longest: 65,
    check: equalsForm(semiseparable),
  },
  {
    name: "parallel prefix",
    statement: "The scan is the prefix composition of affine maps, in any bracketing.",
    formula: "(a₂, x₂) ∘ (a₁, x₁) = (a₂a₁, a₂x₁ + x₂)",
    tolerance: BOUND,
    check: equalsForm(associative),
  },
  {
    name: "duality",
    statement:
      "With one A and one Δ for the channels of a group the scan is Mamba-2's: masked products, chunk by chunk.",
    formula: "Y = (L ∘ C Bᵀ) X,  L = exp(segsum(δA)),  H ← Ā⋯Ā H + Σ L B X",
    tolerance: "bound, and 1e-11 of the largest intermediate: what the cancellation of sums costs the f64 form",
    check: (trial) => {
      const { length } = trial.inputs,
        chunk = trial.dice.next() < 1 / 2 ? MOST_CHUNK : 1 + trial.dice.below(MOST_CHUNK);
      return equalsForm(dual(Math.min(chunk, length)), ({ inputs }) => tied(inputs), CANCELLED)(trial);
    },
  },
];
