/** The commands take every family that fits them, and say what its checkpoint is. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { classifyCommand } from "../../src/cli/classify.ts";
import type { Command } from "../../src/cli/command.ts";
import { forecastCommand } from "../../src/cli/forecast.ts";
import { generateCommand } from "../../src/cli/generate.ts";
import { infoCommand } from "../../src/cli/info.ts";
import { restoreCommand } from "../../src/cli/restore.ts";
import { decodeImage } from "../../src/image/decode.ts";
import { inFolder, runCommand, writeGolden } from "./in_process.ts";

const PHOTO = "tests/golden/image/reported/sprite_same.png";

for (
  const [name, options] of [["vmamba_v0", "imgsize"], ["vmamba_v05_noz", "imgsize"], ["mambaout_tiny", "img_size"]]
) {
  Deno.test(`sidewinder classify takes ${name}`, () =>
    inFolder(async (folder) => {
      const model = await writeGolden(`${folder}/m.safetensors`, `models_tiny/${name}`);
      const args = [PHOTO, "--model", model, "--options", JSON.stringify({ [options!]: 32 }), "--top", "2"];
      const { code, out, err } = await runCommand(classifyCommand, ...args, "--json");
      assertEquals([code, err], [0, ""]);
      const { labels } = JSON.parse(out);
      assertEquals(labels.length, 2);
      assert(labels[0].probability >= labels[1].probability && labels[1].probability > 0);
    }));
}

Deno.test("sidewinder restore takes MambaIRv2; a seed of its routing repeats, another one differs", () =>
  inFolder(async (folder) => {
    const model = await writeGolden(`${folder}/m.safetensors`, "models_tiny/mambairv2_light_x2");
    const restored = async (
      name: string,
      choices: Record<string, unknown>,
    ): Promise<Uint8ClampedArray | Uint8Array> => {
      const out = `${folder}/${name}.png`;
      const args = [PHOTO, "-o", out, "--model", model, "--choices", JSON.stringify(choices)];
      const { code, err } = await runCommand(restoreCommand, ...args, "--json");
      assertEquals([code, err], [0, ""]);
      return (await decodeImage(await Deno.readFile(out))).data as Uint8Array;
    };
    const [plain, same, other] = [
      await restored("a", {}),
      await restored("b", { seed: 0 }),
      await restored("c", { seed: 1 }),
    ];
    const argmax = await restored("d", { routing: "argmax" });
    assertEquals(plain, same);
    assert(plain.some((value, i) => value !== other[i]));
    assert(plain.some((value, i) => value !== argmax[i]));
    const wrong = await runCommand(
      restoreCommand,
      PHOTO,
      "-o",
      `${folder}/e.png`,
      "--model",
      model,
      "--choices",
      '{"dice": 1}',
    );
    assertEquals(wrong.code, 1);
    assertStringIncludes(wrong.err, "choices must be among routing, seed");
  }));

const FAMILIES = [
  ["vim_v2_midcls", "vim", "classify"],
  ["mambair_light_x2", "mambair", "restore"],
  ["mambair_unet_tiny", "mambair-unet", "restore"],
  ["mambairv2_light_x2", "mambairv2", "restore"],
  ["dvmsr_tiny", "dvmsr", "restore"],
  ["vmamba_v0", "vmamba", "classify"],
  ["vmamba_v05_noz", "vmamba", "classify"],
  ["mambaout_tiny", "mambaout", "classify"],
  ["fusionmamba_u2net_d16_x2", "fusionmamba", "fuse"],
  ["timemachine_chind1", "timemachine", "forecast"],
  ["mamba_lm_p7_s5", "mamba-lm", "generate"],
  ["mamba_lm_hf", "mamba-lm", "generate"],
] as const;

Deno.test("sidewinder info names every family from its checkpoint alone, and where each option comes from", () =>
  inFolder(async (folder) => {
    for (const [name, family, task] of FAMILIES) {
      const file = await writeGolden(`${folder}/${name}.safetensors`, `models_tiny/${name}`);
      const { code, out, err } = await runCommand(infoCommand, file, "--json");
      assertEquals([code, err], [0, ""], name);
      const info = JSON.parse(out);
      assertEquals([info.family, info.task], [family, task], name);
      assert(info.parameters > 0 && Object.keys(info.sources).length > 0, name);
      const text = await runCommand(infoCommand, file);
      assertStringIncludes(text.out, `(${task})`, name);
      assertStringIncludes(text.out, "(keys and shapes)", name);
    }
  }));

Deno.test("a checkpoint given to another family's command is one line that names it", () =>
  inFolder(async (folder) => {
    const file = async (name: string) => await writeGolden(`${folder}/${name}.safetensors`, `models_tiny/${name}`);
    const classifier = await file("mambaout_tiny"), restorer = await file("mambairv2_light_x2");
    const language = await file("mamba_lm_hf"), table = `${folder}/t.csv`;
    await Deno.writeTextFile(table, "a,b\n1,2\n");
    const cases: readonly (readonly [Command, readonly string[], string])[] = [
      [classifyCommand, [PHOTO, "--model", restorer], "mambairv2"],
      [restoreCommand, [PHOTO, "-o", `${folder}/x.png`, "--model", classifier], "mambaout"],
      [classifyCommand, [PHOTO, "--model", language], "a language model"],
      [restoreCommand, [PHOTO, "-o", `${folder}/x.png`, "--model", language], "a language model"],
      [generateCommand, ["--ids", "1", "--model", classifier], "a language model"],
      [forecastCommand, [table, "-o", `${folder}/x.csv`, "--model", classifier], "mambaout"],
    ];
    for (const [command, args, named] of cases) {
      const { code, err } = await runCommand(command, ...args);
      assertEquals(code, 1);
      assertStringIncludes(err, named);
      assertStringIncludes(err, "Cannot");
    }
    assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name).sort(), [
      "mamba_lm_hf.safetensors",
      "mambairv2_light_x2.safetensors",
      "mambaout_tiny.safetensors",
      "t.csv",
    ]);
  }));
