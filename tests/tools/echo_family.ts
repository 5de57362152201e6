/** The recipe of a family in CONTRIBUTING.md, performed for a net that multiplies every channel by a factor. */
import { weight } from "../golden_runner/formula.ts";

const SEED = 3, CHANNELS = 2, SIDE = 3;

/** What the net gives for an image of planes, as its official code would. */
function official(input: Float32Array): Float32Array {
  const gain = weight("gain", [CHANNELS], SEED), pixels = SIDE * SIDE;
  return input.map((value, i) => Math.fround(value * gain[Math.floor(i / pixels)]!));
}

/** A fixture of the net: what `tools/fixtures` writes. */
function fixture(): Uint8Array {
  const input = Float32Array.from({ length: CHANNELS * SIDE * SIDE }, (_, i) => Math.sin(i)), output = official(input);
  const shape = [1, CHANNELS, SIDE, SIDE], bytes = 4 * input.length;
  const header = new TextEncoder().encode(JSON.stringify({
    __metadata__: {
      model: "Echo",
      seed: String(SEED),
      config: JSON.stringify({ class: "Echo", channels: CHANNELS }),
      weights: JSON.stringify({ gain: [CHANNELS] }),
      tensor_stats: JSON.stringify({ output: [0, 1] }),
    },
    input: { dtype: "F32", shape, data_offsets: [0, bytes] },
    output: { dtype: "F32", shape, data_offsets: [bytes, 2 * bytes] },
  }));
  const file = new Uint8Array(8 + header.length + 2 * bytes);
  new DataView(file.buffer).setUint32(0, header.length, true);
  file.set(header, 8);
  file.set(new Uint8Array(input.buffer), 8 + header.length);
  file.set(new Uint8Array(output.buffer), 8 + header.length + bytes);
  return file;
}

/** The files of the recipe. */
export const ECHO_FILES: Readonly<Record<string, string | Uint8Array>> = {
  "src/models/echo/marks.ts": `import { lazyImport } from "../../bytes/lazy_import.ts";
import type { KnownFamily } from "../family.ts";
export const ECHO: KnownFamily<"restore"> = {
  name: "echo",
  title: "Echo",
  task: "restore",
  marks: [["gain"]],
  load: () => lazyImport("./models/echo/family.ts"),
};
`,
  "src/models/echo/options.ts": `import { checkCount, refuseUnknown } from "../options.ts";
export interface EchoOptions {
  readonly channels?: number;
}
export const ECHO_DEFAULTS = { channels: 3 };
export const ECHO_VARIANTS = { "echo-colour": {} } as const satisfies Record<string, EchoOptions>;
export function echoConfig(options: EchoOptions = {}) {
  refuseUnknown("Echo", Object.keys(options), Object.keys(ECHO_DEFAULTS));
  const config = { ...ECHO_DEFAULTS, ...options };
  checkCount("Echo", "channels", config.channels);
  return config;
}
`,
  "src/models/echo/forward.ts": `import { type Bound, tensor } from "../../checkpoint/weights.ts";
import type { Ops } from "../../ops/ops.ts";
import type { Tensor } from "../../tensor.ts";
export const echoWeights = ({ channels }: { readonly channels: number }) => ({ gain: tensor("plain", [channels]) });
export function* echo(ops: Ops, w: Bound<ReturnType<typeof echoWeights>>, image: Tensor): Generator<void, Tensor> {
  const out = ops.binary("multiply", image, w.gain);
  yield;
  return out;
}
`,
  "src/models/echo/published.ts": `import type { Published } from "../published.ts";
export const published: Published<"echo-colour"> = {
  paper: "Nobody 2000, Echo",
  repository: "https://example.org/echo",
  classes: ["Echo"],
  licence: { code: "none", weights: "none" },
  verified: "a small net",
  unverified: "nothing",
  variants: { "echo-colour": { parameters: 3 } },
};
`,
  "src/models/echo/family.ts": `import { defineFamily } from "../define_family.ts";
import { takesImage } from "../takes.ts";
import { echo, echoWeights } from "./forward.ts";
import { ECHO } from "./marks.ts";
import { ECHO_DEFAULTS, ECHO_VARIANTS, echoConfig } from "./options.ts";
import { published } from "./published.ts";
export const family = defineFamily({
  ...ECHO,
  defaults: ECHO_DEFAULTS,
  variants: ECHO_VARIANTS,
  published,
  resolve: echoConfig,
  read(file) {
    const gain = file.shape("gain");
    return gain && { fixed: { channels: gain[0]! } };
  },
  weights: echoWeights,
  takes: ({ channels }) => takesImage({ channels }),
  gives: () => ({ kind: "image", scale: 1 }),
  forward: (ops, weights, _, image) => echo(ops, weights, image),
});
`,
  "tests/golden/models_tiny/echo_small.safetensors": fixture(),
  "tests/models/echo_test.ts": "",
};
