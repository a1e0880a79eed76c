/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "nn/oto-pseudo-label.h"
#include "oto-test.h"

#define T 5
#define K 3

/* A class with its label, one without, one whose map is flat; columns are classes. */
static const float cam[T * K] = {
  -2.f, 4.f, 7.f,
   0.f, 0.f, 7.f,
   0.5f, 8.f, 7.f,
   2.f, 6.f, 7.f,
   1.f, 2.f, 7.f,
};
static const float y[K] = { 1.f, 0.f, 1.f };

static void
test_scaled_over_time (void)
{
  static const float expected[T * K] = {
    0.f, 0.5f, 1.f, 0.5f, 0.f, 1.f, 0.625f, 1.f, 1.f, 1.f, 0.75f, 1.f, 0.75f, 0.25f, 1.f,
  };
  float scaled[T * K], labels[T * K];

  oto_pseudo_label_compute (OTO_PSEUDO_LABEL_HARD, cam, y, T, K, scaled, labels);
  oto_assert_abs_below (scaled, expected, T * K, 0.0);
}

/* Half the way up is not yet high; a class that the clip lacks is nowhere. */
static void
test_hard (void)
{
  static const float expected[T * K] = {
    0.f, 0.f, 1.f, 0.f, 0.f, 1.f, 1.f, 0.f, 1.f, 1.f, 0.f, 1.f, 1.f, 0.f, 1.f,
  };
  float scaled[T * K], labels[T * K];

  oto_pseudo_label_compute (OTO_PSEUDO_LABEL_HARD, cam, y, T, K, scaled, labels);
  oto_assert_abs_below (labels, expected, T * K, 0.0);
}

static void
test_soft (void)
{
  float scaled[T * K], labels[T * K];

  oto_pseudo_label_compute (OTO_PSEUDO_LABEL_SOFT, cam, y, T, K, scaled, labels);
  for (int i = 0; i < T * K; i++)
    g_assert_cmpfloat (labels[i], ==, y[i % K] * scaled[i]);
}

static void
test_single_segment_has_the_clips_label (void)
{
  float scaled[K], labels[K];

  oto_pseudo_label_compute (OTO_PSEUDO_LABEL_HARD, cam, y, 1, K, scaled, labels);
  oto_assert_abs_below (labels, y, K, 0.0);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/nn/pseudo-label/scaled-over-time", test_scaled_over_time);
  g_test_add_func ("/nn/pseudo-label/hard", test_hard);
  g_test_add_func ("/nn/pseudo-label/soft", test_soft);
  g_test_add_func ("/nn/pseudo-label/single-segment-has-the-clips-label",
                   test_single_segment_has_the_clips_label);
  return g_test_run ();
}
