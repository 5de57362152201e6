// Written by tools/pack_models.ts from the records beside it.
/** What people call the families of each task. */
export const FAMILY_TITLES = {
  classify: ["Vim","VMamba","MambaOut"],
  restore: ["MambaIR","MambaIRv2","MambaIRUNet","DVMSR"],
  fuse: ["FusionMamba"],
  forecast: ["TimeMachine"],
  generate: ["Mamba"],
} as const;
