/** Laws of what few scans have, and of other storages and forms: a right scan is accepted, a wrong one refused. */
import { assertEquals, assertRejects } from "@std/assert";
import { gradientsOf } from "../../src/laws/forms/adjoint.ts";
import { dual } from "../../src/laws/forms/duality.ts";
import { plainInputs } from "../../src/laws/forms/plain.ts";
import { recurrenceOf } from "../../src/laws/forms/recurrence.ts";
import { sequential } from "../../src/laws/forms/sequential.ts";
import {
  assertScan,
  expectScan,
  EXTRAS,
  lawOf,
  LAWS,
  makeCase,
  type Numbers,
  scanBy,
  type ScanInputs,
  type ScanOutputs,
  type Subject,
} from "../../src/laws/mod.ts";
import { stored } from "../../src/laws/storage.ts";
import { tied } from "../../src/laws/views.ts";
import { SETTINGS } from "../arbitraries.ts";
import { f, scanWith } from "./mutants/plain.ts";

const OPTIONS = { runs: 30, seed: SETTINGS.seed, probes: false, shrink: false };
const single = (values: Numbers): Float32Array => Float32Array.from(values);

/** A scan that has everything, in single precision at the end. */
function everything(inputs: ScanInputs): ScanOutputs {
  const { y, lastState } = scanBy(sequential, inputs);
  const gradients = inputs.upstream
    ? Object.fromEntries(Object.entries(gradientsOf(inputs)).map(([name, { values }]) => [name, single(values)]))
    : {};
  return { y: single(y), lastState: single(lastState), gradients };
}

const full: Subject = { name: "everything", scan: everything, offers: EXTRAS };
const lawsOf = (...names: string[]) => names.map(lawOf);
const EXTRA_LAWS = LAWS.filter(({ asks }) => asks);

Deno.test("LAWS of extras hold for a scan that has them", async () => {
  await assertScan(full, { ...OPTIONS, laws: EXTRA_LAWS });
});

for (
  const [name, law, scan] of [
    ["ignores where sequences begin", "packed sequences", (s) => everything({ ...s, sequence: undefined })],
    [
      "begins a sequence one token late",
      "packed sequences",
      (s) =>
        everything({
          ...s,
          sequence: s.sequence?.map((_, i) => s.sequence![Math.max(i - i % s.length, i - 1)]!),
        }),
    ],
    ["takes constant B of the first channel", "constant B and C", (s) => everything(firstChannel(s))],
    ["takes strided inputs as dense", "strides", (s) => everything(dense(s))],
    ["forgets the gradient of the bias", "gradients", (s) => without(everything(s), "dtBias")],
    ["gives gradients without softplus", "gradients", (s) => scaled(everything(s), "dt", 1.01)],
    ["gives half of the gradient of A", "gradients", (s) => scaled(everything(s), "A", 0.5)],
    ["gives the gradient of C off by 1e-3", "gradients", (s) => scaled(everything(s), "C", 1.001)],
  ] as readonly [string, string, (inputs: ScanInputs) => ScanOutputs][]
) {
  Deno.test(`the law of ${law} refuses a scan that ${name}`, async () => {
    await assertRejects(() => assertScan({ ...full, name, scan }, { ...OPTIONS, laws: lawsOf(law) }), Error, law);
  });
}

function firstChannel(s: ScanInputs): ScanInputs {
  const held = (name: "B" | "C") =>
    s.constant?.includes(name) ? s[name].map((_, i) => s[name][i % s.stateSize]!) : s[name];
  return { ...s, B: held("B"), C: held("C") };
}

function dense(s: ScanInputs): ScanInputs {
  const { B } = plainInputs(s), memory = s.views?.B ? s.B.subarray(s.views.B.offset, s.views.B.offset + B.length) : B;
  return { ...plainInputs(s), B: memory.length === B.length ? memory : B.map(() => 0) };
}

const scaled = (given: ScanOutputs, name: "dt" | "A" | "C", factor: number): ScanOutputs => {
  const values = given.gradients?.[name];
  return values ? { ...given, gradients: { ...given.gradients, [name]: values.map((v) => v * factor) } } : given;
};

function without(given: ScanOutputs, name: "dtBias"): ScanOutputs {
  const values = given.gradients?.[name];
  return values ? { ...given, gradients: { ...given.gradients, [name]: values.map(() => 0) } } : given;
}

for (const storage of ["f16", "bf16"] as const) {
  const scan = (inputs: ScanInputs): ScanOutputs => {
    const { y, lastState } = scanWith()(inputs);
    return { y: stored(y, storage), lastState: lastState! };
  };
  Deno.test(`LAWS hold for a scan whose inputs and outputs are stored as ${storage}`, async () => {
    await assertScan({ name: storage, scan, storage }, { ...OPTIONS, runs: 15 });
  });

  Deno.test(`LAWS refuse it as single precision, and one that keeps its state as ${storage} too`, async () => {
    await assertRejects(
      () => assertScan({ name: storage, scan }, { ...OPTIONS, laws: lawsOf("recurrence") }),
      Error,
      "y",
    );
    const halved = scanWith({ keep: (h) => stored(Float32Array.of(h), storage)[0]! });
    const narrow = { name: "narrow state", scan: halved, storage };
    await assertRejects(
      () => assertScan(narrow, { ...OPTIONS, runs: 100, laws: lawsOf("recurrence") }),
      Error,
      "state",
    );
  });
}

Deno.test("LAWS hold for a coarser arithmetic within its own roundoff", async () => {
  const coarse = scanWith({ keep: (h) => f(h * (1 + 2 ** -12 * Math.sin(h * 1e4))) });
  const subject = { name: "coarse", scan: coarse };
  await assertRejects(() => assertScan(subject, { ...OPTIONS, laws: lawsOf("recurrence") }), Error);
  await assertScan({ ...subject, roundoff: 2 ** -12 }, { ...OPTIONS, laws: lawsOf("recurrence", "matrix", "steps") });
});

/** Mamba-2's chunked form in single precision, exponents as differences of running sums; may lose the carry. */
const segsumScan = (chunk: number, carry = 1) => (given: ScanInputs): ScanOutputs => {
  const inputs = tied(given), { batch, channels, stateSize: n, length, A, groups } = inputs;
  const y = new Float32Array(batch * channels * length), lastState = new Float32Array(batch * channels * n);
  for (let row = 0; row < batch * channels; row++) {
    const b = Math.floor(row / channels), e = row % channels, group = Math.floor(e * groups / channels);
    const { drive, readout, u, initial } = recurrenceOf(inputs, b, e);
    const state = Float32Array.from(initial), a = A[e * n]!;
    for (let first = 0; first < length; first += chunk) {
      const count = Math.min(chunk, length - first), sums = new Float32Array(count);
      for (let t = 0; t < count; t++) {
        const token = first + t, x = inputs.dt[row * length + token]! + (inputs.dtBias?.[e] ?? 0);
        const delta = f(inputs.softplus && x <= 20 ? Math.log1p(Math.exp(f(x))) : f(x));
        sums[t] = f((t > 0 ? sums[t - 1]! : 0) + f(delta * a));
      }
      const start = state.map((h) => h * (first > 0 ? carry : 1));
      for (let t = 0; t < count; t++) {
        for (let k = 0; k < n; k++) {
          let h = f(f(Math.exp(sums[t]!)) * start[k]!);
          for (let s = 0; s <= t; s++) {
            h = f(h + f(f(Math.exp(f(sums[t]! - sums[s]!))) * f(drive[(first + s) * n + k]! * u[first + s]!)));
          }
          const at = row * length + first + t;
          y[at] = y[at]! + f(h * readout[(first + t) * n + k]!);
          if (t === count - 1) state[k] = h;
        }
      }
    }
    lastState.set(state, row * n);
    for (let t = 0; t < length; t++) {
      const at = row * length + t, skipped = f(y[at]! + f((inputs.D?.[e] ?? 0) * inputs.u[at]!)), z = inputs.z?.[at];
      y[at] = z === undefined ? skipped : f(skipped * f(z / f(1 + Math.exp(-z))));
    }
    if (group < 0) throw new RangeError("Cannot scan as a group must be at least 0");
  }
  return { y, lastState };
};

Deno.test("LAWS hold for Mamba-2's chunked form within the bound of its cancellation, and refuse it without", async () => {
  const subject: Subject = { name: "segsum", scan: segsumScan(32), lacks: ["orders", "untied"] };
  await assertScan({ ...subject, segsum: 32 }, { ...OPTIONS, runs: 20 });
  await assertRejects(
    () => assertScan(subject, { ...OPTIONS, runs: 200, laws: lawsOf("recurrence") }),
    Error,
    "recurrence",
  );
});

Deno.test("LAWS refuse Mamba-2's chunked form that loses a hundredth of its carry", async () => {
  const subject: Subject = { name: "lossy", scan: segsumScan(32, 0.99), lacks: ["orders", "untied"], segsum: 32 };
  await assertRejects(
    () => assertScan(subject, { ...OPTIONS, runs: 200, laws: lawsOf("recurrence") }),
    Error,
    "recurrence",
  );
});

Deno.test("LAWS hold for a scan that reads one A and one Δ a group, where it says so", async () => {
  const scan = (inputs: ScanInputs) => scanWith()(tied(inputs));
  await assertScan({ name: "Mamba-2", scan, lacks: ["untied"] }, { ...OPTIONS, runs: 10 });
  await assertRejects(() => assertScan({ name: "Mamba-1", scan }, { ...OPTIONS, laws: lawsOf("recurrence") }), Error);
});

const CASE = makeCase({
  ...{ batch: 2, groups: 2, channelsPerGroup: 2, stateSize: 3, length: 50, mood: "ordinary" },
  ...{ softplus: true, bias: true, skip: true, gate: true, initialState: true, seed: 5 },
});

Deno.test("expectScan has the values of the sequential form, and dual those of one decay a step", () => {
  const wanted = scanBy(sequential, CASE), { y, lastState } = expectScan(CASE);
  assertEquals([y, lastState], [wanted.y, wanted.lastState]);
  const one = tied(CASE), right = scanBy(sequential, one);
  for (const chunk of [1, 7, 16, 50, 64]) {
    scanBy(dual(chunk), one).y.forEach((value, i) => {
      if (!(Math.abs(value - right.y[i]!) < 1e-12)) {
        throw new Error(`chunk ${chunk}: y ${i} is ${value}, not ${right.y[i]}`);
      }
    });
  }
});

Deno.test("plainInputs gathers strides and repeats constants", () => {
  const one = { batch: 1, channels: 2, groups: 1, stateSize: 1, length: 2, softplus: false };
  const inputs: ScanInputs = {
    ...one,
    u: Float32Array.of(9, 1, 3, 2, 4),
    views: { u: { offset: 1, strides: [0, 2, 1] } },
    dt: new Float32Array(4),
    A: new Float32Array(2),
    B: Float32Array.of(5, 6),
    C: Float32Array.of(7, 8),
    constant: ["B"],
  };
  const plain = plainInputs(inputs);
  assertEquals([...plain.u], [1, 3, 2, 4]);
  assertEquals([[...plain.B], [...plain.C], plain.groups], [[5, 5, 6, 6], [7, 8, 7, 8], 2]);
});
