/**
 * Adapters for what works on sequences: Mamba's step, the gated MLP, the language model; and S4D and H3 as blocks.
 *
 * @module
 */
import { bind, type Bound, type Spec } from "../../src/checkpoint/weights.ts";
import type { Device } from "../../src/device.ts";
import { generateBatch } from "../../src/generate.ts";
import { loadLanguageModel } from "../../src/language_model.ts";
import { type DiagonalConfig, diagonalSystem, diagonalWeights } from "../../src/models/blocks/diagonal_system.ts";
import { gatedMlp, gatedMlpWeights } from "../../src/models/blocks/gated_mlp.ts";
import { h3, h3Config, h3States, h3Weights } from "../../src/models/blocks/h3.ts";
import { mixer, mixerConfig, mixerWeights } from "../../src/models/blocks/mamba.ts";
import { s4d, s4dConfig, s4dWeights } from "../../src/models/blocks/s4d.ts";
import { stateShapes } from "../../src/models/mamba_lm/cache.ts";
import { mambaLm, mambaLmWeights } from "../../src/models/mamba_lm/forward.ts";
import { mambaLmConfig, type MambaLmOptions } from "../../src/models/mamba_lm/options.ts";
import type { Ops } from "../../src/ops/ops.ts";
import { runModel } from "../../src/run/run_model.ts";
import type { Tensor } from "../../src/tensor.ts";
import { type Adapter, onDevice, type Produced, type Reader, swapAxes } from "./adapter.ts";
import type { Fixture } from "./fixture.ts";
import { formulaCheckpoint } from "./formula.ts";
import { stateDict } from "./net.ts";

/** Runs a body over the bound weights of a fixture. */
export async function withWeights<S extends Spec>(
  fixture: Fixture,
  device: Device,
  spec: S,
  body: (ops: Ops, weights: Bound<S>, read: Reader) => void,
): Promise<Produced[]> {
  const { weights, dispose } = await bind(spec, formulaCheckpoint(stateDict(fixture), fixture.seed), device);
  try {
    return await onDevice((_, ops, read) => body(ops, weights, read)).run(fixture, device);
  } finally {
    dispose();
  }
}

/** Tokens [first, first + count) of every image. */
function tokens(values: Float32Array, [batch, length, width]: readonly number[], first: number, count: number) {
  const out = new Float32Array(batch! * count * width!);
  for (let b = 0; b < batch!; b++) {
    out.set(
      values.subarray((b * length! + first) * width!, (b * length! + first + count) * width!),
      b * count * width!,
    );
  }
  return out;
}

/** Parts [b, l, d] of one sequence side by side. */
const joined = (parts: readonly Float32Array[], batch: number): Float32Array => {
  const out = new Float32Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (let b = 0; b < batch; b++) {
    for (const part of parts) {
      const size = part.length / batch;
      out.set(part.subarray(b * size, (b + 1) * size), at);
      at += size;
    }
  }
  return out;
};

const mambaStep: Adapter = {
  run: (fixture, device) => {
    const o = fixture.config as Record<string, number>, width = o.d_model!, prefill = o.prefill!, steps = o.steps!;
    const config = mixerConfig(width, {
      inner: (o.expand ?? 2) * width,
      stateSize: o.d_state ?? 16,
      convWidth: o.d_conv ?? 4,
    });
    const { shape, values } = fixture.floats("input"), batch = shape[0]!;
    const history = config.convWidth - 1, { inner, stateSize } = config;
    const outputs: Record<string, Promise<Float32Array>[]> = { steps: [] };
    const done = withWeights(fixture, device, mixerWeights(config), (ops, weights, read) => {
      const conv = ops.zeros([batch, 1, history, inner]), scan = ops.zeros([batch, 1, inner, stateSize]);
      const older: Promise<Float32Array>[] = [];
      let at = 0;
      const advance = (count: number): Tensor => {
        const input = ops.input(tokens(values, shape, at, count), [batch, count, width]);
        const carry = { read: at > 0, write: true };
        at += count;
        return mixer(ops, weights, config, input, {
          carry: { conv: { state: conv, ...carry }, scan: { state: scan, ...carry } },
        });
      };
      // The official state holds one input more than the next step needs: the oldest of the state before the last token.
      const states = (suffix: string) => {
        older.push(device.read(conv));
        return () => {
          const before = older.at(-1)!, after = device.read(conv);
          outputs[`conv_state${suffix}`] = [
            Promise.all([before, after]).then(([before, after]) => {
              const oldest = tokens(before, [batch, history, inner], 0, 1);
              return swapAxes(joined([oldest, after], batch), batch, history + 1, inner);
            }),
          ];
          read(`ssm_state${suffix}`, scan);
        };
      };
      const whole = ops.input(values, shape);
      read("output", mixer(ops, weights, config, whole));
      const first = prefill > 1 ? device.read(advance(prefill - 1)) : Promise.resolve(new Float32Array(0));
      let end = states("");
      outputs.prefill = [first, device.read(advance(1))];
      end();
      for (let i = 0; i < steps; i++) {
        if (i === steps - 1) end = states("_end");
        outputs.steps!.push(device.read(advance(1)));
      }
      end();
    });
    return done.then(async (produced) => [
      ...produced,
      ...await Promise.all(
        Object.entries(outputs).map(async ([name, parts]) => ({
          name,
          values: joined(await Promise.all(parts), batch),
        })),
      ),
    ]);
  },
};

const gatedMlpAdapter: Adapter = {
  run: (fixture, device) => {
    const { D, hidden } = fixture.config as { D: number; hidden: number };
    return withWeights(fixture, device, gatedMlpWeights(D, hidden), (ops, weights, read) => {
      const { shape, values } = fixture.floats("input");
      read("output", gatedMlp(ops, weights, ops.input(values, shape)));
    });
  },
};

const languageModel: Adapter = {
  run: (fixture, device) => {
    const { class: _, prefill, steps, ...options } = fixture.config as unknown as MambaLmOptions & {
      class: string;
      prefill: number;
      steps: number;
    };
    const c = mambaLmConfig(options), { inner, convWidth } = c.mixer;
    const { shape, values } = fixture.take("input_ids"), [batch, length] = shape as [number, number];
    const ids = (first: number, count: number): Uint32Array =>
      Uint32Array.from(tokens(Float32Array.from(values), [batch, length, 1], first, count));
    const stepwise: Promise<Float32Array>[] = [], conv: Promise<Float32Array>[] = [];
    const done = withWeights(fixture, device, mambaLmWeights(c), (ops, weights, read) => {
      const shapes = stateShapes(c, batch);
      const drive = (pass: Generator<void, Tensor>): Tensor => {
        for (;;) {
          const step = pass.next();
          if (step.done) return step.value;
        }
      };
      const all = { everyToken: true } as const;
      read("logits", drive(mambaLm(ops, weights, c, ids(0, length), batch, all, (name, x) => read(name, x))));
      const states = Array.from(
        { length: c.layers },
        () => ({ conv: ops.zeros(shapes.conv), scan: ops.zeros(shapes.scan) }),
      );
      let at = 0;
      const advance = (count: number): void => {
        const from = at;
        at += count;
        const pass = { ...all, states, resumes: from > 0 };
        stepwise.push(device.read(drive(mambaLm(ops, weights, c, ids(from, count), batch, pass))));
      };
      if (prefill > 1) advance(prefill - 1);
      conv.push(device.read(states[0]!.conv));
      advance(1);
      conv.push(device.read(states[0]!.conv));
      read("prefill_ssm_state.0", states[0]!.scan);
      for (let i = 0; i < steps; i++) advance(1);
    });
    return done.then(async (produced) => {
      const [before, after] = await Promise.all(conv) as [Float32Array, Float32Array];
      const oldest = tokens(before, [batch, convWidth - 1, inner], 0, 1);
      return [
        ...produced,
        { name: "logits_stepwise", values: joined(await Promise.all(stepwise), batch) },
        { name: "prefill_conv_state.0", values: swapAxes(joined([oldest, after], batch), batch, convWidth, inner) },
      ];
    });
  },
};

/** The layout of transformers, loaded and gone on with as a file of it would be. */
const huggingFace: Adapter = {
  run: async (fixture, device) => {
    const checkpoint = {
      ...formulaCheckpoint(stateDict(fixture), fixture.seed),
      ...{ format: "safetensors", root: "", metadata: {}, ignored: [], warnings: [] } as const,
      close: () => Promise.resolve(),
    };
    await using model = await loadLanguageModel(device, checkpoint);
    const { shape, values } = fixture.take("input_ids"), [batch, length] = shape as [number, number];
    const ids = Uint32Array.from(values), produced: Promise<Produced>[] = [];
    const logits = await runModel(device, (ops, tap) => model.forward(ops, ids, batch, { everyToken: true }, tap), {
      tap: (name, tensor) => {
        if (fixture.has(name)) produced.push(device.read(tensor).then((values) => ({ name, values })));
      },
    });
    const prompts = Array.from({ length: batch }, (_, b) => ids.subarray(b * length, (b + 1) * length));
    const [, maxTokens] = fixture.peek("greedy").shape as [number, number];
    const made = await Array.fromAsync(generateBatch(model, prompts, { maxTokens }));
    const greedy = prompts.flatMap((_, b) => made.map((row) => row[b]!));
    return [...await Promise.all(produced), { name: "logits", values: logits }, { name: "greedy", values: greedy }];
  },
};

const FORMS = ["convolution", "recurrence"] as const;

/** What comes of weights that are made in f64 and kept in f32: also on the f64 reference it can be no nearer than that. */
const ofRounded = async (fixture: Fixture, produced: Promise<Produced[]>): Promise<Produced[]> =>
  (await produced).map((tensor) => ({
    ...tensor,
    within: (wanted) => fixture.allowance(tensor.name, wanted, "f32"),
  }));

/** A diagonal system alone, in both forms. */
export function diagonalForms(fixture: Fixture, device: Device, c: DiagonalConfig): Promise<Produced[]> {
  const { shape, values } = fixture.floats("u"), [batch, channels, length] = shape as [number, number, number];
  return ofRounded(
    fixture,
    withWeights(fixture, device, diagonalWeights(c, length), (ops, weights, read) => {
      const u = ops.input(swapAxes(values, batch, channels, length), [batch, length, channels]);
      const back = (y: Float32Array) => swapAxes(y, batch, length, channels);
      const state = ops.zeros([batch, 2 * channels * c.states]);
      read("y", diagonalSystem(ops, weights, u, { form: "convolution" }), back, { label: "y (block, convolution)" });
      read("y", diagonalSystem(ops, weights, u, { state }), back, { label: "y (block, recurrence)" });
      read("state_end", state, undefined, { label: "state_end (block)" });
    }),
  );
}

/** An S4D layer in both forms. */
export function s4dForms(fixture: Fixture, device: Device, channels: number, stateSize: number): Promise<Produced[]> {
  const { shape, values } = fixture.floats("input"), [batch, , length] = shape as [number, number, number];
  return withWeights(fixture, device, s4dWeights(s4dConfig(channels, stateSize), length), (ops, weights, read) => {
    const u = ops.input(swapAxes(values, batch, channels, length), [batch, length, channels]);
    for (const form of FORMS) {
      const back = (y: Float32Array) => swapAxes(y, batch, length, channels);
      read("output", s4d(ops, weights, u, { form }), back, { label: `output (block, ${form})` });
    }
  });
}

/** An H3 layer in both forms, and the recurrent one in two parts. */
export function h3Forms(
  fixture: Fixture,
  device: Device,
  width: number,
  options: { readonly stateSize: number; readonly headSize: number },
): Promise<Produced[]> {
  const { shape, values } = fixture.floats("input"), [batch, length] = shape as [number, number, number];
  const c = h3Config(width, options), parts: Promise<Float32Array>[] = [];
  const done = withWeights(fixture, device, h3Weights(c, length), (ops, weights, read) => {
    const x = ops.input(values, shape), states = h3States(ops, c, batch);
    for (const form of FORMS) {
      read("output", h3(ops, weights, c, x, { form }), undefined, { label: `output (${form})` });
    }
    const cut = Math.min(7, Math.ceil(length / 2));
    for (const [first, count] of [[0, cut], [cut, length - cut]] as const) {
      if (count === 0) continue;
      const part = ops.input(tokens(values, shape, first, count), [batch, count, width]);
      parts.push(device.read(h3(ops, weights, c, part, { states })));
    }
  });
  return done.then(async (produced) => [
    ...produced,
    { name: "output", label: "output (in two parts)", values: joined(await Promise.all(parts), batch) },
  ]);
}

/** Adapters by the `model` of a fixture. */
export const SEQUENCE_ADAPTERS: Readonly<Record<string, Adapter>> = {
  mamba_step: mambaStep,
  gated_mlp: gatedMlpAdapter,
  MambaLMHeadModel: languageModel,
  MambaForCausalLM: huggingFace,
};
