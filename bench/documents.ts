/**
 * Tables of `docs/performance.md`: each stands between two marks and is replaced by what a benchmark found.
 *
 * @module
 */
const DOCUMENT = new URL("../docs/performance.md", import.meta.url);

/** The machine, in words, and what else it did. */
export async function machine(): Promise<string> {
  const cores = navigator.hardwareConcurrency, info = await Deno.readTextFile("/proc/cpuinfo").catch(() => "");
  const model = /model name\s*: (.*)/.exec(info)?.[1] ?? Deno.build.arch;
  const [load] = Deno.loadavg() as [number, number, number];
  return `${cores} cores of ${model}, Deno ${Deno.version.deno}, load ${load.toFixed(1)} when it began`;
}

/** Replaces a table. */
export async function document(name: string, lines: readonly string[]): Promise<void> {
  const text = await Deno.readTextFile(DOCUMENT), [begin, end] = [`<!-- ${name}:begin -->\n`, `<!-- ${name}:end -->`];
  const from = text.indexOf(begin), to = text.indexOf(end);
  if (from < 0 || to < from) {
    throw new Error(`Cannot write a table as docs/performance.md must have the marks of ${name}`);
  }
  await Deno.writeTextFile(DOCUMENT, text.slice(0, from + begin.length) + lines.join("\n") + "\n" + text.slice(to));
}
