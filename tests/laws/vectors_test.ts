import { assert, assertEquals } from "@std/assert";
import { bytesSource } from "../../src/bytes/byte_source.ts";
import { readSafetensors } from "../../src/checkpoint/safetensors.ts";
import type { Numbers, Scan, ScanInputs } from "../../src/laws/mod.ts";
import { makePack, VERSION } from "../../tools/vectors.ts";
import { MUTANTS, scanWith } from "./mutants/mod.ts";
import { RIGHT_SCANS } from "./right_scans.ts";

const FOLDER = new URL(`../../vectors/v${VERSION}/`, import.meta.url);
const manifest = JSON.parse(await Deno.readTextFile(new URL("selective_scan.json", FOLDER)));
const bytes = await Deno.readFile(new URL("selective_scan.safetensors", FOLDER));
const { entries } = await readSafetensors(bytesSource(bytes));
const tensors = new Map(await Promise.all(entries.map(async (e) => [e.name, await e.read() as Numbers] as const)));

/** The vectors that a scan fails, judged by the rule of the pack alone. */
function failed(scan: Scan): string[] {
  return manifest.vectors.filter(({ id, sizes, ...vector }: Record<string, never> & { id: string }) => {
    const of = (name: string) => tensors.get(`${id}/${name}`);
    const { batch, channels, groups, states, tokens } = sizes as unknown as Record<string, number>;
    const inputs = {
      ...{ batch, channels, groups, stateSize: states, length: tokens },
      ...{ softplus: vector.softplus, order: vector.order, gridWidth: vector.grid_width },
      ...{ u: of("u"), dt: of("dt"), A: of("A"), B: of("B"), C: of("C"), D: of("D"), z: of("z") },
      ...{ dtBias: of("dt_bias"), initialState: of("initial_state") },
    } as unknown as ScanInputs;
    if (vector.discretisation !== "mamba") return false;
    const outputs = scan(inputs) as { y: Numbers; lastState: Numbers };
    return ([["y", outputs.y], ["last_state", outputs.lastState]] as const).some(([name, mine]) => {
      const wanted = of(name)!, allowed = of(`${name}_allowed`)!;
      return wanted.some((value, i) =>
        Number.isFinite(value) ? !(Math.abs(mine[i]! - value) <= allowed[i]!) : Number.isFinite(mine[i])
      );
    });
  }).map(({ id }: { id: string }) => id);
}

Deno.test("the vector pack is what its program makes, and not more than 2 MB", async () => {
  let size = 0;
  for (const [name, made] of await makePack()) {
    const committed = await Deno.readFile(new URL(name, FOLDER));
    assert(made.length === committed.length && made.every((byte, i) => byte === committed[i]), `${name} differs`);
    size += committed.length;
  }
  assert(size <= 2e6, `${size} bytes`);
});

Deno.test("every vector says what it tests and why, and has all of its tensors", () => {
  for (const { id, tests, why, inputs } of manifest.vectors) {
    assert(tests && why, id);
    for (const name of [...inputs, "y", "y_allowed", "last_state", "last_state_allowed"]) {
      assert(tensors.has(`${id}/${name}`), `${id}/${name}`);
    }
  }
});

Deno.test("right scans pass all vectors", () => {
  for (const [name, scan] of Object.entries(RIGHT_SCANS)) assertEquals(failed(scan), [], name);
});

Deno.test("nine in ten wrong scans fail a vector", () => {
  // Every eighth is tried here, all of them with SIDEWINDER_LONG.
  const every = Deno.env.get("SIDEWINDER_LONG") ? 1 : 8;
  const tried = Object.entries(MUTANTS).filter((_, i) => i % every === 0);
  const escaped = tried.filter(([, changes]) => failed(scanWith(changes)).length === 0);
  assert(escaped.length <= tried.length / 10, escaped.map(([name]) => name).join("; "));
});
