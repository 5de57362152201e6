// Injected into the npm build: engines without explicit resource management have no such symbols. The stand-ins are the
// ones that esbuild's lowering of `using` falls back to. Taken apart, since the build replaces the dotted names.
const { dispose, asyncDispose } = Symbol;
export const symbolDispose = dispose ?? Symbol.for("Symbol.dispose");
export const symbolAsyncDispose = asyncDispose ?? Symbol.for("Symbol.asyncDispose");
