/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "losses/oto-silent-loss-term.h"
#include "oto-test.h"

#include <math.h>
#include <string.h>

#define T 3
#define F 5
#define K 4
#define N 3
#define M (T * F)

#define WEIGHT 0.3

/* Clips with none, two and four classes. */
static const float y[N * K] = { 0, 0, 0, 0,  1, 0, 0, 1,  1, 1, 1, 1 };
static const float prob[N * K] = { .1f, .2f, .3f, .4f,  .3f, .3f, .2f, .4f,  .5f, .6f, .7f, .1f };
/* The classes of the two highest of them: of equal ones the first. */
static const gboolean top2[N * K] = { 0, 0, 1, 1,  1, 0, 0, 1,  0, 1, 1, 0 };

typedef struct
{
  float   masks[N * M * K], d_masks[N * M * K];
  float   clip_prob[N * K];
  OtoEdge masks_edge, clip_prob_edge;
  OtoPass pass;
} Batch;

static void
batch_init (Batch *self,
            int    n_threads)
{
  oto_test_fill (self->masks, G_N_ELEMENTS (self->masks), 33);
  for (guint i = 0; i < G_N_ELEMENTS (self->masks); i++)
    {
      self->masks[i] = 0.5f + 0.49f * self->masks[i];
      self->d_masks[i] = NAN;
    }
  memcpy (self->clip_prob, prob, sizeof prob);
  self->masks_edge = (OtoEdge) {
    .shape = { T, F, K }, .data = self->masks, .plain = self->masks, .d = self->d_masks,
  };
  self->clip_prob_edge = (OtoEdge) {
    .shape = { 1, 1, K }, .data = self->clip_prob, .plain = self->clip_prob,
  };
  self->pass = (OtoPass) {
    .engine = oto_test_get_engine (n_threads), .priority = OTO_PRIORITY_BATCH,
    .n_threads = n_threads, .n_batch = N, .max_batch = N, .y = y,
  };
}

static gboolean
is_silent (int n_top,
           int i)
{
  const int k = i % K, n = i / K / M;

  return n_top == 0 ? y[n * K + k] == 0.f : !top2[n * K + k];
}

static void
check (int      n_top,
       int      n_threads,
       gboolean adds)
{
  Batch batch;
  OtoLossTerm term;
  double expected = 0.0;

  batch_init (&batch, n_threads);
  term = oto_silent_loss_term (&batch.masks_edge, &batch.clip_prob_edge, n_top, WEIGHT);
  g_assert_cmpstr (term.name, ==, "silent");
  for (int i = 0; i < N * M * K; i++)
    {
      expected += is_silent (n_top, i) ? batch.masks[i] / (double) (N * M) : 0.0;
      batch.d_masks[i] = adds ? 0.5f : NAN;
    }
  batch.masks_edge.has_d = adds;
  g_assert_cmpfloat_with_epsilon (term.funcs->compute (&term, &batch.pass), expected, 1e-12);
  g_assert_true (batch.masks_edge.has_d);
  for (int i = 0; i < N * M * K; i++)
    g_assert_cmpfloat_with_epsilon (batch.d_masks[i],
                                    (adds ? 0.5 : 0.0) +
                                    (is_silent (n_top, i) ? WEIGHT / (N * M) : 0.0), 1e-7);
}

static void
test_slopes (void)
{
  for (int n_threads = 1; n_threads <= 3; n_threads++)
    for (int adds = 0; adds < 2; adds++)
      {
        check (0, n_threads, adds);
        check (2, n_threads, adds);
      }
}

/* With all classes taken to sound nothing is silent, and the gradient is written all the same. */
static void
test_nothing_is_silent (void)
{
  Batch batch;
  OtoLossTerm term;

  batch_init (&batch, 2);
  term = oto_silent_loss_term (&batch.masks_edge, &batch.clip_prob_edge, K + 1, WEIGHT);
  g_assert_cmpfloat (term.funcs->compute (&term, &batch.pass), ==, 0.0);
  for (int i = 0; i < N * M * K; i++)
    g_assert_cmpfloat (batch.d_masks[i], ==, 0.f);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/losses/silent-loss-term/slopes", test_slopes);
  g_test_add_func ("/losses/silent-loss-term/nothing-is-silent", test_nothing_is_silent);

  return g_test_run ();
}
