/** Version of the package; `deno.json` says the same. */
export const VERSION = "0.1.0";
