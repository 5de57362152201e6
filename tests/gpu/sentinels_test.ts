import { assert, assertEquals, assertRejects } from "@std/assert";
import type { Device } from "../../src/device.ts";
import { Ops } from "../../src/ops/ops.ts";
import { tensorOf } from "../../src/tensor.ts";
import { callWildly, WILD_CALLS } from "../wasm/wild_calls.ts";
import type { Tensor } from "../../src/tensor.ts";
import { gpuTest } from "./gpu.ts";
import { openSentinels } from "./sentinel_device.ts";

/** Calls of each op; software adapters are slow. */
const CALLS = Deno.env.get("SIDEWINDER_LONG") ? 1000 : 12;

gpuTest("whatever ops are given, shaders change no word beside their operands", async () => {
  await using device = await openSentinels();
  const ops = new Ops(device);
  for (const op of Object.keys(WILD_CALLS)) {
    for (let seed = 0; seed < CALLS; seed++) {
      using _ = device.scope();
      const written: Tensor[] = [];
      const watched: Device = {
        ...device,
        alloc: (length) => {
          const buffer = device.alloc(length);
          written.push(tensorOf(buffer, [length]));
          return buffer;
        },
        write: (data, options) => {
          const buffer = device.write(data, options);
          if (data instanceof Float32Array && (options.role ?? "plain") === "plain") {
            written.push(tensorOf(buffer, [data.length]));
          }
          return buffer;
        },
      };
      try {
        callWildly(new Ops(watched), op, seed);
      } catch (error) {
        assert(/^Cannot .* as .*: \w/s.test((error as Error).message), `${op}, seed ${seed}: ${error}`);
        continue;
      }
      await Promise.all(written.map((tensor) => ops.device.read(tensor)));
    }
  }
});

gpuTest("the device between sentinels sees a shader that writes beside its operand", async () => {
  await using device = await openSentinels();
  using _ = device.scope();
  const ops = new Ops(device), x = ops.input(Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8), [2, 4]), out = ops.empty([1, 4]);
  const params = { rows: 2, columns: 4, xStride: 4, outStride: 4, activation: 0, slope: 0 };
  device.run("unary", { x, out }, params); // two rows into the buffer of one
  await assertRejects(() => device.read(out), Error, "Word 4 of a buffer of 4 was changed to 5");
});

gpuTest("the same input gives the same bits again on the same GPU", async () => {
  await using device = await openSentinels();
  const ops = new Ops(device);
  const run = async (op: string, seed: number): Promise<Uint32Array | undefined> => {
    using _ = device.scope();
    try {
      const result = callWildly(ops, op, seed, true);
      return Array.isArray(result) ? undefined : new Uint32Array((await device.read(result as Tensor)).buffer);
    } catch (error) {
      if (error instanceof TypeError || error instanceof RangeError) return undefined;
      throw error;
    }
  };
  for (const op of Object.keys(WILD_CALLS)) {
    for (let seed = 0; seed < CALLS; seed++) {
      assertEquals(await run(op, seed), await run(op, seed), `${op}, seed ${seed}`);
    }
  }
});
