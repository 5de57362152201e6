/** Sizes at, just under and over every limit of docs/numerics.md: they run and touch only their operands, or are refused. */
import { assertEquals, assertThrows } from "@std/assert";
import type { Device } from "../../src/device.ts";
import { openReference } from "../../src/reference/device.ts";
import { openDry } from "../../src/run/dry_device.ts";
import { openChecked } from "./checked_device.ts";
import { LIMITS, Zeros } from "./limit_calls.ts";

for (const variant of ["relaxed-simd", "simd128"] as const) {
  for (const { op, limit, within } of LIMITS) {
    Deno.test(`calls of ${op} within ${limit} touch only their operands, on ${variant}`, async () => {
      for (const threads of [1, 3]) {
        await using device = await openChecked(variant, { threads });
        for (const call of within) {
          using _ = device.scope();
          call(new Zeros(device));
        }
      }
    });
  }
}

for (const open of [openDry, () => openReference(), () => openReference({ precision: "f64" })]) {
  Deno.test(`calls over every limit are refused in words on ${open().name}`, () => {
    const device: Device = open();
    for (const { limit, over } of LIMITS) {
      for (const call of over) {
        using _ = device.scope();
        const error = assertThrows(() => call(new Zeros(device)), Error, "must");
        assertEquals([RangeError, TypeError].includes(error.constructor as never), true, `${limit}: ${error}`);
        assertEquals(
          /^Cannot run \w+ as .* at most |^Cannot run \w+ as .* 1 to /.test(error.message),
          true,
          error.message,
        );
      }
    }
  });
}
