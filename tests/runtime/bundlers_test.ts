import { assert, assertEquals } from "@std/assert";
import { assertAnswers, FUSED, INPUTS } from "./expected.ts";
import { KIT, makeFolder, makeKit, must, NODE_24 } from "./kit.ts";
import { askPage } from "./serve.ts";

await makeKit();

const PAGE = (script: string) => `<!doctype html><script type="module" src="${script}"></script>`;

/** A minimal project: builds into `dist/`, with the bundler's defaults. */
interface Project {
  /** Files beside the shared ones. */
  readonly files: Readonly<Record<string, string>>;
  readonly build: readonly [program: string, ...args: string[]];
  /** The script that a page written by hand loads; bundlers of pages need none. */
  readonly script?: string;
}

const bin = (name: string) => `${KIT}node_modules/.bin/${name}`;

const PROJECTS: Readonly<Record<string, Project>> = {
  vite: {
    files: { "index.html": PAGE("/app.js") },
    build: [NODE_24, bin("vite"), "build"],
  },
  webpack: {
    files: {
      "build.js": `import webpack from "webpack";
webpack({ mode: "production", entry: "./app.js" }, (error, stats) => {
  console.log(error ?? stats.toString({ all: false, errors: true, warnings: true }));
  process.exitCode = error || stats.hasErrors() ? 1 : 0;
});`,
    },
    build: [NODE_24, "build.js"],
    script: "main.js",
  },
  esbuild: {
    files: {},
    build: [bin("esbuild"), "app.js", "--bundle", "--splitting", "--format=esm", "--outdir=dist"],
    script: "app.js",
  },
  rollup: {
    files: {},
    build: [NODE_24, bin("rollup"), "app.js", "--dir", "dist", "--format", "es", "-p", "@rollup/plugin-node-resolve"],
    script: "app.js",
  },
};

/** Complaints about size, which are about the weights, and other words of a good build. */
const BENIGN = /size|performance|limit|chunk/i;

for (const [name, { files, build: [program, ...args], script }] of Object.entries(PROJECTS)) {
  Deno.test(`npm package built by ${name} without a plugin of ours runs in Chromium`, async () => {
    const folder = await makeFolder(`bundle_${name}`, {
      "answers.js": "tests/runtime/apps/answers.js",
      "app.js": "tests/runtime/apps/page.js",
    });
    for (const [file, text] of Object.entries(files)) await Deno.writeTextFile(folder + file, text);
    const printed = await must(program, args, { cwd: folder, env: { NO_COLOR: "1" } });
    const warnings = printed.split("\n").filter((line) => /warn|error/i.test(line) && !BENIGN.test(line));
    assertEquals(warnings, [], printed);

    const built = `${folder}dist/`;
    for await (const path of walk(built)) {
      if (!path.endsWith(".js")) continue;
      const text = await Deno.readTextFile(path);
      assert(!/(?:from|import)\s*\(?\s*["']node:|require\(["']node:/.test(text), `${path} asks for a Node built-in`);
    }
    for (const [file, source] of Object.entries(INPUTS)) await Deno.copyFile(source, built + file);
    if (script !== undefined) await Deno.writeTextFile(`${built}index.html`, PAGE(`/${script}`));
    const { answer, requests } = await askPage("chromium", built, "index.html");
    await assertAnswers(answer, FUSED);
    assertEquals(requests.filter((path) => /^404|encode|denoise|x[34]/.test(path)), []);
  });
}

async function* walk(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) yield* walk(`${folder}${name}/`);
    else yield folder + name;
  }
}
