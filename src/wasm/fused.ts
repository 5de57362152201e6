/**
 * Whether this engine's relaxed multiply-add rounds once. The standard leaves that to the engine: JavaScriptCore, and any
 * engine on a processor without the instruction, rounds twice. Then the relaxed build is no faster than the plain one and
 * gives other bits than everywhere else, so it is not offered.
 *
 * @module
 */

/**
 * The bytes of this module, section by section:
 *
 * ```wat
 * (module
 *   (func (export "f") (param $x f32) (param $y f32) (result f32)
 *     (f32x4.extract_lane 0
 *       (f32x4.relaxed_madd
 *         (f32x4.splat (local.get $x))
 *         (f32x4.splat (local.get $x))
 *         (f32x4.splat (local.get $y))))))
 * ```
 */
const MADD = Uint8Array.from([
  ...[0, 97, 115, 109, 1, 0, 0, 0], // "\0asm", version 1
  ...[1, 7, 1, 96, 2, 125, 125, 1, 125], // types: (f32, f32) -> f32
  ...[3, 2, 1, 0], // functions: one of type 0
  ...[7, 5, 1, 1, 102, 0, 0], // exports: "f", function 0
  ...[10, 22, 1, 20, 0], // code: 22 bytes, one body of 20, no locals
  ...[32, 0, 253, 19], // local.get $x, f32x4.splat
  ...[32, 0, 253, 19], // local.get $x, f32x4.splat
  ...[32, 1, 253, 19], // local.get $y, f32x4.splat
  ...[253, 133, 2], // f32x4.relaxed_madd
  ...[253, 31, 0, 11], // f32x4.extract_lane 0, end
]);

let fused: boolean | undefined;

/** Multiplies two numbers whose product needs one bit more than f32 has; only a fused multiply-add keeps it. */
function measure(): boolean {
  let module;
  try {
    module = new WebAssembly.Module(MADD);
  } catch {
    return true; // workerd forbids compiling; its engine fuses
  }
  const { f } = new WebAssembly.Instance(module).exports as { readonly f: (x: number, y: number) => number };
  return f(1 + 2 ** -12, -(1 + 2 ** -11)) !== 0;
}

/** Whether relaxed multiply-adds are fused here; found once. Only for engines that have relaxed SIMD. */
export const fusesMultiplyAdd = (): boolean => fused ??= measure();
