import { assert, assertEquals } from "@std/assert";
import { decodeImage } from "../../src/image/decode.ts";
import { encodeImage } from "../../src/image/encode.ts";
import { embedProfile, readProfile } from "../../src/image/profile.ts";

const P3 = "tests/golden/image/reported/p3.jpg";

Deno.test("sidewinder restore keeps the profile through every pair of formats", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const profile = await readProfile(await Deno.readFile(P3));
    assert(profile !== undefined);
    for (const from of ["jpg", "png", "webp"]) {
      const source = from === "jpg" ? P3 : `${folder}/jpg.${from}`;
      for (const to of ["jpg", "png", "webp"]) {
        const out = `${folder}/${from}.${to}`;
        const args = ["run", "-A", "cli.ts", "restore", source, "-o", out, "--task", "denoise"];
        const { code } = await new Deno.Command(Deno.execPath(), { args, stdout: "null", stderr: "null" }).output();
        assertEquals(code, 0, `${from} to ${to}`);
        const bytes = await Deno.readFile(out);
        assertEquals(await readProfile(bytes), profile, `${from} to ${to}`);
        await decodeImage(bytes);
      }
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a profile longer than a JPEG segment comes back whole", async () => {
  const profile = Uint8Array.from({ length: 150_001 }, (_, i) => i * 31 % 256);
  profile.set(new TextEncoder().encode("acsp"), 36);
  for (const type of ["jpeg", "webp"] as const) {
    const plain = await encodeImage({ data: new Uint8Array(12), width: 2, height: 2, channels: 3 }, { type });
    assertEquals(await readProfile(plain), undefined);
    const file = embedProfile(plain, profile);
    assertEquals(await readProfile(file), profile);
    assertEquals(await decodeImage(file), await decodeImage(plain));
  }
});
