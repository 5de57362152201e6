/**
 * WebGPU's flags by name. Browsers have them as `GPUBufferUsage` and its like; Node's `webgpu` package does not put those
 * into the global scope.
 *
 * @module
 */

/** `GPUBufferUsage.MAP_READ`. */
export const MAP_READ = 0x1;
/** `GPUBufferUsage.COPY_SRC`. */
export const COPY_SRC = 0x4;
/** `GPUBufferUsage.COPY_DST`. */
export const COPY_DST = 0x8;
/** `GPUBufferUsage.UNIFORM`. */
export const UNIFORM = 0x40;
/** `GPUBufferUsage.STORAGE`. */
export const STORAGE = 0x80;
/** `GPUBufferUsage.QUERY_RESOLVE`. */
export const QUERY_RESOLVE = 0x200;
/** `GPUMapMode.READ`. */
export const MAP_MODE_READ = 0x1;
/** `GPUShaderStage.COMPUTE`. */
export const COMPUTE_STAGE = 0x4;
