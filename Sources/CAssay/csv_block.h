#ifndef CASSAY_CSV_BLOCK_H
#define CASSAY_CSV_BLOCK_H

#include <stdint.h>

#if defined(__SSE2__)
#include <emmintrin.h>

static inline uint64_t block_mask(const uint8_t *bytes, uint8_t byte) {
  const __m128i wanted = _mm_set1_epi8((char)byte);
  uint64_t mask = 0;
  for (int part = 0; part < 4; part++) {
    const __m128i found = _mm_cmpeq_epi8(_mm_loadu_si128((const __m128i *)(bytes + 16 * part)), wanted);
    mask |= (uint64_t)(uint32_t)_mm_movemask_epi8(found) << (16 * part);
  }
  return mask;
}

#elif defined(__aarch64__) && defined(__ARM_NEON)
#include <arm_neon.h>

static inline uint64_t block_mask(const uint8_t *bytes, uint8_t byte) {
  static const uint8_t weights[16] = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
  const uint8x16_t weight = vld1q_u8(weights), wanted = vdupq_n_u8(byte);
  const uint8x16_t a = vandq_u8(vceqq_u8(vld1q_u8(bytes), wanted), weight);
  const uint8x16_t b = vandq_u8(vceqq_u8(vld1q_u8(bytes + 16), wanted), weight);
  const uint8x16_t c = vandq_u8(vceqq_u8(vld1q_u8(bytes + 32), wanted), weight);
  const uint8x16_t d = vandq_u8(vceqq_u8(vld1q_u8(bytes + 48), wanted), weight);
  const uint8x16_t sums = vpaddq_u8(vpaddq_u8(a, b), vpaddq_u8(c, d));
  return vgetq_lane_u64(vreinterpretq_u64_u8(vpaddq_u8(sums, sums)), 0);
}

#else

static inline uint64_t block_mask(const uint8_t *bytes, uint8_t byte) {
  uint64_t mask = 0;
  for (int index = 0; index < 64; index++) mask |= (uint64_t)(bytes[index] == byte) << index;
  return mask;
}

#endif

/// The bits above bit `index` (0 to 63).
static inline uint64_t bits_above(unsigned index) { return index == 63 ? 0 : ~UINT64_C(0) << (index + 1); }

#endif
