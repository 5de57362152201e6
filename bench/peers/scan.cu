// What PyTorch needs on an NVIDIA GPU to run these nets as their authors do: the selective scan in the form of mamba_ssm's
// kernel (a block of threads for each row, a parallel scan over its tokens for each state), and the way from an image to the
// four rows of a cross scan and back.
#include <cub/cub.cuh>

namespace {

struct Compose {
  __device__ float2 operator()(const float2 &before, const float2 &after) const {
    return {before.x * after.x, after.x * before.y + after.y};
  }
};

/** Hands the state at the end of one stretch of tokens to the next. */
struct Carry {
  float2 state;
  __device__ float2 operator()(float2 whole) {
    const float2 before = state;
    state = Compose()(before, whole);
    return before;
  }
};

/** Neighbouring numbers for each thread; four at once where the row is a whole number of fours. */
template <int THREADS, int ITEMS, bool FOURS> struct Row {
  using Unit = std::conditional_t<FOURS, float4, float>;
  static constexpr int EACH = FOURS ? 4 : 1;
  using Load = cub::BlockLoad<Unit, THREADS, ITEMS / EACH, cub::BLOCK_LOAD_WARP_TRANSPOSE>;
  using Store = cub::BlockStore<Unit, THREADS, ITEMS / EACH, cub::BLOCK_STORE_WARP_TRANSPOSE>;
  union Room {
    typename Load::TempStorage load;
    typename Store::TempStorage store;
  };
  __device__ static void load(const float *from, float (&items)[ITEMS], int count, Room &room) {
    Load(room.load).Load(reinterpret_cast<const Unit *>(from), reinterpret_cast<Unit(&)[ITEMS / EACH]>(items), count / EACH,
                         Unit{});
  }
  __device__ static void store(float *to, float (&items)[ITEMS], int count, Room &room) {
    Store(room.store).Store(reinterpret_cast<Unit *>(to), reinterpret_cast<Unit(&)[ITEMS / EACH]>(items), count / EACH);
  }
};

template <int THREADS, int ITEMS, bool FOURS>
__global__ __launch_bounds__(THREADS) void scan(const float *u, const float *dt, const float *a, const float *b,
                                                const float *c, const float *skip, const float *bias, float *y, int channels,
                                                int length, int states, long b_stride, long c_stride, int directions) {
  using Rows = Row<THREADS, ITEMS, FOURS>;
  using Scan = cub::BlockScan<float2, THREADS, cub::BLOCK_SCAN_WARP_SCANS>;
  __shared__ typename Rows::Room room, room_b, room_c;
  __shared__ typename Scan::TempStorage scan_room;
  extern __shared__ float2 carried[];
  const int group = blockIdx.y, row = group * channels + blockIdx.x, kind = group % directions * channels + blockIdx.x;
  const float shift = bias[kind], through = skip[kind];
  u += (long)row * length, dt += (long)row * length, y += (long)row * length;
  b += group * b_stride, c += group * c_stride, a += kind * states;
  for (int n = threadIdx.x; n < states; n += THREADS) carried[n] = {1, 0};
  for (int first = 0; first < length; first += THREADS * ITEMS) {
    const int count = min(THREADS * ITEMS, length - first), mine = count - (int)threadIdx.x * ITEMS;
    float x[ITEMS], d[ITEMS], out[ITEMS];
    __syncthreads();
    Rows::load(u + first, x, count, room);
    __syncthreads();
    Rows::load(dt + first, d, count, room);
#pragma unroll
    for (int i = 0; i < ITEMS; i++) {
      d[i] += shift;
      d[i] = d[i] <= 20 ? log1pf(expf(d[i])) : d[i];
      out[i] = through * x[i];
      x[i] *= d[i];
    }
    for (int n = 0; n < states; n++) {
      const float decay = a[n] * 1.4426950408889634f;
      float bs[ITEMS], cs[ITEMS];
      float2 steps[ITEMS];
      __syncthreads();
      Rows::load(b + (long)n * length + first, bs, count, room_b);
      Rows::load(c + (long)n * length + first, cs, count, room_c);
#pragma unroll
      for (int i = 0; i < ITEMS; i++) {
        steps[i] = i < mine ? float2{exp2f(d[i] * decay), bs[i] * x[i]} : float2{1, 0};
      }
      Carry carry{carried[n]};
      __syncthreads();
      Scan(scan_room).InclusiveScan(steps, steps, Compose(), carry);
      if (threadIdx.x == 0) carried[n] = carry.state;
#pragma unroll
      for (int i = 0; i < ITEMS; i++) out[i] += steps[i].y * cs[i];
    }
    __syncthreads();
    Rows::store(y + first, out, count, room);
  }
}

/** A plane in the four orders: by rows, by columns, and both backwards. */
__global__ void cross_scan(const float *x, float *rows, int height, int width) {
  extern __shared__ float plane[];
  const int length = height * width;
  const long whole = (long)gridDim.x * length;
  x += (long)blockIdx.x * length, rows += (long)blockIdx.x * length;
  for (int i = threadIdx.x; i < length; i += blockDim.x) plane[i] = x[i];
  __syncthreads();
  for (int i = threadIdx.x; i < length; i += blockDim.x) {
    const float turned = plane[i % height * width + i / height];
    rows[i] = plane[i];
    rows[whole + i] = turned;
    rows[2 * whole + length - 1 - i] = plane[i];
    rows[3 * whole + length - 1 - i] = turned;
  }
}

/** The four orders added up as a plane. */
__global__ void cross_merge(const float *rows, float *y, int height, int width) {
  extern __shared__ float plane[];
  const int length = height * width;
  const long whole = (long)gridDim.x * length;
  rows += (long)blockIdx.x * length, y += (long)blockIdx.x * length;
  for (int i = threadIdx.x; i < length; i += blockDim.x) {
    plane[i] = rows[whole + i] + rows[3 * whole + length - 1 - i];
  }
  __syncthreads();
  for (int i = threadIdx.x; i < length; i += blockDim.x) {
    y[i] = rows[i] + rows[2 * whole + length - 1 - i] + plane[i % width * height + i / width];
  }
}

struct Arguments {
  const float *u, *dt, *a, *b, *c, *skip, *bias;
  float *y;
  int groups, channels, length, states, directions;
  long b_stride, c_stride;
  cudaStream_t stream;
};

template <int THREADS, int ITEMS, bool FOURS> void launch(const Arguments &o) {
  scan<THREADS, ITEMS, FOURS><<<dim3(o.channels, o.groups), THREADS, o.states * sizeof(float2), o.stream>>>(
      o.u, o.dt, o.a, o.b, o.c, o.skip, o.bias, o.y, o.channels, o.length, o.states, o.b_stride, o.c_stride, o.directions);
}

template <bool FOURS> void choose(const Arguments &o) {
  if (o.length <= 128) return launch<32, 4, FOURS>(o);
  if (o.length <= 256) return launch<32, 8, FOURS>(o);
  if (o.length <= 512) return launch<32, 16, FOURS>(o);
  if (o.length <= 1024) return launch<64, 16, FOURS>(o);
  launch<128, 16, FOURS>(o);
}

} // namespace

extern "C" int run_scan(const float *u, const float *dt, const float *a, const float *b, const float *c, const float *skip,
                        const float *bias, float *y, long groups, long channels, long length, long states, long directions,
                        long b_stride, long c_stride, cudaStream_t stream) {
  const Arguments o = {u,           dt,          a,           b,               c,        skip,     bias,  y, (int)groups,
                       (int)channels, (int)length, (int)states, (int)directions, b_stride, c_stride, stream};
  if (length % 4 == 0 && b_stride % 4 == 0 && c_stride % 4 == 0) choose<true>(o);
  else choose<false>(o);
  return cudaGetLastError();
}

extern "C" int run_cross(const float *from, float *to, long channels, long height, long width, long merges,
                         cudaStream_t stream) {
  const size_t room = height * width * sizeof(float);
  if (merges) cross_merge<<<channels, 256, room, stream>>>(from, to, height, width);
  else cross_scan<<<channels, 256, room, stream>>>(from, to, height, width);
  return cudaGetLastError();
}
