import { assertEquals } from "@std/assert";
import { loadImagenetLabels } from "../../src/models/imagenet_labels.ts";

Deno.test("loadImagenetLabels() gives 1000 different names in the order of the ILSVRC synsets", async () => {
  const labels = await loadImagenetLabels();
  assertEquals(new Set(labels).size, 1000);
  assertEquals(labels.length, 1000);
  const known = {
    0: "tench",
    281: "tabby",
    285: "Egyptian cat",
    504: "coffee mug",
    812: "space shuttle",
    999: "toilet tissue",
  };
  for (const [index, name] of Object.entries(known)) assertEquals(labels[Number(index)], name);
});
