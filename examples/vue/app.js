/** Without a template, so that no plugin is needed. */
import { createApp, h, shallowRef } from "vue";
import { useRestore } from "./use_restore.js";

createApp({
  setup() {
    const image = shallowRef("photo.png"), { progress, url, error } = useRestore(image);
    return () => [
      h("input", { type: "file", accept: "image/*", onChange: ({ target }) => image.value = target.files[0] }),
      h("progress", { value: progress.value }),
      error.value && h("p", { role: "alert" }, error.value.message),
      url.value && h("img", { src: url.value, alt: "The photo, twice as large" }),
    ];
  },
}).mount("#app");
