/**
 * What the page and its engine (a module worker) say to each other: calls with a result, events on the way, an abort.
 *
 * @module
 */
import type { DeviceKind } from "../src/open_device.ts";
import type { PublishedFacts } from "../src/load_model.ts";

/** The device that is wanted; `auto` leaves it to the dispatcher. */
export type DeviceWish = "auto" | DeviceKind;

/** A kind of device and whether this browser has it. */
export interface DeviceOption {
  readonly kind: DeviceKind;
  readonly available: boolean;
}

/** Bytes held. */
export interface MemoryReport {
  readonly weights: number;
  readonly peak: number;
  readonly reserved: number;
  readonly pixels: number;
}

/** The open device, why it was taken and what else there is. */
export interface DeviceReport {
  readonly kind: string;
  readonly name: string;
  /** Threads that share the work; 1 where nothing is shared. */
  readonly threads: number;
  readonly reason: string;
  readonly tried: readonly string[];
  readonly options: readonly DeviceOption[];
}

/** A decoded photo. */
export interface PhotoReport {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  /** Whether parts of it may be transparent. */
  readonly alpha: boolean;
  /** Whose decoder read it. */
  readonly decoder: "library" | "browser";
  readonly preview: ImageBitmap;
  readonly thumbnail: ImageBitmap;
  readonly milliseconds: number;
}

/** What a model is for. */
export type Task = "classify" | "upscale" | "denoise" | "dejpeg";

/** What a checkpoint turned out to be. */
export interface ModelReport {
  readonly id: string;
  readonly task: Task;
  readonly family: string;
  readonly variant: string | undefined;
  readonly format: string;
  readonly root: string;
  readonly tensors: number;
  readonly parameters: number;
  readonly dtypes: readonly string[];
  readonly options: readonly (readonly [name: string, value: string, source: string])[];
  /** What the authors published. */
  readonly published: PublishedFacts;
  readonly ignored: readonly string[];
  readonly warnings: readonly string[];
  readonly scale: number;
  readonly classes: number;
  /** Names of the classes; empty where only numbers are known. */
  readonly labels: readonly string[];
  /** What is said of the classes as a whole, and below which share an answer counts for nothing. */
  readonly answers: AnswerFacts | undefined;
}

/** What a classifier's file says of its answers. */
export interface AnswerFacts {
  /** Kind of things that it can name. */
  readonly kind: string;
  /** Share of the likeliest class below which the honest answer is "not sure". */
  readonly unsureBelow: number;
  /** How that was chosen. */
  readonly chosen: string;
}

/** A tensor as the card shows it. */
export interface TensorRow {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: string;
}

/** What the numbers of a tensor are. */
export interface TensorStats {
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  /** Numbers that are NaN or infinite. */
  readonly broken: number;
  /** Counts over equal steps from `min` to `max`. */
  readonly histogram: readonly number[];
}

/** All that can be said of a checkpoint without running it. */
export interface CardReport {
  readonly id: string;
  readonly name: string;
  readonly format: string;
  readonly bytes: number;
  /** Part of the file that holds the tensors; empty: the top. */
  readonly root: string;
  readonly tensors: readonly TensorRow[];
  readonly metadata: readonly (readonly [name: string, value: string])[];
  readonly ignored: readonly string[];
  readonly warnings: readonly string[];
  /** The model, when it is one that runs on the page. */
  readonly model: ModelReport | undefined;
  /** Why it cannot run here. */
  readonly refusal: string | undefined;
}

/** How far a call has come. */
export interface ProgressEvent {
  readonly type: "progress";
  readonly phase: "download" | "load" | "run";
  /** From 0 to 1; undefined where nobody knows. */
  readonly fraction: number | undefined;
}

/** A finished part of a restored photo, in output pixels. */
export interface TileEvent {
  readonly type: "tile";
  readonly x: number;
  readonly y: number;
  readonly bitmap: ImageBitmap;
}

/** Something that went wrong without ending the call. */
export interface NoticeEvent {
  readonly type: "notice";
  readonly notice: "storage-full";
}

/** What comes on the way to a result. */
export type EngineEvent = ProgressEvent | TileEvent | NoticeEvent;

/** Milliseconds per phase, in order. */
export type Timings = Readonly<Record<string, number>>;

/** A rectangle of a photo, in its pixels. */
export interface Region {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** The answer of a classifier. */
export interface ClassifyReport {
  readonly labels: readonly { readonly index: number; readonly name: string; readonly probability: number }[];
  readonly device: string;
  /** What could not be taken into account, such as a profile that cannot be converted. */
  readonly warnings: readonly string[];
  readonly timings: Timings;
}

/** How much the probability of each class falls when a place of the photo is covered. */
export interface OcclusionReport {
  readonly rows: number;
  readonly columns: number;
  /** Part of the photo that the model sees. */
  readonly region: Region;
  /** Per class of the request: the fall of its probability, row by row. */
  readonly falls: readonly Float32Array[];
  readonly timings: Timings;
}

/** A way over the tokens: positions in reading order, `-1` for a class token. */
export interface ScanPath {
  readonly order: "row" | "rowReversed" | "column" | "columnReversed" | "table";
  readonly steps: readonly number[];
}

/** One scan of a run: its grid and the ways of its directions. */
export interface ScanReport {
  readonly rows: number;
  readonly columns: number;
  readonly paths: readonly ScanPath[];
}

/** What a run looked like from inside. */
export interface InsideReport {
  readonly rows: number;
  readonly columns: number;
  /** What the model saw, in its own resolution. */
  readonly picture: ImageBitmap;
  /** The part of the photo that it saw. */
  readonly region: Region;
  readonly paths: readonly ScanPath[];
  readonly scans: readonly ScanReport[];
  /** Per block: the mean norm of the stream, and the norm at every position of the grid. */
  readonly blocks: readonly { readonly name: string; readonly mean: number; readonly norms: Float32Array }[];
  readonly classTokens: number;
  readonly device: string;
  readonly timings: Timings;
}

/** What reaches one place in one scan. */
export interface ReachReport {
  readonly rows: number;
  readonly columns: number;
  /** Shares of all that reaches it, by place; the first for all directions together, then one per direction. */
  readonly shares: readonly Float32Array[];
  /** Share that comes from class tokens, likewise. */
  readonly elsewhere: readonly number[];
  /** Per direction: what is left of its state at each step after it. */
  readonly decays: readonly Float32Array[];
}

/** A restored photo; its pixels stay with the engine until they are encoded. */
export interface RestoreReport {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly device: string;
  /** Milliseconds per pixel that the model saw. */
  readonly pace: number;
  readonly timings: Timings;
}

/** A part restored on trial. */
export interface PreviewReport {
  /** The part, in the photo's pixels. */
  readonly region: Region;
  readonly pace: number;
}

/** Formats a photo can be saved in. */
export type SaveFormat = "png" | "jpeg" | "webp";

/** How a result becomes a file. */
export interface SaveOptions {
  readonly format: SaveFormat;
  readonly quality: number;
  /** Whether what the photo's file says beside its colours (camera, place, texts) is kept. */
  readonly metadata: boolean;
}

/** A file of a ZIP. */
export interface ZipItem {
  readonly photo: number;
  readonly result: number;
  readonly name: string;
}

/** Everything that the engine does: argument and result of each call. */
export interface EngineCalls {
  open: { args: { readonly wish: DeviceWish }; result: DeviceReport };
  memory: { args: Record<never, never>; result: MemoryReport };
  /** Without a blob: one that was kept. */
  addPhoto: { args: { readonly photo: number; readonly blob: Blob | undefined }; result: PhotoReport };
  removePhoto: { args: { readonly photo: number }; result: undefined };
  /** Without blobs: a checkpoint that was kept under its id. */
  inspect: {
    args: { readonly blobs: readonly Blob[]; readonly name: string; readonly id: string };
    result: CardReport;
  };
  tensor: { args: { readonly card: string; readonly tensor: string }; result: TensorStats };
  loadModel: { args: { readonly model: string }; result: ModelReport };
  keepModels: { args: Record<never, never>; result: undefined };
  classify: { args: { readonly photo: number; readonly model: string }; result: ClassifyReport };
  occlude: {
    args: { readonly photo: number; readonly model: string; readonly classes: readonly number[] };
    result: OcclusionReport;
  };
  inside: { args: { readonly photo: number; readonly model: string }; result: InsideReport };
  reach: {
    args: { readonly photo: number; readonly model: string; readonly scan: number; readonly place: number };
    result: ReachReport;
  };
  restore: { args: { readonly photo: number; readonly model: string; readonly result: number }; result: RestoreReport };
  preview: { args: { readonly photo: number; readonly model: string; readonly region: Region }; result: PreviewReport };
  pause: { args: { readonly paused: boolean }; result: undefined };
  /** Gives the parts of a photo's result once more, as events. */
  show: { args: { readonly photo: number; readonly result: number }; result: undefined };
  removeResult: { args: { readonly result: number }; result: undefined };
  encode: { args: { readonly photo: number; readonly result: number } & SaveOptions; result: Blob };
  zip: { args: { readonly items: readonly ZipItem[] } & SaveOptions; result: Blob };
  /** What was kept of an earlier visit, and what shall be kept of this one. */
  session: { args: Record<never, never>; result: string | undefined };
  /** Whether it survives a reload. */
  keepSession: { args: { readonly text: string }; result: boolean };
  /** Another tab has the session. */
  leaveSession: { args: Record<never, never>; result: undefined };
  forgetSession: { args: Record<never, never>; result: undefined };
}

/** Name of a call. */
export type CallName = keyof EngineCalls;

/** Why a call failed, as far as it matters to the person. */
export type FailureKind =
  | "not-image"
  | "damaged-image"
  | "image-too-large"
  | "image-kind"
  | "image-format"
  | "image-shape"
  | "result-too-large"
  | "part-missing"
  | "not-checkpoint"
  | "damaged-checkpoint"
  | "foreign-model"
  | "wrong-task"
  | "no-scan"
  | "device-lost"
  | "device-missing"
  | "out-of-memory"
  | "offline"
  | "other";

/** Page to engine. */
export type Request =
  | { readonly [C in CallName]: { readonly id: number; readonly call: C; readonly args: EngineCalls[C]["args"] } }[
    CallName
  ]
  | { readonly id: number; readonly abort: true };

/** Engine to page. */
export type Reply =
  | { readonly id: number; readonly event: EngineEvent }
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly failure: { readonly kind: FailureKind | "aborted"; readonly detail: string } };
