/**
 * Builds the GPU suite for Node and for browsers, and says where it lies.
 *
 * @module
 */
import { must, ROOT } from "../runtime/kit.ts";
import type { TestReport } from "./elsewhere/suite.ts";

/** The folder: the bundle `suite.js`, and the packages beside it. */
export const KIT = `${ROOT}dist/gpu/`;

/** Vulkan's driver file of Chromium's SwiftShader. */
export const SWIFTSHADER = "/usr/lib/chromium/vk_swiftshader_icd.json";

/** Whether the machine has SwiftShader; CI must have it. */
export async function hasSwiftshader(): Promise<boolean> {
  const there = await Deno.stat(SWIFTSHADER).then(() => true, () => false);
  if (!there && Deno.env.get("CI")) {
    throw new Error(`Cannot test on SwiftShader in CI as Chromium must be installed: ${SWIFTSHADER} is not there`);
  }
  return there;
}

/** Installs what is missing and bundles the suite. */
export async function buildSuite(): Promise<void> {
  await Deno.mkdir(KIT, { recursive: true });
  const packages = await Deno.readTextFile(new URL("elsewhere/kit.json", import.meta.url));
  if (await Deno.readTextFile(`${KIT}installed.json`).catch(() => "") !== packages) {
    await Deno.writeTextFile(`${KIT}package.json`, packages);
    await must("npm", ["install", "--no-audit", "--no-fund", "--loglevel=error"], { cwd: KIT });
    await Deno.writeTextFile(`${KIT}installed.json`, packages);
  }
  await must(`${KIT}node_modules/.bin/esbuild`, [
    `${ROOT}tests/gpu/elsewhere/suite.ts`,
    "--bundle",
    "--format=esm",
    "--target=es2022",
    "--external:node:*",
    "--alias:@std/assert=deno-std/assert/mod.js",
    "--alias:npm:fast-check@4.10.2=fast-check",
    "--alias:npm:fft.js@4.0.4=fft.js",
    `--outfile=${KIT}suite.js`,
    "--log-level=warning",
  ], { cwd: KIT, env: { NODE_PATH: `${KIT}node_modules` } });
}

/** Registers nothing; fails with every test that failed, and when there were suspiciously few. */
export function expectAllPassed(reports: readonly TestReport[]): void {
  const failed = reports.filter(({ error }) => error !== undefined);
  if (failed.length > 0) {
    throw new Error(failed.map(({ name, error }) => `${name}: ${error!.slice(0, 2000)}`).join("\n\n"));
  }
  if (reports.length < 50) throw new Error(`the suite must have at least 50 tests: it has ${reports.length}`);
}
