import { assert, assertEquals, assertRejects } from "@std/assert";
import { convertToSrgb } from "../../src/image/srgb.ts";
import { toBlob, toImageData } from "../../src/image/outputs.ts";
import { toChannels } from "../../src/image/colour.ts";
import { decodeImage } from "../../src/image/decode.ts";
import type { Channels, ImageInput } from "../../src/image/pixels.ts";
import { maxDifference, readCases, readFixture } from "./fixtures.ts";

const folder = new URL("../golden/image/files/", import.meta.url);

/** Format and tolerance: lossy formats may differ by 2. */
const tolerance = (name: string): number => /\.jpg$|^lossy\.webp$/.test(name) ? 2 : 0;

for (const [name, { pixels }] of await readCases("decode")) {
  Deno.test(`decodeImage() gives Pillow's pixels: ${name}`, async () => {
    const decoded = await decodeImage(await readFixture(name));
    const [height, width, channels] = pixels!.shape;
    assertEquals([decoded.width, decoded.height], [width, height]);
    assertEquals(decoded.data instanceof Uint16Array, pixels!.data instanceof Uint16Array);
    if (name === "grey_alpha.png") assertEquals(decoded.channels, 2); // stored as RGBA
    else assertEquals(decoded.channels, channels);
    const difference = maxDifference(toChannels(decoded, channels as Channels).data, pixels!.data);
    assert(difference <= tolerance(name), `differs by ${difference}`);
  });
}

Deno.test("decodeImage() takes bytes, buffers, Blobs, paths, URLs and pixels", async () => {
  const bytes = await readFixture("rgb.png");
  const expected = await decodeImage(bytes);
  const path = new URL("rgb.png", folder);
  const object = URL.createObjectURL(new Blob([bytes]));
  const data = `data:image/png;base64,${btoa(String.fromCharCode(...bytes))}`;
  const inputs: ImageInput[] = [
    bytes.buffer,
    new Blob([bytes]),
    path,
    path.href,
    path.pathname,
    object,
    new URL(object),
    data,
    new Response(bytes),
  ];
  for (const input of inputs) assertEquals(await decodeImage(input), expected);
  URL.revokeObjectURL(object);
  assertEquals(await decodeImage(expected), expected);
  const rgba = new ImageData(2, 1);
  assertEquals(await decodeImage(rgba), { data: rgba.data, width: 2, height: 1, channels: 4 });
});

Deno.test("toImageData() and toBlob() give pixels back to a page", async () => {
  const colours = { data: Uint16Array.of(0, 65535, 257, 32896), width: 2, height: 1, channels: 2 } as const;
  const { data, colorSpace } = await toImageData(colours);
  assertEquals([[...data], colorSpace], [[0, 0, 0, 255, 1, 1, 1, 128], "srgb"]);
  const p3 = new ImageData(Uint8ClampedArray.of(200, 30, 30, 255), 1, 1, { colorSpace: "display-p3" });
  const decoded = await decodeImage(p3);
  assertEquals(decoded.attached, { coding: { cicp: [12, 13, 0, 1] } });
  assertEquals([...(await toImageData(decoded)).data], [200, 30, 30, 255]);
  const [red] = (await convertToSrgb(decoded)).data;
  assert(red! > 205, `${red}`); // Display P3's red is redder
  const blob = await toBlob(colours);
  assertEquals([blob.type, (await decodeImage(blob)).data], ["image/png", colours.data]);
  assertEquals((await toBlob(colours, { type: "webp", lossless: true })).type, "image/webp");
});

Deno.test("decodeImage() reads bytes that are a part of a larger buffer", async () => {
  for (const name of ["rgb.png", "grey.jpg", "alpha.webp"]) {
    const bytes = await readFixture(name);
    const roomy = new Uint8Array(bytes.length + 7).fill(0xff);
    roomy.set(bytes, 3);
    assertEquals(await decodeImage(roomy.subarray(3, 3 + bytes.length)), await decodeImage(bytes));
  }
});

Deno.test("decodeImage() reports a path or URL that cannot be read", async () => {
  await assertRejects(() => decodeImage("no/such/file.png"), Error, "no such file");
  const server = Deno.serve({ port: 0, onListen() {} }, () => new Response("gone", { status: 404 }));
  await assertRejects(
    () => decodeImage(`http://localhost:${server.addr.port}/a.png`),
    TypeError,
    "current status is 404",
  );
  await server.shutdown();
});

Deno.test("decodeImage() refuses what is no image input", async () => {
  await assertRejects(() => decodeImage(7 as unknown as ImageInput), TypeError, "current value is Number");
  await assertRejects(() => decodeImage({} as unknown as ImageInput), TypeError, "current value is Object");
  // What querySelector() and FormData give where there is nothing.
  await assertRejects(() => decodeImage(null as unknown as ImageInput), TypeError, "current value is Null");
  const short = { data: new Uint8Array(11), width: 2, height: 2, channels: 3 } as const;
  await assertRejects(() => decodeImage(short), TypeError, "2x2x3 = 12 samples: current length is 11");
  await assertRejects(() => decodeImage({ ...short, width: 0 }), RangeError, "current size is 0x2");
  await assertRejects(() => decodeImage({ ...short, channels: 5 as 4 }), RangeError, "current value is 5");
  const floats = { ...short, data: new Float32Array(12) as unknown as Uint8Array };
  await assertRejects(() => decodeImage(floats), TypeError, "current value is Float32Array");
});

Deno.test("decodeImage() stops at once when its signal is aborted", async () => {
  const bytes = await readFixture("rgb.png");
  await assertRejects(() => decodeImage(bytes, { signal: AbortSignal.abort(new Error("enough")) }), Error, "enough");
  const controller = new AbortController();
  const decoding = decodeImage(bytes, { signal: controller.signal });
  controller.abort(new Error("enough now"));
  await assertRejects(() => decoding, Error, "enough now");
});

Deno.test("decodeImage() decodes several files at once", async () => {
  const names = ["q90_s0.jpg", "lossy.webp", "rgb.png", "progressive.jpg", "lossless.webp"];
  const alone = [];
  for (const name of names) alone.push(await decodeImage(await readFixture(name)));
  const together = await Promise.all(names.map(async (name) => decodeImage(await readFixture(name))));
  assertEquals(together, alone);
});

Deno.test("decodeImage() uses the compiled codecs it is given", async () => {
  const empty = await WebAssembly.compile(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0));
  const bytes = await readFixture("grey.jpg");
  await assertRejects(() => decodeImage(bytes, { codecModules: { jpeg_decode: empty } }), TypeError);
  assertEquals((await decodeImage(bytes)).channels, 1);
});
