/**
 * A long run cut among processes: each runs the same program with arguments of its own and ends with a line of JSON.
 *
 * @module
 */

/** What the last line of a process begins with. */
const SUM = "sum ";

/** Ends a share of a run: prints what it counted, for the process that began it. */
export const tellSum = (sum: unknown): void => console.log(SUM + JSON.stringify(sum));

/** Hands the complete lines of a stream over. */
async function eachLine(stream: ReadableStream<Uint8Array>, hear: (line: string) => void): Promise<void> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const bytes of stream) {
    const lines = (rest + decoder.decode(bytes, { stream: true })).split("\n");
    rest = lines.pop()!;
    lines.forEach(hear);
  }
  if (rest !== "") hear(rest);
}

/**
 * Runs `jobs` processes of a program and prints what they say, each line behind the number of its process.
 *
 * @param program Its module.
 * @param argumentsOf What process number `job` is given.
 * @returns What each passed to {@linkcode tellSum}; `undefined` for one that died before.
 */
export async function runJobs<T>(
  program: string,
  jobs: number,
  argumentsOf: (job: number) => readonly string[],
): Promise<(T | undefined)[]> {
  return await Promise.all(Array.from({ length: jobs }, async (_, job) => {
    let sum: T | undefined;
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", "--v8-flags=--expose-gc", new URL(program).pathname, ...argumentsOf(job)],
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    await Promise.all([child.stdout, child.stderr].map((stream) =>
      eachLine(stream, (line) => {
        if (line.startsWith(SUM)) sum = JSON.parse(line.slice(SUM.length));
        else console.log(`${job}: ${line}`);
      })
    ));
    const { code, signal } = await child.status;
    if (sum === undefined) console.log(`${job}: it died: ${signal ?? `exit code ${code}`}`);
    return sum;
  }));
}

/** The share of process number `job` when `count` things are cut among `jobs`. */
export const shareOf = (count: number, jobs: number, job: number): number =>
  Math.floor(count * (job + 1) / jobs) - Math.floor(count * job / jobs);

/** A whole number of at least 1 from the command line. */
export function countOf(name: string, text: string): number {
  if (/^[1-9]\d*$/.test(text)) return Number(text);
  console.error(`Cannot run as --${name} must be a whole number of at least 1: current value is ${text}`);
  Deno.exit(2);
}
