import { assert, assertEquals } from "@std/assert";

/** What the probe measures in a process of its own. */
async function probe(...args: number[]): Promise<{ peak: number; tiles: number }> {
  const script = new URL("rss_probe.ts", import.meta.url).href;
  const { stdout, stderr, success } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", script, ...args.map(String)],
  }).output();
  assert(success, new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}

// The peak is read from /proc.
const ignore = Deno.build.os !== "linux";

Deno.test({
  name: "restore() doubles 512×512 below 450 MB in the default budget",
  ignore,
  async fn() {
    const { peak } = await probe(512, 512);
    console.log(`      peak memory of the process: ${(peak / 1e6).toFixed(0)} MB`);
    assert(peak <= 450e6, `${peak} bytes`);
  },
});

Deno.test({
  name: "restoreRows() keeps the whole process within the memory it is given",
  ignore,
  async fn() {
    const few = await probe(900, 700, 512), many = await probe(900, 700, 256);
    console.log(
      `      ${few.tiles} tiles: ${(few.peak / 1e6).toFixed(0)} MB, ${many.tiles}: ${(many.peak / 1e6).toFixed(0)} MB`,
    );
    assert(few.peak <= 512e6, `${few.peak} bytes`);
    assert(many.peak <= 256e6, `${many.peak} bytes`);
    assertEquals(few.tiles < many.tiles, true);
  },
});
