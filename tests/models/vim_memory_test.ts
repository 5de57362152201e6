import { assert, assertEquals } from "@std/assert";
import { writeTrainingCheckpoint } from "../checkpoint/vim_tiny.ts";

const LIMIT = 220e6;

Deno.test({
  name: "a process that classifies with a Vim-Ti training checkpoint stays below 220 MB",
  // The peak is read from /proc.
  ignore: Deno.build.os !== "linux",
  async fn() {
    const path = await Deno.makeTempFile({ suffix: ".pth" });
    try {
      await writeTrainingCheckpoint(path);
      const probe = new URL("rss_probe.ts", import.meta.url).pathname;
      const { stdout, stderr, success } = await new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", "--no-check", probe, path, "examples/photos/coffee.png"],
      }).output();
      assert(success, new TextDecoder().decode(stderr));
      const { peak, labels, variant } = JSON.parse(new TextDecoder().decode(stdout));
      assertEquals([labels, variant], [5, "vim-tiny"]);
      console.log(`      peak memory of the process: ${(peak / 1e6).toFixed(0)} MB`);
      assert(peak < LIMIT, `${peak} bytes`);
    } finally {
      await Deno.remove(path);
    }
  },
});
