/**
 * What the test files ask of Deno, for runtimes without it: it collects the tests and reads files of the project. It must
 * be imported before them.
 *
 * @module
 */

/** A collected test. */
export interface CollectedTest {
  readonly name: string;
  readonly ignore?: boolean;
  readonly fn: (context: StepContext) => void | Promise<void>;
}

/** What a test runs its steps by. */
export interface StepContext {
  readonly step: (name: string, fn: (context: StepContext) => void | Promise<void>) => Promise<boolean>;
}

/** What happens in a suite, in order: a test or a step begins, those within it, its end; at last the end of the suite. */
export type TestEvent =
  | { readonly begin: string; readonly ignore?: boolean }
  | { readonly end: string; readonly error?: string }
  | { readonly done: true };

/** What a runtime brings. */
interface Host {
  /** The project's root, as a URL with a slash at the end. */
  readonly root: string;
  readonly long: boolean;
  /** Which half of the cases of kernels' laws is this runtime's. */
  readonly half: 0 | 1;
  /** Part and name of the fixtures to run. */
  readonly fixtures: readonly string[];
  readonly readFile: (url: URL) => Promise<Uint8Array>;
}

/** Set by the page or the script that imports the bundle. */
export const host = (globalThis as unknown as { readonly sidewinderHost: Host }).sidewinderHost;

/** The tests of all files imported so far. */
export const collected: CollectedTest[] = [];

const variables: Readonly<Record<string, string>> = {
  CI: "1",
  SIDEWINDER_DEVICES: "gpu",
  ...(host.long ? { SIDEWINDER_LONG: "1" } : {}),
};

Object.assign(globalThis, {
  Deno: {
    env: { get: (name: string) => variables[name] },
    readFile: host.readFile,
    SeekMode: { Start: 0 },
    async open(url: URL) {
      const content = await host.readFile(url);
      let position = 0;
      return {
        statSync: () => ({ isFile: true, size: content.length }),
        seekSync: (offset: number) => position = offset,
        readSync(bytes: Uint8Array): number {
          const part = content.subarray(position, position + bytes.length);
          bytes.set(part);
          position += part.length;
          return part.length;
        },
        close() {},
      };
    },
    test(given: string | CollectedTest, fn?: CollectedTest["fn"]): void {
      collected.push(typeof given === "string" ? { name: given, fn: fn! } : given);
    },
  },
});
