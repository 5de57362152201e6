/**
 * `deno run -A bench/restore_bench.ts [--before TREE] [--rounds N] [--side PIXELS] [--docs]`: where the time of `restore` ×2 goes, part
 * by part, and beside an earlier tree (`git worktree add TREE COMMIT`) its seconds and peak memory, in turns.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { decodeImage } from "../src/image/decode.ts";
import { encodeImage } from "../src/image/encode.ts";
import { pngEncoder } from "../src/image/png_encode.ts";
import { openDevice } from "../src/open_device.ts";
import { openNets, restoreRows } from "../src/restore.ts";
import { prepare } from "../src/restore/job.ts";
import { runTiles } from "../src/restore/run_tiles.ts";
import { seenPixels } from "../src/restore/tiling.ts";
import { document, machine } from "./documents.ts";
import { medianOf, spreadOf } from "./median.ts";

/** A picture of waves and noise, as a file. */
async function photo(side: number): Promise<Uint8Array<ArrayBuffer>> {
  const data = Uint8Array.from(
    { length: 3 * side * side },
    (_, i) => 128 + 80 * Math.sin(i / 3000) + (i * 7919 >> 3) % 17,
  );
  return await encodeImage({ data, width: side, height: side, channels: 3 }, { type: "jpeg" });
}

/** Milliseconds of a step. */
async function timed<T>(step: () => T | Promise<T>): Promise<[milliseconds: number, result: T]> {
  const started = performance.now(), result = await step();
  return [performance.now() - started, result];
}

/** Lines of a table: the parts of a restoration as shares of the net's own time. */
export async function restoreParts(side: number, memory?: number): Promise<string[]> {
  await using device = await openDevice({ require: "wasm" });
  await using nets = openNets(device);
  const file = await photo(side), [model] = await nets.reach(2), options = memory === undefined ? {} : { memory };
  const [all, job] = await timed(() => prepare(() => [model!], file, options, false));
  const { tiling } = job.passes[0]!, seen = seenPixels(tiling) / side ** 2;
  const [tiles] = await timed(async () => {
    for await (const _ of runTiles(model!, job.pixels, tiling)) continue;
  });
  const result = await restoreRows(model!, job.pixels, options),
    bands: Awaited<ReturnType<typeof job.pixels.data.slice>>[] = [];
  const [whole] = await timed(async () => {
    for await (const { data } of result.rows) bands.push(data as typeof bands[number]);
  });
  const encoder = pngEncoder(result.width, result.height, result.channels, result.depth);
  const [encode] = await timed(async () => {
    for (const band of bands) await encoder.writeRows(band);
    await encoder.finish();
  });
  const decoded = await decodeImage(await photo(2 * side));
  const [jpeg] = await timed(() => encodeImage(decoded, { type: "jpeg" }));
  const [webp] = await timed(() => encodeImage(decoded, { type: "webp" }));
  const net = tiles / seen, megapixels = 4 * side * side / 1e6;
  const row = (part: string, ms: number) =>
    `| ${part} | ${(ms / megapixels).toFixed(0)} | ${(100 * ms / net).toFixed(2)} % |`;
  return [
    `${side} × ${side} to ${2 * side} × ${2 * side}, ${tiling.rows.length * tiling.columns.length} tiles`,
    "",
    "| part | ms a megapixel of the result | share of the net's own time |",
    "|---|---|---|",
    row("the net on every pixel once", net),
    row("what tiles see more than once", tiles - net),
    row("decode", job.decode),
    row("plan", all - job.decode),
    row("blend and paint", Math.max(0, whole - tiles)),
    row("filter and compress PNG, in a worker beside the net", encode),
    row("or encode JPEG, which needs the whole picture, after it", jpeg),
    row("or encode WebP, which needs the whole picture, after it", webp),
  ];
}

/** Lines of a table: two trees in turns. */
async function compareTrees(before: string, rounds: number, side: number): Promise<string[]> {
  const folder = await Deno.makeTempDir(), script = new URL("restore_once.ts", import.meta.url).pathname;
  const trees = { before, after: new URL("..", import.meta.url).pathname }, input = `${folder}/in.jpg`;
  await Deno.writeFile(input, await photo(side));
  const found = { before: [] as { seconds: number; peak: number }[], after: [] as { seconds: number; peak: number }[] };
  try {
    for (let round = 0; round < rounds; round++) {
      for (const [name, tree] of Object.entries(trees)) {
        const args = ["run", "-A", "--no-check", `--config=${tree}/deno.json`, script, tree];
        const { stdout, success } = await new Deno.Command(Deno.execPath(), {
          args: [...args, "restore", input, "-o", `${folder}/${name}.png`, "--force"],
          stderr: "null",
        }).output();
        if (!success) throw new Error(`Cannot compare as ${name} must restore: it failed`);
        found[name as keyof typeof found].push(JSON.parse(new TextDecoder().decode(stdout).trim().split("\n").at(-1)!));
      }
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  return [
    `| tree | median s | slowest over fastest, less 1 | peak MB |`,
    "|---|---|---|---|",
    ...Object.entries(found).map(([name, runs]) => {
      const seconds = runs.map((run) => run.seconds), peak = medianOf(runs.map((run) => run.peak)) / 1e6;
      return `| ${name} | ${medianOf(seconds).toFixed(2)} | ${(100 * spreadOf(seconds)).toFixed(0)} % | ${
        peak.toFixed(0)
      } |`;
    }),
  ];
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      before: { type: "string" },
      rounds: { type: "string", default: "9" },
      side: { type: "string", default: "320" },
      memory: { type: "string" },
      docs: { type: "boolean", default: false },
    },
  });
  const side = Number(values.side);
  const where = await machine(), memory = values.memory === undefined ? undefined : Number(values.memory);
  const lines = values.before
    ? await compareTrees(values.before, Number(values.rounds), side)
    : await restoreParts(side, memory);
  const all = [`${where}; ${side} × ${side} to ${2 * side} × ${2 * side}.`, "", ...lines];
  if (values.docs) await document(values.before ? "before" : "restore", all);
  else console.log(all.join("\n"));
}
