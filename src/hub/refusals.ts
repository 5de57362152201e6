/**
 * What the hub's refusals mean, in words, with what was probably meant.
 *
 * @module
 */
import { nearest } from "../bytes/near.ts";
import { type HubName, nameOf } from "./name.ts";
import type { HubServer } from "./server.ts";

/** Files that a model can be loaded from. */
const CHECKPOINT = /\.(safetensors|pth|pt|bin|ckpt|safetensors\.index\.json)$/;
/** Names that a message lists at most. */
const MOST_LISTED = 8;

/** A JSON answer of the hub; undefined where there is none. */
async function askJson(server: HubServer, path: string): Promise<unknown> {
  try {
    const url = new URL(`${server.endpoint.pathname.replace(/\/$/, "")}/api/models/${path}`, server.endpoint);
    const response = await server.fetch(url);
    return response.ok ? await response.json() : undefined;
  } catch {
    return undefined;
  }
}

const namesIn = (list: unknown, key: string): string[] =>
  Array.isArray(list) ? list.map((entry) => entry?.[key]).filter((name) => typeof name === "string") : [];

/** Names of what there is, the nearest first. */
function offer(wanted: string, names: readonly string[]): string {
  if (names.length === 0) return "";
  const last = (path: string): string => path.split("/").at(-1)!;
  const meant = nearest(wanted, names) ?? names.find((name) => last(name) === last(wanted)) ??
    names.find((name) => last(name) === nearest(last(wanted), names.map(last)));
  const listed = `it has ${names.slice(0, MOST_LISTED).join(", ")}${names.length > MOST_LISTED ? ", …" : ""}`;
  return meant === undefined ? `; ${listed}` : `; did you mean ${meant}? ${listed}`;
}

/** The files of a repository at a revision that a model can be loaded from. */
async function filesOf(server: HubServer, { repo, revision }: HubName): Promise<string[]> {
  const listing = await askJson(server, `${repo}/revision/${encodeURIComponent(revision)}`);
  const files = namesIn((listing as { siblings?: unknown } | undefined)?.siblings, "rfilename");
  const models = files.filter((name) => CHECKPOINT.test(name));
  return models.length > 0 ? models : files;
}

/** The error for a name without a file. */
export async function noFile(server: HubServer | undefined, name: HubName): Promise<RangeError> {
  const offered = server ? offer("model.safetensors", await filesOf(server, name)) : "";
  return new RangeError(`Cannot load ${nameOf(name)} as a file of the repository must be named: none is${offered}`);
}

/** The error for an answer that is no file. */
export async function refusalOf(server: HubServer, name: HubName, response: Response): Promise<Error> {
  const { status, headers } = response, code = headers.get("x-error-code") ?? "", { repo, revision, file = "" } = name;
  const said = headers.get("x-error-message"), fact = `answer is ${status}${said ? ` (${said})` : ""}`;
  const refuse = (wish: string, offered = ""): Error =>
    new Error(`Cannot load ${nameOf(name)} as ${wish}: current ${fact}${offered}`);
  const page = `${server.endpoint.href.replace(/\/$/, "")}/${repo}`;
  if (code === "GatedRepo" || (status === 403 && server.token !== undefined)) {
    return refuse(
      `its terms must be accepted at ${page}${
        server.token === undefined
          ? " and a token of that account given (token, HF_TOKEN)"
          : " by the account of the token"
      }`,
    );
  }
  if (status === 401 || status === 403 || code === "RepoNotFound") {
    return refuse(
      server.token === undefined
        ? `the repository ${repo} must exist and be public, or a token must be given (token, HF_TOKEN)`
        : `the repository ${repo} must exist and the token must be valid for it`,
    );
  }
  if (status !== 404) return refuse(`${server.endpoint.host} must give the file`);
  if (code === "RevisionNotFound") {
    const refs = await askJson(server, `${repo}/refs`) as { branches?: unknown; tags?: unknown } | undefined;
    const names = [...namesIn(refs?.branches, "name"), ...namesIn(refs?.tags, "name")];
    return refuse(`the repository must have the revision ${revision}`, offer(revision, names));
  }
  return refuse(`the repository must have the file ${file}`, offer(file, await filesOf(server, name)));
}
