/** S4D and H3 with odd state sizes: both forms are the same function, and that of the laws, on every device. */
import { assert } from "@std/assert";
import { bind, type Bound, type Spec, specKeys } from "../../src/checkpoint/weights.ts";
import type { Device } from "../../src/device.ts";
import { s4dLayer } from "../../src/laws/forms/s4d.ts";
import { h3, h3Config, h3Weights } from "../../src/models/blocks/h3.ts";
import { s4d, s4dConfig, s4dWeights } from "../../src/models/blocks/s4d.ts";
import { Ops } from "../../src/ops/ops.ts";
import type { Tensor } from "../../src/tensor.ts";
import { DEVICES } from "../devices.ts";
import { formulaCheckpoint, uniform, weight } from "../golden_runner/formula.ts";
import { swapAxes } from "../golden_runner/adapter.ts";

const FORMS = ["convolution", "recurrence"] as const, BATCH = 2, LENGTH = 21, WIDTH = 6;
const input = uniform("input", [BATCH, LENGTH, WIDTH], 3, { lo: -1, hi: 1, along: "nothing" });

/** What each form of a layer gives. */
async function bothForms<S extends Spec>(
  device: Device,
  spec: S,
  layer: (ops: Ops, weights: Bound<S>, x: Tensor, form: typeof FORMS[number]) => Tensor,
): Promise<readonly Float32Array[]> {
  const { weights, dispose } = await bind(spec, formulaCheckpoint(specKeys(spec), 3), device);
  using _ = device.scope();
  const ops = new Ops(device), x = ops.input(input, [BATCH, LENGTH, WIDTH]);
  const read = await Promise.all(FORMS.map((form) => device.read(layer(ops, weights, x, form))));
  dispose();
  return read;
}

function near(mine: ArrayLike<number>, wanted: ArrayLike<number>): void {
  for (let i = 0; i < wanted.length; i++) {
    assert(Math.abs(mine[i]! - wanted[i]!) < 2e-5, `${i}: ${mine[i]} instead of ${wanted[i]}`);
  }
}

for (const { name, open } of DEVICES) {
  Deno.test(`S4D of state size 5 is that of the laws in both forms, on ${name}`, async () => {
    await using device = await open();
    const config = s4dConfig(WIDTH, 5), n = config.states;
    const of = (key: string, shape: readonly number[]) => weight(key, shape, 3);
    const wanted = s4dLayer(
      {
        channels: WIDTH,
        stateSize: n,
        logDt: of("kernel.log_dt", [WIDTH]),
        logRealA: of("kernel.log_A_real", [WIDTH, n]),
        imagA: of("kernel.A_imag", [WIDTH, n]),
        C: of("kernel.C", [WIDTH, n, 2]),
        D: of("D", [WIDTH]),
        weight: of("output_linear.0.weight", [2 * WIDTH, WIDTH, 1]),
        bias: of("output_linear.0.bias", [2 * WIDTH]),
      },
      swapAxes(input, BATCH, LENGTH, WIDTH),
      BATCH,
    );
    const spec = s4dWeights(config, LENGTH);
    assert(n === 2);
    for (const y of await bothForms(device, spec, (ops, w, x, form) => s4d(ops, w, x, { form }))) {
      near(y, swapAxes(Float32Array.from(wanted), BATCH, WIDTH, LENGTH));
    }
  });

  for (const headSize of [1, 2, 3]) {
    Deno.test(`H3 of state size 5 and heads of ${headSize}: convolution equals recurrence, on ${name}`, async () => {
      await using device = await open();
      const config = h3Config(WIDTH, { stateSize: 5, headSize });
      const [convolved, stepped] = await bothForms(
        device,
        h3Weights(config, LENGTH),
        (ops, w, x, form) => h3(ops, w, config, x, { form }),
      );
      near(convolved!, stepped!);
      assert(convolved!.every((value) => Number.isFinite(value)) && convolved!.some((value) => Math.abs(value) > 0.01));
    });
  }
}
