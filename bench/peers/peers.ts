/**
 * `deno task bench --peers [--json] [--rounds N] [--nets vim_ti,…] [--threads 1,2] [--docs]`: this project beside
 * onnxruntime-web (Node and Deno), onnxruntime-node and PyTorch with a scan in C++, on the same weights and inputs.
 *
 * Every peer is a process of its own that loads, warms up, says its largest difference from a float64 result, and then runs
 * once for each line it is sent; so the peers of a net and a number of threads take turns, run by run. What cannot be
 * measured here is left out and said.
 *
 * @module
 */
import { document, machine } from "../documents.ts";
import { medianOf, spreadOf } from "../median.ts";

const ROOT = new URL("../../", import.meta.url).pathname, HERE = `${ROOT}bench/peers/`;
const FOLDER = `${ROOT}dist/peers/`, MODELS = `${FOLDER}models`;

/** Nets that are measured, and what they are called. */
const NETS: Readonly<Record<string, string>> = {
  vim_ti: "Vim-Ti/16, 224 × 224",
  vim_s: "Vim-S/16, 224 × 224",
  mambair_x2: "MambaIR-light ×2, 64 × 64",
};

/** Milliseconds in which a peer must have warmed up. */
const WARM_LIMIT = 180_000;

/** What a peer came to with a net. */
export interface PeerFigure {
  readonly peer: string;
  readonly version: string;
  readonly net: string;
  readonly threads: number;
  /** Median milliseconds of a run, and slowest over fastest less one. */
  readonly median: number;
  readonly spread: number;
  /** Largest difference from the float64 result. */
  readonly error: number;
  /** Peak resident bytes of its process. */
  readonly peak: number;
}

/** A program and what it is called with before folder, net and threads. */
interface Peer {
  readonly name: string;
  readonly command: readonly string[];
  readonly after?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

const succeeds = async (command: string, ...args: string[]): Promise<boolean> => {
  try {
    return (await new Deno.Command(command, { args, cwd: HERE, stdout: "null", stderr: "null" }).output()).success;
  } catch {
    return false;
  }
};

/** Weights, inputs, exact outputs and graphs; the nets that are there. */
async function exported(nets: readonly string[], skip: (why: string) => void): Promise<string[]> {
  const there = async (net: string): Promise<boolean> =>
    await Deno.stat(`${MODELS}/${net}.onnx`).then(({ size }) => size > 0, () => false);
  const missing: string[] = [];
  for (const net of nets) if (!await there(net)) missing.push(net);
  if (missing.length > 0 && await succeeds("python3", "-c", "import torch, onnx, onnxscript")) {
    console.error(`exporting ${missing.join(", ")}: some minutes`);
    const args = ["export.py", MODELS, ...missing];
    await new Deno.Command("python3", { args, cwd: HERE, stdout: "inherit", stderr: "inherit" }).output();
  }
  const found: string[] = [];
  for (const net of nets) {
    if (await there(net)) found.push(net);
    else skip(`${NETS[net] ?? net}: no weights and graph; pip install torch onnx onnxscript numpy exports them`);
  }
  return found;
}

/** The rivals that this machine has. */
async function peersHere(skip: (why: string) => void): Promise<Peer[]> {
  const deno = [Deno.execPath(), "run", "-A", "--no-check"], ours = `${HERE}sidewinder_peer.mjs`;
  const peers: Peer[] = [{ name: "Sidewinder, Deno", command: [...deno, `--config=${ROOT}deno.json`, ours] }];
  const node = await succeeds("node", "--version");
  if (!node) skip("peers in Node: there is no node");
  const built = `${ROOT}dist/npm/`;
  if (node && await Deno.stat(`${built}mod.js`).then(() => true, () => false)) {
    peers.push({ name: "Sidewinder, Node", command: ["node", ours], env: { SIDEWINDER: `file://${built}` } });
  } else if (node) skip("Sidewinder in Node: deno task build:npm makes the package");
  await Deno.mkdir(FOLDER, { recursive: true });
  await Deno.copyFile(`${HERE}ort_peer.mjs`, `${FOLDER}ort_peer.mjs`);
  const packages = ["onnxruntime-web@1.30.0", "onnxruntime-node@1.30.0"];
  const install = ["install", "--prefix", FOLDER, "--ignore-scripts", "--no-audit", "--no-fund", "--no-save"];
  const rival = `${FOLDER}ort_peer.mjs`;
  if (
    await Deno.stat(`${FOLDER}node_modules/onnxruntime-web`).then(() => true, () => false) ||
    await succeeds("npm", ...install, ...packages)
  ) {
    if (node) peers.push({ name: "onnxruntime-web, Node", command: ["node", rival], after: ["web"] });
    peers.push({
      name: "onnxruntime-web, Deno",
      command: [...deno, "--node-modules-dir=manual", rival],
      after: ["web"],
    });
    if (node) peers.push({ name: "onnxruntime-node, Node", command: ["node", rival], after: ["node"] });
  } else skip("onnxruntime: npm could not install it");
  if (await succeeds("python3", "-c", "import torch, numpy") && await succeeds("g++", "--version")) {
    peers.push({ name: "PyTorch and a scan in C++", command: ["python3", `${HERE}torch_peer.py`] });
  } else skip("PyTorch: pip install torch numpy, and g++, bring it");
  return peers;
}

/** A peer that has warmed up. */
interface Started {
  readonly name: string;
  readonly version: string;
  readonly error: number;
  run(): Promise<{ readonly milliseconds: number; readonly peak: number }>;
  end(): Promise<void>;
}

async function start({ name, command, after = [], env = {} }: Peer, net: string, threads: number): Promise<Started> {
  const [program, ...args] = command as [string, ...string[]];
  const child = new Deno.Command(program, {
    args: [...args, MODELS, net, String(threads), ...after],
    cwd: program === "python3" ? HERE : FOLDER,
    env: { ...env, OMP_NUM_THREADS: String(threads) },
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const output = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  const input = child.stdin.getWriter();
  /** The next line that is an answer. */
  const answer = async () => {
    for (;;) {
      const end = text.indexOf("\n");
      if (end >= 0) {
        const line = text.slice(0, end);
        text = text.slice(end + 1);
        if (line.startsWith("{")) return JSON.parse(line);
        continue;
      }
      const { value, done } = await output.read();
      if (done) {
        throw new Error(
          `Cannot measure ${name} as it must run ${net}: it ended or took over ${WARM_LIMIT / 1000} s to begin`,
        );
      }
      text += value;
    }
  };
  // onnxruntime-web in Deno was seen to spin for good with two threads.
  const late = setTimeout(() => child.kill("SIGKILL"), WARM_LIMIT);
  const { version, error } = await answer().finally(() => clearTimeout(late));
  return {
    name,
    version,
    error,
    async run() {
      await input.write(new TextEncoder().encode("\n"));
      return await answer();
    },
    async end() {
      await input.close().catch(() => {});
      child.kill("SIGKILL");
      await child.status;
    },
  };
}

/** Peers of one net and number of threads, run by run in turns. */
async function compare(
  peers: readonly Peer[],
  net: string,
  threads: number,
  rounds: number,
  skip: (why: string) => void,
) {
  const started: Started[] = [];
  try {
    for (const peer of peers) {
      try {
        started.push(await start(peer, net, threads));
      } catch (error) {
        skip(`${(error as Error).message}`);
      }
    }
    const times = started.map((): number[] => []), peaks = started.map(() => 0);
    for (let round = 0; round < rounds; round++) {
      for (const [i, peer] of started.entries()) {
        const { milliseconds, peak } = await peer.run();
        times[i]!.push(milliseconds);
        peaks[i] = peak;
      }
    }
    return started.map(({ name, version, error }, i): PeerFigure => (
      {
        peer: name,
        version,
        net,
        threads,
        median: medianOf(times[i]!),
        spread: spreadOf(times[i]!),
        error,
        peak: peaks[i]!,
      }
    ));
  } finally {
    for (const peer of started) await peer.end();
  }
}

/** A table of what was measured, for people. */
function table(figures: readonly PeerFigure[], skipped: readonly string[], where: string): string[] {
  const rows = figures.map(({ peer, net, threads, median, spread, error, peak }) =>
    `| ${NETS[net]} | ${threads} | ${peer} | ${median.toFixed(1)} | ${(100 * spread).toFixed(0)} % | ${
      error.toExponential(1)
    } | ${(peak / 1e6).toFixed(0)} |`
  );
  const versions = [...new Set(figures.map(({ version }) => version))].join(", ");
  return [
    `${where}; ${versions}.`,
    "",
    "| net | threads | peer | median ms | slowest over fastest, less 1 | largest error | peak MB |",
    "|---|---|---|---|---|---|---|",
    ...rows,
    ...skipped.map((why) => `\nNot measured: ${why}.`),
  ];
}

/** Measures and prints, or writes into the document. */
export async function benchPeers(
  { json, docs, rounds, nets, threads }: {
    readonly json: boolean;
    readonly docs: boolean;
    readonly rounds: number;
    readonly nets: readonly string[];
    readonly threads: readonly number[];
  },
): Promise<void> {
  if (rounds < 9) console.error("medians of fewer than 9 runs say little");
  const where = await machine(), skipped: string[] = [], skip = (why: string) => void skipped.push(why);
  const peers = await peersHere(skip), figures: PeerFigure[] = [];
  for (const net of await exported(nets, skip)) {
    for (const count of threads) figures.push(...await compare(peers, net, count, rounds, skip));
  }
  if (json) console.log(JSON.stringify({ machine: where, figures, skipped }));
  const lines = table(figures, skipped, where);
  if (docs) await document("peers", lines);
  else if (!json) console.log(lines.join("\n"));
}

/** All nets. */
export const PEER_NETS: readonly string[] = Object.keys(NETS);
