/** Golden image fixtures: safetensors files that Pillow and the published metrics made, read without the library. */

const FOLDER = new URL("../golden/image/", import.meta.url);

const ARRAYS = { U8: Uint8Array, U16: Uint16Array, F32: Float32Array, F64: Float64Array } as const;

/** One stored tensor. */
export interface Stored {
  readonly data: Uint8Array | Uint16Array | Float32Array | Float64Array;
  readonly shape: readonly number[];
}

/** Tensors of one case, by the part of the name after the case. */
export type Case = { readonly [part: string]: Stored };

/** Cases of a fixture file, by name. */
export async function readCases(name: string): Promise<Map<string, Case>> {
  const bytes = await Deno.readFile(new URL(`${name}.safetensors`, FOLDER));
  const headerLength = new DataView(bytes.buffer).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + headerLength)));
  const cases = new Map<string, Record<string, Stored>>();
  for (
    const [key, entry] of Object.entries<{ dtype: keyof typeof ARRAYS; shape: number[]; data_offsets: number[] }>(
      header,
    )
  ) {
    if (key === "__metadata__") continue;
    const [from, to] = entry.data_offsets.map((offset) => offset + 8 + headerLength);
    const [, title, part] = key.match(/^(.*)\.(\w+)$/)!;
    const data = new ARRAYS[entry.dtype](bytes.slice(from, to).buffer);
    cases.set(title!, { ...cases.get(title!), [part!]: { data, shape: entry.shape } });
  }
  return cases;
}

/** A file of the fixture folder. */
export const readFixture = (name: string): Promise<Uint8Array<ArrayBuffer>> =>
  Deno.readFile(new URL(`files/${name}`, FOLDER));

/** Largest absolute difference of two equally long arrays. */
export function maxDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Infinity;
  let most = 0;
  for (let i = 0; i < a.length; i++) most = Math.max(most, Math.abs(a[i]! - b[i]!));
  return most;
}

/** Pixels of a stored `[height, width, channels]` tensor. */
export function pixelsOf({ data, shape }: Stored) {
  if (!(data instanceof Uint8Array || data instanceof Uint16Array)) throw new TypeError("Not an image");
  const [height, width, channels] = shape as [number, number, 1 | 2 | 3 | 4];
  return { data, width, height, channels };
}

/** A small file like one that somebody reported. */
export const readReported = (name: string): Promise<Uint8Array<ArrayBuffer>> =>
  Deno.readFile(new URL(`reported/${name}`, FOLDER));
