/**
 * The codes that kernels take as numbers, under the names they have in Rust and WGSL: `ACTIVATION_SILU`, `ORDER_TABLE`. One
 * list in `src/kernels/codes.ts` gives them all.
 *
 * @module
 */
import { ACTIVATIONS, BINARY_OPERATIONS, CARRY_IN, CARRY_OUT, ROW_NORMS, SCAN_ORDERS } from "../src/kernels.ts";

const LISTS: Readonly<Record<string, readonly string[]>> = {
  ACTIVATION: ACTIVATIONS,
  OPERATION: BINARY_OPERATIONS,
  ORDER: SCAN_ORDERS,
  NORM: ROW_NORMS,
};

const screaming = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();

/** Each code by its name. */
export const CODES: ReadonlyMap<string, number> = new Map([
  ...Object.entries(LISTS).flatMap(([prefix, names]) =>
    names.map((name, code) => [`${prefix}_${screaming(name)}`, code] as const)
  ),
  ["CARRY_IN", CARRY_IN],
  ["CARRY_OUT", CARRY_OUT],
]);

const CODE_REGEXP = new RegExp(`\\b(?:${[...Object.keys(LISTS), "CARRY"].join("|")})_[A-Z_]+\\b`, "g");

/**
 * WGSL with the numbers of the codes in the place of their names.
 *
 * @throws {Error} The source names a code that there is not.
 */
export function putCodes(file: string, source: string): string {
  return source.replace(CODE_REGEXP, (name) => {
    const code = CODES.get(name);
    if (code === undefined) {
      throw new Error(`Cannot pack ${file} as ${name} must be a code of src/kernels/codes.ts: it is not`);
    }
    return `${code}u`;
  });
}

/** The codes as a Rust module. */
export function rustCodes(): string {
  const lines = [...CODES].map(([name, code]) => `pub const ${name}: u32 = ${code};\n`);
  return "//! Codes of the kernel table. Made by tools/pack_codes.ts from src/kernels/codes.ts.\n#![allow(dead_code)]\n\n" +
    lines.join("");
}
