/**
 * Every text of the page. Another language is another object of type `Texts`; the build puts the first block into the
 * HTML, so that the page reads before any script has run.
 *
 * @module
 */
import type { FailureKind, Task } from "../protocol.ts";
import { FAMILY_TITLES } from "../../src/models/titles.gen.ts";
import { duration, millions, size } from "./amounts.ts";

/** The families that can run on the page. */
const FAMILIES = new Intl.ListFormat("en").format([...FAMILY_TITLES.classify, ...FAMILY_TITLES.restore]);

/** Texts of the HTML, by the name in double braces. */
export const PAGE = {
  language: "en",
  name: "Sidewinder",
  title: "Sidewinder: restore and classify photos on your own device",
  description: "Upscale, denoise and classify photos with vision state-space models that run entirely in your browser.",
  skip: "Skip to the photo",
  tagline: "Make photos larger and cleaner, and find out what is in them. All of it happens on your own device.",
  welcomeBefore: "A small photo of a cat, enlarged: all blocks",
  welcomeAfter: "The same photo, restored: sharp",
  privacy: "Nothing leaves your device: no upload, no account, works offline.",
  dropTitle: "Drop a photo here",
  dropHint: "or a folder of them, or",
  chooseCheckpoint: "a model of your own (.pth, .safetensors)",
  choose: "Choose photos",
  chooseFolder: "Choose a folder",
  shoot: "Take a photo",
  paste: "Paste",
  samplesTitle: "Or try one of these, each with what suits it",
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
  previewHere: "Preview here",
  look: "Ways to look at the result",
  viewMode: "Comparison",
  modeSplit: "Slider",
  modeSide: "Side by side",
  modeDifference: "Difference",
  hold: "Hold: before",
  loupe: "Loupe",
  pause: "Pause",
  stop: "Stop",
  zip: "Download all as ZIP",
  resultsTitle: "Results for this photo",
  compareWith: "Compare with",
  classifyRun: "Classify",
  insideRun: "Run and look",
  cancel: "Cancel",
  save: "Download",
  format: "Format",
  quality: "Quality",
  saveMetadata: "Keep camera data, place and texts of the photo",
  classifyIntro: "What is in this photo? The five likeliest answers.",
  classList: "Everything it can name",
  classSearch: "Search the names",
  offersTitle: "A better model",
  offersHint:
    "These official models know more and err less. This page fetches nothing from other sites: download a file yourself, then open it here.",
  offerOpen: "Open a downloaded file",
  where: "Show where the answer comes from",
  whereHint: "Covers one place after another and watches how far the probability falls.",
  insideIntro:
    "This kind of model reads a photo as a line of patches. See which patches reach which, and the path it takes.",
  reachTitle: "What reaches a patch",
  reachHint:
    "Tap a patch of the large photo. Bright patches reach it; dark ones do not. Computed exactly from this run.",
  reachLayer: "Layer",
  reachRow: "Row",
  reachColumn: "Column",
  decayTitle: "How long a patch is remembered along the path",
  insideModel: "Model",
  scanTitle: "The path it takes",
  scanOrder: "Order",
  scanStep: "Step",
  play: "Play",
  normTitle: "Strength of the signal, block by block",
  normHint: "Choose a block to see where in the photo its signal is strong.",
  modelTitle: "Model",
  licences: "Licences of the code and the models",
  modelDrop: "Open a checkpoint",
  modelHint: `Official checkpoints (.pth, .safetensors) of ${FAMILIES} run as they are.`,
  deviceTitle: "Device and timings",
  deviceWish: "Run on",
  offlineTitle: "Offline, and what is kept",
  keptHint: "Photos and results are kept on this device, so that a reload loses nothing. They are sent nowhere.",
  forget: "Forget all photos and results",
  cardHint: "Read from the file; nothing in it is run.",
  cardParts: "Numbers by part",
  cardSearch: "Search tensors",
  cardTensors: "Tensors",
  cardName: "Name",
  cardShape: "Shape",
  cardType: "Type",
  cardRange: "Range",
  cardHistogram: "Values",
  cardMore: "Show more",
  offlineKeep: "Keep all models for offline use",
  theme: "Colours",
  themeAuto: "System",
  themeLight: "Light",
  themeDark: "Dark",
  cameraTitle: "Take a photo",
  cameraShoot: "Capture",
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
  "image-format": "This browser cannot read photos of this format. Save it as a JPEG or PNG, then drop it again.",
  "image-shape": "This photo is too long and narrow for this model. Cut out the part that matters, then try again.",
  "result-too-large":
    "The result would be too large for this page. Enlarge less, or take a smaller photo. The command line takes any size.",
  "not-checkpoint": `This file is not a checkpoint. Choose a .pth or .safetensors file of ${
    FAMILIES.replace(" and ", " or ")
  }.`,
  "damaged-checkpoint": "This checkpoint is damaged or cut off. Download it again, then drop it once more.",
  "foreign-model": `This checkpoint belongs to another model. ${FAMILIES} can run here.`,
  "no-scan": "This model has no scan to look into. Choose another one.",
  "wrong-task": "This model cannot do that. Choose another model below, under Model.",
  "device-lost": "The graphics device was lost in the middle of the work. Try again, or go on with the processor.",
  "device-missing": "This browser does not have that device. Choose another one below, under Device and timings.",
  "out-of-memory": "There is not enough memory for this. Close other tabs, or use a smaller photo.",
  "offline":
    "The model is not on this device yet and the network cannot be reached. Connect once, or drop a checkpoint.",
  "part-missing": "This part of the page could not be fetched. Connect, then try again; if it stays, reload the page.",
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
  table: "By likeness",
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

const percent = (share: number): string => `${Math.round(100 * share)} %`;

/** What the page's own nets were not made for. */
const LIMITS = {
  upscale: "Made for clean photos that were only made smaller. JPEG blocks and noise become larger too.",
  denoise: "Made for even, grainy noise, as from little light. Blotches of colour and JPEG blocks stay.",
} as const;

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
  sample: (text: string, name: string) => `${text}, sample photo: ${name}`,
  remove: (name: string) => `Remove ${name}`,
  pasteEmpty: "There is no photo on the clipboard. Copy one first, then paste again.",
  cameraMissing: "The camera cannot be used. Allow it in the browser, or choose a photo instead.",
  photoAdded: (name: string, width: number, height: number) => `${name} is open, ${width} by ${height} pixels`,
  opening: (name: string) => `Opening ${name}`,
  unreadFormat: (format: string) =>
    `This is a ${format} file, which this browser cannot read. Save it as a JPEG or PNG, then drop it again.`,
  timeLeft: (milliseconds: number) => `about ${duration(milliseconds)} left`,
  percent: (fraction: number) => `${Math.round(fraction * 100)} %`,
  largePhoto: (megapixels: string) =>
    `${megapixels} megapixels can take minutes or hours. Preview a part first: that takes seconds, and tells how long the whole takes.`,
  wholeTakes: (milliseconds: number, on: string) => `The whole photo: about ${duration(milliseconds)} ${on}.`,
  onCores: (threads: number) => threads === 1 ? "on one core" : `on ${threads} cores`,
  onGraphics: "on the graphics processor",
  limits: {
    mambair_light_x2: LIMITS.upscale,
    mambair_light_x3: LIMITS.upscale,
    mambair_light_x4: LIMITS.upscale,
    mambair_denoise: LIMITS.denoise,
  } as Readonly<Record<string, string | undefined>>,
  fast: "fast",
  best: "best",
  preview: "Preview",
  coming: "In progress",
  busyWith: (what: string, name: string) => `Busy: ${what}, ${name}. It can be cancelled there.`,
  batchAt: (at: number, total: number) => `${at} of ${total}`,
  batchDone: (done: number, total: number) => `${done} of ${total} done`,
  batchOutcomes: {
    waiting: "waits",
    running: "is being restored",
    done: "done",
    failed: "failed",
    removed: "was removed",
    stopped: "not done",
  },
  paused: "Paused after the part it was at",
  pause: PAGE.pause,
  goOn: "Go on",
  zipping: (fraction: number) => `Packing, ${Math.round(100 * fraction)} %`,
  outcomes: { classify: "named", denoise: "denoised", dejpeg: "without JPEG artefacts" },
  suffixes: { classify: "named", upscale: "larger", denoise: "denoised", dejpeg: "clean" },
  thePhoto: "The photo",
  resultFacts: (width: number, height: number, took: string, device: string) =>
    `${number.format(width)} × ${number.format(height)}, ${took} on ${device}`,
  isSaved: "downloaded",
  notKept: "Kept only until this tab is closed: another one is open, storage is full, or the browser keeps nothing.",
  pasteDenied: "The clipboard may not be read. Allow it in the browser, or paste with Ctrl+V or ⌘V.",
  unsavedHint: "Some results have not been downloaded yet.",
  dropEmpty: "There is no file in there. Drop photos, a folder with photos, or a checkpoint.",
  failedFiles: (count: number) => `${count} files could not be opened. Everything else is there.`,
  workMissing: "The tools could not be fetched. Connect once, then try again.",
  samples: {
    coffee: "Name what is in it",
    chelsea: "Name the cat",
    small: "Four times larger",
    noisy: "Take the noise away",
  } as Readonly<Record<string, string | undefined>>,
  done: (what: string, milliseconds: number) => `${what} done in ${duration(milliseconds)}`,
  cancelled: "Cancelled",
  restored: (width: number, height: number, device: string) =>
    `${number.format(width)} × ${number.format(height)} on ${device}`,
  saving: "Encoding",
  saved: (name: string, bytes: number) => `${name}, ${size(bytes)}`,
  note: (warning: string) => `Note: ${warning}.`,
  bestLabel: (name: string, probability: string) => `Likeliest: ${name}, ${probability}`,
  notSure: (name: string, probability: string) =>
    `Not sure. Nothing it knows stands out; the nearest is ${name} with ${probability}.`,
  canName: (classes: number, kind: string | undefined, named: boolean) =>
    named
      ? `This model can name ${number.format(classes)} things${
        kind ? `: ${kind}` : ""
      }. It gives anything else one of those names.`
      : "This model has no class names; classes are shown by number.",
  unsureBelow: (share: string, chosen: string) => `Below ${share} it says “not sure” (${chosen}).`,
  namesFound: (found: number, all: number) => `${number.format(found)} of ${number.format(all)} names`,
  offer: (top1: number, megabytes: number, halved: number) =>
    `right for ${top1} % of ImageNet, ${number.format(megabytes)} MB; ${
      number.format(halved)
    } MB after “sidewinder convert”:`,
  occlusionDone: "The picture shows where the answer comes from",
  covering: (name: string, before: string, after: string) =>
    `Covering the bright spot lowers ${name} from ${before} to ${after}.`,
  noPlace: (name: string, before: string, after: string) =>
    `No single place decides this answer: covering any one of them ${
      before === after ? "changes next to nothing" : `lowers ${name} from ${before} to ${after} at most`
    }.`,
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
  block: (index: number, name: string, mean: string) => `Block ${index}, ${name}: mean strength ${mean}`,
  insideDone: (scans: number) => `${scans} scans looked into`,
  reach: {
    layer: (index: number, total: number) => `${index} of ${total}`,
    all: "All ways",
    words: (own: number, half: number, total: number, elsewhere: number, way: string) =>
      `${percent(own)} of what this patch gets is its own. Half of all comes from ${number.format(half)} of ${
        number.format(total)
      } patches (${way})${elsewhere > 0.005 ? `, and ${percent(elsewhere)} from the class token` : ""}.`,
    map: (way: string, half: number) => `${way}: half of what reaches the patch comes from ${half} patches`,
    decay: (half: number, left: number, step: number) =>
      `${
        half < 0 ? "More than half is left at the end of the path" : `Half is gone after ${half} steps`
      }; after ${step} steps ${percent(left)} is left.`,
  },
  card: {
    open: "Look into the file",
    what: "Model",
    cannot: (why: string) => `runs elsewhere, not on this page. ${why}`,
    foreign: (name: string, tensors: number, why: string) =>
      `${name} can be looked into: ${number.format(tensors)} tensors. It cannot run on this page. ${why}`,
    warning: "Note",
    found: (listed: number, found: number, all: number) =>
      `${number.format(listed)} shown of ${number.format(found)} found, ${number.format(all)} in all`,
    measure: "Measure",
    broken: (count: number) => `${number.format(count)} values are NaN or infinite`,
    histogram: (min: string, max: string, mean: string) => `Values from ${min} to ${max}, mean ${mean}`,
  },
  model: {
    family: "Family",
    variant: "Variant",
    task: "Task",
    file: "File",
    parameters: "Parameters",
    ignored: "Ignored",
    paper: "Paper",
    code: "Official code",
    licence: "Terms of the weights",
    figures: "Published",
    none: "nothing",
    unnamed: "not one of the published",
    options: (count: number) => `${count} options`,
    optionSource: (value: string, source: string) => `${value} (${source})`,
    parametersIn: (parameters: number, tensors: number, dtypes: string) =>
      `${number.format(parameters)} in ${number.format(tensors)} tensors, ${dtypes}`,
    format: (format: string, root: string) => root ? `${format}, part ${root}` : format,
    added: (what: string, parameters: number) => `${what}, ${millions(parameters)} parameters, ready.`,
    nowAPhoto: "Now a photo.",
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
