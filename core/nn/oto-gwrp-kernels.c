/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "nn/oto-gwrp-private.h"

#include "base/oto-vector.h"

#include <math.h>

/* The number of ranks that count: min (M, ceil (-30 / log2 (decay))), the least n for which
 * decay^n <= 2^-30; decay is in (0, 1).
 *
 * Let w[j] = decay^j / sum_i decay^i. The ranks from n on weigh together
 *
 *   sum_{j>=n} w[j] = (decay^n - decay^M) / (1 - decay^M) <= decay^n <= 2^-30,
 *
 * the first step since (a - b) / (1 - b) <= a for a <= 1, 0 <= b < 1. Without them
 *
 *   |y' - y| <= 2^-30 max_{j>=n} |v[j]|,
 *
 * and for a row without negative values, of which y' >= (1 - decay^n) v[n],
 *
 *   0 <= y - y' <= 2^-30 / (1 - 2^-30) y',
 *
 * less than a sixtieth of the distance between y' and the next float. The implied weights that are
 * left at 0, and the gradients for d_y = 1, are at most 2^-30 too, all together. */
size_t
oto_gwrp_count_ranks (size_t row_len,
                      double decay)
{
  const double n_ranks = ceil (-30.0 / log2 (decay));

  return n_ranks < (double) row_len ? (size_t) n_ranks : row_len;
}

/* weights[j] = decay^j / sum_i decay^i, by rank j from 0, of a row of length M. The sum is
 * (1 - decay^M) / (1 - decay), which does not cancel in this form when decay is close to 1.
 *
 * ret_weights  (n)  written; with n = M they sum to one
 *
 * Source: Kong et al., Sound Event Detection and Time-Frequency Segmentation from Weakly Labelled
 * Data: global weighted rank pooling with decay r.
 */
void
oto_gwrp_fill_weights (size_t  row_len,
                       size_t  n_ranks,
                       double  decay,
                       float  *ret_weights)
{
  double power = (decay - 1.0) / expm1 ((double) row_len * log1p (decay - 1.0));

  for (size_t j = 0; j < n_ranks; j++, power *= decay)
    ret_weights[j] = (float) power;
}

/* The upper half of a key: the larger the value, the smaller. Floats of one sign order like their
 * bits; those of negative ones are turned round. NaN comes before infinity whatever its sign, so
 * that it counts however few the ranks are. Without a branch, so that loops vectorise. */
static inline uint32_t
get_descending_bits (float value)
{
  uint32_t bits, is_positive, is_number;

  value += 0.f;                  /* -0 becomes 0 */
  memcpy (&bits, &value, sizeof bits);
  is_positive = (bits >> 31) - 1u;                            /* all bits, or none */
  is_number = (uint32_t) ((bits & 0x7fffffffu) > 0x7f800000u) - 1u;
  return (bits ^ (is_positive & 0x7fffffffu)) & is_number;
}

/* The lower half of a key is the index. */
static inline uint64_t
make_key (float  value,
          size_t index)
{
  return (uint64_t) get_descending_bits (value) << 32 | index;
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

static OTO_VECTORISED (void, make_keys,
                       (const float *row,
                        size_t       row_len,
                        uint64_t    *keys),
                       (row, row_len, keys))
{
  for (size_t i = 0; i < row_len; i++)
    keys[i] = make_key (row[i], i);
}

static OTO_VECTORISED (void, find_range,
                       (const float *row,
                        size_t       row_len,
                        uint32_t    *ret_min,
                        uint32_t    *ret_max),
                       (row, row_len, ret_min, ret_max))
{
  uint32_t min = UINT32_MAX, max = 0;

  for (size_t i = 0; i < row_len; i++)
    {
      const uint32_t bits = get_descending_bits (row[i]);

      min = bits < min ? bits : min;
      max = bits > max ? bits : max;
    }
  *ret_min = min;
  *ret_max = max;
}

/* How many keys have an upper half of @last or less. */
static OTO_VECTORISED (size_t, count_to,
                       (const float *row,
                        size_t       row_len,
                        uint32_t     last),
                       (row, row_len, last))
{
  uint32_t n = 0;

  for (size_t i = 0; i < row_len; i++)
    n += get_descending_bits (row[i]) <= last;
  return n;
}

/* Makes the keys whose upper half is @last or less, in the order of the row. There are few: a block
 * without any is passed over as a whole. */
static OTO_VECTORISED (void, make_keys_to,
                       (const float *row,
                        size_t       row_len,
                        uint32_t     last,
                        uint64_t    *keys),
                       (row, row_len, last, keys))
{
  for (size_t begin = 0; begin < row_len; begin += OTO_GWRP_BLOCK_LEN)
    {
      const size_t left = row_len - begin;
      const size_t end = begin + (left < OTO_GWRP_BLOCK_LEN ? left : OTO_GWRP_BLOCK_LEN);
      uint32_t n = 0;

      for (size_t i = begin; i < end; i++)
        n += get_descending_bits (row[i]) <= last;

      /* Every key is written and those that belong stay, which spares a branch. */
      for (size_t i = begin; n > 0 && i < end; i++)
        {
          *keys = make_key (row[i], i);
          keys += get_descending_bits (row[i]) <= last;
        }
    }
}

/* Makes keys of the n largest values, and of a few more, in the order of the row. It bisects the
 * range of the upper halves for one that holds about n: at most 32 counts, each of which takes a
 * fiftieth of the time of a sort.
 *
 * row   (M)  read
 * keys  (M)  written
 *
 * Returns how many it made; M when that many are equal. */
static size_t
make_largest_keys (const float *row,
                   size_t       row_len,
                   size_t       n_ranks,
                   uint64_t    *keys)
{
  size_t n_keys = row_len;
  uint32_t first, last;

  /* Fewer than n are below first; n_keys, at least n, are not above last. */
  find_range (row, row_len, &first, &last);
  while (first < last && n_keys > 2 * n_ranks + OTO_GWRP_N_SPARE)
    {
      const uint32_t middle = first + (last - first) / 2;
      const size_t n = count_to (row, row_len, middle);

      if (n < n_ranks)
        {
          first = middle + 1;
        }
      else
        {
          last = middle;
          n_keys = n;
        }
    }

  make_keys_to (row, row_len, last, keys);
  return n_keys;
}

/* Sorts keys by their upper half, from the lowest digit; each pass is stable.
 *
 * keys, spare  (n)                 overwritten
 * counts       (passes, buckets)   overwritten
 *
 * Returns keys or spare, whichever holds the sorted keys. */
static const uint64_t *
sort_keys (uint64_t *keys,
           size_t    n_keys,
           uint64_t *spare,
           uint32_t *counts)
{
  memset (counts, 0, OTO_GWRP_N_PASSES * OTO_GWRP_N_BUCKETS * sizeof *counts);
  for (size_t i = 0; i < n_keys; i++)
    for (int pass = 0; pass < OTO_GWRP_N_PASSES; pass++)
      counts[pass * OTO_GWRP_N_BUCKETS + get_digit (keys[i], pass)]++;

  for (int pass = 0; pass < OTO_GWRP_N_PASSES; pass++)
    {
      uint32_t *places = counts + pass * OTO_GWRP_N_BUCKETS;
      uint64_t *sorted = spare;
      uint32_t place = 0;

      /* Nothing moves when all have the same digit. */
      if (places[get_digit (keys[0], pass)] == n_keys)
        continue;

      for (int b = 0; b < OTO_GWRP_N_BUCKETS; b++)
        {
          const uint32_t count = places[b];

          places[b] = place;
          place += count;
        }
      for (size_t i = 0; i < n_keys; i++)
        sorted[places[get_digit (keys[i], pass)]++] = keys[i];

      spare = keys;
      keys = sorted;
    }
  return keys;
}

/* Sorts the n largest values of a row in descending order; of equal values the one that comes
 * first stays first. A radix sort, as nothing that was tried is clearly faster on masks: wider or
 * narrower digits, digits of the row's own range, buckets that are then sorted by insertion, of
 * which the branches cost more than the passes. The time is that of a few passes over the row
 * whatever it holds.
 *
 * row          (M)                 read
 * keys, spare  (M)                 overwritten
 * counts       (passes, buckets)   overwritten
 *
 * Returns keys or spare: n sorted keys, value in the upper half and index in the lower one.
 */
const uint64_t *
oto_gwrp_sort_row (const float *row,
                   size_t       row_len,
                   size_t       n_ranks,
                   uint64_t    *keys,
                   uint64_t    *spare,
                   uint32_t    *counts)
{
  size_t n_keys = row_len;

  /* The choice costs as much as it spares when it leaves more. */
  if (n_ranks <= row_len / 2)
    n_keys = make_largest_keys (row, row_len, n_ranks, keys);
  else
    make_keys (row, row_len, keys);
  return sort_keys (keys, n_keys, spare, counts);
}

/* sum_j weights[j] value[j] over sorted keys. */
OTO_VECTORISED (float, oto_gwrp_weigh_row,
                (const uint64_t *keys,
                 size_t          n_ranks,
                 const float    *weights),
                (keys, n_ranks, weights))
{
  double partial[OTO_VECTOR_LEN] = { 0.0 };
  double sum = 0.0;
  size_t j = 0;

  for (; j + OTO_VECTOR_LEN <= n_ranks; j += OTO_VECTOR_LEN)
    for (int l = 0; l < OTO_VECTOR_LEN; l++)
      partial[l] += (double) weights[j + l] * get_key_value (keys[j + l]);
  for (; j < n_ranks; j++)
    sum += (double) weights[j] * get_key_value (keys[j]);
  for (int l = 0; l < OTO_VECTOR_LEN; l++)
    sum += partial[l];
  return (float) sum;
}

/* The index of the first maximum of a row (M); NaN never is the maximum, and 0 stands for a row of
 * them. */
OTO_VECTORISED (size_t, oto_gwrp_find_max,
                (const float *row,
                 size_t       row_len),
                (row, row_len))
{
  const float max = oto_vector_max (row, row_len);
  size_t i = 0;

  while (i < row_len && row[i] != max)
    i++;
  return i < row_len ? i : 0;
}

/* The mean of a row (M), summed in double. */
OTO_VECTORISED (float, oto_gwrp_average_row,
                (const float *row,
                 size_t       row_len),
                (row, row_len))
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

/* slopes[i] = scale row[i] (1 - row[i]): scale times the derivative of a sigmoid whose value is
 * row[i].
 *
 * row         (M)  read
 * ret_slopes  (M)  written; row itself is allowed
 */
OTO_VECTORISED (void, oto_gwrp_fill_slopes,
                (const float *row,
                 size_t       row_len,
                 float        scale,
                 float       *ret_slopes),
                (row, row_len, scale, ret_slopes))
{
#pragma GCC ivdep
  for (size_t i = 0; i < row_len; i++)
    ret_slopes[i] = scale * row[i] * (1.f - row[i]);
}
