import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { sequential } from "../../src/laws/forms/sequential.ts";
import {
  applies,
  assertScan,
  checkLaw,
  describeFailure,
  deviceSubject,
  lawOf,
  type LawReport,
  LAWS,
  LawViolation,
  makeCase,
  type Recipe,
  scanBy,
  type ScanInputs,
  type Subject,
  verifyScan,
} from "../../src/laws/mod.ts";
import { SETTINGS } from "../arbitraries.ts";
import { DEVICES } from "../devices.ts";
import { scanWith } from "./mutants/mod.ts";

/** The scan with the true hold for B, in single precision. */
const HOLD: Subject = {
  name: "hold",
  discretisation: "zoh",
  scan: scanWith({
    drive: (delta, u, b, a) => Math.fround(Math.fround((a === 0 ? delta : Math.expm1(delta * a) / a) * u) * b),
  }),
};

const SMALL: Recipe = {
  batch: 1,
  groups: 1,
  channelsPerGroup: 1,
  stateSize: 1,
  length: 3,
  mood: "ordinary",
  softplus: true,
  bias: true,
  skip: true,
  gate: true,
  initialState: true,
  seed: 0,
};

/** Another seed on every run, which the names of the tests print. */
const FRESH = crypto.getRandomValues(new Uint32Array(1))[0]! >>> 1;

const LONG = Deno.env.get("SIDEWINDER_LONG") !== undefined;

for (const opener of DEVICES) {
  // A device that takes long to answer gets as many cases as its conformance tests wait for answers, and no probes; all
  // thousand are tried with SIDEWINDER_LONG and by `deno task laws --device`.
  const slow = opener.batches !== undefined || opener.touches !== undefined;
  const few = opener.touches === undefined ? undefined : opener.touches / 10;
  const runs = few ?? (opener.batches ? 2 * opener.batches.count : LONG ? 1000 : 25);
  Deno.test(`LAWS hold on ${opener.name} in ${runs} cases each${slow ? "" : " and all probes"}`, async (t) => {
    const device = await opener.open(), subject = deviceSubject(device);
    for (const law of LAWS.filter((law) => applies(law, subject))) {
      const options = { runs, seed: SETTINGS.seed, laws: [law], probes: !slow };
      await t.step(law.name, () => assertScan(subject, options));
    }
    device.close();
  });

  Deno.test(`LAWS hold on ${opener.name} in cases of the fresh seed ${FRESH}`, async () => {
    const device = await opener.open();
    await assertScan(deviceSubject(device), { runs: Math.min(runs, 15), seed: FRESH, probes: false });
    device.close();
  });
}

Deno.test("LAWS hold for a plain scan in single precision and for one with the true hold", async () => {
  const options = { runs: 40, seed: SETTINGS.seed, probes: false };
  await assertScan({ name: "plain", scan: scanWith() }, options);
  const reports = await verifyScan(HOLD, options);
  assertEquals(reports.map(describeFailure).join(""), "");
  assertEquals(reports.filter(({ outcome }) => outcome === "does not apply").map(({ law }) => law), [
    "softplus",
    ...LAWS.filter(({ asks }) => asks).map(({ name }) => name),
  ]);
});

Deno.test("LAWS hold for the double precision forms within the roundoff of double precision", async () => {
  // Two laws round what they make to single precision before they hand it over, which no roundoff of the scan covers; five
  // bits are left to the double precision of the laws themselves.
  const subject = { name: "f64", scan: (inputs: ScanInputs) => scanBy(sequential, inputs), roundoff: 2 ** -48 };
  await assertScan(subject, {
    runs: 25,
    seed: SETTINGS.seed,
    probes: false,
    laws: LAWS.filter(({ name }) => name !== "linearity" && name !== "bias"),
  });
});

Deno.test("LAWS have names of their own, a statement, a formula and a tolerance", () => {
  assertEquals(new Set(LAWS.map(({ name }) => name)).size, LAWS.length);
  for (const { statement, formula, tolerance } of LAWS) assert(statement && formula && tolerance);
  assertThrows(() => lawOf("gravity"), RangeError, "current value is gravity");
});

Deno.test("verifyScan leaves out laws that need what the implementation lacks, and never uses it", async () => {
  const seen: ScanInputs[] = [];
  const right = scanWith();
  const scan = (inputs: ScanInputs) => {
    seen.push(inputs);
    return { y: right(inputs).y };
  };
  const lacks = ["groups", "gate", "skip", "bias", "softplus", "initialState", "lastState", "orders", "batch"] as const;
  const subject: Subject = { name: "bare", scan, lacks };
  const reports = await verifyScan(subject, { runs: 30, seed: 1, probes: false });
  assertEquals(
    reports.map(({ law, outcome }) => [law, outcome]),
    LAWS.map((law) => [law.name, applies(law, subject) ? "holds" : "does not apply"]),
  );
  assert(reports.some(({ outcome }) => outcome === "holds") && reports.some(({ outcome }) => outcome !== "holds"));
  for (const { batch, groups, z, D, dtBias, softplus, initialState, order } of seen) {
    assertEquals(
      [batch, groups, z, D, dtBias, softplus, initialState, order],
      [1, 1, undefined, undefined, undefined, false, undefined, undefined],
    );
  }
});

Deno.test("verifyScan shows the smallest failing shape, seed, path, index, both values and code that fails again", async () => {
  const scan = scanWith({ steps: (length) => Math.min(length, 4) });
  const subject = { name: "short", scan };
  const [report] = await verifyScan(subject, { runs: 200, seed: 9, probes: false, laws: [lawOf("recurrence")] }) as [
    LawReport,
  ];
  const { recipe, path, message, reproduction } = report.failure!;
  assertEquals(report.outcome, "broken");
  const { batch, groups, channelsPerGroup, stateSize, length, mood, gate, skip } = recipe;
  assertEquals(
    { batch, groups, channelsPerGroup, stateSize, length, mood, gate, skip },
    { batch: 1, groups: 1, channelsPerGroup: 1, stateSize: 1, length: 5, mood: "ordinary", gate: false, skip: false },
  );
  const text = describeFailure(report);
  assert(text.includes("batch 1, groups 1, channels 1, states 1, length 5"));
  assert(text.includes(`seed: 9, path: "${path}"`));
  assert(/y differs first at \[0, 0, 4\], is 0, should be -?[\d.e-]+ within [\d.e-]+$/.test(message));
  const pasted = JSON.parse(
    reproduction.slice(reproduction.indexOf("{", reproduction.indexOf("checkLaw(")), reproduction.lastIndexOf(")")),
  );
  const error = await assertRejects(() => checkLaw("recurrence", subject, pasted), LawViolation);
  assertEquals(error.message, message);
  assertEquals(error.difference.index, [0, 0, 4]);
});

Deno.test("verifyScan gives the same reports for the same seed", async () => {
  const run = () =>
    verifyScan(
      { name: "wrong", scan: scanWith({ last: (_, before) => before }) },
      { runs: 20, seed: 4, probes: false, laws: LAWS.slice(0, 3) },
    );
  assertEquals(await run(), await run());
});

Deno.test("verifyScan tries the probes first, shrinks the one that fails and says which it was", async () => {
  const scan = scanWith({ keep: (h, p) => p.n >= 256 ? 0 : h });
  const [report] = await verifyScan({ name: "narrow", scan }, { runs: 0, laws: [lawOf("recurrence")] });
  const { recipe, path, message } = report!.failure!;
  assert(/^probe \d+$/.test(path), path);
  assertEquals({ ...recipe, seed: 0, softplus: true }, {
    ...{ batch: 1, groups: 1, channelsPerGroup: 1, stateSize: 257, length: 1, mood: "ordinary", seed: 0 },
    ...{ softplus: true, bias: false, skip: false, gate: false, initialState: false },
  });
  assert(message.includes("narrow breaks the law of recurrence"));
});

Deno.test("verifyScan tries many cases at once and finds what it finds one by one", async () => {
  const options = { runs: 20, seed: 4, probes: false, laws: [lawOf("steps"), lawOf("causality")] };
  for (const scan of [scanWith(), scanWith({ last: (_, before) => before })]) {
    const outcomes = async (atOnce: number) =>
      (await verifyScan({ name: "it", scan }, { ...options, atOnce })).map(({ outcome }) => outcome);
    assertEquals(await outcomes(20), await outcomes(1));
  }
});

Deno.test("assertScan throws with every broken law, and so it does for an implementation that throws", async () => {
  const scan = (): never => {
    throw new Error("out of memory");
  };
  const error = await assertRejects(() => assertScan({ name: "broken", scan }, { runs: 1, seed: 1 }), Error);
  assertEquals(error.message.match(/out of memory/g)?.length, LAWS.filter(({ asks }) => !asks).length);
});

Deno.test("checkLaw refuses outputs of the wrong size by name", async () => {
  const right = scanWith();
  const short = (inputs: ScanInputs) => ({ ...right(inputs), y: right(inputs).y.subarray(1) });
  await assertRejects(
    () => checkLaw("batch", { name: "short", scan: short }, SMALL),
    LawViolation,
    "the length of y [1, 1, 3]",
  );
  const stateless = (inputs: ScanInputs) => ({ y: right(inputs).y });
  await assertRejects(
    () => checkLaw("batch", { name: "stateless", scan: stateless }, SMALL),
    LawViolation,
    "lastState [1, 1, 1]",
  );
});

Deno.test("makeCase gives the same inputs for the same recipe, and others for another seed", () => {
  assertEquals(makeCase(SMALL), makeCase({ ...SMALL }));
  assert(makeCase(SMALL).u[0] !== makeCase({ ...SMALL, seed: 1 }).u[0]);
});
