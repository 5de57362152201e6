/**
 * WebP decoding by `rust-codecs` (the crate image-webp). The one function is also run as text in a worker, so it uses
 * nothing from outside itself.
 *
 * @module
 */
import type { Codec } from "../codec_call.ts";

/** An instance of the decoder. `decode` takes the bytes, the width, the height and the channels. */
export async function open(module: WebAssembly.Module): Promise<Codec> {
  const { exports } = await WebAssembly.instantiate(module, {}) as unknown as {
    exports: {
      memory: WebAssembly.Memory;
      take(length: number): number;
      decode(at: number, length: number, width: number, height: number, channels: number): number;
      memory_is_short(): number;
    };
  };
  return {
    decode(bytes, ...options) {
      const [width, height, channels] = options as [number, number, number];
      const at = exports.take(bytes.length);
      const file = new Uint8Array(exports.memory.buffer, at, bytes.length);
      file.set(bytes);
      // The flag of a VP8X chunk may promise alpha that the file does not have.
      if (file[12] === 0x56 && file[15] === 0x58 && channels === 3) file[20]! &= ~0x10;
      const pixels = exports.decode(at, bytes.length, width, height, channels) >>> 0;
      if (pixels === 0) return null;
      const data = new Uint8Array(exports.memory.buffer, pixels, width * height * channels).slice();
      return { data, width, height };
    },
    memoryIsShort: () => exports.memory_is_short() !== 0,
  };
}
