import { assertEquals } from "@std/assert";
import { IMAGENET_LABELS } from "../../src/models/imagenet_labels.gen.ts";

Deno.test("IMAGENET_LABELS holds 1000 different names in the order of the ILSVRC synsets", () => {
  assertEquals(new Set(IMAGENET_LABELS).size, 1000);
  assertEquals(IMAGENET_LABELS.length, 1000);
  const known = {
    0: "tench",
    281: "tabby",
    285: "Egyptian cat",
    504: "coffee mug",
    812: "space shuttle",
    999: "toilet tissue",
  };
  for (const [index, name] of Object.entries(known)) assertEquals(IMAGENET_LABELS[Number(index)], name);
});
