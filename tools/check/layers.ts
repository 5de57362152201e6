/**
 * Which rooms of `src/` a file may import from, and that nothing imports in a circle.
 *
 * @module
 */
import { files, importsOf } from "./tree.ts";

/** Numbers from a seed. */
const RANDOM = "src/kernels/random.ts";
const TABLE = ["src/kernels.ts"], MEMORY = ["src/device.ts", "src/tensor.ts"];
/** How long steps are watched. */
const PROGRESS = "src/progress.ts";
const RESTORE = "src/restore.ts", VERBS = ["src/load_model.ts", "src/classify.ts", RESTORE, "src/open_device.ts"];

/** Rooms from the bottom up, the more special first; a file imports from its own room and those listed. */
const LAYERS: readonly (readonly [room: string, below: readonly string[]])[] = [
  ["src/tensor.ts", []],
  [PROGRESS, []],
  ["src/kernels/", []],
  ["src/kernels.ts", ["src/kernels/"]],
  ["src/device.ts", [...TABLE, "src/tensor.ts"]],
  ["src/device/", [...TABLE, ...MEMORY]],
  ["src/bytes/", [PROGRESS]],
  ["src/reference/", [...TABLE, ...MEMORY, "src/device/"]],
  ["src/wasm/", [...TABLE, ...MEMORY, "src/device/", "src/bytes/"]],
  ["src/gpu/", [...TABLE, ...MEMORY, "src/device/", "src/bytes/"]],
  ["src/ops/", [...TABLE, ...MEMORY]],
  ["src/run/", [...TABLE, ...MEMORY, PROGRESS, "src/ops/", "src/bytes/"]],
  ["src/inside/", [...TABLE, ...MEMORY, "src/reference/"]],
  ["src/image/", ["src/bytes/"]],
  ["src/checkpoint/", [...MEMORY, PROGRESS, "src/hub/", "src/bytes/"]],
  ["src/models/", [...TABLE, RANDOM, ...MEMORY, "src/ops/", "src/run/", "src/checkpoint/", "src/image/", "src/bytes/"]],
  ["src/laws/forms/", [...TABLE, "src/reference/"]],
  ["src/laws/", [...TABLE, RANDOM, ...MEMORY, "src/reference/", "src/ops/", "src/checkpoint/", "src/bytes/"]],
  ["src/hub/", ["src/bytes/"]],
  ["src/default_model.ts", ["src/bytes/"]],
  ["src/open_device.ts", ["src/device.ts", "src/wasm/", "src/gpu/", "src/bytes/"]],
  ["src/load_model.ts", [
    ...[...MEMORY, PROGRESS, "src/ops/", "src/run/", "src/models/"],
    ...["src/checkpoint/", "src/image/", "src/bytes/"],
  ]],
  ["src/language_model.ts", [
    ...[...MEMORY, "src/ops/", "src/run/", "src/models/"],
    ...["src/checkpoint/", "src/load_model.ts"],
  ]],
  ["src/generate.ts", ["src/run/", "src/language_model.ts"]],
  ["src/forecast.ts", ["src/bytes/", "src/run/", "src/load_model.ts"]],
  ["src/forecast/", ["src/forecast.ts", "src/run/", "src/models/", "src/load_model.ts"]],
  ["src/fuse.ts", [PROGRESS, "src/run/", "src/models/", "src/load_model.ts", "src/bytes/"]],
  ["src/restore/", [PROGRESS, "src/image/", "src/models/", "src/run/", "src/load_model.ts", "src/bytes/"]],
  ["src/restore.ts", [
    ...["src/device.ts", "src/image/", "src/load_model.ts", "src/restore/", "src/default_model.ts"],
  ]],
  ["src/restore_frames.ts", [PROGRESS, "src/image/", "src/restore.ts", "src/restore/"]],
  ["src/classify/", ["src/image/", "src/models/", "src/run/", "src/load_model.ts", "src/bytes/"]],
  ["src/classify.ts", ["src/classify/", "src/device.ts", "src/image/", "src/models/", "src/run/", "src/load_model.ts"]],
  ["src/features.ts", ["src/classify.ts", "src/classify/", "src/image/", "src/load_model.ts", "src/ops/", "src/run/"]],
  ["src/worker/", [
    ...[...VERBS, "src/features.ts", "src/forecast.ts", "src/fuse.ts", "src/default_model.ts", "src/restore/"],
    ...["src/generate.ts", "src/language_model.ts"],
    ...["src/device.ts", "src/image/", "src/checkpoint/", "src/run/", "src/bytes/"],
  ]],
  ["src/edge/", [
    ...VERBS.filter((verb) => verb !== RESTORE),
    "src/restore/",
    "src/device.ts",
    "src/image/",
    "src/bytes/",
  ]],
  ["src/edge.ts", ["src/edge/", "src/open_device.ts"]],
  ["src/cli/", [
    ...[...VERBS, "src/forecast.ts", "src/fuse.ts", "src/generate.ts", "src/language_model.ts"],
    ...[PROGRESS, "src/default_model.ts", "src/device.ts", "src/restore_frames.ts", "src/restore/"],
    ...["src/models/", "src/checkpoint/", "src/image/", "src/bytes/"],
  ]],
];

/** Every file of `src/` has a room and imports from there and below; no permission is left over. */
export function* checkLayers(): Generator<string, void> {
  const used = new Set<string>();
  for (const path of files("src/")) {
    if (!path.endsWith(".ts")) continue;
    const layer = LAYERS.find(([room]) => path.startsWith(room));
    if (!layer) {
      yield `${path} belongs to no room: add it to LAYERS of tools/check/layers.ts`;
      continue;
    }
    const [room, below] = layer;
    used.add(room);
    for (const target of importsOf(path)) {
      if (!target.startsWith("src/") || target.startsWith(room)) continue;
      const allowed = below.find((other) => target.startsWith(other));
      if (allowed) used.add(`${room} ${allowed}`);
      else yield `${path} imports ${target}: the design has no arrow that way`;
    }
  }
  for (const [room, below] of LAYERS) {
    if (!used.has(room)) yield `LAYERS has the room ${room}, where no file is`;
    for (const other of below) {
      if (!used.has(`${room} ${other}`)) yield `LAYERS lets ${room} import ${other}: nothing does`;
    }
  }
}

/** No file of `src/` imports itself by way of others. */
export function* checkCircles(): Generator<string, void> {
  const done = new Set<string>(), path: string[] = [];
  function* visit(file: string): Generator<string, void> {
    const at = path.indexOf(file);
    if (at >= 0) yield `${[...path.slice(at), file].join(" → ")}: imports must not form a circle`;
    if (at >= 0 || done.has(file)) return;
    path.push(file);
    for (const target of importsOf(file)) if (target.startsWith("src/")) yield* visit(target);
    path.pop();
    done.add(file);
  }
  for (const file of files("src/")) if (file.endsWith(".ts")) yield* visit(file);
}

/** Tests may use tools; tools use no tests. */
export function* checkTools(): Generator<string, void> {
  for (const path of files("tools/")) {
    if (!path.endsWith(".ts")) continue;
    for (const target of importsOf(path)) {
      if (target.startsWith("tests/")) yield `${path} imports ${target}: tools use no tests`;
    }
  }
}
