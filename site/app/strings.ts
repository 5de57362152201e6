/**
 * Every text of the page. Another language is another object of type `Texts`; the build puts the first block into the
 * HTML, so that the page reads before any script has run.
 *
 * @module
 */
import type { FailureKind, Task } from "../protocol.ts";

/** Texts of the HTML, by the name in double braces. */
export const PAGE = {
  language: "en",
  name: "Sidewinder",
  title: "Sidewinder: restore and classify photos on your own device",
  description: "Upscale, denoise and classify photos with vision state-space models that run entirely in your browser.",
  skip: "Skip to the photo",
  tagline: "Sharper, cleaner, named: photos through state-space models, on your own device.",
  privacy: "Nothing leaves your device: no upload, no account, works offline.",
  dropTitle: "Drop a photo here",
  dropHint: "or a .pth or .safetensors checkpoint of your own",
  choose: "Choose photos",
  shoot: "Take a photo",
  paste: "Paste",
  samplesTitle: "Or try one of these",
  dropNow: "Drop it anywhere",
  addMore: "Add photos",
  photos: "Photos",
  viewer: "Photo. Arrow keys move it, plus and minus zoom, 0 fits it",
  compare: "Boundary between before and after",
  before: "Before",
  after: "After",
  zoomOut: "Zoom out",
  zoomIn: "Zoom in",
  fit: "Fit",
  actualSize: "1:1, actual size",
  tools: "Tools",
  restoreTab: "Restore",
  classifyTab: "Classify",
  insideTab: "Look inside",
  restoreWhat: "What to do",
  restoreRun: "Restore",
  restoreAll: "Restore all",
  classifyRun: "Classify",
  insideRun: "Run and watch",
  cancel: "Cancel",
  save: "Download",
  format: "Format",
  quality: "Quality",
  classifyIntro: "What is on the photo? The five likeliest answers.",
  where: "Show where the answer comes from",
  whereHint: "Covers one place after another and watches how far the probability falls.",
  insideIntro: "A state-space model reads a photo as a sequence. Watch the way it takes, and how its signal grows.",
  insideModel: "Model",
  scanTitle: "The scan",
  scanOrder: "Order",
  scanStep: "Step",
  play: "Play",
  normTitle: "Norm of the stream per block",
  normHint: "Choose a block to see where on the photo its norm is large.",
  modelTitle: "Model",
  licences: "Licences of the code and the models",
  modelDrop: "Open a checkpoint",
  modelHint: "Official Vision Mamba, MambaIR and DVMSR checkpoints (.pth, .safetensors) run as they are.",
  deviceTitle: "Device and timings",
  deviceWish: "Run on",
  offlineTitle: "Offline",
  offlineKeep: "Keep all models for offline use",
  theme: "Colours",
  themeAuto: "System",
  themeLight: "Light",
  themeDark: "Dark",
  cameraTitle: "Take a photo",
  cameraShoot: "Take it",
  close: "Close",
  messages: "Messages",
  noScript: "This page needs JavaScript: the models run in it.",
} as const;

/** What a failure means and how to go on. */
const FAILURES: Readonly<Record<FailureKind, string>> = {
  "not-image": "This file is neither a photo nor a checkpoint that can be read here. Choose a PNG, JPEG or WebP photo.",
  "damaged-image": "This photo is damaged or cut off. Fetch or export it again, then drop it once more.",
  "image-too-large": "This photo is too large: at most 100 megapixels fit. Make it smaller first, then drop it again.",
  "image-kind": "This kind of photo cannot be read here. Save it as an ordinary PNG, JPEG or WebP, then drop it again.",
  "not-checkpoint":
    "This file is not a checkpoint. Choose a .pth or .safetensors file of Vision Mamba, MambaIR or DVMSR.",
  "damaged-checkpoint": "This checkpoint is damaged or cut off. Download it again, then drop it once more.",
  "foreign-model": "This checkpoint belongs to another model. Vision Mamba, MambaIR and DVMSR can run here.",
  "wrong-task": "This model cannot do that. Choose another model below, under Model.",
  "device-lost": "The graphics device was lost in the middle of the work. Try again, or go on with the processor.",
  "device-missing": "This browser does not have that device. Choose another one below, under Device and timings.",
  "out-of-memory": "There is not enough memory for this. Close other tabs, or use a smaller photo.",
  "offline":
    "The model is not on this device yet and the network cannot be reached. Connect once, or drop a checkpoint.",
  "other": "Something went wrong. Try again; if it stays, reload the page.",
};

const TASKS: Readonly<Record<Task, string>> = {
  classify: "Classify",
  upscale: "Upscale",
  denoise: "Denoise",
  dejpeg: "Remove JPEG artefacts",
};

const ORDERS = {
  row: "Rows",
  rowReversed: "Rows, backwards",
  column: "Columns",
  columnReversed: "Columns, backwards",
} as const;

const PHASES = {
  download: "Fetching the model",
  load: "Loading the model",
  run: "Running",
} as const;

const TIMINGS: Readonly<Record<string, string>> = {
  decode: "Decode",
  load: "Fetch and load model",
  preprocess: "Preprocess",
  run: "Run",
  encode: "Encode",
};

const DEVICES: Readonly<Record<string, string>> = {
  auto: "Choose for me",
  webgpu: "WebGPU",
  wasm: "WebAssembly, relaxed SIMD",
  "wasm-simd128": "WebAssembly, SIMD",
  reference: "Plain TypeScript (slow)",
};

const number = new Intl.NumberFormat(PAGE.language);

/** A duration in words a person reads at a glance. */
export function duration(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 10) return `${(milliseconds / 1000).toFixed(1)} s`;
  if (seconds < 90) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `${minutes} min` : `${(minutes / 60).toFixed(1)} h`;
}

/** Bytes in words. */
export const size = (bytes: number): string =>
  bytes < 1e6 ? `${Math.round(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;

/** Texts of the script. */
export const TEXT = {
  failures: FAILURES,
  tasks: TASKS,
  orders: ORDERS,
  phases: PHASES,
  timings: TIMINGS,
  devices: DEVICES,
  upscaleBy: (scale: number) => `${TASKS.upscale} ×${scale}`,
  ofFile: (task: string, file: string) => `${task}, ${file}`,
  dejpegHint: "Drop a MambaIR checkpoint for JPEG artefacts (CAR) to use this.",
  sample: (name: string) => `Sample photo: ${name}`,
  remove: (name: string) => `Remove ${name}`,
  pasteEmpty: "There is no photo on the clipboard. Copy one first, then paste again.",
  cameraMissing: "The camera cannot be used. Allow it in the browser, or choose a photo instead.",
  photoAdded: (name: string, width: number, height: number) => `${name} is open, ${width} by ${height} pixels`,
  photoFacts: (width: number, height: number) => `${number.format(width)} × ${number.format(height)}`,
  byBrowser: "Decoded by the browser; colours may differ slightly between browsers.",
  opening: (name: string) => `Opening ${name}`,
  timeLeft: (milliseconds: number) => `about ${duration(milliseconds)} left`,
  percent: (fraction: number) => `${Math.round(fraction * 100)} %`,
  largePhoto: (megapixels: string) =>
    `${megapixels} megapixels: this can take many minutes. You can cancel at any time.`,
  done: (what: string, milliseconds: number) => `${what} done in ${duration(milliseconds)}`,
  cancelled: "Cancelled",
  restored: (width: number, height: number, device: string) =>
    `${number.format(width)} × ${number.format(height)} on ${device}`,
  saving: "Encoding",
  saved: (name: string, bytes: number) => `${name}, ${size(bytes)}`,
  bestLabel: (name: string, probability: string) => `Likeliest: ${name}, ${probability}`,
  modelHasNoNames: "This model has no class names; classes are shown by number.",
  occlusionDone: "The picture shows where the answer comes from",
  strongest: (fall: string) => `Strongest place: −${fall}`,
  noPlace: "No single place decides this answer.",
  whereOf: (name: string) => `Show where “${name}” comes from`,
  playing: "Pause",
  resting: PAGE.play,
  stepOf: (step: number, total: number) => `${step} of ${total}`,
  classToken: "the class token",
  scanVim: (rows: number, columns: number, tokens: number) =>
    `${rows} × ${columns} patches of the photo${
      tokens ? `, with ${tokens === 1 ? "a class token" : `${tokens} class tokens`}` : ""
    }`,
  scanPixels: (rows: number, columns: number) =>
    `${rows} × ${columns} pixels from the middle of the photo: here every pixel is a token`,
  scanPicture: (order: string, step: number, total: number) =>
    `Scan by ${order.toLowerCase()}, token ${step} of ${total}`,
  block: (index: number, name: string, mean: string) => `Block ${index}, ${name}: mean norm ${mean}`,
  insideDone: (blocks: number) => `${blocks} blocks watched`,
  model: {
    family: "Family",
    variant: "Variant",
    task: "Task",
    file: "File",
    parameters: "Parameters",
    ignored: "Ignored",
    none: "nothing",
    unnamed: "not one of the published",
    options: (count: number) => `${count} options`,
    optionSource: (value: string, source: string) => `${value} (${source})`,
    parametersIn: (parameters: number, tensors: number, dtypes: string) =>
      `${number.format(parameters)} in ${number.format(tensors)} tensors, ${dtypes}`,
    format: (format: string, root: string) => root ? `${format}, part ${root}` : format,
    added: (what: string) => `Checkpoint ready: ${what}`,
    ignoredMore: (count: number) => `and ${count} more`,
  },
  device: {
    chosen: (name: string, reason: string) => `${name}: ${reason}`,
    opening: "Opening the device",
    missing: "not in this browser",
    switched: (name: string) => `Now running on ${name}`,
    memory: (weights: number, peak: number, reserved: number, pixels: number) =>
      `Weights ${size(weights)}, largest run ${size(peak)}, taken ${size(reserved)}, photos ${size(pixels)}`,
    total: "Total",
  },
  offline: {
    ready: "The page works offline now.",
    kept: (bytes: number) => `All models are kept on this device (${size(bytes)}).`,
    keep: (bytes: number) => `${PAGE.offlineKeep} (${size(bytes)})`,
    gone: "You are offline. What is on this device goes on working.",
    update: "A new version of this page is ready.",
    reload: "Reload",
    unsupported: "This browser keeps no pages for offline use.",
  },
  storageFull: "Storage is full: the model runs, but it will be fetched again next time. Free some space to keep it.",
  useProcessor: "Use the processor",
  tryAgain: "Try again",
  engineBroken: "The engine did not start. Reload the page; if that does not help, update the browser.",
  details: "Details",
  dismiss: "Dismiss",
} as const;

/** What a translation has to give. */
export type Texts = typeof TEXT;
