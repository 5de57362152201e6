/**
 * The body of an answer that the caller has fetched.
 *
 * @module
 */

/**
 * The bytes of a `Response`.
 *
 * @throws {TypeError} When it is no success, gives no bytes to this page, or has been read.
 */
export async function answeredBytes(response: Response): Promise<Uint8Array<ArrayBuffer>> {
  const name = response.url || "the given response";
  const refused = (wish: string, fact: string): TypeError =>
    new TypeError(`Cannot read ${name} as ${wish}: current ${fact}`);
  if (response.type === "opaque" || response.type === "opaqueredirect") {
    throw refused(
      'the server must let this page see the answer (CORS), and fetch must not have mode "no-cors"',
      "answer is opaque",
    );
  }
  if (!response.ok) {
    throw refused("the answer must be a success", `status is ${response.status} ${response.statusText}`.trim());
  }
  if (response.bodyUsed) throw refused("its body must not have been read", "body is used; pass response.clone()");
  return new Uint8Array(await response.arrayBuffer());
}
