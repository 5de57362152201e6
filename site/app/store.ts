/**
 * What the page knows, in one place. Views subscribe and draw what they need of it.
 *
 * @module
 */
import { CATALOGUE } from "../catalogue.ts";
import type {
  ClassifyReport,
  DeviceReport,
  DeviceWish,
  InsideReport,
  ModelReport,
  OcclusionReport,
  RestoreReport,
  Task,
  Timings,
} from "../protocol.ts";

/** The tools of the page. */
export type Tool = "restore" | "classify" | "inside";

/** A photo and what was found out about it. */
export interface Photo {
  readonly id: number;
  readonly name: string;
  /** Sample it came from, for the URL. */
  readonly sample: string | undefined;
  readonly width: number;
  readonly height: number;
  readonly decoder: "library" | "browser";
  readonly thumbnail: ImageBitmap;
  /** A result is there or coming; the report is there when it is whole. */
  readonly restored: { readonly report: RestoreReport | undefined } | undefined;
  readonly classified: ClassifyReport | undefined;
  readonly occluded: OcclusionReport | undefined;
  readonly inside: InsideReport | undefined;
}

/** A model that can be chosen. */
export interface Choice {
  readonly id: string;
  readonly task: Task;
  readonly scale: number;
  /** Name of the file, for those that were dropped. */
  readonly file: string | undefined;
}

/** Work that is going on. */
export interface Job {
  readonly tool: Tool;
  readonly started: number;
  readonly phase: "download" | "load" | "run" | undefined;
  readonly fraction: number | undefined;
  readonly timeLeft: number | undefined;
}

/** All of it. */
export interface State {
  readonly photos: readonly Photo[];
  readonly current: number | undefined;
  readonly tool: Tool;
  readonly models: readonly Choice[];
  /** The model of each tool. */
  readonly chosen: Readonly<Record<Tool, string>>;
  readonly reports: ReadonlyMap<string, ModelReport>;
  readonly job: Job | undefined;
  readonly wish: DeviceWish;
  readonly device: DeviceReport | undefined;
  readonly timings: Timings;
}

const first = (task: Task): string => CATALOGUE.models.find((model) => model.task === task)!.id;

let state: State = {
  photos: [],
  current: undefined,
  tool: "restore",
  models: CATALOGUE.models.map(({ id, task, scale }) => ({ id, task, scale, file: undefined })),
  chosen: { restore: first("upscale"), classify: first("classify"), inside: first("classify") },
  reports: new Map(),
  job: undefined,
  wish: "auto",
  device: undefined,
  timings: {},
};

type Listener = (state: State, before: State) => void;
const listeners = new Set<Listener>();

/** What is known now. */
export const current = (): State => state;

/** Changes some of it and tells everyone. */
export function update(change: Partial<State>): void {
  const before = state;
  state = { ...state, ...change };
  for (const listener of listeners) listener(state, before);
}

/** Changes what is known of one photo; nothing if it was removed meanwhile. */
export function updatePhoto(id: number, change: Partial<Photo>): void {
  update({ photos: state.photos.map((photo) => photo.id === id ? { ...photo, ...change } : photo) });
}

/** Calls back after every change, and once at once. */
export function watch(listener: Listener): void {
  listeners.add(listener);
  listener(state, state);
}

/** The photo that is shown. */
export const currentPhoto = (): Photo | undefined => state.photos.find(({ id }) => id === state.current);
