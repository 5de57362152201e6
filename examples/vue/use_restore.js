/**
 * A composable over an engine in a worker: `npm install sidewinder vue`. The engine is opened when it is first needed and
 * shared; what leaves the screen is stopped and freed.
 */
import { shallowRef, toValue, watchEffect } from "vue";
import { createWorkerEngine, toBlob } from "sidewinder";

let opening;

/** The engine and its model; others after they have failed. */
const openModel = () =>
  opening ??= createWorkerEngine().then(async (engine) => ({
    engine,
    model: await engine.loadModel(await engine.defaultModel("upscale")),
  })).catch((error) => {
    opening = undefined;
    throw error;
  });

/** An image, or a ref of one, made larger: refs of `progress`, of `url` for an `<img>`, and of `error`. */
export function useRestore(image) {
  const progress = shallowRef(0), url = shallowRef(), error = shallowRef();
  watchEffect((onCleanup) => {
    const input = toValue(image), stop = new AbortController(), { signal } = stop;
    onCleanup(() => {
      stop.abort();
      if (url.value) URL.revokeObjectURL(url.value);
      url.value = error.value = undefined;
    });
    if (!input) return;
    const run = async () => {
      const { engine, model } = await openModel();
      const onProgress = ({ fraction }) => progress.value = fraction;
      const blob = await toBlob(await engine.restore(model, input, { signal, onProgress }));
      signal.throwIfAborted();
      url.value = URL.createObjectURL(blob);
    };
    run().catch((cause) => {
      if (!signal.aborted) error.value = cause;
    });
  });
  return { progress, url, error };
}
