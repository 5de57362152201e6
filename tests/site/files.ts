/**
 * Photos and checkpoints for the page's tests, small enough to be quick.
 *
 * @module
 */
import { crc32 } from "../../src/bytes/crc32.ts";
import { Buffer } from "node:buffer";
import { specKeys } from "../../src/checkpoint/weights.ts";
import { encodeImage } from "../../src/image/encode.ts";
import { fusionMambaWeights } from "../../src/models/fusionmamba/forward.ts";
import { fusionMambaConfig } from "../../src/models/fusionmamba/options.ts";
import { mambairWeights } from "../../src/models/mambair/forward.ts";
import { mambairConfig, type MambaIROptions } from "../../src/models/mambair/options.ts";
import { dvmsrWeights } from "../../src/models/dvmsr/forward.ts";
import { dvmsrConfig } from "../../src/models/dvmsr/options.ts";
import { mambairUNetWeights } from "../../src/models/mambair_unet/forward.ts";
import { mambairUNetConfig } from "../../src/models/mambair_unet/options.ts";
import { mambairv2Weights } from "../../src/models/mambairv2/forward.ts";
import { mambairv2Config } from "../../src/models/mambairv2/options.ts";
import { mambaoutWeights } from "../../src/models/mambaout/forward.ts";
import { mambaoutConfig } from "../../src/models/mambaout/options.ts";
import { vimWeights } from "../../src/models/vim/forward.ts";
import { vimConfig } from "../../src/models/vim/options.ts";
import { vmambaWeights } from "../../src/models/vmamba/forward.ts";
import { vmambaConfig } from "../../src/models/vmamba/options.ts";
import { PthTensor, writePth } from "../checkpoint/write_pth.ts";

/** A file as the browser's picker gets it. */
export interface PickedFile {
  readonly name: string;
  readonly mimeType: string;
  readonly buffer: Buffer;
}

const picked = (name: string, bytes: Uint8Array): PickedFile => ({
  name,
  mimeType: name.endsWith(".png") ? "image/png" : "application/octet-stream",
  buffer: Buffer.from(bytes),
});

/** A file of this repository. */
export async function repositoryFile(path: string, name = path.split("/").at(-1)!): Promise<PickedFile> {
  return picked(name, await Deno.readFile(path));
}

/** Any bytes as a file. */
export const bytesFile = picked;

/** A photo of smooth colours with some grain. */
export async function photoFile(width: number, height: number, name = "photo.png"): Promise<PickedFile> {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (const wave of [x / 9, y / 7, (x + y) / 11]) data[i++] = 128 + 90 * Math.sin(wave) + ((x * 7 + y * 13) % 17);
    }
  }
  return picked(name, await encodeImage({ data, width, height, channels: 3 }, { type: "png" }));
}

/** The first bytes of a PNG that says it is 30,000 pixels wide and high. */
export async function giantPhoto(): Promise<PickedFile> {
  const { buffer } = await photoFile(8, 8);
  const bytes = new Uint8Array(buffer), view = new DataView(bytes.buffer);
  view.setUint32(16, 30_000);
  view.setUint32(20, 30_000);
  const crc = crc32(bytes.subarray(12, 29));
  view.setUint32(29, crc);
  return picked("giant.png", bytes);
}

/** Small numbers that differ from place to place. */
function madeUp(shape: readonly number[]): Float32Array {
  const length = shape.reduce((a, b) => a * b, 1);
  return Float32Array.from({ length }, (_, i) => 0.05 * Math.sin(1 + i * 1.7));
}

function pthFile(name: string, keys: Iterable<readonly [string, readonly number[]]>): PickedFile {
  const tensors = new Map([...keys].map(([key, shape]) => [key, new PthTensor(shape, () => madeUp(shape))]));
  return picked(name, Buffer.concat([...writePth(new Map([["params", tensors]]))]));
}

/** A MambaIR with made-up weights as `torch.save` would write it. */
export function mambairFile(name: string, options: MambaIROptions): PickedFile {
  const small = { embed_dim: 30, depths: [1], d_state: 1, mlp_ratio: 1, ...options };
  return pthFile(name, specKeys(mambairWeights(mambairConfig(small))));
}

/** A FusionMamba with made-up weights: a model that the page does not run. */
export const fusionFile = (name: string): PickedFile =>
  pthFile(name, specKeys(fusionMambaWeights(fusionMambaConfig({ dim: 8 }))));

/** A Vim of ten classes with made-up weights. */
export function vimFile(name: string): PickedFile {
  const config = vimConfig({ img_size: 32, patch_size: 8, stride: 8, depth: 2, embed_dim: 16, num_classes: 10 });
  return pthFile(name, specKeys(vimWeights(config)));
}

/** Small models of the families that the page has none of itself, with made-up weights, as the golden fixtures shape them. */
export const FAMILY_FILES = {
  vmamba: (name: string): PickedFile =>
    pthFile(
      name,
      specKeys(vmambaWeights(vmambaConfig({
        ...{ depths: [1, 1], dims: [12, 24], num_classes: 10, ssm_d_state: 1, ssm_ratio: 1, ssm_conv_bias: false },
        ...{ forward_type: "v05_noz", mlp_ratio: 2, patchembed_version: "v2", downsample_version: "v3" },
        norm_layer: "ln2d",
      }))),
    ),
  mambaout: (name: string): PickedFile =>
    pthFile(name, specKeys(mambaoutWeights(mambaoutConfig({ depths: [1, 1], dims: [6, 12], num_classes: 10 })))),
  mambairv2: (name: string): PickedFile =>
    pthFile(
      name,
      specKeys(mambairv2Weights(mambairv2Config({
        ...{ embed_dim: 12, depths: [2], num_heads: [2], window_size: 4, d_state: 4, inner_rank: 4, num_tokens: 6 },
        ...{ mlp_ratio: 1, upscale: 2, upsampler: "pixelshuffledirect" },
      }))),
    ),
  dvmsr: (name: string): PickedFile =>
    pthFile(name, specKeys(dvmsrWeights(dvmsrConfig({ depths: [2], embed_dim: 12 })))),
  unet: (name: string): PickedFile =>
    pthFile(
      name,
      specKeys(mambairUNetWeights(mambairUNetConfig({
        ...{ dim: 32, num_blocks: [1, 1, 1, 1], num_refinement_blocks: 1, mlp_ratio: 1 },
      }))),
    ),
} as const;
