// Injected into the npm build: engines without explicit resource management have no such symbols. The stand-ins are the
// ones that esbuild's lowering of `using` falls back to.
export const symbolDispose = Symbol.dispose ?? Symbol.for("Symbol.dispose");
export const symbolAsyncDispose = Symbol.asyncDispose ?? Symbol.for("Symbol.asyncDispose");
