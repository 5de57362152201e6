/**
 * Which pages of other origins may ask.
 *
 * @module
 */

/** `*`: pages of any origin; else those of the listed ones. */
export type Origins = "*" | readonly string[];

const EXPOSED = "ETag, Retry-After, Server-Timing";

/** The headers for a request from an origin; none where it may not ask or does not come from a page. */
export function corsHeaders(request: Request, origins: Origins): Record<string, string> {
  const origin = request.headers.get("origin");
  if (origin === null || (origins !== "*" && !origins.includes(origin))) return {};
  return {
    "access-control-allow-origin": origins === "*" ? "*" : origin,
    "access-control-expose-headers": EXPOSED,
  };
}

/** The answer to a preflight. */
export function preflight(request: Request, origins: Origins, methods: string): Response {
  const allowed = corsHeaders(request, origins);
  return new Response(null, {
    status: 204,
    headers: {
      ...allowed,
      allow: methods,
      ...("access-control-allow-origin" in allowed
        ? {
          "access-control-allow-methods": methods,
          "access-control-allow-headers": "accept, content-type, if-none-match",
          "access-control-max-age": "86400",
        }
        : {}),
    },
  });
}
