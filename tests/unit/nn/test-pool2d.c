/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "nn/oto-pool2d.h"
#include "oto-test.h"

#include <math.h>

static const struct
{
  int n_frames, n_mels, n_channels;
} sizes[] = {
  { 1, 1, 1 }, { 1, 5, 3 }, { 2, 3, 8 }, { 5, 1, 4 }, { 9, 16, 1 }, { 7, 6, 41 }, { 9, 4, 70 },
  { 4, 3, 130 },
};

typedef struct
{
  int n_frames, n_mels, n_channels;
  size_t len;
  float *x, *y, *scale, *shift, *scratch;
} Map;

static void
map_init (Map *self,
          int  n_frames,
          int  n_mels,
          int  n_channels)
{
  *self = (Map) { .n_frames = n_frames, .n_mels = n_mels, .n_channels = n_channels };
  self->len = (size_t) n_frames * n_mels * n_channels;
  self->x = g_new (float, self->len);
  self->y = g_new (float, self->len);
  self->scale = g_new (float, n_channels);
  self->shift = g_new (float, n_channels);
  self->scratch = g_new (float, oto_pool2d_get_scratch_len (n_mels, n_channels));
  oto_test_fill (self->x, self->len, 21);
  oto_test_fill (self->scale, n_channels, 22);
  oto_test_fill (self->shift, n_channels, 23);
}

static void
map_clear (Map *self)
{
  g_free (self->x);
  g_free (self->y);
  g_free (self->scale);
  g_free (self->shift);
  g_free (self->scratch);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Map, map_clear)

/* What comes before the pooling. */
typedef enum { PLAIN, LINEAR, ACTIVATED, N_KINDS } Kind;

static void
pool (const Map *self,
      Kind       kind,
      int        row_begin,
      int        row_end,
      float     *ret_y)
{
  const gboolean is_plain = kind == PLAIN;

  if (kind == LINEAR)
    {
      oto_pool2d_average3_linear (self->x, self->n_frames, self->n_mels, self->n_channels,
                                  self->scale, self->shift, row_begin, row_end, ret_y,
                                  self->scratch);
      return;
    }
  oto_pool2d_average3 (self->x, self->n_frames, self->n_mels, self->n_channels,
                       is_plain ? NULL : self->scale, is_plain ? NULL : self->shift,
                       row_begin, row_end, ret_y, self->scratch);
}

static double
pool_naive (const Map *self,
            Kind       kind,
            int        t,
            int        f,
            int        c)
{
  double sum = 0.0;

  for (int i = MAX (t - 1, 0); i <= MIN (t + 1, self->n_frames - 1); i++)
    for (int j = MAX (f - 1, 0); j <= MIN (f + 1, self->n_mels - 1); j++)
      {
        double value = self->x[((size_t) i * self->n_mels + j) * self->n_channels + c];

        if (kind != PLAIN)
          value = (double) self->scale[c] * value + self->shift[c];
        if (kind == ACTIVATED)
          value = MAX (0.0, value);
        sum += value;
      }
  return sum / 9.0;
}

static void
check_matches_naive (Kind kind)
{
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_auto (Map) map = { 0 };
      size_t pos = 0;

      map_init (&map, sizes[i].n_frames, sizes[i].n_mels, sizes[i].n_channels);
      pool (&map, kind, 0, map.n_frames, map.y);
      for (int t = 0; t < map.n_frames; t++)
        for (int f = 0; f < map.n_mels; f++)
          for (int c = 0; c < map.n_channels; c++)
            g_assert_cmpfloat_with_epsilon (map.y[pos++],
                                            pool_naive (&map, kind, t, f, c), 3e-7);
    }
}

static void
test_plain_matches_naive (void)
{
  check_matches_naive (PLAIN);
}

static void
test_linear_matches_naive (void)
{
  check_matches_naive (LINEAR);
}

static void
test_activated_matches_naive (void)
{
  check_matches_naive (ACTIVATED);
}

/* Of a map of ones a corner sees four, an edge six and the inside nine ninths. */
static void
test_padding_is_counted (void)
{
  g_auto (Map) map = { 0 };

  map_init (&map, 3, 4, 1);
  for (size_t i = 0; i < map.len; i++)
    map.x[i] = 1.f;
  pool (&map, PLAIN, 0, 3, map.y);
  g_assert_cmpfloat_with_epsilon (map.y[0], 4.0 / 9.0, 1e-7);
  g_assert_cmpfloat_with_epsilon (map.y[1], 6.0 / 9.0, 1e-7);
  g_assert_cmpfloat_with_epsilon (map.y[4 + 1], 1.0, 1e-7);
}

/* Padding is zero after the activation: a shift above zero does not leak in from outside. */
static void
test_padding_is_not_activated (void)
{
  g_auto (Map) map = { 0 };

  map_init (&map, 1, 1, 1);
  map.x[0] = 0.f;
  map.scale[0] = 1.f;
  map.shift[0] = 9.f;
  for (int kind = LINEAR; kind < N_KINDS; kind++)
    {
      pool (&map, (Kind) kind, 0, 1, map.y);
      g_assert_cmpfloat_with_epsilon (map.y[0], 1.0, 1e-6);
    }
}

static void
test_row_ranges_agree (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    for (int kind = PLAIN; kind < N_KINDS; kind++)
      {
        g_auto (Map) map = { 0 };
        g_autofree float *parts = NULL;
        int middle;

        map_init (&map, sizes[i].n_frames, sizes[i].n_mels, sizes[i].n_channels);
        parts = g_new (float, map.len);
        middle = map.n_frames / 2;
        pool (&map, (Kind) kind, 0, map.n_frames, map.y);
        pool (&map, (Kind) kind, middle, map.n_frames,
              parts + (size_t) middle * map.n_mels * map.n_channels);
        pool (&map, (Kind) kind, 0, middle, parts);
        g_assert_cmpmem (parts, map.len * sizeof (float), map.y, map.len * sizeof (float));
      }
}

/* A network that has diverged must not look sound. */
static void
test_nan_is_kept (void)
{
  for (int kind = PLAIN; kind < N_KINDS; kind++)
    {
      g_auto (Map) map = { 0 };

      map_init (&map, 3, 3, 2);
      map.x[0] = NAN;
      pool (&map, (Kind) kind, 0, 3, map.y);
      for (int i = 0; i < 18; i++)
        {
          const gboolean is_near = i / 6 < 2 && i % 6 / 2 < 2 && i % 2 == 0;

          g_assert_cmpint (isnan (map.y[i]) != 0, ==, is_near);
        }
    }
}

/* The gradient of sum (d_y pool (x)), which is linear, is the coefficient of each x. */
static void
test_backward_is_the_same_call (void)
{
  g_auto (Map) map = { 0 }, unit = { 0 };
  g_autofree float *d_y = NULL, *d_x = NULL;

  map_init (&map, 5, 4, 3);
  map_init (&unit, 5, 4, 3);
  d_y = g_new (float, map.len);
  d_x = g_new (float, map.len);
  oto_test_fill (d_y, map.len, 24);
  oto_pool2d_average3 (d_y, 5, 4, 3, NULL, NULL, 0, 5, d_x, map.scratch);

  for (size_t i = 0; i < map.len; i++)
    {
      double coefficient = 0.0;

      for (size_t j = 0; j < map.len; j++)
        unit.x[j] = i == j;
      pool (&unit, PLAIN, 0, 5, unit.y);
      for (size_t j = 0; j < map.len; j++)
        coefficient += (double) d_y[j] * unit.y[j];
      g_assert_cmpfloat_with_epsilon (d_x[i], coefficient, 1e-6);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/nn/pool2d/plain/matches-naive", test_plain_matches_naive);
  g_test_add_func ("/nn/pool2d/activated/matches-naive", test_activated_matches_naive);
  g_test_add_func ("/nn/pool2d/linear/matches-naive", test_linear_matches_naive);
  g_test_add_func ("/nn/pool2d/nan/is-kept", test_nan_is_kept);
  g_test_add_func ("/nn/pool2d/padding/is-counted", test_padding_is_counted);
  g_test_add_func ("/nn/pool2d/padding/is-not-activated", test_padding_is_not_activated);
  g_test_add_func ("/nn/pool2d/row-ranges/agree", test_row_ranges_agree);
  g_test_add_func ("/nn/pool2d/backward/is-the-same-call", test_backward_is_the_same_call);
  return g_test_run ();
}
