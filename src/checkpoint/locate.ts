/**
 * A model somewhere in a checkpoint, below names that its tensors have in common.
 *
 * @module
 */
import type { Checkpoint, Entry } from "./checkpoint.ts";
import { unwrapped } from "./wrappers.ts";

/** Most common beginnings of keys that are tried, and how deep. */
const MOST_BEGINNINGS = 50;
const MOST_NESTED = 3;
/** Beginnings that are preferred when several hold a model. */
const PREFERRED = ["params_ema", "params", "model", "state_dict", "net", "network", "net_g", "generator", "backbone"];

type Entries = Checkpoint["entries"];

/** The entries below each first name of keys, those of preferred names first. */
function groupsOf(entries: Entries): [name: string, Entries][] {
  const groups = new Map<string, Map<string, Entry>>();
  for (const [key, entry] of entries) {
    const name = key.slice(0, Math.max(0, key.indexOf(".")));
    if (name === "" || (!groups.has(name) && groups.size >= MOST_BEGINNINGS)) continue;
    const group = groups.get(name) ?? new Map<string, Entry>(), rest = unwrapped(key.slice(name.length + 1));
    groups.set(name, group.set(rest, { ...entry, name: rest }));
  }
  const rank = (name: string) => (PREFERRED.indexOf(name) + PREFERRED.length + 1) % (PREFERRED.length + 1);
  return [...groups].sort(([a], [b]) => rank(a) - rank(b));
}

/** The part of a checkpoint below a first name; what stands beside it becomes ignored. */
function partOf(checkpoint: Checkpoint, name: string, entries: Entries): Checkpoint {
  const beside = [...checkpoint.entries.keys()].filter((key) => !key.startsWith(`${name}.`));
  return {
    ...checkpoint,
    entries,
    root: checkpoint.root === "" ? name : `${checkpoint.root}.${name}`,
    ignored: [...beside, ...checkpoint.ignored],
    // Warnings and closing stay those of the file.
    get warnings() {
      return checkpoint.warnings;
    },
    close: () => checkpoint.close(),
  };
}

/**
 * The model in a checkpoint whose tensors stand below common names, as Lightning and training scripts save it; the checkpoint
 * itself where there is none that is known.
 */
export function locate(checkpoint: Checkpoint, isKnown: (entries: Entries) => boolean): Checkpoint {
  let level: { readonly entries: Entries; readonly path: [string, Entries][] }[] = [{
    entries: checkpoint.entries,
    path: [],
  }];
  for (let depth = 0; depth <= MOST_NESTED; depth++) {
    const found = level.find(({ entries }) => isKnown(entries));
    if (found) return found.path.reduce((part, [name, entries]) => partOf(part, name, entries), checkpoint);
    const parents = level.slice(0, MOST_BEGINNINGS);
    level = parents.flatMap(({ entries, path }) =>
      groupsOf(entries).map((it) => ({ entries: it[1], path: [...path, it] }))
    );
  }
  return checkpoint;
}
