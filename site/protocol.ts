/**
 * What the page and its engine (a module worker) say to each other: calls with a result, events on the way, an abort.
 *
 * @module
 */
import type { DeviceKind } from "../src/open_device.ts";

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
  readonly reason: string;
  readonly tried: readonly string[];
  readonly options: readonly DeviceOption[];
}

/** A decoded photo. */
export interface PhotoReport {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
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
  readonly ignored: readonly string[];
  readonly warnings: readonly string[];
  readonly scale: number;
  readonly classes: number;
  readonly labels: number;
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
  readonly order: "row" | "rowReversed" | "column" | "columnReversed";
  readonly steps: readonly number[];
}

/** What a run looked like from inside. */
export interface InsideReport {
  readonly rows: number;
  readonly columns: number;
  /** What the model saw, in its own resolution. */
  readonly picture: ImageBitmap;
  readonly paths: readonly ScanPath[];
  /** Per block: the mean norm of the stream, and the norm at every position of the grid. */
  readonly blocks: readonly { readonly name: string; readonly mean: number; readonly norms: Float32Array }[];
  readonly classTokens: number;
  readonly device: string;
  readonly timings: Timings;
}

/** A restored photo; its pixels stay with the engine until they are encoded. */
export interface RestoreReport {
  readonly width: number;
  readonly height: number;
  readonly device: string;
  readonly timings: Timings;
}

/** Formats a photo can be saved in. */
export type SaveFormat = "png" | "jpeg" | "webp";

/** Everything that the engine does: argument and result of each call. */
export interface EngineCalls {
  open: { args: { readonly wish: DeviceWish }; result: DeviceReport };
  memory: { args: Record<never, never>; result: MemoryReport };
  addPhoto: { args: { readonly photo: number; readonly blob: Blob }; result: PhotoReport };
  removePhoto: { args: { readonly photo: number }; result: undefined };
  addModel: { args: { readonly blob: Blob; readonly name: string }; result: ModelReport };
  loadModel: { args: { readonly model: string }; result: ModelReport };
  keepModels: { args: Record<never, never>; result: undefined };
  classify: { args: { readonly photo: number; readonly model: string }; result: ClassifyReport };
  occlude: {
    args: { readonly photo: number; readonly model: string; readonly classes: readonly number[] };
    result: OcclusionReport;
  };
  inside: { args: { readonly photo: number; readonly model: string }; result: InsideReport };
  restore: { args: { readonly photo: number; readonly model: string }; result: RestoreReport };
  encode: {
    args: { readonly photo: number; readonly format: SaveFormat; readonly quality: number };
    result: Blob;
  };
}

/** Name of a call. */
export type CallName = keyof EngineCalls;

/** Why a call failed, as far as it matters to the person. */
export type FailureKind =
  | "not-image"
  | "damaged-image"
  | "image-too-large"
  | "image-kind"
  | "not-checkpoint"
  | "damaged-checkpoint"
  | "foreign-model"
  | "wrong-task"
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
