/**
 * Hooks over an engine in a worker: `npm install sidewinder react`. The engine is opened when it is first needed and shared
 * by all components; what leaves the screen is stopped and freed.
 */
import { useEffect, useState } from "react";
import { createWorkerEngine, toBlob } from "sidewinder";

let opening;

/** The engine; another one after it has failed. */
const openEngine = () =>
  opening ??= createWorkerEngine().catch((error) => {
    opening = undefined;
    throw error;
  });

/** The built-in model of a task: `{ engine, model }` once it is there, `{ error }` if it cannot be. */
export function useModel(task, scale = 2) {
  const [state, setState] = useState({});
  useEffect(() => {
    let left = false, loaded;
    const load = async () => {
      const engine = await openEngine(), model = await engine.loadModel(await engine.defaultModel(task, { scale }));
      if (left) return model.close();
      loaded = model;
      setState({ engine, model });
    };
    load().catch((error) => {
      if (!left) setState({ error });
    });
    return () => {
      left = true;
      loaded?.close();
      setState({});
    };
  }, [task, scale]);
  return state;
}

/** An image made larger: `{ progress, url, error }`, where `url` is for an `<img>`. */
export function useRestore(image, scale = 2) {
  const { engine, model, error } = useModel("upscale", scale);
  const [state, setState] = useState({ progress: 0 });
  useEffect(() => {
    if (!model || !image) return;
    const stop = new AbortController(), { signal } = stop;
    let url;
    const run = async () => {
      const onProgress = ({ fraction }) => setState({ progress: fraction });
      const blob = await toBlob(await engine.restore(model, image, { signal, onProgress }));
      signal.throwIfAborted();
      url = URL.createObjectURL(blob);
      setState({ progress: 1, url });
    };
    run().catch((error) => {
      if (!signal.aborted) setState({ progress: 0, error });
    });
    return () => {
      stop.abort();
      if (url) URL.revokeObjectURL(url);
    };
  }, [engine, model, image]);
  return error ? { progress: 0, error } : state;
}
