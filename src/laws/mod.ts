/**
 * The laws of a selective scan, published: an independent judge for scan kernels, ours and other people's.
 *
 * Give it a function from {@linkcode ScanInputs} (the layout of the official `selective_scan_fn`) to
 * {@linkcode ScanOutputs}; it tries some forty laws on thousands of cases and shows the smallest case that breaks one.
 * Programs in other languages are judged through files, see {@linkcode emitCases}.
 *
 * @example A kernel of your own, in a test
 * ```ts
 * import { assertScan, scanBy, type ScanInputs, sequential } from "@sidewinder/sidewinder/laws";
 *
 * const myKernel = (inputs: ScanInputs) => Float32Array.from(scanBy(sequential, inputs).y);
 * const scan = (inputs: ScanInputs) => ({ y: myKernel(inputs) });
 * await assertScan({ name: "mine", scan, lacks: ["orders", "lastState"] }, { runs: 5, seed: 1, probes: false });
 * ```
 *
 * @module
 */
export { expectScan, SINGLE } from "./bound.ts";
export type { Expected, Precision } from "./bound.ts";
export { makeCase, MOODS } from "./cases.ts";
export type { Mood, Recipe } from "./cases.ts";
export type { Device } from "../device.ts";
export type { ScanOrder } from "../kernels.ts";
export { deviceSubject } from "./device_scan.ts";
export { Dice } from "./dice.ts";
export { EXTRAS, FEATURES, LawViolation, Trial } from "./law.ts";
export type { Difference, Extra, Feature, Law, Run, Scan, Subject } from "./law.ts";
export { applies, checkLaw, lawOf, LAWS } from "./laws.ts";
export { casesOf, emitCases, emitSmaller, emittedFor, judgeCases } from "./protocol.ts";
export type { CaseFile, EmitOptions, LawCase, Program, ReadFile } from "./protocol.ts";
export { STORAGES } from "./storage.ts";
export type { Storage } from "./storage.ts";
export { assertScan, describeFailure, verifyScan } from "./verify.ts";
export type { LawFailure, LawReport, VerifyOptions } from "./verify.ts";
export { associative } from "./forms/associative.ts";
export { chunked } from "./forms/chunked.ts";
export { gradientsOf } from "./forms/adjoint.ts";
export type { Gradient, Gradients } from "./forms/adjoint.ts";
export { dual, segsum } from "./forms/duality.ts";
export { convolutionByFft, convolutionDirect, convolutionKernel } from "./forms/convolution.ts";
export { RULES } from "./forms/discretise.ts";
export type { Discretisation, Rule } from "./forms/discretise.ts";
export { recurrenceOf, scanBy } from "./forms/recurrence.ts";
export type { ExactOutputs, Form, Recurrence, Solution } from "./forms/recurrence.ts";
export { checkInputs, shapeOf, TENSORS, walkOf } from "./forms/scan_inputs.ts";
export type { Numbers, ScanInputs, ScanOutputs, TensorName, View } from "./forms/scan_inputs.ts";
export { semiseparable, semiseparableMatrix } from "./forms/semiseparable.ts";
export { sequential, step } from "./forms/sequential.ts";
