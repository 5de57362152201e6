// Node: runs the command line once for each list of arguments, in one process. Arguments: its file, and the lists as a file of
// JSON. Prints [exit code, output, complaints] for each, as JSON.
import { readFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";

const [, self, cli, lists] = process.argv, ended = [];
const { stdout, stderr } = process, write = stdout.write.bind(stdout);
for (const [i, args] of JSON.parse(await readFile(lists, "utf8")).entries()) {
  let out = "", err = "";
  stdout.write = (text) => (out += text, true);
  stderr.write = (text) => (err += text, true);
  process.argv = [process.execPath, self, ...args];
  process.exitCode = undefined;
  await import(`${pathToFileURL(cli)}?${i}`);
  ended.push([process.exitCode, out, err]);
  for (const stream of [stdout, stderr]) stream.removeAllListeners("error"); // a process that ends leaves them
}
process.exitCode = 0;
write(JSON.stringify(ended));
