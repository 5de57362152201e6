/**
 * Sorts what was thrown into the few kinds that a person can do something about.
 *
 * @module
 */
import type { FailureKind } from "../protocol.ts";

/** A failure of a known kind; the cause says what exactly. */
export class Failure extends Error {
  readonly kind: FailureKind;

  constructor(kind: FailureKind, message: string, cause?: unknown) {
    super(message, { cause });
    this.kind = kind;
  }
}

const messageOf = (error: unknown): string => error instanceof Error ? error.message : String(error);

/** Formats of pictures that only some browsers read, as the library names them at the end of its message. */
const PICTURES = /looks like (AVIF|BMP|HEIC|JPEG 2000|JPEG XL|SVG|TIFF)$/;

/** What is wrong with an image that could not be read. */
export function imageFailure(error: unknown): Failure {
  const message = messageOf(error);
  if (error instanceof SyntaxError) {
    if (!message.includes("must be a PNG, JPEG, WebP or GIF file")) return new Failure("damaged-image", message, error);
    return new Failure(PICTURES.test(message) ? "image-format" : "not-image", message, error);
  }
  if (error instanceof RangeError) {
    return new Failure(message.includes("megapixels") ? "image-too-large" : "image-kind", message, error);
  }
  return new Failure("other", message, error);
}

/** What is wrong with a checkpoint that could not be loaded. */
export function checkpointFailure(error: unknown): Failure {
  if (error instanceof Failure) return error;
  const message = messageOf(error);
  if (/must grow to|allocation failed|out of memory/i.test(message)) {
    return new Failure("out-of-memory", message, error);
  }
  if (error instanceof SyntaxError) {
    const foreign = message.includes("must be a .pth or .safetensors checkpoint");
    return new Failure(foreign ? "not-checkpoint" : "damaged-checkpoint", message, error);
  }
  if (error instanceof RangeError) return new Failure("damaged-checkpoint", message, error);
  if (error instanceof TypeError) return new Failure("foreign-model", message, error);
  return new Failure("other", message, error);
}

/** The kind of anything else that was thrown. */
export function kindOf(error: unknown): FailureKind | "aborted" {
  if (error instanceof Failure) return error.kind;
  if (error instanceof DOMException && error.name === "AbortError") return "aborted";
  const message = messageOf(error);
  if (/once resized/.test(message)) return "image-shape";
  if (/memory must be at least/.test(message)) return "result-too-large";
  if (/\blost\b/i.test(message)) return "device-lost";
  if (/must grow to|allocation failed|out of memory/i.test(message)) return "out-of-memory";
  return "other";
}
