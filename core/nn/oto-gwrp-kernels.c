/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "nn/oto-gwrp-private.h"

#include "base/oto-vector.h"

/* weights[j] = decay^j / sum_i decay^i, by rank j from 0.
 *
 * ret_weights  (M)  written, sums to one
 *
 * Source: Kong et al., Sound Event Detection and Time-Frequency Segmentation from Weakly Labelled
 * Data: global weighted rank pooling with decay r.
 */
void
oto_gwrp_fill_weights (size_t  row_len,
                       double  decay,
                       float  *ret_weights)
{
  double power = 1.0, sum = 0.0;

  for (size_t j = 0; j < row_len; j++, power *= decay)
    sum += power;

  power = 1.0 / sum;
  for (size_t j = 0; j < row_len; j++, power *= decay)
    ret_weights[j] = (float) power;
}

/* The key of a value: the larger the value, the smaller the upper half; the lower half is the
 * index. Floats of one sign order like their bits; those of negative ones are turned round. */
static inline uint64_t
make_key (float    value,
          uint32_t index)
{
  uint32_t bits;

  value += 0.f;                  /* -0 becomes 0 */
  memcpy (&bits, &value, sizeof bits);
  bits ^= bits & 0x80000000u ? 0u : 0x7fffffffu;
  return (uint64_t) bits << 32 | index;
}

static inline float
get_key_value (uint64_t key)
{
  uint32_t bits = (uint32_t) (key >> 32);
  float value;

  bits ^= bits & 0x80000000u ? 0u : 0x7fffffffu;
  memcpy (&value, &bits, sizeof value);
  return value;
}

static inline uint32_t
get_digit (uint64_t key,
           int      pass)
{
  return (uint32_t) (key >> (32 + pass * OTO_GWRP_RADIX_BITS)) & (OTO_GWRP_N_BUCKETS - 1);
}

/* Sorts a row in descending order; of equal values the one that comes first stays first. A radix
 * sort from the lowest digit, of which each pass is stable.
 *
 * row          (M)                 read
 * keys, spare  (M)                 overwritten
 * counts       (passes, buckets)   overwritten
 *
 * Returns keys or spare: the sorted keys, value in the upper half and index in the lower one.
 */
const uint64_t *
oto_gwrp_sort_row (const float *row,
                   size_t       row_len,
                   uint64_t    *keys,
                   uint64_t    *spare,
                   uint32_t    *counts)
{
  memset (counts, 0, OTO_GWRP_N_PASSES * OTO_GWRP_N_BUCKETS * sizeof *counts);
  for (size_t i = 0; i < row_len; i++)
    {
      keys[i] = make_key (row[i], (uint32_t) i);
      for (int pass = 0; pass < OTO_GWRP_N_PASSES; pass++)
        counts[pass * OTO_GWRP_N_BUCKETS + get_digit (keys[i], pass)]++;
    }

  for (int pass = 0; pass < OTO_GWRP_N_PASSES; pass++)
    {
      uint32_t *places = counts + pass * OTO_GWRP_N_BUCKETS;
      uint64_t *sorted = spare;
      uint32_t place = 0;

      /* Nothing moves when all have the same digit. */
      if (places[get_digit (keys[0], pass)] == row_len)
        continue;

      for (int b = 0; b < OTO_GWRP_N_BUCKETS; b++)
        {
          const uint32_t count = places[b];

          places[b] = place;
          place += count;
        }
      for (size_t i = 0; i < row_len; i++)
        sorted[places[get_digit (keys[i], pass)]++] = keys[i];

      spare = keys;
      keys = sorted;
    }
  return keys;
}

/* sum_j weights[j] value[j] over sorted keys. */
OTO_VECTORISED float
oto_gwrp_weigh_row (const uint64_t *keys,
                    size_t          row_len,
                    const float    *weights)
{
  double partial[OTO_VECTOR_LEN] = { 0.0 };
  double sum = 0.0;
  size_t j = 0;

  for (; j + OTO_VECTOR_LEN <= row_len; j += OTO_VECTOR_LEN)
    for (int l = 0; l < OTO_VECTOR_LEN; l++)
      partial[l] += (double) weights[j + l] * get_key_value (keys[j + l]);
  for (; j < row_len; j++)
    sum += (double) weights[j] * get_key_value (keys[j]);
  for (int l = 0; l < OTO_VECTOR_LEN; l++)
    sum += partial[l];
  return (float) sum;
}

/* The index of the first maximum of a row (M); NaN never is the maximum, and 0 stands for a row of
 * them. */
OTO_VECTORISED size_t
oto_gwrp_find_max (const float *row,
                   size_t       row_len)
{
  const float max = oto_vector_max (row, row_len);
  size_t i = 0;

  while (i < row_len && row[i] != max)
    i++;
  return i < row_len ? i : 0;
}

/* The mean of a row (M), summed in double. */
OTO_VECTORISED float
oto_gwrp_average_row (const float *row,
                      size_t       row_len)
{
  double partial[OTO_VECTOR_LEN] = { 0.0 };
  double sum = 0.0;
  size_t i = 0;

  for (; i + OTO_VECTOR_LEN <= row_len; i += OTO_VECTOR_LEN)
    for (int l = 0; l < OTO_VECTOR_LEN; l++)
      partial[l] += row[i + l];
  for (; i < row_len; i++)
    sum += row[i];
  for (int l = 0; l < OTO_VECTOR_LEN; l++)
    sum += partial[l];
  return (float) (sum / (double) row_len);
}
