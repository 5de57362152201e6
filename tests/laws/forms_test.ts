import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { recipes } from "../../src/laws/arbitraries.ts";
import { makeCase } from "../../src/laws/cases.ts";
import { constantInTime } from "../../src/laws/views.ts";
import { associative } from "../../src/laws/forms/associative.ts";
import { chunked } from "../../src/laws/forms/chunked.ts";
import {
  convolutionByFft,
  convolutionDirect,
  convolutionKernel,
  convolveDirectly,
} from "../../src/laws/forms/convolution.ts";
import { type Discretisation, RULES } from "../../src/laws/forms/discretise.ts";
import { convolveByFft } from "../../src/laws/forms/fft.ts";
import { type Form, recurrenceOf, scanBy } from "../../src/laws/forms/recurrence.ts";
import { convolveRows, type DiagonalSystem, s4dKernel, s4dRecurrence } from "../../src/laws/forms/s4d.ts";
import { checkInputs, type ScanInputs } from "../../src/laws/forms/scan_inputs.ts";
import { semiseparable, semiseparableMatrix } from "../../src/laws/forms/semiseparable.ts";
import { sequential, step } from "../../src/laws/forms/sequential.ts";
import { SETTINGS } from "../arbitraries.ts";
import { Dice } from "../../src/laws/dice.ts";
import { readFixture } from "../golden_runner/fixture.ts";

/** The hand example of the fixtures (selective_scan_mini): a step on either side of the threshold, one gate of zero. */
const HAND: ScanInputs = {
  batch: 1,
  channels: 2,
  groups: 1,
  stateSize: 2,
  length: 3,
  u: Float64Array.of(1, -2, 0.5, 0.25, 3, -1),
  dt: Float64Array.of(0.1, -0.3, 25, 0, 1, -4),
  A: Float64Array.of(-1, -2, -1, -2),
  B: Float64Array.of(0.5, 1, -1, 2, 0, 0.25),
  C: Float64Array.of(1, -1, 2, 0.5, 0.5, 0.5),
  D: Float64Array.of(1, 0.5),
  z: Float64Array.of(0, 1, -1, 2, -3, 0.1),
  dtBias: Float64Array.of(0.05, -0.1),
  softplus: true,
};

const FORMS: Readonly<Record<string, Form>> = {
  associative,
  "chunked of 1": chunked(1),
  "chunked of 7": chunked(7),
  semiseparable,
};

const RULE_NAMES = Object.keys(RULES) as Discretisation[];

/** Two forms agree to 1e-12 of the largest value, NaN never. */
function assertSame(mine: Float64Array, wanted: Float64Array, slack = 1e-12): void {
  const largest = wanted.reduce((a, b) => Math.max(a, Math.abs(b)), 1e-30);
  mine.forEach((value, i) =>
    assert(Math.abs(value - wanted[i]!) <= slack * largest, `${i}: ${value} and ${wanted[i]}`)
  );
}

// The numbers were worked out in single precision, whose noise the fixture states as 3.82e-7.
Deno.test("scanBy gives the numbers of the example worked by hand, in every form", () => {
  for (const form of [sequential, ...Object.values(FORMS)]) {
    const { y, lastState } = scanBy(form, HAND);
    [0, -0.600325644, 6.181450844, 0.645886242, 0.317746431, 0.363032043]
      .forEach((wanted, i) => assertAlmostEquals(y[i]!, wanted, 3.82e-7));
    [-12.524999619, 3.131249905, 3.702100039, 0.021939959]
      .forEach((wanted, i) => assertAlmostEquals(lastState[i]!, wanted, 3.82e-7));
  }
});

for (const [name, form] of Object.entries(FORMS)) {
  Deno.test(`${name} form equals the sequential form under every discretisation`, () => {
    fc.assert(
      fc.property(recipes(), fc.constantFrom(...RULE_NAMES), (recipe, rule) => {
        const inputs = makeCase(recipe), wanted = scanBy(sequential, inputs, rule), mine = scanBy(form, inputs, rule);
        assertSame(mine.y, wanted.y);
        assertSame(mine.lastState, wanted.lastState);
      }),
      SETTINGS,
    );
  });
}

for (const [name, form] of Object.entries({ convolutionDirect, convolutionByFft })) {
  Deno.test(`${name} equals the sequential form for constant parameters under every discretisation`, () => {
    fc.assert(
      fc.property(recipes(), fc.constantFrom(...RULE_NAMES), (recipe, rule) => {
        const inputs = constantInTime(makeCase(recipe));
        const wanted = scanBy(sequential, { ...inputs, z: undefined }, rule);
        assertSame(scanBy(form, { ...inputs, z: undefined }, rule).y, wanted.y);
      }),
      SETTINGS,
    );
  });
}

Deno.test("convolutionKernel refuses parameters that change in time and names the step", () => {
  assertThrows(() => convolutionKernel(recurrenceOf(HAND, 0, 0)), RangeError, "current value changes at step 1");
});

Deno.test("convolveByFft equals the sum as it is written, for any length", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 130 }), fc.nat(), (length, seed) => {
      const dice = new Dice(seed), draw = () => Float64Array.from(dice.numbers(length, -1, 1));
      const kernel = draw(), u = draw();
      assertSame(convolveByFft(kernel, u), convolveDirectly(kernel, u), 1e-13);
    }),
    SETTINGS,
  );
});

Deno.test("chunked refuses a chunk that is not a positive integer", () => {
  for (const chunk of [0, -1, 1.5, NaN]) assertThrows(() => chunked(chunk), RangeError, `current value is ${chunk}`);
});

Deno.test("semiseparableMatrix is lower triangular, with C·B̄ on its diagonal", () => {
  const recurrence = recurrenceOf(HAND, 0, 1), matrix = semiseparableMatrix(recurrence);
  for (let t = 0; t < 3; t++) {
    for (let s = t + 1; s < 3; s++) assertEquals(matrix[t * 3 + s], 0);
    let diagonal = 0;
    for (let n = 0; n < 2; n++) diagonal += recurrence.readout[t * 2 + n]! * recurrence.drive[t * 2 + n]!;
    assertEquals(matrix[t * 3 + t], diagonal);
  }
});

Deno.test("step moves the state on in place", () => {
  const recurrence = recurrenceOf(HAND, 0, 0), h = recurrence.initial.slice();
  const y = [0, 1, 2].map((t) => step(recurrence, t, h)), whole = sequential(recurrence);
  assertEquals(Float64Array.from(y), whole.y);
  assertEquals(h, whole.state);
});

Deno.test("RULES agree to first order for small steps, and part for large ones", () => {
  for (const a of [-0.5, -3, -16]) {
    const small = RULE_NAMES.map((name) => RULES[name](1e-5, a));
    for (const [decay, drive] of small) {
      assertAlmostEquals(decay, Math.exp(1e-5 * a), 1e-10);
      assertAlmostEquals(drive, 1e-5, 1e-5 * 1e-5 * Math.abs(a));
    }
    assert(RULES.mamba(5, a)[1] > 1.5 * RULES.zoh(5, a)[1]);
  }
  assertEquals(RULES.zoh(0.25, 0), [1, 0.25]);
});

Deno.test("checkInputs names the tensor that does not fit, and groups and grids that do not divide", () => {
  assertThrows(
    () => checkInputs({ ...HAND, C: new Float64Array(5) }),
    TypeError,
    "C must have the 6 elements of [1, 1, 2, 3]",
  );
  assertThrows(() => checkInputs({ ...HAND, groups: 0.75, B: HAND.u, C: HAND.u }), TypeError);
  assertThrows(
    () => checkInputs({ ...HAND, groups: 3, B: new Float64Array(18), C: new Float64Array(18) }),
    RangeError,
    "groups",
  );
  assertThrows(() => checkInputs({ ...HAND, gridWidth: 2 }), RangeError, "gridWidth must divide the length 3");
});

Deno.test("s4dRecurrence equals the convolution with s4dKernel under both rules", () => {
  const dice = new Dice(5), channels = 3, stateSize = 4, batch = 2, length = 21;
  const system: DiagonalSystem = {
    channels,
    stateSize,
    logDt: dice.numbers(channels, -6, -2),
    logRealA: dice.numbers(channels * stateSize, -1, 0),
    imagA: dice.numbers(channels * stateSize, 0, 12),
    B: dice.numbers(2 * channels * stateSize, -1, 1),
    C: dice.numbers(2 * channels * stateSize, -1, 1),
  };
  const u = dice.numbers(batch * channels * length, -1, 1);
  for (const rule of ["zoh", "bilinear"] as const) {
    const { y } = s4dRecurrence(system, rule, u, batch);
    assertSame(convolveRows(s4dKernel(system, rule, length), u, length), y);
    assertSame(convolveRows(s4dKernel(system, rule, length), u, length, convolveByFft), y);
  }
});

const SCAN_GOLDENS = [...Deno.readDirSync(new URL("../golden/ops/", import.meta.url))]
  .map(({ name }) => name.replace(".safetensors", "")).filter((name) => name.startsWith("selective_scan")).sort();

for (const name of SCAN_GOLDENS) {
  Deno.test(`scanBy gives ${name} of the official code to one rounding`, async () => {
    const fixture = await readFixture(new URL("../golden/", import.meta.url), "ops", name);
    const { B: batch, E: channels, G: groups, N: stateSize, L: length, softplus } = fixture.config as
      & Record<"B" | "E" | "G" | "N" | "L", number>
      & { softplus: boolean };
    const values = (key: string) => fixture.has(key) ? fixture.floats(key).values : undefined;
    const inputs: ScanInputs = {
      batch,
      channels,
      groups,
      stateSize,
      length,
      softplus,
      u: values("u")!,
      dt: values("dt")!,
      A: values("A")!,
      B: values("B")!,
      C: values("C")!,
      D: values("D"),
      z: values("z"),
      dtBias: values("dt_bias"),
    };
    for (const form of [sequential, associative, semiseparable]) {
      const { y, lastState } = scanBy(form, inputs);
      assertSame(y, Float64Array.from(fixture.peek("y").values), 2e-7);
      assertSame(lastState, Float64Array.from(fixture.peek("last_state").values), 2e-7);
    }
  });
}
