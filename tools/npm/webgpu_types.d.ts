// deno-lint-ignore-file no-explicit-any
/**
 * The names of WebGPU, where the application's libraries declare them (`dom` from TypeScript 6 on, `@webgpu/types` before);
 * elsewhere they are anything.
 */
type Entry = Navigator extends { readonly gpu: infer G } ? G : any;
type Adapter = Entry extends { requestAdapter(...args: never[]): Promise<infer A> } ? NonNullable<A> : any;
type Device = Adapter extends { requestDevice(...args: never[]): Promise<infer D> } ? D : any;
type Encoder = Device extends { createCommandEncoder(...args: never[]): infer E } ? E : any;
/** What a pass is told about timestamps. */
export type GPUComputePassTimestampWrites = object;
export type { Adapter as GPUAdapter, Device as GPUDevice, Encoder as GPUCommandEncoder, Entry as GPU };
