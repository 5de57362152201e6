import { assert, assertEquals } from "@std/assert";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { loadModel, openDevice } from "../../mod.ts";
import { runModel } from "../../kernels.ts";

const ROOT = new URL("../../", import.meta.url).pathname, WEIGHTS = `${ROOT}weights/vim_micro/vim_micro.safetensors`;

Deno.test("this project is a peer: it warms up, says its error, and runs once for each line", async () => {
  await using device = await openDevice({ require: "wasm", threads: 1 });
  await using model = await loadModel(device, WEIGHTS);
  const planes = Float32Array.from({ length: 3 * 64 * 64 }, (_, i) => Math.sin(i));
  const pixels = planes.map((_, i) => planes[i % 3 * 64 * 64 + Math.floor(i / 3)]!);
  const exact = Float64Array.from(
    await runModel(device, (ops) => model.forward(ops, ops.input(pixels, [1, 64, 64, 3]))),
  );

  const folder = await Deno.makeTempDir();
  try {
    await Deno.copyFile(WEIGHTS, `${folder}/net.pth`);
    await Deno.writeFile(`${folder}/net.in.bin`, new Uint8Array(planes.buffer));
    await Deno.writeFile(`${folder}/net.out.bin`, new Uint8Array(exact.map((value) => value + 1).buffer));
    await Deno.writeTextFile(
      `${folder}/net.json`,
      JSON.stringify({ input: [1, 3, 64, 64], output: [1, exact.length] }),
    );
    const peer = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", `${ROOT}bench/peers/sidewinder_peer.mjs`, folder, "net", "1"],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    const lines = createInterface({ input: Readable.fromWeb(peer.stdout as never) });
    const input = peer.stdin.getWriter(), answers: Record<string, number | string>[] = [];
    for await (const line of lines) {
      answers.push(JSON.parse(line));
      if (answers.length < 3) await input.write(new TextEncoder().encode("\n"));
      else await input.close();
    }
    assertEquals((await peer.status).code, 0);
    assertEquals(answers.map((answer) => Object.keys(answer)), [
      ["version", "error"],
      ["milliseconds", "peak"],
      ["milliseconds", "peak"],
    ]);
    assert(Math.abs(Number(answers[0]!.error) - 1) < 1e-4, `error ${answers[0]!.error}`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
