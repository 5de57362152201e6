/**
 * The GPU suite for Node and browsers: how it is bundled, and how what it tells becomes steps of a test.
 *
 * @module
 */
import * as esbuild from "esbuild";
import { literalImports } from "../../../tools/npm/plugins.ts";
import { must, ROOT } from "../../runtime/kit.ts";
import type { TestEvent } from "./shim.ts";
import { fixtures } from "../fixtures.ts";

/** The folder: the bundle `suite.js`, and the packages beside it. */
export const KIT = `${ROOT}dist/gpu/`;

/** Vulkan's driver file of Chromium's SwiftShader. */
export const SWIFTSHADER = "/usr/lib/chromium/vk_swiftshader_icd.json";

/** Whether everything is run, as Dawn does it by itself. */
const long = Deno.env.get("SIDEWINDER_LONG") === "1";

/**
 * Options of Dawn on SwiftShader: it need not zero the memory of workgroups, which no shader may count on and which takes
 * SwiftShader twenty times as long to compile as a whole product.
 */
export const DAWN_OPTIONS: readonly string[] = long ? [] : ["enable-dawn-features=disable_workgroup_init"];

/** Whether the machine has SwiftShader; CI must have it. */
export async function hasSwiftshader(): Promise<boolean> {
  const there = await Deno.stat(SWIFTSHADER).then(() => true, () => false);
  if (there) return true;
  if (Deno.env.get("CI")) {
    throw new Error(`Cannot test on SwiftShader in CI as Chromium must be installed: ${SWIFTSHADER} is not there`);
  }
  console.warn(`GPU suites of Node and Chromium are skipped: Chromium is not installed, ${SWIFTSHADER} is not there`);
  return false;
}

/** Takes SwiftShader four minutes; Mesa's adapter meets it in every run. */
const SLOWEST = "models_full/mambair_light_x2";

/** Where the suite runs. */
export type Runtime = "node" | "chromium";

/**
 * Installs what is missing and bundles the suite with the tests of all kernels. Both runtimes have Dawn on SwiftShader: each
 * gets every second fixture, all of them with `SIDEWINDER_LONG=1`.
 */
export async function buildSuite(runtime: Runtime): Promise<void> {
  await Deno.mkdir(KIT, { recursive: true });
  const [packages, lock] = await Promise.all(
    ["kit.json", "kit_lock.json"].map((name) => Deno.readTextFile(new URL(name, import.meta.url))),
  ) as [string, string];
  if (await Deno.readTextFile(`${KIT}installed.json`).catch(() => "") !== packages + lock) {
    await Deno.writeTextFile(`${KIT}package.json`, packages);
    await Deno.writeTextFile(`${KIT}package-lock.json`, lock);
    await must("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], { cwd: KIT });
    await Deno.writeTextFile(`${KIT}installed.json`, packages + lock);
  }
  // The shipped weights are packages of their own; the npm package's tests run them in Node and Chromium.
  const bound = fixtures().filter((name) => !name.startsWith("trained/") && (long || name !== SLOWEST))
    .filter((_, index) => long || (index % 2 === 0) === (runtime === "node"));
  await Deno.writeTextFile(`${KIT}fixtures.json`, JSON.stringify(bound));
  const kernels = Array.from(Deno.readDirSync(`${ROOT}tests/kernels`), ({ name }) => `tests/kernels/${name}`).sort();
  const files = ["tests/gpu/swiftshader/shim.ts", ...kernels].map((file) => `import "${ROOT}${file}";\n`).join("");
  await Deno.writeTextFile(`${KIT}entry.ts`, `${files}export * from "${ROOT}tests/gpu/swiftshader/suite.ts";\n`);
  await esbuild.build({
    entryPoints: { suite: `${KIT}entry.ts` },
    outdir: KIT,
    bundle: true,
    splitting: true,
    format: "esm",
    target: "es2022",
    external: ["node:*", "webgpu"],
    alias: { "@std/assert": "deno-std/assert/mod.js", "npm:fast-check@^4.10.2": "fast-check" },
    nodePaths: [`${KIT}node_modules`],
    plugins: [literalImports(ROOT)],
    logLevel: "warning",
  });
  await esbuild.stop();
}

/** Fewer tests than this in a suite mean that something went missing. */
const FEWEST = 80;
/** Milliseconds until the next thing happens: one test of many takes a minute, the largest models of long runs many. */
const PATIENCE = long ? 3_600_000 : 600_000;

/** What a promise gives, if it does so in time. */
async function inTime<T>(promise: Promise<T>, where: string): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`the suite must go on within ${PATIENCE} ms: it stays at ${where}`)),
      PATIENCE,
    );
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Makes each test of a suite a step of `t` while it runs, and each of its steps a step of that.
 *
 * @throws {Error} The suite ended early, or told of hardly any tests.
 */
export async function follow(t: Deno.TestContext, events: AsyncIterator<TestEvent>): Promise<void> {
  let begun = 0;
  const next = async (t: Deno.TestContext, where: string): Promise<void> => {
    for (;;) {
      const { done, value: event } = await inTime(events.next(), where);
      if (done) throw new Error(`the suite must end by itself: its process left at ${where}`);
      if ("done" in event) return;
      if ("begin" in event) {
        begun++;
        const { begin: name, ignore = false } = event;
        if (ignore) await events.next();
        await t.step({ name, ignore, fn: (inner) => next(inner, name) });
      } else if (event.error !== undefined) throw new Error(event.error.slice(0, 4000));
      else return;
    }
  };
  await next(t, "its start");
  if (begun < FEWEST) throw new Error(`the suite must have at least ${FEWEST} tests: it has ${begun}`);
}
