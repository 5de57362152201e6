/**
 * Issues kernel calls: binds the operands, writes the parameters, dispatches.
 *
 * @module
 */
import type { KernelCall } from "../device.ts";
import { SIGNATURES } from "../device/signature.ts";
import type { KernelName, Operands, Params } from "../kernels.ts";
import { columnsOf, rowsOf, sizeOf, type Tensor, tensorOf } from "../tensor.ts";
import { type Commands, SLOT_WORDS } from "./commands.ts";
import type { Faults } from "./faults.ts";
import { planLaunch } from "./grid.ts";
import type { Launch, OperandView } from "./launch.ts";
import { partsOf } from "./parts.ts";
import { hasScratch, type PipelineKey, type Pipelines } from "./pipelines.ts";
import { type Block, type GpuBuffer, megabytes, type Pool } from "./pool.ts";

/** The part of a call that chooses its pipelines. */
const viewOf = (operands: Readonly<Record<string, Tensor | undefined>>, workgroupBytes: number): OperandView => ({
  has: (name) => operands[name] !== undefined,
  offset: (name) => operands[name]?.offset ?? 0,
  half: (name) => (operands[name]?.buffer as GpuBuffer | undefined)?.half === true,
  workgroupBytes,
});

/** Issues kernel calls on one device. */
export class Launcher {
  readonly #device: GPUDevice;
  readonly #faults: Faults;
  readonly #pool: Pool;
  readonly #commands: Commands;
  readonly #pipelines: Pipelines;
  readonly #workgroupBytes: number;
  readonly #groups = new Map<string, GPUBindGroup>();
  readonly #keysOfBlock = new Map<number, Set<string>>();
  /** Stand in for absent operands; each that is written needs one of its own. */
  readonly #absent: { readonly read: Block; readonly written: Block; readonly scratch: Block };
  /** Calls so far, by kernel. */
  readonly calls: Partial<Record<KernelName, number>> = {};

  constructor(device: GPUDevice, faults: Faults, pool: Pool, commands: Commands, pipelines: Pipelines) {
    this.#device = device;
    this.#faults = faults;
    this.#pool = pool;
    this.#commands = commands;
    this.#pipelines = pipelines;
    this.#workgroupBytes = device.limits.maxComputeWorkgroupStorageSize;
    this.#absent = { read: pool.take(16), written: pool.take(16), scratch: pool.take(16) };
    pool.onDestroy = (block) => this.#forget(block);
  }

  /** The pipelines that a call needs. */
  pipelinesOf(call: KernelCall): readonly PipelineKey[] {
    const length = { length: Infinity };
    return partsOf(call, (shape) => tensorOf(length, shape)).flatMap(({ kernel, operands, params }) =>
      this.#plan(kernel, operands, params).dispatches
    );
  }

  #plan<K extends KernelName>(kernel: K, operands: Operands<K, Tensor>, params: Params<K>): Launch {
    const view = viewOf(operands as Record<string, Tensor | undefined>, this.#workgroupBytes);
    return planLaunch(kernel, params, view);
  }

  /** Issues one kernel call. */
  run<K extends KernelName>(kernel: K, operands: Operands<K, Tensor>, params: Params<K>): void {
    this.calls[kernel] = (this.calls[kernel] ?? 0) + 1;
    const between: Block[] = [];
    const make = (shape: readonly number[]): Tensor => {
      const length = sizeOf(shape), block = this.#pool.take(4 * length);
      between.push(block);
      return tensorOf({ length, block } as GpuBuffer, shape);
    };
    for (const part of partsOf({ kernel, operands, params } as KernelCall, make)) {
      this.#issue(part.kernel, part.operands, part.params);
    }
    for (const block of between) this.#pool.give(block);
  }

  #issue<K extends KernelName>(kernel: K, given: Operands<K, Tensor>, params: Params<K>): void {
    const operands = given as Readonly<Record<string, Tensor | undefined>>;
    const { dispatches, scratch = 0 } = this.#plan(kernel, given, params);
    if (dispatches.length === 0) return;
    const temporary: Block[] = [];
    const blocks = this.#bind(kernel, operands, temporary);
    if (blocks && hasScratch(kernel)) {
      const block = scratch > 0 ? this.#pool.take(4 * scratch) : this.#absent.scratch;
      if (scratch > 0) temporary.push(block);
      if (this.#fits(kernel, "its partial results", block)) blocks.push(block);
    }
    if (blocks) {
      const group = this.#groupOf(kernel, blocks);
      for (const { groups, extras = [], ...key } of dispatches) {
        const pipeline = this.#pipelines.get(key);
        if (!pipeline) break;
        this.#writeParams(kernel, operands, params, extras);
        this.#commands.dispatch(kernel, pipeline, group, groups);
      }
      for (const block of blocks) block.used = this.#commands.serial;
    }
    // Commands run in order, so what comes later may have the memory already.
    for (const block of temporary) this.#pool.give(block);
  }

  /** The blocks of the operands in table order; undefined when one cannot be bound. */
  #bind(kernel: KernelName, operands: Readonly<Record<string, Tensor | undefined>>, temporary: Block[]) {
    const { operands: rows } = SIGNATURES[kernel];
    const written = new Map<Block, string>();
    for (const row of rows) {
      const tensor = row.written ? operands[row.name] : undefined;
      if (!tensor) continue;
      const { block } = tensor.buffer as GpuBuffer;
      if (written.has(block)) {
        throw new TypeError(
          `Cannot run ${kernel} as ${row.name} must be in another buffer than ${
            written.get(block)
          }: current one is the same`,
        );
      }
      written.set(block, row.name);
    }
    const blocks: Block[] = [];
    for (const { name, written: writes } of rows) {
      const tensor = operands[name];
      let block = tensor ? (tensor.buffer as GpuBuffer).block : this.#absent[writes ? "written" : "read"];
      if (!this.#fits(kernel, name, block)) return undefined;
      // WebGPU binds no buffer for reading and writing at once, even where the parts differ.
      if (tensor && !writes && written.has(block)) {
        block = this.#snapshot(tensor, block);
        temporary.push(block);
      }
      blocks.push(block);
    }
    return blocks;
  }

  #fits(kernel: KernelName, operand: string, block: Block): boolean {
    if (!block.purpose) block.purpose = `${operand} of ${kernel}`;
    if (block.gpu) return true;
    this.#faults.note(
      new RangeError(
        `Cannot run ${kernel} as ${operand} must fit a WebGPU binding of ${
          megabytes(this.#pool.limit)
        }: current size is ${megabytes(block.bytes)}; use a smaller image or tile`,
      ),
    );
    return false;
  }

  #snapshot(tensor: Tensor, block: Block): Block {
    const copy = this.#pool.take(block.bytes);
    const elements = Math.max(0, rowsOf(tensor) - 1) * tensor.stride + columnsOf(tensor);
    const bytes = Math.min(block.bytes - 4 * tensor.offset, 4 * elements);
    this.#commands.copy(block.gpu!, 4 * tensor.offset, copy.gpu!, 4 * tensor.offset, bytes);
    return copy;
  }

  #writeParams(
    kernel: KernelName,
    operands: Readonly<Record<string, Tensor | undefined>>,
    params: Readonly<Record<string, number>>,
    extras: readonly number[],
  ): void {
    const signature = SIGNATURES[kernel];
    const { u32, f32 } = this.#commands;
    const start = this.#commands.slotStart();
    let at = start;
    for (const { name, float } of signature.params) (float ? f32 : u32)[at++] = params[name]!;
    for (const { name } of signature.operands) u32[at++] = operands[name]?.offset ?? 0;
    for (const extra of extras) u32[at++] = extra;
    if (at - start > SLOT_WORDS) {
      throw new RangeError(
        `Cannot run ${kernel} as its parameters must fit ${SLOT_WORDS} words: current number is ${at - start}`,
      );
    }
  }

  #groupOf(kernel: KernelName, blocks: readonly Block[]): GPUBindGroup {
    let key: string = kernel;
    for (const block of blocks) key += ` ${block.id}`;
    const known = this.#groups.get(key);
    if (known) return known;
    const group = this.#device.createBindGroup({
      label: kernel,
      layout: this.#pipelines.layoutOf(kernel),
      entries: blocks.map((block, binding) => ({ binding, resource: { buffer: block.gpu! } })),
    });
    this.#groups.set(key, group);
    for (const { id } of blocks) {
      const keys = this.#keysOfBlock.get(id);
      if (keys) keys.add(key);
      else this.#keysOfBlock.set(id, new Set([key]));
    }
    return group;
  }

  #forget(block: Block): void {
    for (const key of this.#keysOfBlock.get(block.id) ?? []) this.#groups.delete(key);
    this.#keysOfBlock.delete(block.id);
  }
}
