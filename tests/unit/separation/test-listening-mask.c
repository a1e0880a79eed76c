/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test.h"

#include "separation/oto-listening-mask.h"

#include <math.h>
#include <string.h>

#define N_CLASSES 3
#define N_WINDOW 150
#define N_MELS 64
/* Of the definition, in frames of 32 ms. */
#define MEAN 2
#define HOLD 9

/* A clip with its analysis, of noise unless a test writes something else. */
typedef struct
{
  OtoListeningSource source;
  OtoWindowPlan      plan;
  gint64             n_frames;
  float             *logmel;
  float             *scores;
  float             *time_att;
  float             *window_prob;
} Clip;

static Clip *
clip_new (gint64 n_frames)
{
  Clip *self = g_new0 (Clip, 1);
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);

  self->n_frames = n_frames;
  oto_window_plan_init (&self->plan, n_frames, N_WINDOW);
  self->logmel = g_new (float, n_frames * N_MELS);
  self->scores = g_new (float, N_CLASSES * n_frames);
  self->time_att = g_new (float, N_CLASSES * n_frames);
  self->window_prob = g_new (float, self->plan.n_windows * N_CLASSES);
  for (gint64 i = 0; i < n_frames * N_MELS; i++)
    self->logmel[i] = g_rand_double_range (rand, -8.0, 2.0);
  for (gint64 i = 0; i < N_CLASSES * n_frames; i++)
    {
      self->scores[i] = pow (g_rand_double (rand), 4.0);
      self->time_att[i] = g_rand_double_range (rand, 0.0, 2.0) / N_WINDOW;
    }
  for (guint i = 0; i < self->plan.n_windows * N_CLASSES; i++)
    self->window_prob[i] = g_rand_double (rand);
  self->source = (OtoListeningSource) {
    .front_end = &oto_logmel_config_default, .plan = &self->plan, .n_classes = N_CLASSES,
    .logmel = self->logmel, .scores = self->scores, .time_att = self->time_att,
    .window_prob = self->window_prob,
  };
  return self;
}

static void
clip_free (Clip *self)
{
  g_free (self->logmel);
  g_free (self->scores);
  g_free (self->time_att);
  g_free (self->window_prob);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Clip, clip_free)

/* A clip of one window at @level, scores 0 and probabilities 0.01: nothing is heard. */
static Clip *
clip_new_quiet (float level)
{
  Clip *self = clip_new (N_WINDOW);

  for (gint64 i = 0; i < self->n_frames * N_MELS; i++)
    self->logmel[i] = level;
  memset (self->scores, 0, N_CLASSES * self->n_frames * sizeof (float));
  for (int k = 0; k < N_CLASSES; k++)
    self->window_prob[k] = 0.01f;
  self->source.time_att = NULL;
  return self;
}

/* Frames 60 to 89 as loud as an event, 40 dB above the rest. */
static void
clip_add_sound (Clip *self)
{
  for (gint64 i = 60 * N_MELS; i < 90 * N_MELS; i++)
    self->logmel[i] += 2.f * (float) G_LN10;
}

/* A class is heard there. */
static void
clip_add_score (Clip  *self,
                int    class_index,
                float  prob)
{
  self->window_prob[class_index] = prob;
  for (int t = 60; t < 90; t++)
    self->scores[class_index * self->n_frames + t] = 0.8f;
}

static float *
read_all (Clip *clip,
          int   class_index)
{
  g_autoptr (OtoListeningMask) mask = oto_listening_mask_new (&clip->source);
  float *values = g_new (float, clip->n_frames * N_MELS);

  oto_listening_mask_read (mask, class_index, 0, clip->n_frames, values);
  return values;
}

/* --- the definition, in double --- */

static gint64
get_window (const Clip *clip,
            gint64      t)
{
  guint w = 0;

  while (oto_window_plan_get_seam (&clip->plan, w + 1) <= t)
    w++;
  return w;
}

static double
naive_score (const Clip *clip,
             int         k,
             gint64      t)
{
  const gint64 pos = k * clip->n_frames + CLAMP (t, 0, clip->n_frames - 1);

  return clip->scores[pos] * MIN (1.0, (double) clip->time_att[pos] * N_WINDOW);
}

static double
naive_held (const Clip *clip,
            int         k,
            gint64      t)
{
  double max = 0.0;

  for (gint64 u = t - HOLD; u <= t + HOLD; u++)
    {
      double sum = 0.0;

      for (gint64 v = u - MEAN; v <= u + MEAN; v++)
        sum += naive_score (clip, k, v);
      max = MAX (max, sum / (2 * MEAN + 1));
    }
  return max;
}

/* (K, T) */
static double *
naive_evidence (const Clip *clip)
{
  const gint64 n_frames = clip->n_frames;
  double *evidence = g_new0 (double, N_CLASSES * n_frames);

  for (int k = 0; k < N_CLASSES; k++)
    {
      g_autofree double *largest = g_new0 (double, clip->plan.n_windows);
      g_autofree double *raw = g_new (double, n_frames + 2 * HOLD);

      for (gint64 t = 0; t < n_frames; t++)
        {
          double *window = &largest[get_window (clip, t)];

          *window = MAX (*window, naive_held (clip, k, t));
        }
      for (gint64 t = -HOLD; t < n_frames + HOLD; t++)
        {
          const gint64 w = get_window (clip, CLAMP (t, 0, n_frames - 1));
          const double activity = MIN (1.0, naive_held (clip, k, t) / (0.4 * largest[w]));

          raw[t + HOLD] = pow (clip->window_prob[w * N_CLASSES + k] * MAX (activity, 0.2), 1.5);
        }
      for (gint64 t = 0; t < n_frames; t++)
        for (int j = 0; j <= 2 * HOLD; j++)
          evidence[k * n_frames + t] += raw[t + j] / (2 * HOLD + 1);
    }
  return evidence;
}

static double
get_power (const Clip *clip,
           gint64      t,
           int         f)
{
  return exp (2.0 * clip->logmel[t * N_MELS + f]);
}

static const Clip *sorted_clip;
static const double *sorted_by;

/* Activity is often just all or the least there is, so that many frames have the same evidence. */
static int
compare_frames (gconstpointer a,
                gconstpointer b)
{
  const gint64 t = *(const gint64 *) a, u = *(const gint64 *) b;
  double x = 0.0, y = 0.0;

  if (fabs (sorted_by[t] - sorted_by[u]) > 1e-6)
    return sorted_by[t] < sorted_by[u] ? -1 : 1;
  for (int f = 0; f < N_MELS; f++)
    {
      x += get_power (sorted_clip, t, f);
      y += get_power (sorted_clip, u, f);
    }
  return x < y ? -1 : x > y;
}

/* (T, F) */
static double *
naive_background (const Clip   *clip,
                  const double *most)
{
  double *power = g_new0 (double, clip->n_frames * N_MELS);

  for (guint w = 0; w < clip->plan.n_windows; w++)
    {
      const gint64 begin = oto_window_plan_get_first_frame (&clip->plan, w);
      const gint64 n_quiet = (gint64) (0.4 * N_WINDOW);
      gint64 frames[N_WINDOW];

      for (int i = 0; i < N_WINDOW; i++)
        frames[i] = begin + i;
      sorted_clip = clip;
      sorted_by = most;
      qsort (frames, N_WINDOW, sizeof *frames, compare_frames);
      for (int f = 0; f < N_MELS; f++)
        {
          double quiet = 0.0;

          for (gint64 i = 0; i < n_quiet; i++)
            quiet += (1.0 - most[frames[i]]) * get_power (clip, frames[i], f) / n_quiet;
          for (gint64 t = begin; t < begin + N_WINDOW; t++)
            power[t * N_MELS + f] += oto_window_plan_get_fade (&clip->plan, w, t) * quiet;
        }
    }
  return power;
}

/* Against the definition, over windows whose last is shifted back. */
static void
test_naive (void)
{
  g_autoptr (Clip) clip = clip_new (391);
  const gint64 n_frames = clip->n_frames;
  g_autofree double *evidence = naive_evidence (clip);
  g_autofree double *sum = g_new0 (double, n_frames);
  g_autofree double *most = g_new0 (double, n_frames);
  g_autofree double *background = NULL;

  g_assert_cmpuint (clip->plan.n_windows, >, 3);
  for (int k = 0; k < N_CLASSES; k++)
    for (gint64 t = 0; t < n_frames; t++)
      {
        sum[t] += evidence[k * n_frames + t];
        most[t] = MAX (most[t], pow (evidence[k * n_frames + t], 1.0 / 1.5));
      }
  background = naive_background (clip, most);
  for (int k = 0; k <= N_CLASSES; k++)
    {
      g_autofree float *mask = read_all (clip, k);
      double loudest = 0.0;

      for (gint64 t = 0; t < n_frames; t++)
        for (int f = 0; f < N_MELS; f++)
          {
            const double own = k < N_CLASSES ? evidence[k * n_frames + t] : sum[t];
            const double gain = 1.0 - 2.0 * background[t * N_MELS + f] / get_power (clip, t, f);
            const double expected = own / (pow (0.05, 1.5) + sum[t]) * MAX (0.0, gain);

            g_assert_cmpfloat (fabs (mask[t * N_MELS + f] - expected), <, 2e-5);
            loudest = MAX (loudest, expected);
          }
      g_assert_cmpfloat (loudest, >, 0.1);
    }
}

/* Bit for bit, however the clip is cut. */
static void
test_blocks (void)
{
  g_autoptr (Clip) clip = clip_new (391);
  g_autoptr (OtoListeningMask) mask = oto_listening_mask_new (&clip->source);
  g_autofree float *values = g_new (float, clip->n_frames * N_MELS);
  static const int lens[] = { 1, 7, 64, 200 };

  for (int k = 0; k <= N_CLASSES; k++)
    {
      g_autofree float *whole = read_all (clip, k);

      for (guint i = 0; i < G_N_ELEMENTS (lens); i++)
        {
          for (gint64 t = 0; t < clip->n_frames; t += lens[i])
            oto_listening_mask_read (mask, k, t, MIN (lens[i], clip->n_frames - t),
                                     values + t * N_MELS);
          g_assert_cmpmem (values, clip->n_frames * N_MELS * sizeof (float), whole,
                           clip->n_frames * N_MELS * sizeof (float));
        }
    }
}

/* Where nothing is louder than the background, nobody is heard; nothing is not a number. */
static void
test_silence (void)
{
  static const float levels[] = { -18.42f, -3.f, -INFINITY, NAN };

  for (guint i = 0; i < G_N_ELEMENTS (levels); i++)
    {
      g_autoptr (Clip) clip = clip_new_quiet (levels[i]);
      g_autofree float *mask = read_all (clip, N_CLASSES);

      for (gint64 j = 0; j < clip->n_frames * N_MELS; j++)
        g_assert_cmpfloat (mask[j], ==, 0.f);
    }
}

static void
test_one_class (void)
{
  g_autoptr (Clip) clip = clip_new_quiet (-6.f);
  g_autofree float *own = NULL;
  g_autofree float *other = NULL;

  clip_add_sound (clip);
  clip_add_score (clip, 1, 0.9f);
  own = read_all (clip, 1);
  other = read_all (clip, 0);
  for (gint64 t = 0; t < clip->n_frames; t++)
    for (int f = 0; f < N_MELS; f++)
      if (t >= 60 && t < 90)
        {
          g_assert_cmpfloat (own[t * N_MELS + f], >, 0.9);
          g_assert_cmpfloat (other[t * N_MELS + f], <, 0.01);
        }
      else
        g_assert_cmpfloat (own[t * N_MELS + f], ==, 0.f);
}

static void
test_two_classes (void)
{
  g_autoptr (Clip) clip = clip_new_quiet (-6.f);
  g_autofree float *first = NULL;
  g_autofree float *second = NULL;
  g_autofree float *all = NULL;

  clip_add_sound (clip);
  clip_add_score (clip, 0, 0.8f);
  clip_add_score (clip, 2, 0.8f);
  first = read_all (clip, 0);
  second = read_all (clip, 2);
  all = read_all (clip, N_CLASSES);
  for (gint64 i = 60 * N_MELS; i < 90 * N_MELS; i++)
    {
      g_assert_cmpfloat (first[i], ==, second[i]);
      g_assert_cmpfloat (first[i], >, 0.48);
      g_assert_cmpfloat (all[i], <=, 1.f);
    }
}

/* Something loud in which no class is likely is left to Background. */
static void
test_no_events (void)
{
  g_autoptr (Clip) clip = clip_new_quiet (-6.f);
  g_autofree float *mask = NULL;

  clip_add_sound (clip);
  for (int k = 0; k < N_CLASSES; k++)
    clip_add_score (clip, k, 0.01f);
  mask = read_all (clip, N_CLASSES);
  for (gint64 i = 0; i < clip->n_frames * N_MELS; i++)
    g_assert_cmpfloat (mask[i], <, 0.25);
}

/* A sound that never stops is no background where the model is sure of it. */
static void
test_lasting (void)
{
  g_autoptr (Clip) clip = clip_new_quiet (-6.f);
  g_autofree float *mask = NULL;

  clip->window_prob[1] = 0.95f;
  for (int t = 0; t < N_WINDOW; t++)
    clip->scores[N_WINDOW + t] = 0.5f;
  mask = read_all (clip, 1);
  for (gint64 i = 0; i < clip->n_frames * N_MELS; i++)
    g_assert_cmpfloat (mask[i], >, 0.8);
}

/* Scores without a place in time: whatever is loud is shared by probability. */
static void
test_no_scores (void)
{
  g_autoptr (Clip) clip = clip_new_quiet (-6.f);
  g_autofree float *mask = NULL;

  /* From the first frame on: what comes first is no background for that. */
  for (gint64 i = 0; i < 30 * N_MELS; i++)
    clip->logmel[i] += 2.f * (float) G_LN10;
  clip->source.scores = NULL;
  clip->window_prob[1] = 0.4f;
  mask = read_all (clip, 1);
  for (gint64 i = 0; i < clip->n_frames * N_MELS; i++)
    if (i < 30 * N_MELS)
      g_assert_cmpfloat (mask[i], >, 0.9);
    else
      g_assert_cmpfloat (mask[i], ==, 0.f);
}

/* Clips shorter than what a mean or a window takes. */
static void
test_short (void)
{
  for (gint64 n_frames = 1; n_frames < 30; n_frames += 4)
    {
      g_autoptr (Clip) clip = clip_new (n_frames);
      g_autofree float *mask = read_all (clip, N_CLASSES);

      for (gint64 i = 0; i < n_frames * N_MELS; i++)
        g_assert_true (mask[i] >= 0.f && mask[i] < 1.f);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/separation/listening-mask/naive", test_naive);
  g_test_add_func ("/separation/listening-mask/blocks", test_blocks);
  g_test_add_func ("/separation/listening-mask/silence", test_silence);
  g_test_add_func ("/separation/listening-mask/one-class", test_one_class);
  g_test_add_func ("/separation/listening-mask/two-classes", test_two_classes);
  g_test_add_func ("/separation/listening-mask/no-events", test_no_events);
  g_test_add_func ("/separation/listening-mask/lasting-sound", test_lasting);
  g_test_add_func ("/separation/listening-mask/no-scores", test_no_scores);
  g_test_add_func ("/separation/listening-mask/short-clips", test_short);
  return g_test_run ();
}
