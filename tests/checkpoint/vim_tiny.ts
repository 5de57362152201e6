/**
 * Keys and shapes of Vim-Ti/16 and a training checkpoint of that size, written to disk with made-up numbers.
 *
 * @module
 */
import { PthObject, PthTensor, type PthValue, writePth } from "./write_pth.ts";

/** Keys of Vim-Ti/16 with their shapes: 415 tensors, 7,148,008 parameters. */
export function vimTinyShapes(): Map<string, number[]> {
  const [width, inner, states, rank] = [192, 384, 16, 12];
  const shapes = new Map<string, number[]>([
    ["cls_token", [1, 1, width]],
    ["pos_embed", [1, 197, width]],
    ["patch_embed.proj.weight", [width, 3, 16, 16]],
    ["patch_embed.proj.bias", [width]],
    ["head.weight", [1000, width]],
    ["head.bias", [1000]],
    ["norm_f.weight", [width]],
  ]);
  for (let i = 0; i < 24; i++) {
    const mixer = `layers.${i}.mixer`;
    shapes.set(`layers.${i}.norm.weight`, [width]);
    shapes.set(`${mixer}.in_proj.weight`, [2 * inner, width]);
    shapes.set(`${mixer}.out_proj.weight`, [width, inner]);
    for (const [b, log] of [["", "A_log"], ["_b", "A_b_log"]] as const) {
      shapes.set(`${mixer}.${log}`, [inner, states]);
      shapes.set(`${mixer}.D${b}`, [inner]);
      shapes.set(`${mixer}.conv1d${b}.weight`, [inner, 1, 4]);
      shapes.set(`${mixer}.conv1d${b}.bias`, [inner]);
      shapes.set(`${mixer}.x_proj${b}.weight`, [rank + 2 * states, inner]);
      shapes.set(`${mixer}.dt_proj${b}.weight`, [inner, rank]);
      shapes.set(`${mixer}.dt_proj${b}.bias`, [inner]);
    }
  }
  return shapes;
}

/** Number that element 0 of every tensor of a part has. */
export const PART_MARKS = { model: 1, model_ema: 2, exp_avg: 3, exp_avg_sq: 4 } as const;

/** Writes model, EMA and the two moments of AdamW, four times the model, as the released files are. */
export async function writeTrainingCheckpoint(path: string): Promise<void> {
  const shapes = vimTinyShapes();
  const filled = (shape: number[], mark: number) =>
    new PthTensor(shape, () => new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(0.25).fill(mark, 0, 1));
  const part = (mark: number) => new Map([...shapes].map(([key, shape]) => [key, filled(shape, mark)]));
  const moments = [...shapes.values()].map((shape, i): [number, PthValue] => [
    i,
    new Map<string, PthValue>([
      ["step", 7],
      ["exp_avg", filled(shape, PART_MARKS.exp_avg)],
      ["exp_avg_sq", filled(shape, PART_MARKS.exp_avg_sq)],
    ]),
  ]);
  const saved = new Map<string, PthValue>([
    ["model", part(PART_MARKS.model)],
    [
      "optimizer",
      new Map<string, PthValue>([["state", new Map(moments)], ["param_groups", [new Map([["lr", 0.001]])]]]),
    ],
    ["epoch", 299],
    ["model_ema", part(PART_MARKS.model_ema)],
    ["scaler", "none"],
    ["args", new PthObject("argparse", "Namespace", new Map<string, PthValue>([["input_size", 224], ["drop", 0]]))],
  ]);
  await Deno.writeFile(path, ReadableStream.from(writePth(saved)));
}
