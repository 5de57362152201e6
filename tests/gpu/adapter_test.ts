import { assertEquals } from "@std/assert";
import { describeAdapter, findAdapter } from "../../src/gpu/adapter.ts";

const fake = (facts: Record<string, unknown>, features: string[] = []): GPUAdapter =>
  ({ info: facts, features: new Set(features) }) as unknown as GPUAdapter;

for (
  const [facts, name, software] of [
    [{ description: "llvmpipe (LLVM 15.0.6, 256 bits)", vendor: "65541" }, "llvmpipe (LLVM 15.0.6, 256 bits)", true],
    [{ vendor: "google", architecture: "swiftshader", description: "" }, "google swiftshader", true],
    [{ description: "Microsoft Basic Render Driver" }, "Microsoft Basic Render Driver", true],
    [{ description: "", vendor: "", isFallbackAdapter: true }, "unnamed adapter", true],
    [{ description: "NVIDIA H100 80GB HBM3", isFallbackAdapter: false }, "NVIDIA H100 80GB HBM3", false],
    [{ vendor: "apple", architecture: "metal-3" }, "apple metal-3", false],
  ] as const
) {
  Deno.test(`describeAdapter() calls ${name} ${software ? "software" : "hardware"}`, () => {
    assertEquals(describeAdapter(fake(facts, ["b", "a"])), { name, software, features: ["a", "b"] });
  });
}

Deno.test("findAdapter() says why there is none", async () => {
  const gpu = (requestAdapter: () => Promise<GPUAdapter | null>) => ({ requestAdapter }) as unknown as GPU;
  assertEquals(await findAdapter(gpu(() => Promise.resolve(null))), "WebGPU found no adapter");
  assertEquals(
    await findAdapter(gpu(() => Promise.reject(new Error("blocked")))),
    "WebGPU failed to look for an adapter: blocked",
  );
});
