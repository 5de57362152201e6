/**
 * Little CMS: samples of a profile to samples of sRGB, perceptually, as Pillow's `profileToProfile` does.
 *
 * @module
 */
import { lazyImport } from "../../bytes/lazy_import.ts";
import { type CodecModules, loadPacked } from "../codecs.ts";
import { latin1 } from "../headers/bytes.ts";

/** The part of Little CMS used here; texts and pictures pass through its memory. */
interface LittleCms {
  readonly HEAPU8: Uint8Array<ArrayBuffer>;
  _malloc(bytes: number): number;
  _free(at: number): void;
  _cmsOpenProfileFromMem(at: number, bytes: number): number;
  _cmsCloseProfile(profile: number): void;
  _cmsCreate_sRGBProfile(): number;
  _cmsCreateTransform(
    from: number,
    fromFormat: number,
    to: number,
    toFormat: number,
    intent: number,
    flags: number,
  ): number;
  _cmsDoTransform(transform: number, from: number, to: number, pixels: number): void;
  _cmsDeleteTransform(transform: number): void;
}

const PERCEPTUAL = 0;
/** Numbers of Little CMS for kinds of colour, by the profile's name of them, and their samples. */
const SPACES: { readonly [name: string]: readonly [kind: number, samples: number] } = {
  "GRAY": [3, 1],
  "RGB ": [4, 3],
  "CMYK": [6, 4],
};

const format = (kind: number, samples: number, depth: number): number => kind << 16 | samples << 3 | depth / 8;

/** From the samples of a profile to RGB samples of sRGB; the depth stays. */
export interface Transform {
  /** Samples in, without alpha; the result is a copy. */
  apply<S extends Uint8Array | Uint16Array>(samples: S): S;
  /** Frees its memory. */
  close(): void;
}

/**
 * Opens a profile for samples of that many colours.
 *
 * @throws {TypeError} If the profile is damaged, or for other colours, or the runtime forbids compiling.
 */
export async function openTransform(
  profile: Uint8Array,
  colours: number,
  depth: 8 | 16,
  modules: CodecModules = {},
): Promise<Transform> {
  const name = latin1(profile, 16, 4), [kind, samples] = SPACES[name] ?? [0, 0];
  if (samples !== colours) {
    throw new TypeError(
      `Cannot convert colours as the profile must be for ${colours} colours: current one is for ${name.trim()}`,
    );
  }
  const { open, module } = await loadPacked("colour", {
    glue: () => lazyImport("./image/codecs/colour.gen.js"),
    wasm: () => lazyImport("./image/codecs/colour_wasm.gen.js"),
  }, modules);
  const cms = await open(module) as unknown as LittleCms;
  const place = cms._malloc(profile.length);
  cms.HEAPU8.set(profile, place);
  const from = cms._cmsOpenProfileFromMem(place, profile.length), to = cms._cmsCreate_sRGBProfile();
  cms._free(place);
  const handle = from === 0
    ? 0
    : cms._cmsCreateTransform(from, format(kind, samples, depth), to, format(4, 3, depth), PERCEPTUAL, 0);
  if (handle === 0) {
    throw new TypeError(
      "Cannot convert colours as the profile must be intact: current one is damaged or of no use for it",
    );
  }
  return {
    apply<S extends Uint8Array | Uint16Array>(input: S): S {
      const pixels = input.length / samples, bytes = depth / 8;
      const source = cms._malloc(input.byteLength), target = cms._malloc(3 * pixels * bytes);
      cms.HEAPU8.set(new Uint8Array(input.buffer, input.byteOffset, input.byteLength), source);
      cms._cmsDoTransform(handle, source, target, pixels);
      const out = cms.HEAPU8.slice(target, target + 3 * pixels * bytes);
      cms._free(source);
      cms._free(target);
      return (depth === 16 ? new Uint16Array(out.buffer) : out) as S;
    },
    close() {
      cms._cmsDeleteTransform(handle);
      cms._cmsCloseProfile(from);
      cms._cmsCloseProfile(to);
    },
  };
}
