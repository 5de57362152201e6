/**
 * What every runtime must answer: the same job on the working tree, in Deno.
 *
 * @module
 */
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import * as sidewinder from "../../mod.ts";
import { answers, FILES } from "./apps/answers.js";
import { ROOT } from "./kit.ts";

/** Answers of one device. */
export interface Answer {
  /** Logits of each photo, base64 of their f32 bytes. */
  readonly logits: Readonly<Record<string, string>>;
  /** Likeliest class of the first photo. */
  readonly label: string;
  /** Distance from the golden logits, as a share of the largest. */
  readonly golden: number;
  /** The upscaled image, base64 of its bytes. */
  readonly pixels: string;
  /** Its distance from the golden one, in steps of 8 bits. */
  readonly steps: number;
}

/** Answers by device name. */
export type Answers = Readonly<Record<string, Answer>>;

/** Where the files of the job are. */
export const INPUTS: Readonly<Record<string, string>> = {
  "rocket.jpg": "examples/photos/rocket.jpg",
  "chelsea.png": "examples/photos/chelsea.png",
  "lossy.webp": "tests/golden/image/files/lossy.webp",
  "vim_micro.golden": "tests/golden/trained/vim_micro.safetensors",
  "mambair_light_x2.golden": "tests/golden/trained/mambair_light_x2.safetensors",
};

/** Distance that f16 storage and f32 arithmetic leave to the official f64 logits of the small Vim. */
const GOLDEN_WITHIN = 1e-5;

interface Label {
  readonly name: string;
  readonly probability: number;
}

/** Demands the same classes; their probabilities are `Math.exp` of the logits, which engines round differently. */
export function assertLabels(actual: readonly Label[], wanted: readonly Label[], within: number): void {
  assertEquals(actual.map(({ name }) => name), wanted.map(({ name }) => name));
  actual.forEach(({ probability }, i) => assertAlmostEquals(probability, wanted[i]!.probability, within));
}

let known: Promise<Answers> | undefined;

/** The answers of the working tree. */
export function expectedAnswers(): Promise<Answers> {
  return known ??= (async () => {
    const files: Record<string, Uint8Array> = {};
    for (const name of FILES) files[name] = await Deno.readFile(ROOT + INPUTS[name]);
    return await answers(sidewinder, files) as Answers;
  })();
}

/** Devices of an engine whose relaxed multiply-add rounds once, as V8 and SpiderMonkey have it on this kind of CPU. */
export const FUSED: Readonly<Record<string, string>> = {
  "wasm relaxed-simd": "wasm relaxed-simd",
  "wasm simd128": "wasm simd128",
};

/** An engine without relaxed SIMD, or with one that rounds twice, which is not used. */
export const PLAIN: Readonly<Record<string, string>> = { "wasm simd128": "wasm simd128" };

/** Demands that a runtime has exactly these devices, and on each gives the bits of the device in Deno that it maps to. */
export async function assertAnswers(text: string, devices: Readonly<Record<string, string>>): Promise<void> {
  const actual = JSON.parse(text) as Answers, wanted = await expectedAnswers();
  assertEquals(Object.keys(actual).sort(), Object.keys(devices).sort());
  for (const [device, same] of Object.entries(devices)) {
    assert(actual[device]!.golden < GOLDEN_WITHIN, `golden of ${device} is off by ${actual[device]!.golden}`);
    assert(actual[device]!.steps <= 1, `upscaled image of ${device} is off by ${actual[device]!.steps} steps`);
    assertEquals(actual[device], wanted[same], `answers of ${device}`);
  }
}
