// A selective scan for PyTorch: 16 channels at once, 32 tokens a block, so that rows are used while they are cached.
#include <cmath>
#include <cstring>
#include <vector>

const long WIDE = 16, BLOCK = 32;

extern "C" void selective_scan(const float *u, const float *dt, const float *a, const float *b, const float *c,
                               const float *skip, const float *bias, float *y, long directions, long length, long channels,
                               long states, int threads) {
  const long groups = (channels + WIDE - 1) / WIDE;
#pragma omp parallel for num_threads(threads) schedule(static, 1)
  for (long share = 0; share < directions * threads; share++) {
    const long k = share / threads, from = groups * (share % threads) / threads, to = groups * (share % threads + 1) / threads;
    if (from == to) continue;
    std::vector<float> h((to - from) * states * WIDE), decay(h.size());
    for (long g = from; g < to; g++)
      for (long n = 0; n < states; n++)
        for (long i = 0; i < WIDE && g * WIDE + i < channels; i++)
          decay[((g - from) * states + n) * WIDE + i] = a[(k * states + n) * channels + g * WIDE + i];
    for (long first = 0; first < length; first += BLOCK)
      for (long g = from; g < to; g++) {
        const long e = g * WIDE, width = channels - e < WIDE ? channels - e : WIDE;
        float *hg = &h[(g - from) * states * WIDE], *ag = &decay[(g - from) * states * WIDE];
        alignas(64) float d[WIDE] = {0}, du[WIDE], x[WIDE] = {0}, shift[WIDE] = {0}, through[WIDE] = {0}, sum[WIDE];
        memcpy(shift, bias + k * channels + e, width * 4);
        memcpy(through, skip + k * channels + e, width * 4);
        for (long t = first; t < first + BLOCK && t < length; t++) {
          const float *bt = b + (k * length + t) * states, *ct = c + (k * length + t) * states;
          memcpy(x, u + (k * length + t) * channels + e, width * 4);
          memcpy(d, dt + (k * length + t) * channels + e, width * 4);
#pragma omp simd
          for (long i = 0; i < WIDE; i++) {
            const float v = d[i] + shift[i], above = v > 0 ? v : 0;
            d[i] = above + logf(1.0f + expf(v > 0 ? -v : v));
            du[i] = d[i] * x[i];
            sum[i] = through[i] * x[i];
          }
          for (long n = 0; n < states; n++)
#pragma omp simd
            for (long i = 0; i < WIDE; i++) {
              const float state = expf(d[i] * ag[n * WIDE + i]) * hg[n * WIDE + i] + bt[n] * du[i];
              hg[n * WIDE + i] = state;
              sum[i] += state * ct[n];
            }
          memcpy(y + (k * length + t) * channels + e, sum, width * 4);
        }
      }
  }
}
