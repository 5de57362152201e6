/** `sidewinder fuse`: GeoTIFF in, GeoTIFF out. */
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { fromArrayBuffer } from "geotiff";
import { fuseCommand } from "../../src/cli/fuse.ts";
import { readGeotiff } from "../../src/cli/read_geotiff.ts";
import { type GeoTags, geotiffBytes, type Samples } from "../../src/cli/write_geotiff.ts";
import { fuse } from "../../src/fuse.ts";
import { loadModel } from "../../src/load_model.ts";
import { openWasm } from "../../src/wasm/device.ts";
import { inFolder, runCommand, writeGolden } from "./in_process.ts";

const MODEL = "models_tiny/fusionmamba_u2net_d16_x2";
const PAN = { width: 24, height: 16 }, MS = { width: 12, height: 8 };

/** UTM zone 33 north, half a metre a pixel. */
const PLACE: GeoTags = {
  33550: [0.5, 0.5, 0],
  33922: [0, 0, 0, 500_000.25, 5_400_000.75, 0],
  34735: [1, 1, 0, 3, 1024, 0, 1, 1, 1025, 0, 1, 1, 3072, 0, 1, 32633],
  34737: "WGS 84 / UTM zone 33N|",
};

const numbers = (length: number): number[] => Array.from({ length }, (_, i) => (i * 37 % 97) * 21);

async function writeTiff(path: string, data: Samples, size: typeof PAN, bands: number, place: GeoTags = {}) {
  const parts = geotiffBytes({ data, ...size, bands, place });
  await Deno.writeFile(path, new Uint8Array(await new Blob(parts as BlobPart[]).arrayBuffer()));
  return path;
}

async function readTiff(path: string) {
  const bytes = await Deno.readFile(path);
  const image = await (await fromArrayBuffer(bytes.buffer as ArrayBuffer)).getImage();
  return { image, data: await image.readRasters({ interleave: true }) as unknown as Samples };
}

/** Bands of the model's coarse image. */
async function bandsOf(model: string): Promise<number> {
  await using device = await openWasm();
  await using loaded = await loadModel(device, model);
  return loaded.info.options.ms_dim as number;
}

Deno.test("geotiffBytes() writes what a reader of GeoTIFF reads, in every type", () =>
  inFolder(async (folder) => {
    const values = numbers(PAN.width * PAN.height * 3);
    for (const Type of [Uint8Array, Uint16Array, Int16Array, Float32Array]) {
      const wanted = Type.from(values.map((value) => Type === Uint8Array ? value % 256 : value));
      const { image, data } = await readTiff(await writeTiff(`${folder}/a.tif`, wanted, PAN, 3, PLACE));
      assertEquals([data.constructor, image.getWidth(), image.getHeight()], [Type, PAN.width, PAN.height]);
      assertEquals([...data], [...wanted]);
      assertEquals(image.getOrigin().slice(0, 2), [500_000.25, 5_400_000.75]);
      assertEquals(image.getResolution().slice(0, 2), [0.5, -0.5]);
      assertEquals(image.getGeoKeys()!.ProjectedCSTypeGeoKey, 32633);
    }
    const { image } = await readTiff(await writeTiff(`${folder}/b.tif`, Uint8Array.from(values), PAN, 3));
    assertEquals(image.getGeoKeys(), null);
  }));

const FILES = new URL("files/", import.meta.url);
const read = (name: string) => readGeotiff(new URL(`${name}.tif`, FILES).pathname, new AbortController().signal);

// Files of tifffile: a[row, column, band] = 37·(its number) mod 4001 as u16, an eighth of it where it is of floats.
Deno.test("readGeotiff() reads every compression that it names, integers, floats and half floats", async () => {
  const wanted = Array.from({ length: 6 * 8 * 2 }, (_, i) => i * 37 % 4001);
  for (const name of ["deflate", "lzw", "packbits", "zstandard"]) {
    const { data, width, height, bands, kind } = await read(name);
    assertEquals({ width, height, bands, kind }, { width: 8, height: 6, bands: 2, kind: "uint16" }, name);
    assertEquals([...data], wanted, name);
  }
  for (const name of ["half", "float_predictor"]) {
    const eighths = wanted.map((value) => value / 8);
    assertEquals([...(await read(name)).data], name === "half" ? eighths.map(Math.f16round) : eighths, name);
  }
  for (const [name, word] of [["lerc", "LERC"], ["webp", "WebP"]] as const) {
    await assertRejects(() => read(name), RangeError, `current one is ${word}`);
  }
});

Deno.test("sidewinder fuse gives what fuse() gives, where PAN lies and in the numbers of MS", () =>
  inFolder(async (folder) => {
    const model = await writeGolden(`${folder}/m.safetensors`, MODEL), bands = await bandsOf(model);
    const pan = Uint16Array.from(numbers(PAN.width * PAN.height)),
      ms = Uint16Array.from(numbers(MS.width * MS.height * bands));
    await writeTiff(`${folder}/pan.tif`, pan, PAN, 1, PLACE);
    await writeTiff(`${folder}/ms.tif`, ms, MS, bands);
    const args = [
      `${folder}/pan.tif`,
      `${folder}/ms.tif`,
      "-o",
      `${folder}/out.tif`,
      "--model",
      model,
      "--device",
      "wasm",
    ];
    const { code, out, err } = await runCommand(fuseCommand, ...args, "--json");
    assertEquals([code, err], [0, ""]);
    assertEquals(JSON.parse(out), {
      out: `${folder}/out.tif`,
      ...PAN,
      bands,
      tiles: 1,
      device: JSON.parse(out).device,
    });
    await using device = await openWasm();
    await using loaded = await loadModel(device, model);
    const pair = { pan: { data: Float32Array.from(pan), ...PAN }, ms: { data: Float32Array.from(ms), ...MS } };
    const { data } = await fuse(loaded, pair);
    const written = await readTiff(`${folder}/out.tif`);
    assert(written.data instanceof Uint16Array);
    assertEquals([...written.data], [...data].map(Math.round));
    assertEquals(written.image.getGeoKeys()!.ProjectedCSTypeGeoKey, 32633);

    const again = await runCommand(fuseCommand, ...args);
    assertStringIncludes(again.err, "--force overwrites it");
    assertEquals((await runCommand(fuseCommand, ...args, "--force", "--maximum", "1023")).code, 0);
    assert((await readTiff(`${folder}/out.tif`)).data.every((value) => value <= 1023));

    for (
      const [to, message] of [
        ["pan.tif", "must not be the input itself"],
        ["ms.tif", "must not be the input itself"],
        ["out.png", "must end in .tif or .tiff"],
      ] as const
    ) {
      const onto = await runCommand(
        fuseCommand,
        ...args.map((arg) => arg === `${folder}/out.tif` ? `${folder}/${to}` : arg),
        "--force",
      );
      assertStringIncludes(onto.err, message);
    }
  }));

Deno.test("examples/pansharpen/fuse.ts fuses GeoTIFF files", () =>
  inFolder(async (folder) => {
    const model = await writeGolden(`${folder}/m.safetensors`, MODEL), bands = await bandsOf(model);
    const pan = await writeTiff(`${folder}/pan.tif`, Uint16Array.from(numbers(PAN.width * PAN.height)), PAN, 1);
    const coarse = Uint16Array.from(numbers(MS.width * MS.height * bands));
    const ms = await writeTiff(`${folder}/ms.tif`, coarse, MS, bands);
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", "examples/pansharpen/fuse.ts", model, pan, ms, `${folder}/out.raw`],
    }).output();
    assertEquals([code, code === 0 ? "" : new TextDecoder().decode(stderr)], [0, ""]);
    const out = new Float32Array((await Deno.readFile(`${folder}/out.raw`)).buffer);
    assertEquals(out.length, PAN.width * PAN.height * bands);
    assert(out.every((value) => value >= 0 && value <= 2047) && out.some((value) => value > 0));
  }));

Deno.test("sidewinder fuse answers what does not fit with one line, and writes nothing", () =>
  inFolder(async (folder) => {
    const model = await writeGolden(`${folder}/m.safetensors`, MODEL), bands = await bandsOf(model);
    const other = await writeGolden(`${folder}/o.safetensors`, "models_tiny/mambaout_tiny");
    const pan = await writeTiff(`${folder}/pan.tif`, new Uint16Array(PAN.width * PAN.height), PAN, 1);
    const ms = await writeTiff(`${folder}/ms.tif`, new Uint16Array(MS.width * MS.height * bands), MS, bands);
    const few = await writeTiff(`${folder}/few.tif`, new Uint16Array(MS.width * MS.height), MS, 1);
    const broken = `${folder}/broken.tif`;
    await Deno.writeFile(broken, (await Deno.readFile(ms)).slice(0, 200));
    const out = `${folder}/out.tif`;
    for (
      const [args, message] of [
        [[pan, "-o", out, "--model", model], "PAN, MS, -o OUT and --model FILE must be given"],
        [[pan, ms, "-o", out, "--model", model, "--maximum=-1"], "--maximum as it must be above 0"],
        [[pan, ms, "-o", out, "--model", model, "--tile", "12"], "tile must be a multiple of 8"],
        [[pan, pan, "-o", out, "--model", model], "ms.data must be"],
        [[pan, few, "-o", out, "--model", model], "ms.data must be"],
        [[ms, ms, "-o", out, "--model", model], "pan.data must be"],
        [[pan, broken, "-o", out, "--model", model], `Cannot read ${broken} as it must be a GeoTIFF`],
        [["README.md", ms, "-o", out, "--model", model], "Cannot read README.md as it must be a GeoTIFF"],
        [[pan, ms, "-o", out, "--model", other], "the model must be one of two images: current one is mambaout"],
      ] as const
    ) {
      const { code, err } = await runCommand(fuseCommand, ...args);
      assertEquals([code, err.trim().split("\n").length], [1, 1], err);
      assertStringIncludes(err, message);
    }
    assertEquals([...Deno.readDirSync(folder)].length, 6);
  }));
