/**
 * Which texts are names of checkpoints, and what opens those.
 *
 * @module
 */
import { lazyImport } from "../bytes/lazy_import.ts";
import { isReleased } from "./released.ts";

/** A text that begins with a scheme which is no address: of more than a letter, as drives have one. */
const SCHEME = /^(?!https?:|file:|data:|blob:)[a-z][a-z\d+.-]+:/i;

/** Whether a text is a name, rather than a path or an address. */
export const isNamed = (text: string): boolean => isReleased(text) || SCHEME.test(text);

/** What opens names, and says which one was meant. */
export const names = (): Promise<typeof import("./open_named.ts")> =>
  lazyImport<typeof import("./open_named.ts")>("./checkpoint/open_named.ts");
