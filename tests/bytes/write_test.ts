import { assert, assertEquals, assertRejects } from "@std/assert";
import { writeAtomically, writing } from "../../src/bytes/files_node.ts";

const BYTES = new Uint8Array(100_000);
const namesIn = (folder: string): string[] => [...Deno.readDirSync(folder)].map(({ name }) => name).sort();

Deno.test("writing() says what a file system answers as action, operand, wish and fact, in Deno and in Node", async () => {
  const answers: readonly (readonly [unknown, string])[] = [
    [{ code: "ENOSPC" }, "there must be room for it: the disk is full"],
    [{ code: "EDQUOT" }, "there must be room for it: the user's share of the disk is used up"],
    [
      { message: "Disk quota exceeded (os error 122)" },
      "there must be room for it: the user's share of the disk is used up",
    ],
    [{ code: "EROFS" }, "its disk must be one that can be written: it is mounted read-only"],
    [{ code: "EACCES" }, "its folder must be one that may be written: permission is denied"],
    [{ code: "EPERM" }, "its folder must be one that may be written: permission is denied"],
  ];
  for (const [fields, words] of answers) {
    const cause = Object.assign(new Error("raw"), fields);
    const error = await assertRejects(() => writing("a\u001b.png", Promise.reject(cause)), Error);
    assertEquals(error.message, `Cannot write a\\u{1b}.png as ${words}`);
    assertEquals(error.cause, cause);
  }
  const other = new Error("something else");
  assertEquals(await writing("a", Promise.reject(other)).catch((error) => error), other);
  assertEquals(await writing("a", Promise.resolve(3)), 3);
});

Deno.test({
  name: "writeAtomically() to a full disk fails in words",
  ignore: Deno.build.os !== "linux",
  fn: () =>
    assertRejects(
      () => writeAtomically("/dev/full", [BYTES]),
      Error,
      "Cannot write /dev/full as there must be room for it: the disk is full",
    ).then(() => {}),
});

Deno.test("writeAtomically() fails in words where it cannot write, and leaves nothing", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/file`, "old");
    await Deno.mkdir(`${folder}/folder`);
    const fails = (path: string, words: string) => assertRejects(() => writeAtomically(path, [BYTES]), Error, words);
    await fails(`${folder}/none/a.png`, "as its folder must exist: there is none");
    await fails(`${folder}/file/a.png`, "as its folder must be a folder: it is a file");
    await fails(`${folder}/folder`, "as it must be a file: it is a folder");
    await fails(`${folder}/${"x".repeat(300)}.png`, "as its name must be one that the disk can hold: it is too long");
    // What the chunks throw is not a fault of writing.
    const cause = Object.assign(new Error("no such input"), { code: "ENOENT" });
    const chunks = async function* () {
      yield await Promise.resolve(BYTES);
      throw cause;
    };
    assertEquals(await writeAtomically(`${folder}/file`, chunks()).catch((error) => error), cause);
    assertEquals(namesIn(folder), ["file", "folder"]);
    assertEquals(await Deno.readTextFile(`${folder}/file`), "old");
    assert(namesIn(`${folder}/folder`).length === 0);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
