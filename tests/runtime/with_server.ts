/**
 * Programs that serve, for as long as a test talks to them.
 *
 * @module
 */
import { end } from "./kit.ts";

/** Milliseconds that a server has to come up. */
const PATIENCE = 60_000;

/** A port that is free now. */
export function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return (listener.addr as Deno.NetAddr).port;
}

/**
 * Starts a server in a folder, waits until `healthy` says that it answers, gives its address to `body` and ends it.
 *
 * @throws {Error} When it does not answer in time.
 */
export async function withServer(
  program: string,
  args: (port: number) => readonly string[],
  { cwd, env = {}, healthy }: {
    readonly cwd: string;
    readonly env?: Readonly<Record<string, string>>;
    readonly healthy: (url: string) => Promise<boolean>;
  },
  body: (url: string) => Promise<void>,
): Promise<void> {
  const port = freePort(), url = `http://127.0.0.1:${port}/`;
  const child = new Deno.Command(program, {
    args: [...args(port)],
    cwd,
    env: { PORT: `${port}`, HOST: "127.0.0.1", NO_COLOR: "1", MINIFLARE_TELEMETRY_DISABLED: "1", ...env },
    stdout: "null",
    stderr: "null",
  }).spawn();
  try {
    const deadline = Date.now() + PATIENCE;
    while (!await healthy(url).catch(() => false)) {
      if (Date.now() > deadline) throw new Error(`${program} must answer within ${PATIENCE} ms`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    await body(url);
  } finally {
    end(child);
    await child.status;
  }
}
