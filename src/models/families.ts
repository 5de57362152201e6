/**
 * The families that the loader knows, one line each. A family's code is fetched when a checkpoint has its marks.
 *
 * @module
 */
import { lazyImport } from "../bytes/lazy_import.ts";
import type { Detect } from "./family.ts";

/** One family. */
export interface KnownFamily {
  /** What people call it. */
  readonly title: string;
  /** Keys that its checkpoints have, all of one of these lists; families are tried in the order in which they stand here. */
  readonly marks: readonly (readonly string[])[];
  /** Fetches what recognises it. */
  readonly load: () => Promise<Detect>;
}

const GROUP = "layers.0.residual_group";

/** All families. */
export const FAMILIES: readonly KnownFamily[] = [
  {
    title: "Vim",
    marks: [["patch_embed.proj.weight", "layers.0.mixer.in_proj.weight"]],
    load: async () => (await lazyImport<{ detectVim: Detect }>("./models/vim/family.ts")).detectVim,
  },
  {
    title: "MambaIR",
    marks: [["conv_first.weight", `${GROUP}.blocks.0.self_attention.x_proj_weight`]],
    load: async () => (await lazyImport<{ detectMambaIR: Detect }>("./models/mambair/forward.ts")).detectMambaIR,
  },
  {
    title: "MambaIRv2",
    marks: [["conv_first.weight", `${GROUP}.layers.0.assm.selectiveScan.x_proj_weight`]],
    load: async () => (await lazyImport<{ detectMambaIRv2: Detect }>("./models/mambairv2/family.ts")).detectMambaIRv2,
  },
  {
    title: "MambaIRUNet",
    marks: [["patch_embed.proj.weight", "encoder_level1.0.self_attention.x_proj_weight"]],
    load: async () =>
      (await lazyImport<{ detectMambaIRUNet: Detect }>("./models/mambair_unet/forward.ts")).detectMambaIRUNet,
  },
  {
    title: "DVMSR",
    marks: [["conv_first.weight", `${GROUP}.blocks.0.mixer.in_proj.weight`]],
    load: async () => (await lazyImport<{ detectDvmsr: Detect }>("./models/dvmsr/forward.ts")).detectDvmsr,
  },
  {
    title: "FusionMamba",
    marks: [["raise_pan_dim.0.weight", "raise_ms_dim.0.weight", "upsample.upsamle.0.weight"]],
    load: async () =>
      (await lazyImport<{ detectFusionMamba: Detect }>("./models/fusionmamba/family.ts")).detectFusionMamba,
  },
  {
    title: "TimeMachine",
    marks: [["lin1.weight", "lin4.weight", "mamba4.A_log"]],
    load: async () =>
      (await lazyImport<{ detectTimeMachine: Detect }>("./models/timemachine/family.ts")).detectTimeMachine,
  },
  {
    title: "VMamba",
    marks: [
      ["patch_embed.0.weight", "layers.0.blocks.0.op.A_logs"],
      ["patch_embed.proj.weight", "layers.0.blocks.0.self_attention.A_logs"],
    ],
    load: async () => (await lazyImport<{ detectVMamba: Detect }>("./models/vmamba/family.ts")).detectVMamba,
  },
  {
    title: "MambaOut",
    marks: [
      ["downsample_layers.0.conv1.weight", "stages.0.0.fc1.weight"],
      ["stem.conv1.weight", "stages.0.blocks.0.fc1.weight"],
    ],
    load: async () => (await lazyImport<{ detectMambaOut: Detect }>("./models/mambaout/family.ts")).detectMambaOut,
  },
];

/** Whether a checkpoint has the marks of a family. */
export const hasMarks = ({ marks }: KnownFamily, keys: { has(key: string): boolean }): boolean =>
  marks.some((list) => list.every((mark) => keys.has(mark)));
