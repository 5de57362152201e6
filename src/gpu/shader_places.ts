/**
 * Errors of shaders by file and line. A shader is put together from several files; the line above each part names its file.
 *
 * @module
 */

/** The line above a part, written by `tools/pack_shaders.ts`. */
const PART_REGEXP = /^\/\/# (\S+)$/;

/** A place as the implementations of WebGPU write it: `:12:5`, or `label:12:5`. */
const PLACE_REGEXP = /(?<![\w/.:])\w*:(\d+):(\d+)\b/g;

/** The file and line of a line of a shader; undefined for lines that are made for the pipeline, such as constants. */
export function placeOf(code: string, line: number): string | undefined {
  const lines = code.split("\n");
  for (let at = Math.min(line, lines.length) - 1; at >= 0; at--) {
    const file = PART_REGEXP.exec(lines[at]!)?.[1];
    if (file) return `${file}:${line - at - 1}`;
  }
  return undefined;
}

/** A message whose places are those of the files. */
export function withPlaces(code: string, message: string): string {
  return message.replace(PLACE_REGEXP, (place, line, column) => {
    const found = placeOf(code, Number(line));
    return found ? `${found}:${column}` : place;
  });
}
