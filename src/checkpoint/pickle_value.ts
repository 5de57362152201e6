/**
 * What a pickle can hold where nothing of it is run.
 *
 * @module
 */

/** A class or function that the pickle refers to. */
export class Global {
  /** Names it, for example `torch.FloatStorage`. */
  constructor(readonly name: string) {}
}

/** An object of a class that is not known here, or the result of a call that was not made. */
export class Opaque {
  /** What BUILD would have set, where it is a dictionary: the attributes of the object. */
  state: PickleValue = null;
  /** What SETITEMS has set: a dictionary, where the class is a kind of one. */
  items: Map<PickleValue, PickleValue> | undefined;
  /** How many values APPENDS has added, of a kind of list; they are not kept. */
  appended = 0;
  /** Takes the class and what it would have been called with, arguments by name last. */
  constructor(readonly type: string, readonly args: PickleValue) {}
}

/** Anything a pickle can hold here. Tuples, lists and sets are arrays. */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | PickleValue[]
  | Map<PickleValue, PickleValue>
  | Global
  | Opaque
  | object;

/** What the caller knows about names. */
export interface PickleMeaning {
  /** Result of calling a name; undefined when it has no meaning, which gives an {@linkcode Opaque}. */
  call(name: string, args: readonly PickleValue[]): PickleValue | undefined;
  /** What a persistent id stands for. */
  persistent(id: PickleValue): PickleValue;
  /** Is told of the state that BUILD would have set on an object that has a meaning. */
  state?(target: PickleValue, state: PickleValue): void;
}

/** A key of a dictionary for messages. Only texts and numbers are shown: a tuple can hold itself a million times over. */
export function keyText(key: PickleValue): string {
  if (typeof key === "string") return key.slice(0, 80);
  if (typeof key === "number" || typeof key === "boolean") return String(key);
  if (key instanceof Global) return key.name.slice(0, 80);
  return Array.isArray(key)
    ? "a tuple"
    : key === null
    ? "None"
    : typeof key === "bigint"
    ? "a long number"
    : "an object";
}
