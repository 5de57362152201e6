// For the npm build: engines without explicit resource management have no such symbols. The stand-ins are the ones that
// esbuild's lowering of `using` falls back to.
export const symbolDispose = /* @__PURE__ */ (() => Symbol.dispose ?? Symbol.for("Symbol.dispose"))();
export const symbolAsyncDispose = /* @__PURE__ */ (() => Symbol.asyncDispose ?? Symbol.for("Symbol.asyncDispose"))();
