/**
 * Which fixtures of the official code WebGPU must meet: in CI all tiny models, one of each family at its released size and
 * trained weights, with `SIDEWINDER_LONG=1` every op and model there is.
 *
 * @module
 */

/** Where fixtures lie. */
export const GOLDEN = new URL("../golden/", import.meta.url);

const PARTS = ["ops", "models_tiny", "models_full", "trained"] as const;

/** Beside the tiny ones. */
const ALWAYS: readonly string[] = [
  "models_full/vim_tiny_p16_224",
  "models_full/mambair_light_x2",
  "trained/vim_micro",
  "trained/mambair_light_x4",
];

/** Part and name of the fixtures to run, such as `models_tiny/vim_v1`. */
export function fixtures(): string[] {
  const all = PARTS.flatMap((part) =>
    Array.from(
      Deno.readDirSync(new URL(`${part}/`, GOLDEN)),
      ({ name }) => `${part}/${name.replace(".safetensors", "")}`,
    )
      .sort()
  );
  const long = Deno.env.get("SIDEWINDER_LONG") === "1";
  return long ? all : all.filter((path) => path.startsWith("models_tiny/") || ALWAYS.includes(path));
}
