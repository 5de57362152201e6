/**
 * What the page's server says beside the files. Hosts that read a `_headers` file get the same.
 *
 * @module
 */

/** Where scripts, styles and data of the page may come from: its own origin and nothing else. */
export const POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self'",
  "img-src 'self' blob: data:",
  "connect-src 'self'",
  "worker-src 'self'",
  "manifest-src 'self'",
  "media-src 'self' blob: mediastream:",
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

/** Headers of every answer. The two cross-origin ones let threads share memory later. */
export const HEADERS: Readonly<Record<string, string>> = {
  "content-security-policy": `${POLICY}; frame-ancestors 'none'`,
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
  "cross-origin-resource-policy": "same-origin",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "permissions-policy": "camera=(self), clipboard-read=(self), geolocation=(), microphone=()",
};

/** Files whose names change with their content never need to be asked for again. */
const HASHED = /-[0-9A-Za-z]{8}\.\w+$/;

/** How long a file may be kept. */
export const cachingOf = (path: string): string =>
  HASHED.test(path) ? "public, max-age=31536000, immutable" : "no-cache";

/** The same as a `_headers` file, which several static hosts read. */
export function headersFile(hashed: readonly string[]): string {
  const all = Object.entries(HEADERS).map(([name, value]) => `  ${name}: ${value}`).join("\n");
  const kept = hashed.filter((path) => HASHED.test(path)).map((path) =>
    `/${path}\n  cache-control: ${cachingOf(path)}`
  );
  return `/*\n${all}\n${kept.join("\n")}\n`;
}
