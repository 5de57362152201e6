/**
 * Pipelines: a shader, its entry point and the constants it is made for. They are made once, on first use or ahead of it,
 * and kept.
 *
 * @module
 */
import { SIGNATURES } from "../device/signature.ts";
import type { KernelName } from "../kernels.ts";
import type { Faults } from "./faults.ts";
import { COMPUTE_STAGE } from "./flags.ts";
import { placeOf, withPlaces } from "./shader_places.ts";
import { type WidthPart, WITH_SCRATCH } from "./shaders.gen.ts";
import type { Shaders } from "./shaders.ts";

/** Which pipeline: a kernel's shader, an entry point of it, and constants. */
export interface PipelineKey {
  readonly kernel: KernelName;
  /** `main` by default. */
  readonly entry?: string;
  /** Become lines of a prelude: numbers are `u32`. */
  readonly constants: Readonly<Record<string, number | boolean>>;
  /** Shared sources that depend on the call: how wide the words are that it reads and writes. */
  readonly include?: readonly WidthPart[];
}

/** The pipelines of one device. */
export class Pipelines {
  readonly #device: GPUDevice;
  readonly #faults: Faults;
  readonly #sources: Shaders;
  readonly #pipelines = new Map<string, GPUComputePipeline>();
  /** Why a pipeline could not be made. */
  readonly #broken = new Map<string, string>();
  readonly #layouts = new Map<KernelName, { readonly group: GPUBindGroupLayout; readonly whole: GPUPipelineLayout }>();
  /** Layout of the parameters, which all kernels share. */
  readonly params: GPUBindGroupLayout;

  constructor(device: GPUDevice, faults: Faults, sources: Shaders) {
    this.#device = device;
    this.#faults = faults;
    this.#sources = sources;
    this.params = device.createBindGroupLayout({
      label: "parameters",
      entries: [{ binding: 0, visibility: COMPUTE_STAGE, buffer: { type: "uniform", hasDynamicOffset: true } }],
    });
  }

  /** Pipelines made so far. */
  get size(): number {
    return this.#pipelines.size;
  }

  /** The layout of a kernel's operands, in table order. */
  layoutOf(kernel: KernelName): GPUBindGroupLayout {
    return this.#layoutsOf(kernel).group;
  }

  /** The pipeline of a key, made now if there is none; undefined when it is known that it cannot be made. */
  get(key: PipelineKey): GPUComputePipeline | undefined {
    const name = nameOf(key);
    const known = this.#pipelines.get(name);
    if (known) return known;
    const obstacle = this.#broken.get(name);
    if (obstacle !== undefined) {
      this.#faults.note(new Error(obstacle));
      return undefined;
    }
    const pipeline = this.#faults.watch(
      "validation",
      () => this.#device.createComputePipeline(this.#describe(key)),
      (message) => this.#break(name, key, message),
    );
    this.#pipelines.set(name, pipeline);
    return pipeline;
  }

  /** Makes the pipelines of `keys` that do not exist yet, side by side. */
  async prepare(keys: Iterable<PipelineKey>): Promise<void> {
    const missing = new Map<string, PipelineKey>();
    for (const key of keys) if (!this.#pipelines.has(nameOf(key))) missing.set(nameOf(key), key);
    if (missing.size === 0) return;
    await Promise.all(
      Array.from(missing, async ([name, key]) => {
        const described = this.#describe(key);
        try {
          this.#pipelines.set(name, await this.#device.createComputePipelineAsync(described));
        } catch (error) {
          const place = await this.#placeOf(key, described.compute.module);
          this.#faults.note(new Error(this.#break(name, key, `${place}${(error as Error).message}`)));
        }
      }),
    );
    await this.#faults.settle();
  }

  /** What the compiler says of a shader, by file and line; nothing where it does not say. */
  async #placeOf(key: PipelineKey, module: GPUShaderModule): Promise<string> {
    const info = await module.getCompilationInfo?.();
    const first = info?.messages.find(({ type }) => type === "error");
    const place = first && placeOf(this.#codeOf(key), first.lineNum);
    return place ? `${place}:${first.linePos}: ${first.message}; ` : "";
  }

  #break(name: string, key: PipelineKey, reason: string): string {
    const { kernel } = key;
    const message = `Cannot run ${kernel} as its shader must be valid: ${withPlaces(this.#codeOf(key), reason)}`;
    this.#pipelines.delete(name);
    this.#broken.set(name, message);
    return message;
  }

  /** The source of a pipeline: its constants, the parts that depend on the call, the shader. */
  #codeOf({ kernel, constants, include = [] }: PipelineKey): string {
    const prelude = Object.entries(constants).map(([name, value]) =>
      typeof value === "boolean" ? `const ${name} = ${value};` : `const ${name}: u32 = ${value}u;`
    );
    return [...prelude, ...include.map((name) => this.#sources[name]), this.#sources[kernel]].join("\n");
  }

  #describe(key: PipelineKey): GPUComputePipelineDescriptor {
    const { kernel, entry = "main" } = key;
    const module = this.#device.createShaderModule({ label: kernel, code: this.#codeOf(key) });
    return { label: kernel, layout: this.#layoutsOf(kernel).whole, compute: { module, entryPoint: entry } };
  }

  #layoutsOf(kernel: KernelName) {
    const known = this.#layouts.get(kernel);
    if (known) return known;
    const written = SIGNATURES[kernel].operands.map((operand) => operand.written);
    if (WITH_SCRATCH.has(kernel)) written.push(true);
    const group = this.#device.createBindGroupLayout({
      label: kernel,
      entries: written.map((writes, binding) => ({
        binding,
        visibility: COMPUTE_STAGE,
        buffer: { type: writes ? "storage" : "read-only-storage" },
      })),
    });
    const whole = this.#device.createPipelineLayout({ label: kernel, bindGroupLayouts: [group, this.params] });
    const layouts = { group, whole };
    this.#layouts.set(kernel, layouts);
    return layouts;
  }
}

/** Whether a kernel binds a buffer for partial results. */
export const hasScratch = (kernel: KernelName): boolean => WITH_SCRATCH.has(kernel);

function nameOf({ kernel, entry = "main", constants, include = [] }: PipelineKey): string {
  let name = `${kernel} ${entry} ${include}`;
  for (const constant in constants) name += ` ${constants[constant]}`;
  return name;
}
