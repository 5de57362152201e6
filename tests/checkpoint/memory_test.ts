import { assert, assertEquals } from "@std/assert";
import type { ByteSource } from "../../src/bytes/byte_source.ts";
import { openCheckpoint } from "../../src/checkpoint/open.ts";
import { openSource } from "../../src/bytes/source.ts";
import { serve } from "../bytes/loopback.ts";
import { PART_MARKS, vimTinyShapes, writeTrainingCheckpoint } from "./vim_tiny.ts";

const MB = 2 ** 20;
const MODEL_BYTES = 4 * 7_148_008;

async function withCheckpoint(task: (path: string) => Promise<void>): Promise<void> {
  const path = await Deno.makeTempFile({ suffix: ".pth" });
  try {
    await writeTrainingCheckpoint(path);
    await task(path);
  } finally {
    await Deno.remove(path);
  }
}

/** Reads every tensor of the chosen part. */
async function readAll(source: ByteSource): Promise<void> {
  const checkpoint = await openCheckpoint(source);
  assertEquals(checkpoint.root, "model");
  assertEquals(checkpoint.ignored, ["optimizer", "model_ema"]);
  assertEquals(checkpoint.metadata, { epoch: "299", scaler: "none" });
  assertEquals(checkpoint.trainingArgs, { input_size: 224, drop: 0 });
  let bytes = 0;
  for (const [key, shape] of vimTinyShapes()) {
    const entry = checkpoint.entries.get(key)!;
    assertEquals(entry.shape, shape);
    assertEquals((await entry.read())[0], PART_MARKS.model);
    bytes += entry.bytes;
  }
  assertEquals(bytes, MODEL_BYTES);
  assertEquals(checkpoint.warnings, []);
  await checkpoint.close();
}

Deno.test("openCheckpoint() reads of a 110 MB training checkpoint the model part and less than 1 MB more", () =>
  withCheckpoint(async (path) => {
    const file = await openSource(path);
    assert(file.size > 4 * MODEL_BYTES && file.size < 4 * MODEL_BYTES + MB, `${file.size}`);
    let bytes = 0;
    const counting = {
      ...file,
      read: (offset: number, length: number) => (bytes += length, file.read(offset, length)),
    };
    await readAll(counting);
    assert(bytes > MODEL_BYTES && bytes < MODEL_BYTES + MB, `${bytes} bytes read`);
  }));

Deno.test("openCheckpoint() downloads of a 110 MB training checkpoint little more than the model part", () =>
  withCheckpoint(async (path) => {
    await using server = serve(await Deno.readFile(path));
    await readAll(await openSource(server.url));
    assert(server.sent() < MODEL_BYTES + 4 * MB, `${server.sent()} bytes sent`);
    assert(server.asked.length < 64, `${server.asked.length} requests`);
  }));

Deno.test("bind() loads a 110 MB training checkpoint in the memory of its model part plus 32 MB", () =>
  withCheckpoint(async (path) => {
    const probe = new URL("memory_probe.ts", import.meta.url).pathname;
    const { stdout, stderr, success } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-check", "--allow-read", probe, path],
    }).output();
    assert(success, new TextDecoder().decode(stderr));
    const { above, kept } = JSON.parse(new TextDecoder().decode(stdout));
    assertEquals(kept, MODEL_BYTES);
    console.log(
      `      memory above the start: ${(above / MB).toFixed(1)} MB, of which the model ${(kept / MB).toFixed(1)} MB`,
    );
    assert(above < MODEL_BYTES + 32 * MB, `${above}`);
  }));
