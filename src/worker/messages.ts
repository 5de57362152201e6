/**
 * What a page and its engine say to each other, and errors in a form that can be sent.
 *
 * @module
 */

/** Marks messages of ours among those of whoever else uses the worker. */
export const MARK = "sidewinder";

/** What is kept in the worker and named by a number: a model, nets. */
export interface Ref {
  readonly ref: number;
}

/** What the page says. */
export type Request =
  & { readonly mark: typeof MARK; readonly id: number }
  & (
    | { readonly call: string; readonly args: readonly unknown[]; readonly options: SentOptions }
    | { readonly abort: true }
  );

/** Options without functions and signals, and what the functions were called. */
export interface SentOptions {
  readonly plain: Readonly<Record<string, unknown>>;
  readonly heard: readonly string[];
  readonly stops: boolean;
}

/** What the engine says. */
export type Reply =
  & { readonly mark: typeof MARK }
  & (
    | { readonly ready: true; readonly lock: string | undefined }
    | { readonly id: number; readonly result: unknown }
    | { readonly id: number; readonly failure: Packed }
    | { readonly id: number; readonly heard: string; readonly args: readonly unknown[] }
  );

/** An error as it is sent. */
export interface Packed {
  /** Name of its class; of a `DOMException` what kind it is. */
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  readonly dom: boolean;
  readonly cause: Packed | undefined;
}

const CLASSES: Readonly<Record<string, ErrorConstructor>> = {
  ...{ Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError },
};

/** Longest chain of causes that is sent. */
const MOST_CAUSES = 4;

/** Anything thrown, to be sent. */
export function packError(error: unknown, depth = MOST_CAUSES): Packed {
  const { name = "Error", message = String(error), stack, cause } = (error ?? {}) as Partial<Error>;
  return {
    ...{ name, message, stack },
    dom: typeof DOMException !== "undefined" && error instanceof DOMException,
    cause: cause === undefined || depth === 0 ? undefined : packError(cause, depth - 1),
  };
}

/** An error of the class and with the words that it had in the worker. */
export function unpackError({ name, message, stack, dom, cause }: Packed): Error {
  if (dom) return new DOMException(message, name);
  const error = new (Object.hasOwn(CLASSES, name) ? CLASSES[name]! : Error)(
    message,
    cause === undefined ? {} : { cause: unpackError(cause) },
  );
  if (error.name !== name) error.name = name;
  if (stack !== undefined) error.stack = stack;
  return error;
}

/** Memory of a value's arrays that can be handed over instead of copied. */
export function buffersOf(value: unknown, found = new Set<Transferable>(), depth = 5): Set<Transferable> {
  if (ArrayBuffer.isView(value)) {
    if (value.buffer instanceof ArrayBuffer) found.add(value.buffer);
  } else if (depth > 0 && typeof value === "object" && value !== null && !(value instanceof Blob)) {
    for (const part of Object.values(value)) buffersOf(part, found, depth - 1);
  }
  return found;
}
