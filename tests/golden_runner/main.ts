/**
 * Runs golden fixtures: `golden [DIR] [--only GLOB] [--device NAME] [--known]`.
 *
 * Prints one line per fixture and device (case, device, largest difference against its tolerance, the tolerance, ok or
 * FAIL with the first diverging tensor), then `N passed, N failed`; exits with 1 on a failure. A fixture whose model is
 * not built fails by name unless `--known` leaves those out.
 *
 * @module
 */
import { DEVICES, ORACLE } from "../devices.ts";
import { adapterOf, readFixtures, runFixture, type Verdict } from "./run.ts";

const USAGE = "golden [DIR] [--only GLOB] [--device NAME] [--known]";

/** What the command line asks for. */
interface Request {
  readonly folder: URL;
  readonly matches: (name: string) => boolean;
  readonly device: string | undefined;
  readonly known: boolean;
}

/** A glob of `*` and `?` over a fixture's name, with or without its folder. */
function matcher(glob: string): (name: string) => boolean {
  const body = glob.replace(/[.+^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*").replaceAll("?", ".");
  const pattern = new RegExp(`^(.*/)?${body}$`);
  return (name) => pattern.test(name);
}

function parse(args: readonly string[]): Request {
  const rest = [...args];
  const value = (flag: string): string | undefined => {
    const at = rest.indexOf(flag);
    if (at < 0) return undefined;
    const [, given] = rest.splice(at, 2);
    if (given === undefined) throw new TypeError(`Cannot run golden as ${flag} must have a value: usage is ${USAGE}`);
    return given;
  };
  const only = value("--only"), device = value("--device");
  const known = rest.includes("--known");
  const names = rest.filter((arg) => arg !== "--known");
  if (names.length > 1 || names.some((name) => name.startsWith("--"))) {
    throw new TypeError(`Cannot run golden as its arguments must be known: usage is ${USAGE}`);
  }
  const folder = names[0]
    ? new URL(`${names[0].replace(/\/*$/, "")}/`, `file://${Deno.cwd()}/`)
    : new URL("../golden/", import.meta.url);
  return { folder, matches: only ? matcher(only) : () => true, device, known };
}

function line({ fixture, device, outcome, difference, allowance, remark }: Verdict): string {
  const number = (value: number | undefined) => (value === undefined ? "-" : value.toExponential(2)).padStart(9);
  const measured = `${fixture.padEnd(42)} ${device.padEnd(18)} ${number(difference)} ${number(allowance)}`;
  return `${measured}  ${outcome === "left" ? "left" : outcome}${remark ? `  ${remark}` : ""}`;
}

/** Runs what the arguments ask for; the exit code. */
export async function golden(args: readonly string[], print: (text: string) => void = console.log): Promise<number> {
  const { folder, matches, device: only, known } = parse(args);
  const openers = only ? [...DEVICES, ORACLE].filter(({ name }) => name === only) : DEVICES;
  if (openers.length === 0) {
    const names = [...DEVICES, ORACLE].map(({ name }) => name).join(", ");
    throw new RangeError(`Cannot run golden as --device must be one of ${names}: current value is ${only}`);
  }
  const fixtures = (await readFixtures(folder, matches)).filter((fixture) => !known || adapterOf(fixture));
  let passed = 0, failed = 0;
  const count = (verdict: Verdict) => {
    if (verdict.outcome === "ok") passed++;
    if (verdict.outcome === "FAIL") failed++;
    print(line(verdict));
  };
  for (const fixture of fixtures) {
    const adapter = adapterOf(fixture);
    if (!adapter || adapter.host) count(await runFixture(fixture, "host"));
  }
  for (const opener of openers) {
    let device;
    try {
      device = await opener.open();
    } catch (error) {
      count({ fixture: "(all)", device: opener.name, outcome: "FAIL", remark: String(error) });
      continue;
    }
    for (const fixture of fixtures) {
      const adapter = adapterOf(fixture);
      if (adapter && !adapter.host) count(await runFixture(fixture, device));
    }
    device.close();
  }
  print(`${passed} passed, ${failed} failed`);
  return failed > 0 || passed === 0 ? 1 : 0;
}

if (import.meta.main) {
  try {
    Deno.exit(await golden(Deno.args));
  } catch (error) {
    console.error((error as Error).message);
    Deno.exit(2);
  }
}
