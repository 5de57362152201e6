/**
 * The shaders, put together from the packed files.
 *
 * @module
 */
import { unpackText } from "../bytes/unpack.ts";
import type { KernelName } from "../kernels.ts";
import packed, { type WidthPart } from "./shaders.gen.ts";

/** Source of every kernel, with the parts it uses in front, and of the parts that depend on the call. */
export type Shaders = Readonly<Record<KernelName | WidthPart, string>>;

const FILE_REGEXP = /^\/\/# (?:shared\/)?(\w+)\.wgsl\n(?:\/\/ uses: (.+))?/;

/** All shaders by name. */
export async function openShaders(): Promise<Shaders> {
  const files = (await unpackText(packed)).split(/^(?=\/\/# )/m), sources = new Map<string, string>();
  for (const text of files) sources.set(FILE_REGEXP.exec(text)![1]!, text);
  return Object.fromEntries(Array.from(sources, ([name, text]) => {
    const uses = FILE_REGEXP.exec(text)![2]?.split(" ") ?? [];
    return [name, [text, ...uses.map((part) => sources.get(part)!)].join("")];
  })) as Shaders;
}
