import { assert, assertEquals } from "@std/assert";
import { classify, decodeImage, defaultModel, openDevice, restore } from "../../mod.ts";
import { BUN, KIT, makeFolder, makeKit, must, NODE_20, NODE_24, ROOT } from "./kit.ts";
import { openRegistry } from "./registry.ts";
import { ask, serveFolder } from "./serve.ts";
import { withServer } from "./with_server.ts";

await makeKit();
const PHOTO = "tests/golden/image/files/q75_s2.jpg";

/** A way of README's half page: what is typed, and the files that it needs by name. */
interface Way {
  readonly commands: readonly string[];
  readonly files: Readonly<Record<string, string>>;
}

const [, section] = /^## From an empty folder.*\n([^]*?)^## /m.exec(await Deno.readTextFile(`${ROOT}README.md`))!;
const WAYS: ReadonlyMap<string, Way> = new Map(
  section!.split(/^(?=\*\*)/m).slice(1).map((text) => [
    /^\*\*(?:A )?(.*?)\*\*/.exec(text)![1]!,
    {
      commands: Array.from(text.replaceAll(/```[^]*?```/g, "").matchAll(/`([^`]+)`/g), ([, command]) => command!),
      files: Object.fromEntries(
        Array.from(text.matchAll(/^```\w+ ignore (\S+)\n([^]*?)^```$/gm), ([, file, body]) => [file!, body!]),
      ),
    },
  ]),
);

/** A folder with the files of a way and the photo, beside the packages of the kit. */
async function folderOf(name: string, way: Way): Promise<string> {
  const folder = await makeFolder(`half_page_${name}`, { "photo.jpg": PHOTO });
  for (const [file, text] of Object.entries(way.files)) await Deno.writeTextFile(folder + file, text);
  return folder;
}

/** What comes out of the photo on the working tree. */
async function expected() {
  await using device = await openDevice({ require: "wasm" });
  const photo = await Deno.readFile(ROOT + PHOTO);
  const { labels } = await classify(device, photo, { model: await defaultModel("classify") });
  return { label: labels[0]!.name, restored: await restore(device, photo) };
}
const { label, restored } = await expected();

/** The photo is twice as large, as the working tree makes it; engines without relaxed SIMD are a step off. */
async function assertLarger(file: string | Uint8Array): Promise<void> {
  const { data, width, height } = await decodeImage(file);
  assertEquals([width, height], [restored.width, restored.height]);
  assert(data.every((value, i) => Math.abs(value - restored.data[i]!) <= 1));
}

Deno.test("README's half page has a way for each runtime, of at most six lines", () => {
  assertEquals([...WAYS.keys()], ["Deno", "Node", "Bun", "page built by Vite", "Cloudflare Worker"]);
  for (const [name, { files }] of WAYS) {
    const lines = Object.values(files).join("").trimEnd().split("\n").length;
    assert(lines <= 6, `${name} has ${lines} lines`);
  }
});

/** The last part of the first command, after what is installed. */
const started = ({ commands }: Way): string => commands[0]!.split(" && ").at(-1)!;

Deno.test("README's half page in Deno, from a registry that has what would be published", async () => {
  await using registry = await openRegistry();
  const way = WAYS.get("Deno")!, folder = await Deno.makeTempDir({ prefix: "half_page_" });
  try {
    for (const [file, text] of Object.entries(way.files)) await Deno.writeTextFile(`${folder}/${file}`, text);
    await Deno.copyFile(ROOT + PHOTO, `${folder}/photo.jpg`);
    const [program, ...args] = started(way).split(" ");
    const env = { DENO_DIR: `${folder}/cache`, JSR_URL: registry.url };
    assertEquals([program, await must(Deno.execPath(), args, { cwd: folder, env })], ["deno", `${label}\n`]);
    await assertLarger(`${folder}/larger.png`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("README's half page in Node 20, in an empty folder that has what npm installs", async () => {
  const way = WAYS.get("Node")!, folder = await Deno.makeTempDir({ prefix: "half_page_" });
  try {
    const tarballs = ["sidewinder", "sidewinder-weights-vim-micro", "sidewinder-weights-mambair-light-x2"];
    const install = `npm install --no-audit --no-fund ${tarballs.map((name) => `${KIT}${name}.tgz`).join(" ")}`;
    const command = way.commands[0]!.replace("npm install sidewinder", `${install} >&2`);
    assert(command.includes(".tgz"), command);
    for (const [file, text] of Object.entries(way.files)) await Deno.writeTextFile(`${folder}/${file}`, text);
    await Deno.copyFile(ROOT + PHOTO, `${folder}/photo.jpg`);
    const env = { PATH: `${NODE_20.replace(/\/node$/, "")}:${Deno.env.get("PATH")}` };
    assertEquals(await must("sh", ["-c", command], { cwd: folder, env }), `${label}\n`);
    await assertLarger(`${folder}/larger.png`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("README's half page in Bun", async () => {
  const way = WAYS.get("Bun")!, folder = await folderOf("bun", way);
  const [program, ...args] = started(way).split(" ");
  assertEquals([program, await must(BUN, args, { cwd: folder })], ["bun", `${label}\n`]);
  await assertLarger(`${folder}larger.png`);
});

/** Sends the text of the page and the size of its picture, once there are both. */
const reporter = (url: string): string =>
  `<script>
const wait = setInterval(() => {
  const [image] = document.images, text = document.body?.innerText.trim();
  if (!text || !image?.src.startsWith("blob:") || !image.naturalWidth) return;
  clearInterval(wait);
  const body = JSON.stringify({ text, width: image.naturalWidth, height: image.naturalHeight });
  fetch("${url}", { method: "POST", mode: "no-cors", body });
}, 50);
</script>`;

Deno.test("README's half page served by Vite shows the label and the larger photo in Chromium", async () => {
  const way = WAYS.get("page built by Vite")!, folder = await folderOf("vite", way);
  await using server = serveFolder(folder);
  await Deno.writeTextFile(`${folder}index.html`, reporter(server.url) + way.files["index.html"]);
  assertEquals(started(way), "npx vite");
  const args = (port: number) => [`${KIT}node_modules/vite/bin/vite.js`, "--port", `${port}`, "--host", "127.0.0.1"];
  const healthy = async (url: string): Promise<boolean> => (await fetch(url).then((it) => it.text())).includes("<img");
  await withServer(NODE_24, args, { cwd: folder, healthy }, async (url) => {
    const { answer } = await ask("chromium", server, [url]);
    assertEquals(JSON.parse(answer), { text: label, width: restored.width, height: restored.height });
  });
});

/** Nodes, and the wrangler that `npm install wrangler` picks for each: the newest that its `engines` allow. */
const WRANGLERS = [["Node 20", NODE_20, "wrangler20"], ["Node 24", NODE_24, "wrangler"]] as const;

for (const [name, node, wrangler] of WRANGLERS) {
  Deno.test(`README's half page as a Worker under wrangler dev of ${name}`, async () => {
    const way = WAYS.get("Cloudflare Worker")!, folder = await folderOf(wrangler, way);
    assertEquals(started(way), "npx wrangler dev");
    const args = (port: number) => [
      `${KIT}node_modules/${wrangler}/bin/wrangler.js`,
      ...["dev", "--port", `${port}`, "--ip", "127.0.0.1", "--inspector-port", "0"],
    ];
    const env = { WRANGLER_SEND_METRICS: "false", CI: "1", WRANGLER_HIDE_BANNER: "true", HOME: folder };
    const healthy = async (url: string): Promise<boolean> =>
      (await (await fetch(`${url}health`)).json()).status === "ok";
    await withServer(node, args, { cwd: folder, env, healthy }, async (url) => {
      const body = await Deno.readFile(ROOT + PHOTO);
      const { labels } = await (await fetch(url, { method: "POST", body })).json();
      assertEquals(labels[0].name, label);
      const headers = { accept: "image/png" };
      await assertLarger(await (await fetch(url, { method: "POST", body, headers })).bytes());
    });
  });
}
