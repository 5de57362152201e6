import { assertEquals } from "@std/assert";
import { placeOf, withPlaces } from "../../src/gpu/shader_places.ts";
import { openShaders } from "../../src/gpu/shaders.ts";

const CODE = ["const LANES: u32 = 4u;", "//# a.wgsl", "one", "two", "//# shared/b.wgsl", "three"].join("\n");

Deno.test("placeOf() names the file of a line of a shader and its line there", () => {
  const places = [1, 3, 4, 6, 99].map((line) => placeOf(CODE, line));
  assertEquals(places, [undefined, "a.wgsl:1", "a.wgsl:2", "shared/b.wgsl:1", "shared/b.wgsl:94"]);
});

Deno.test("withPlaces() puts files into what the implementations of WebGPU say", () => {
  assertEquals(
    withPlaces(CODE, "Error while parsing WGSL: :4:5 error: no"),
    "Error while parsing WGSL: a.wgsl:2:5 error: no",
  );
  assertEquals(withPlaces(CODE, "┌─ wgsl:6:1"), "┌─ shared/b.wgsl:1:1");
  assertEquals(withPlaces(CODE, "no place, see http://x/y:3:4"), "no place, see http://x/y:3:4");
});

Deno.test("every line of a packed shader stands where it stands in its file", async () => {
  const source = await Deno.readTextFile(new URL("../../src/gpu/selective_scan.wgsl", import.meta.url));
  const { selective_scan: shader } = await openShaders();
  const packed = shader.split("\n"), lines = source.split("\n");
  const at = lines.findIndex((line) => line.startsWith("fn ")), name = lines[at]!;
  assertEquals(placeOf(shader, packed.indexOf(name) + 1), `selective_scan.wgsl:${at + 1}`);
});
