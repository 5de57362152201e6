/**
 * One command of a source tree in a process of its own, for `restore_bench.ts`: `restore_once.ts TREE ARGUMENT…` runs the tree's
 * command line and prints its seconds and the peak of the process's memory.
 *
 * @module
 */
const [tree, ...args] = Deno.args as [string, ...string[]];
const { main } = await import(`${tree}/src/cli/main.ts`) as typeof import("../src/cli/main.ts");
const started = performance.now();
const code = await main(args);
const seconds = (performance.now() - started) / 1000;
const [, kilobytes] = /VmHWM:\s+(\d+) kB/.exec(await Deno.readTextFile("/proc/self/status"))!;
console.log(JSON.stringify({ code, seconds, peak: 1024 * Number(kilobytes) }));
Deno.exit(code);
