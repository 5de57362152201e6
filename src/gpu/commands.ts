/**
 * The commands of a WebGPU device: one encoder and one pass that stay open until the work must be submitted. Parameters
 * of all its dispatches lie in one uniform buffer, a slot each, written just before the submission.
 *
 * @module
 */
import type { Faults } from "./faults.ts";
import { COPY_DST, UNIFORM } from "./flags.ts";
import { type TimedPass, Timeline } from "./timeline.ts";

/** Bytes of a slot: the largest offset alignment that WebGPU may ask for. */
const SLOT = 256;
const SLOTS = 4096;
const UNIFORM_USAGE = UNIFORM | COPY_DST;

/** Largest number of 32-bit words a dispatch can have as parameters. */
export const SLOT_WORDS = SLOT / 4;

/** The open commands and what was submitted. */
export class Commands {
  readonly #device: GPUDevice;
  readonly #faults: Faults;
  readonly #uniform: GPUBuffer;
  readonly #paramsGroup: GPUBindGroup;
  readonly #bytes = new ArrayBuffer(SLOT * SLOTS);
  readonly #offset = [0];
  #encoder: GPUCommandEncoder | undefined;
  #pass: GPUComputePassEncoder | undefined;
  #pipeline: GPUComputePipeline | undefined;
  #slot = 0;
  #timeline: Timeline | undefined;
  /** The slots as numbers; {@linkcode Commands.slotStart} is where the next dispatch's parameters go. */
  readonly u32 = new Uint32Array(this.#bytes);
  /** See {@linkcode Commands.u32}. */
  readonly f32 = new Float32Array(this.#bytes);
  /** Number of the submission that the open commands will be. */
  serial = 0;
  /** Dispatches so far. */
  dispatches = 0;
  /** Submissions so far. */
  submits = 0;

  constructor(device: GPUDevice, faults: Faults, layout: GPUBindGroupLayout) {
    this.#device = device;
    this.#faults = faults;
    this.#uniform = device.createBuffer({ label: "parameters", size: SLOT * SLOTS, usage: UNIFORM_USAGE });
    this.#paramsGroup = device.createBindGroup({
      label: "parameters",
      layout,
      entries: [{ binding: 0, resource: { buffer: this.#uniform, size: SLOT } }],
    });
  }

  /** First word of the next dispatch's parameters; submits when all slots are taken. */
  slotStart(): number {
    if (this.#slot === SLOTS) this.submit();
    return this.#slot * SLOT_WORDS;
  }

  /** Issues `groups` of a pipeline over `operands`, with the parameters at {@linkcode Commands.slotStart}. */
  dispatch(
    kernel: string,
    pipeline: GPUComputePipeline,
    operands: GPUBindGroup,
    groups: readonly [number, number, number],
  ): void {
    const pass = this.#pass ?? this.#begin(kernel);
    if (this.#pipeline !== pipeline) {
      pass.setPipeline(pipeline);
      this.#pipeline = pipeline;
    }
    pass.setBindGroup(0, operands);
    this.#offset[0] = this.#slot++ * SLOT;
    pass.setBindGroup(1, this.#paramsGroup, this.#offset);
    pass.dispatchWorkgroups(...groups);
    this.dispatches++;
    if (this.#timeline?.perKernel) this.#endPass();
  }

  /** Copies between buffers, after the dispatches issued so far. */
  copy(from: GPUBuffer, fromByte: number, to: GPUBuffer, toByte: number, bytes: number): void {
    this.#endPass();
    this.#encoder ??= this.#device.createCommandEncoder();
    this.#encoder.copyBufferToBuffer(from, fromByte, to, toByte, bytes);
  }

  /** Hands everything issued so far to the queue. */
  submit(): void {
    if (!this.#encoder) return;
    this.#endPass();
    const encoder = this.#encoder;
    this.#encoder = undefined;
    if (this.#slot > 0) this.#device.queue.writeBuffer(this.#uniform, 0, this.#bytes, 0, this.#slot * SLOT);
    this.#slot = 0;
    this.#faults.watch(
      "validation",
      () => this.#device.queue.submit([encoder.finish()]),
      (message) => `Cannot run on WebGPU as a command is not valid: ${message}`,
    );
    this.serial++;
    this.submits++;
  }

  /** Times what `issue` issues, with timestamps on the GPU: as a whole, or each kernel in a pass of its own. */
  async time(issue: () => void, perKernel: boolean): Promise<readonly TimedPass[]> {
    this.submit();
    const timeline = this.#timeline = new Timeline(this.#device, perKernel);
    try {
      issue();
      this.#endPass();
      if (this.#encoder) timeline.resolve(this.#encoder);
      this.submit();
    } finally {
      this.#timeline = undefined;
    }
    return await timeline.read();
  }

  /** Gives the uniform buffer back. */
  close(): void {
    this.#encoder = undefined;
    this.#pass = undefined;
    this.#uniform.destroy();
  }

  #begin(kernel: string): GPUComputePassEncoder {
    this.#encoder ??= this.#device.createCommandEncoder();
    const timestampWrites = this.#timeline?.next(kernel);
    this.#pass = this.#encoder.beginComputePass(timestampWrites && { timestampWrites });
    return this.#pass;
  }

  #endPass(): void {
    this.#pass?.end();
    this.#pass = undefined;
    this.#pipeline = undefined;
  }
}
