/**
 * What goes wrong between a client and the handler, as RFC 9457 has it: one kind, one status, one sentence.
 *
 * @module
 */

/** Kinds of problem. */
export type ProblemKind =
  | "bad-option"
  | "empty-body"
  | "bad-form"
  | "bad-request"
  | "upload-broken"
  | "not-found"
  | "method-not-allowed"
  | "not-acceptable"
  | "upload-timeout"
  | "not-changed"
  | "too-many-bytes"
  | "too-many-pixels"
  | "too-slow"
  | "unsupported-encoding"
  | "unsupported-type"
  | "unreadable-image"
  | "client-left"
  | "failed"
  | "busy"
  | "no-model"
  | "run-timeout";

/** Status and title of every kind of problem; a kind is the end of its `type`. */
const PROBLEMS: Readonly<Record<ProblemKind, readonly [status: number, title: string]>> = {
  "bad-option": [400, "An option of the request makes no sense"],
  "empty-body": [400, "The request has no image"],
  "bad-form": [400, "The form has no image"],
  "bad-request": [400, "The request makes no sense"],
  "upload-broken": [400, "The image did not arrive whole"],
  "not-found": [404, "There is nothing at this path"],
  "method-not-allowed": [405, "This method is not for this path"],
  "not-acceptable": [406, "None of the accepted types can be given"],
  "upload-timeout": [408, "The image did not arrive in time"],
  "not-changed": [412, "The result is the one the client has"],
  "too-many-bytes": [413, "The image has too many bytes"],
  "too-many-pixels": [413, "The image has too many pixels"],
  "too-slow": [413, "The image takes longer than the time for a request"],
  "unsupported-encoding": [415, "The body is encoded in a way that is not read here"],
  "unsupported-type": [415, "The body is no image of a type that is read here"],
  "unreadable-image": [422, "The image is damaged or of a kind that is not read here"],
  "client-left": [499, "The client has left"],
  "failed": [500, "The model failed"],
  "busy": [503, "All places are taken"],
  "no-model": [503, "The model cannot be loaded"],
  "run-timeout": [504, "The model did not finish in time"],
};

/** A problem that ends a request. */
export class Problem extends Error {
  /** Which. */
  readonly kind: ProblemKind;
  /** Headers that belong to it, such as `Allow`. */
  readonly headers: Readonly<Record<string, string>>;
  /** More members of the body. */
  readonly members: Readonly<Record<string, unknown>>;

  /** A problem of a kind, with what is special about this one. */
  constructor(
    kind: ProblemKind,
    detail: string,
    options: {
      readonly headers?: Readonly<Record<string, string>>;
      readonly members?: Readonly<Record<string, unknown>>;
      readonly cause?: unknown;
    } = {},
  ) {
    super(detail, { cause: options.cause });
    this.name = "Problem";
    this.kind = kind;
    this.headers = options.headers ?? {};
    this.members = options.members ?? {};
  }

  /** As `application/problem+json`. */
  toResponse(): Response {
    const [status, title] = PROBLEMS[this.kind];
    const body = { type: `urn:sidewinder:problem:${this.kind}`, title, status, detail: this.message, ...this.members };
    return new Response(JSON.stringify(body), {
      status,
      headers: { "content-type": "application/problem+json", "cache-control": "no-store", ...this.headers },
    });
  }
}
