/**
 * Runs of wild calls on the device that is under guard.
 *
 * @module
 */
import { Ops } from "../../src/ops/ops.ts";
import type { Variant } from "../../src/wasm/load.ts";
import { openChecked } from "./checked_device.ts";
import { LIMITS, Zeros } from "./limit_calls.ts";
import { callWildly } from "./wild_calls.ts";

/** Of so many calls one has a size at, just under or over a limit of its op, where it has any. */
const LIMIT_EVERY = 100;

/** What `call` throws, or nothing. */
export function thrown(call: () => unknown): Error | undefined {
  try {
    call();
    return undefined;
  } catch (error) {
    return error as Error;
  }
}

/** Whether an error is the op's own, in words. */
const isRefusal = (error: Error): boolean =>
  (error instanceof TypeError || error instanceof RangeError) && /^Cannot .* as .*: \w/s.test(error.message);

/** Only a kernel can see that a number in an operand leads nowhere. */
const ledAstray = ({ message }: Error): boolean =>
  /gather_rows|"orders"/.test(message) && message.endsWith("traps by itself");

/** How calls ended. */
export interface WildCount {
  /** They touched nothing but their operands. */
  ran: number;
  /** They were refused. */
  refused: number;
  /** How many of them all had a size at, just under or over a limit. */
  limits: number;
}

/**
 * Makes the calls number `first` to `first + count - 1` of an op; every hundredth reaches for one of its limits, in turn.
 *
 * @throws {Error} When one touches what is not its own, is refused without a word, or is refused within a limit or not
 * beyond.
 */
export async function runWild(op: string, variant: Variant, first: number, count: number): Promise<WildCount> {
  const limits = LIMITS.filter((limit) => limit.op === op);
  const calls = limits.flatMap(({ limit, within, over }) => [
    ...within.map((call) => ({ limit, call, fits: true })),
    ...over.map((call) => ({ limit, call, fits: false })),
  ]);
  const total: WildCount = { ran: 0, refused: 0, limits: 0 };
  await using device = await openChecked(variant);
  const ops = new Ops(device), zeros = new Zeros(device);
  for (let seed = first; seed < first + count; seed++) {
    using _ = device.scope();
    const turn = (seed + 1) % LIMIT_EVERY === 0 ? Math.floor(seed / LIMIT_EVERY) : -1;
    const reach = turn < 0 ? undefined : calls[turn % calls.length];
    const error = thrown(() => reach ? reach.call(zeros) : callWildly(ops, op, seed));
    const wrong = reach
      ? reach.fits ? error !== undefined : error === undefined || !isRefusal(error)
      : error !== undefined && !isRefusal(error) && !ledAstray(error);
    if (wrong) throw new Error(`${op}, call ${seed}${reach ? ` (${reach.limit})` : ""}: ${error?.stack ?? "it ran"}`);
    total[error ? "refused" : "ran"]++;
    if (reach) total.limits++;
  }
  return total;
}
