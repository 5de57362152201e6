// One tile of a matrix product, TILE_M rows × TILE_N columns, by threads of 4 × 4 results, TALL ones of 8 rows and WIDE ones
// of 8 columns. The kernel that uses it says where its rows lie: `enterRows(m)` is called once, for the four rows that a
// thread will read; then all threads call `prepareRows(thread, m)`; `inputRows(tap, j)` gives elements j … j + 3 of the
// four, 0 outside, and is asked once for each; at the end `finishTile(thread, m, sums)` may scale the results of rows
// 4·m…. Weights come as [taps · inner, outer] in quads, from `weightStart` on. While a block of TILE_K inputs is
// multiplied, the next one is on its way.
var<workgroup> inputTile: array<vec4f, TILE_K * TILE_M / 4u>; // [k, m / 4]
var<workgroup> weightTile: array<vec4f, TILE_K * TILE_N / 4u>; // [k, n / 4]

var<private> weightStart: u32;

const ROW_PARTS: u32 = select(1u, 2u, TALL);
const COLUMN_PARTS: u32 = select(1u, 2u, WIDE);
const THREAD_COLUMNS: u32 = TILE_N / 4u / COLUMN_PARTS;
const THREAD_ROWS: u32 = TILE_M / 4u / ROW_PARTS;
const TILE_THREADS: u32 = THREAD_COLUMNS * THREAD_ROWS;
// A thread reads one 4 × 4 block: of inputs, or of weights.
const INPUT_BLOCKS: u32 = TILE_K * TILE_M / 16u;
const BLOCKS: u32 = INPUT_BLOCKS + TILE_K * TILE_N / 16u;

// Results of rows 4·m… (a, b) and 4·(m + THREAD_ROWS)… (c, d), columns 4·n… (a, c) and 4·(n + THREAD_COLUMNS)… (b, d).
struct Sums { a: mat4x4f, b: mat4x4f, c: mat4x4f, d: mat4x4f }

fn addOuter(sums: mat4x4f, a: vec4f, b: vec4f) -> mat4x4f {
  return mat4x4f(
    fma(vec4f(a.x), b, sums[0]), fma(vec4f(a.y), b, sums[1]), fma(vec4f(a.z), b, sums[2]), fma(vec4f(a.w), b, sums[3]),
  );
}

fn multiplyAdd(sums: Sums, k: u32, m: u32, n: u32) -> Sums {
  var next = sums;
  let upper = inputTile[k * (TILE_M / 4u) + m];
  let left = weightTile[k * (TILE_N / 4u) + n];
  next.a = addOuter(sums.a, upper, left);
  if (WIDE) {
    let right = weightTile[k * (TILE_N / 4u) + n + THREAD_COLUMNS];
    next.b = addOuter(sums.b, upper, right);
    if (TALL) { next.d = addOuter(sums.d, inputTile[k * (TILE_M / 4u) + m + THREAD_ROWS], right); }
  }
  if (TALL) { next.c = addOuter(sums.c, inputTile[k * (TILE_M / 4u) + m + THREAD_ROWS], left); }
  return next;
}

// Written out, as shader compilers leave loops as they are.
fn multiplyEight(sums: Sums, k: u32, m: u32, n: u32) -> Sums {
  var next = multiplyAdd(sums, k, m, n);
  next = multiplyAdd(next, k + 1u, m, n);
  next = multiplyAdd(next, k + 2u, m, n);
  next = multiplyAdd(next, k + 3u, m, n);
  next = multiplyAdd(next, k + 4u, m, n);
  next = multiplyAdd(next, k + 5u, m, n);
  next = multiplyAdd(next, k + 6u, m, n);
  return multiplyAdd(next, k + 7u, m, n);
}

fn weightQuad(tap: u32, k: u32, quad: u32, inner: u32, outerQuads: u32) -> vec4f {
  let value = weightAt(weightStart + (tap * inner + k) * outerQuads + quad);
  return select(vec4f(), value, k < inner && quad < outerQuads);
}

// The block of this thread from input `first` of a tap on: four quads of inputs as rows, or four of weights.
fn readBlock(thread: u32, tap: u32, first: u32, firstQuad: u32, inner: u32, outerQuads: u32) -> mat4x4f {
  if (thread < INPUT_BLOCKS) {
    let j = first + 4u * (thread % (TILE_K / 4u));
    return transpose(inputRows(tap, j));
  }
  if (thread >= BLOCKS) { return mat4x4f(); }
  let block = thread - INPUT_BLOCKS;
  let k = first + 4u * (block / (TILE_N / 4u));
  let quad = firstQuad + block % (TILE_N / 4u);
  return mat4x4f(
    weightQuad(tap, k, quad, inner, outerQuads), weightQuad(tap, k + 1u, quad, inner, outerQuads),
    weightQuad(tap, k + 2u, quad, inner, outerQuads), weightQuad(tap, k + 3u, quad, inner, outerQuads),
  );
}

fn keepBlock(thread: u32, values: mat4x4f) {
  if (thread < INPUT_BLOCKS) {
    let at = 4u * (thread % (TILE_K / 4u)) * (TILE_M / 4u) + thread / (TILE_K / 4u);
    inputTile[at] = values[0];
    inputTile[at + TILE_M / 4u] = values[1];
    inputTile[at + 2u * (TILE_M / 4u)] = values[2];
    inputTile[at + 3u * (TILE_M / 4u)] = values[3];
  } else if (thread < BLOCKS) {
    let block = thread - INPUT_BLOCKS;
    let at = 4u * (block / (TILE_N / 4u)) * (TILE_N / 4u) + block % (TILE_N / 4u);
    weightTile[at] = values[0];
    weightTile[at + TILE_N / 4u] = values[1];
    weightTile[at + 2u * (TILE_N / 4u)] = values[2];
    weightTile[at + 3u * (TILE_N / 4u)] = values[3];
  }
}

// The sums of this thread; `firstQuad` is the tile's first column quad.
fn multiplyTile(thread: u32, firstQuad: u32, taps: u32, inner: u32, outerQuads: u32) -> Sums {
  let m = thread / THREAD_COLUMNS;
  let n = thread % THREAD_COLUMNS;
  let firstRow = 4u * (thread / (TILE_K / 4u));
  if (thread < INPUT_BLOCKS) { enterRows(firstRow); }
  prepareRows(thread, firstRow);
  var sums = Sums();
  let perTap = (inner + TILE_K - 1u) / TILE_K;
  let count = taps * perTap;
  var block = readBlock(thread, 0u, 0u, firstQuad, inner, outerQuads);
  for (var i = 1u; i <= count; i++) {
    keepBlock(thread, block);
    workgroupBarrier();
    if (i < count) { block = readBlock(thread, i / perTap, i % perTap * TILE_K, firstQuad, inner, outerQuads); }
    sums = multiplyEight(sums, 0u, m, n);
    sums = multiplyEight(sums, 8u, m, n);
    if (TILE_K > 16u) {
      sums = multiplyEight(sums, 16u, m, n);
      sums = multiplyEight(sums, 24u, m, n);
    }
    workgroupBarrier();
  }
  return finishTile(thread, m, sums);
}

// Stores what `multiplyTile` gave: `storeRow(row, column, sums)` stores four columns of one row, where they exist.
fn storeTile(thread: u32, firstRow: u32, firstColumn: u32, sums: Sums) {
  let row = firstRow + 4u * (thread / THREAD_COLUMNS);
  let column = firstColumn + 4u * (thread % THREAD_COLUMNS);
  storeFour(row, column, sums.a);
  if (WIDE) { storeFour(row, column + 4u * THREAD_COLUMNS, sums.b); }
  if (TALL) { storeFour(row + 4u * THREAD_ROWS, column, sums.c); }
  if (TALL && WIDE) { storeFour(row + 4u * THREAD_ROWS, column + 4u * THREAD_COLUMNS, sums.d); }
}

fn storeFour(row: u32, column: u32, sums: mat4x4f) {
  storeRow(row, column, sums[0]);
  storeRow(row + 1u, column, sums[1]);
  storeRow(row + 2u, column, sums[2]);
  storeRow(row + 3u, column, sums[3]);
}
