/**
 * What was published of TimeMachine.
 *
 * @module
 */
import type { Published } from "../published.ts";
import type { TIMEMACHINE_VARIANTS } from "./options.ts";

/** What was published of TimeMachine: scripts, of which the numbers of parameters follow. */
export const published: Published<keyof typeof TIMEMACHINE_VARIANTS> = {
  paper:
    "Ahamed and Cheng 2024, TimeMachine: A Time Series is Worth 4 Mambas for Long-term Forecasting, ECAI 2024, arXiv 2403.09898",
  repository: "https://github.com/Atik-Ahamed/TimeMachine",
  classes: ["TimeMachine"],
  licence: { code: "Apache-2.0", weights: "none published" },
  verified: "the official code at five small sizes with made weights, every tap",
  unverified: "the published errors: no checkpoint was ever published",
  variants: {
    "timemachine-etth1-96": { parameters: 1_425_858 },
    "timemachine-etth1-192": { parameters: 1_591_394 },
    "timemachine-etth1-336": { parameters: 1_892_466 },
    "timemachine-etth1-720": { parameters: 366_578 },
  },
};
