/**
 * What the page knows, in one place. Views subscribe and draw what they need of it.
 *
 * @module
 */
import { CATALOGUE } from "../catalogue.ts";
import type {
  CardReport,
  ClassifyReport,
  DeviceReport,
  DeviceWish,
  InsideReport,
  ModelReport,
  OcclusionReport,
  Task,
  Timings,
} from "../protocol.ts";

/** The tools of the page. */
export type Tool = "restore" | "classify" | "inside";

/** A restored photo: what made it, and what it is. */
export interface Result {
  readonly id: number;
  readonly model: string;
  /** Name of the model for people. */
  readonly made: string;
  readonly task: Task;
  readonly scale: number;
  readonly device: string;
  readonly width: number;
  readonly height: number;
  /** Milliseconds of the run. */
  readonly took: number;
  /** Whether it was downloaded. */
  readonly saved: boolean;
}

/** What a model on a device said of a photo. */
export interface Answer {
  readonly model: string;
  readonly device: string;
  readonly report: ClassifyReport;
  readonly occluded: OcclusionReport | undefined;
}

/** A run of a model on a device that was watched. */
export interface Inside {
  readonly model: string;
  readonly device: string;
  readonly report: InsideReport;
}

/** A photo and what was found out about it. */
export interface Photo {
  readonly id: number;
  readonly name: string;
  /** Sample it came from, for the URL. */
  readonly sample: string | undefined;
  readonly width: number;
  readonly height: number;
  readonly alpha: boolean;
  readonly decoder: "library" | "browser";
  readonly thumbnail: ImageBitmap;
  readonly results: readonly Result[];
  /** Result that is shown; undefined: the photo alone. */
  readonly shown: number | undefined;
  /** Result that it is compared with; undefined: the photo. */
  readonly against: number | undefined;
  /** A result that is coming, or a part restored on trial. */
  readonly draft: { readonly id: number; readonly trial: boolean; readonly scale: number } | undefined;
  readonly answers: readonly Answer[];
  readonly insides: readonly Inside[];
}

/** A model that can be chosen. */
export interface Choice {
  readonly id: string;
  readonly task: Task;
  readonly scale: number;
  /** Numbers in it; undefined where that is not known yet. */
  readonly parameters: number | undefined;
  /** Name of the file, for those that were dropped. */
  readonly file: string | undefined;
}

/** Work that is going on, and the photo that it belongs to. */
export interface Job {
  readonly tool: Tool;
  readonly photo: number;
  readonly what: string;
  readonly started: number;
  readonly phase: "download" | "load" | "run" | undefined;
  readonly fraction: number | undefined;
  readonly timeLeft: number | undefined;
  /** Milliseconds that the run is expected to take. */
  readonly expected: number | undefined;
}

/** One photo of a batch. */
export interface BatchItem {
  readonly photo: number;
  readonly name: string;
  readonly outcome: "waiting" | "running" | "done" | "failed" | "removed" | "stopped";
  readonly result: number | undefined;
  readonly detail: string | undefined;
}

/** Many photos one after the other. */
export interface Batch {
  readonly items: readonly BatchItem[];
  readonly paused: boolean;
  readonly running: boolean;
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
  readonly cards: readonly CardReport[];
  readonly job: Job | undefined;
  readonly batch: Batch | undefined;
  /** Milliseconds per pixel that a model sees, by model and device, as they were measured here. */
  readonly paces: Readonly<Record<string, number>>;
  readonly wish: DeviceWish;
  readonly device: DeviceReport | undefined;
  readonly timings: Timings;
}

const first = (task: Task): string => CATALOGUE.models.find((model) => model.task === task)!.id;

let state: State = {
  photos: [],
  current: undefined,
  tool: "restore",
  models: CATALOGUE.models.map(({ id, task, scale, parameters }) => ({ id, task, scale, parameters, file: undefined })),
  chosen: { restore: first("upscale"), classify: first("classify"), inside: first("classify") },
  reports: new Map(),
  cards: [],
  job: undefined,
  batch: undefined,
  paces: {},
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

/** A photo by its number. */
export const photoOf = (id: number): Photo | undefined => state.photos.find((photo) => photo.id === id);

let numbers = 0;

/** A number that no photo and no result has. */
export const newNumber = (): number => ++numbers;

/** Numbers up to this one are taken. */
export function takeNumbers(most: number): void {
  numbers = Math.max(numbers, most);
}

/** What the chosen classifier said of a photo on the device that is open. */
export function answerOf({ chosen, device }: State, photo: Photo | undefined): Answer | undefined {
  return photo?.answers.find((answer) => answer.model === chosen.classify && answer.device === device?.name);
}

/** The watched run of the chosen model over a photo on the device that is open. */
export function insideOf({ chosen, device }: State, photo: Photo | undefined): InsideReport | undefined {
  return photo?.insides.find((inside) => inside.model === chosen.inside && inside.device === device?.name)?.report;
}
