/**
 * `sidewinder fuse PAN MS -o OUT`
 *
 * @module
 */
import { writeAtomically } from "../bytes/files_node.ts";
import { fuse } from "../fuse.ts";
import { loadModel } from "../load_model.ts";
import { openDevice } from "../open_device.ts";
import { jsonOption } from "./classify.ts";
import {
  type Command,
  countOption,
  DEVICE_OPTIONS,
  deviceOption,
  MODEL_HELP,
  MODEL_OPTIONS,
  modelOption,
  parse,
  UsageError,
} from "./command.ts";
import { loadingLine, runningLine } from "./progress.ts";
import { readGeotiff, type SampleKind } from "./read_geotiff.ts";
import { checkFree } from "./targets.ts";
import { geotiffBytes, type Samples } from "./write_geotiff.ts";

const HELP = `Usage: sidewinder fuse PAN MS -o OUT --model FILE [options]

Makes a sharp image of many bands out of a sharp one of one band (PAN) and a coarse one of many (MS), with a FusionMamba.
PAN and MS are GeoTIFF files of the same place, PAN larger by the model's scale; OUT lies where PAN lies and holds its numbers
as MS does.

  -o, --out OUT          where the result goes (.tif)
  --model FILE|URL|NAME  the checkpoint (.pth, .safetensors)
  --maximum N            largest number that the sensor gives; 2047, of 11 bits, or 255 for files of bytes, unless given
  --tile N               sides of a tile in pixels of PAN (256)
  --key NAME             part of the checkpoint that holds the weights
  --options JSON         constructor options that the file cannot say
  --force                overwrite OUT
  --device KIND          webgpu, wasm, wasm-simd128 or reference; the best one present unless given
  --threads N            threads of the WASM device; as many as there are usable cores unless given
  --json                 one JSON object
${MODEL_HELP}`;

/** Numbers in the type of the file they shall stand beside; whole numbers are rounded, and kept within their type. */
function samplesOf(data: Float32Array, kind: SampleKind): Samples {
  const whole = (most: number) => (value: number): number => Math.min(most, Math.round(value));
  if (kind === "uint8") return Uint8Array.from(data, whole(255));
  if (kind === "uint16") return Uint16Array.from(data, whole(65535));
  if (kind === "int16") return Int16Array.from(data, whole(32767));
  return data;
}

/** `fuse`. */
export const fuseCommand: Command = {
  summary: "make a satellite's image of many bands as sharp as that of one",
  help: HELP,
  needs: ["read", "write", "env", "net"],
  async run(args, terminal) {
    const { values, positionals: [panPath, msPath, ...more] } = parse(args, {
      ...DEVICE_OPTIONS,
      out: { type: "string", short: "o" },
      model: { type: "string" },
      maximum: { type: "string" },
      tile: { type: "string" },
      ...MODEL_OPTIONS,
      options: { type: "string" },
      force: { type: "boolean" },
    });
    const { out, model: source } = values, { signal } = terminal;
    if (panPath === undefined || msPath === undefined || more.length > 0 || !out || source === undefined) {
      throw new UsageError("Cannot fuse as PAN, MS, -o OUT and --model FILE must be given: see sidewinder fuse --help");
    }
    const maximum = values.maximum === undefined ? undefined : Number(values.maximum);
    if (maximum !== undefined && !(maximum > 0 && maximum < Infinity)) {
      throw new UsageError(`Cannot use --maximum as it must be above 0: current value is ${values.maximum}`);
    }
    const tile = countOption("tile", values.tile, 1), options = jsonOption("options", values.options);
    const opening = deviceOption(values);
    if (!/\.tiff?$/i.test(out)) {
      throw new UsageError(
        `Cannot fuse as OUT must end in .tif or .tiff, the one format that is written: it is ${out}`,
      );
    }
    await checkFree(out, [panPath, msPath], values.force ?? false);
    const pan = await readGeotiff(panPath, signal), ms = await readGeotiff(msPath, signal);
    await using device = await openDevice(opening);
    const loading = loadingLine(terminal);
    await using model = await loadModel(device, source, {
      signal,
      options,
      onProgress: loading.onProgress,
      ...modelOption(values),
    }).finally(loading.done);
    const running = runningLine(terminal, panPath);
    const fused = await fuse(model, { pan, ms }, {
      signal,
      onProgress: running.onProgress,
      maximum: maximum ?? (ms.kind === "uint8" ? 255 : 2047),
      ...(tile === undefined ? {} : { tile }),
    }).finally(running.done);
    const { width, height, bands, tiles } = fused;
    const bytes = geotiffBytes({ data: samplesOf(fused.data, ms.kind), width, height, bands, place: pan.place });
    await writeAtomically(out, bytes, { signal });
    terminal.print(
      values.json
        ? JSON.stringify({ out, width, height, bands, tiles, device: device.name })
        : `${out}  ${width} × ${height} of ${bands} bands, ${tiles} ${tiles === 1 ? "tile" : "tiles"}`,
    );
    return 0;
  },
};
