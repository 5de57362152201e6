/**
 * Names of files on the hub where people keep models: `hf:owner/repo[@revision]/file`.
 *
 * @module
 */
import { printable } from "../bytes/errors.ts";

/** A file of a repository at a revision. */
export interface HubName {
  /** `owner/repo`. */
  readonly repo: string;
  /** Branch, tag or commit. */
  readonly revision: string;
  /** Path of the file in it; undefined where none is named. */
  readonly file: string | undefined;
}

const NAME = /^hf:(?:\/\/)?([\w.-]+\/[\w.-]+)(?:@(refs\/(?:convert|pr)\/[^/@]+|[^/@]+))?(?:\/(.*))?$/i;

/** Branch that is taken where none is named. */
const USUAL = "main";

/** Whether a revision is a commit, which always has the same files. */
export const isCommit = (revision: string): boolean => /^[0-9a-f]{40}$/i.test(revision);

/** As it is written. */
export const nameOf = ({ repo, revision, file }: HubName): string =>
  `hf:${repo}${revision === USUAL ? "" : `@${revision}`}${file === undefined ? "" : `/${file}`}`;

/** Text with its %-signs resolved; undefined where they say nothing. */
function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/**
 * Reads a name.
 *
 * @throws {RangeError} When it is none.
 *
 * @example
 * ```ts
 * import { parseHubName } from "./name.ts";
 *
 * console.log(parseHubName("hf:hustvl/Vim-tiny-midclstok@main/vim_t_midclstok_76p1acc.pth").repo);
 * ```
 */
export function parseHubName(text: string): HubName {
  const [, repo, revision = USUAL, file] = NAME.exec(text) ?? [];
  const parts = `${repo}/${file || "file"}`.split("/"), decoded = decode(revision);
  if (repo === undefined || decoded === undefined || parts.some((part) => /^\.{0,2}$/.test(part))) {
    throw new RangeError(
      `Cannot load ${
        printable(text)
      } as a name on the hub must be hf:owner/repo/file or hf:owner/repo@revision/file: ` +
        `current name is not`,
    );
  }
  return { repo, revision: decoded, file: file || undefined };
}

/** The address of a file at a revision. */
export function addressOf(endpoint: URL, { repo, revision, file = "" }: HubName): URL {
  const path = file.split("/").map(encodeURIComponent).join("/");
  return new URL(
    `${endpoint.pathname.replace(/\/$/, "")}/${repo}/resolve/${encodeURIComponent(revision)}/${path}`,
    endpoint,
  );
}
