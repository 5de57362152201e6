// uses: spread half
// out[b, i] = x[b, index[i]], or extra[index[i] − rows] for an index past the rows of x, which is a weight of `linear` where it is
// packed: 2 of 16 bits. Where p.by says so, through[i] in place of i; accumulate adds to out. One thread a result.
struct Params {
  batch: u32, rows: u32, extraRows: u32, count: u32, columns: u32, xStride: u32, extraStride: u32, outStride: u32,
  packed: u32, indices: u32, accumulate: u32,
  xOffset: u32, extraOffset: u32, indexOffset: u32, throughOffset: u32, outOffset: u32,
  narrow: u32, by: u32,
}

@group(0) @binding(0) var<storage, read> x: array<u32>; // [batch, rows, columns], or packed [columns, rows padded to 4]
@group(0) @binding(1) var<storage, read> extra: array<f32>; // [any, columns]
@group(0) @binding(2) var<storage, read> index: array<u32>; // [count]
@group(0) @binding(3) var<storage, read> through: array<u32>; // [count]
@group(0) @binding(4) var<storage, read_write> out: array<f32>; // [batch, count, columns]
@group(1) @binding(0) var<uniform> p: Params;

fn elementAt(place: u32) -> f32 {
  let at = p.xOffset + place;
  if (p.narrow == 0u) { return bitcast<f32>(x[at]); }
  return halvesOf(vec4u(x[at / 2u] >> (16u * (at % 2u)))).x;
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let number = spread(group, groups, lane);
  if (number >= p.batch * p.count * p.columns) { return; }
  let column = number % p.columns;
  let i = number / p.columns % p.count;
  let image = number / p.columns / p.count;
  var place = i;
  if (p.by != 0u) { place = through[p.throughOffset + i]; }
  let row = index[p.indexOffset + min(place, p.indices - 1u)];
  var value: f32;
  if (place >= p.indices) {
    value = 0.0;
  } else if (row < p.rows) {
    let plain = (image * p.rows + row) * p.xStride + column;
    value = elementAt(select(plain, column * ((p.rows + 3u) & ~3u) + row, p.packed != 0u));
  } else if (row - p.rows < p.extraRows) {
    value = extra[p.extraOffset + (row - p.rows) * p.extraStride + column];
  }
  let at = p.outOffset + (image * p.count + i) * p.outStride + column;
  if (p.accumulate != 0u) { value += out[at]; }
  out[at] = value;
}
