/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "separation/oto-listening-mask.h"

#include <math.h>
#include <string.h>

/* Found by the SI-SDR, level and share inside of stems of real events over real scenes, at 10 and
 * 0 dB, for five systems at once. Seconds, so that front ends of any hop mean the same. */
#define MEAN_S         0.064     /* half of what a frame score is averaged over */
#define HOLD_S         0.3       /* half of what it is held, and then faded, over */
#define FULL_SCORE     0.4       /* of the window's largest score: activity is 1 from there on */
#define MIN_ACTIVITY   0.2       /* anywhere: the score is a guess of time, no proof */
#define SHARPNESS      1.5       /* how much of a frame the likelier class takes */
#define NO_EVENT       0.05      /* evidence of there being no event of any class */
#define QUIET_SHARE    0.4       /* of a window's frames are background, the least active */
#define N_BACKGROUNDS  2.0       /* are taken off the power of a bin */

struct _OtoListeningMask
{
  OtoListeningSource  source;
  int                 mean_len;  /* frames to each side */
  int                 hold_len;
  float              *largest;   /* (windows, K): score from its seam to the next */
  float              *sum;       /* (T): evidence of all classes */
  float              *quiet;     /* (windows, F): power of the background */
};

/* --- evidence --- */

/* Frames [first, first + n) of a class's score; outside the clip those of its ends. */
static void
fill_scores (const OtoListeningMask *self,
             int                     class_index,
             gint64                  first,
             gint64                  n,
             float                  *ret_scores)
{
  const OtoListeningSource *source = &self->source;
  const gint64 n_frames = source->plan->n_frames;
  const float *scores = source->scores + class_index * n_frames;
  const float *att = source->time_att != NULL ? source->time_att + class_index * n_frames : NULL;

  for (gint64 i = 0; i < n; i++)
    {
      const gint64 t = CLAMP (first + i, 0, n_frames - 1);

      ret_scores[i] = scores[t];
      if (att != NULL)
        ret_scores[i] *= fminf (1.f, att[t] * source->plan->n_window_frames);
    }
}

/* Means over 2 @half + 1 values. @values holds @half more than @n at each end. Every mean is summed
 * in the same order, wherever a block begins. */
static void
smooth (const float *values,
        gint64       n,
        int          half,
        float       *ret_values)
{
  memset (ret_values, 0, n * sizeof *ret_values);
  for (int j = 0; j <= 2 * half; j++)
    for (gint64 i = 0; i < n; i++)
      ret_values[i] += values[i + j];
  for (gint64 i = 0; i < n; i++)
    ret_values[i] /= 2 * half + 1;
}

/* Maxima in place of means: edges are held, gaps are closed. */
static void
hold (const float *values,
      gint64       n,
      int          half,
      float       *ret_values)
{
  memcpy (ret_values, values, n * sizeof *ret_values);
  for (int j = 1; j <= 2 * half; j++)
    for (gint64 i = 0; i < n; i++)
      ret_values[i] = values[i + j] > ret_values[i] ? values[i + j] : ret_values[i];
}

/* Scores of frames [first, first + n), averaged and held. */
static void
fill_held_scores (const OtoListeningMask *self,
                  int                     class_index,
                  gint64                  first,
                  gint64                  n,
                  float                  *ret_scores)
{
  const gint64 n_held = n + 2 * self->hold_len;
  const gint64 n_read = n_held + 2 * self->mean_len;
  g_autofree float *scores = g_new (float, n_read);
  g_autofree float *means = g_new (float, n_held);

  fill_scores (self, class_index, first - self->hold_len - self->mean_len, n_read, scores);
  smooth (scores, n_held, self->mean_len, means);
  hold (means, n, self->hold_len, ret_scores);
}

static guint
find_window (const OtoWindowPlan *plan,
             gint64               frame)
{
  guint low = 0, high = plan->n_windows;

  while (high - low > 1)
    {
      const guint middle = low + (high - low) / 2;

      if (oto_window_plan_get_seam (plan, middle) <= frame)
        low = middle;
      else
        high = middle;
    }
  return low;
}

/* The evidence of a class in one frame: probability of the window times activity, sharpened. */
static float
get_frame_evidence (const OtoListeningMask *self,
                    size_t                  pos,
                    float                   score)
{
  const float largest = self->largest[pos];
  float activity = 1.f;

  if (self->source.scores != NULL)
    activity = largest > 0.f ? fminf (1.f, score / ((float) FULL_SCORE * largest)) : 0.f;
  return powf (fmaxf (self->source.window_prob[pos], 0.f)
               * fmaxf (activity, (float) MIN_ACTIVITY), (float) SHARPNESS);
}

/* Evidence of frames [first, first + n), faded at its edges and from window to window. */
static void
fill_evidence (const OtoListeningMask *self,
               int                     class_index,
               gint64                  first,
               gint64                  n,
               float                  *ret_evidence)
{
  const OtoWindowPlan *plan = self->source.plan;
  const gint64 n_read = n + 2 * self->hold_len;
  g_autofree float *values = g_new0 (float, n_read);
  guint w = find_window (plan, CLAMP (first - self->hold_len, 0, plan->n_frames - 1));

  if (self->source.scores != NULL)
    fill_held_scores (self, class_index, first - self->hold_len, n_read, values);
  for (gint64 i = 0; i < n_read; i++)
    {
      const gint64 t = CLAMP (first - self->hold_len + i, 0, plan->n_frames - 1);

      while (oto_window_plan_get_seam (plan, w + 1) <= t)
        w++;
      values[i] = get_frame_evidence (self, (size_t) w * self->source.n_classes + class_index,
                                      values[i]);
    }
  smooth (values, n, self->hold_len, ret_evidence);
}

/* --- background --- */

static float
get_power (const OtoListeningMask *self,
           gint64                  frame,
           int                     mel)
{
  const OtoLogmelConfig *front_end = self->source.front_end;
  const float value = self->source.logmel[frame * front_end->n_mels + mel];
  const double level_db = oto_logmel_config_get_level_db (front_end, value);
  const float power = expf ((float) (level_db * (G_LN10 / 10.0)));

  return isfinite (power) ? power : 0.f;
}

typedef struct
{
  gint64 frame;
  float  evidence;               /* of the class that has most */
  double power;
} Rank;

/* Among frames of which the model says the same the softest come first. */
static int
compare_ranks (gconstpointer a,
               gconstpointer b)
{
  const Rank *x = a, *y = b;

  return x->evidence < y->evidence ? -1 : x->evidence > y->evidence ? 1
         : x->power < y->power ? -1 : x->power > y->power ? 1
         : x->frame < y->frame ? -1 : x->frame > y->frame;
}

/* The mean power of the frames of a window in which least is heard, less what even there belongs to
 * an event: a sound that lasts as long as the window is no background. */
static void
fill_window_quiet (OtoListeningMask *self,
                   guint             window,
                   const float      *most)
{
  const OtoWindowPlan *plan = self->source.plan;
  const int n_mels = self->source.front_end->n_mels;
  const gint64 begin = oto_window_plan_get_first_frame (plan, window);
  const gint64 n = MIN (plan->n_window_frames, plan->n_frames - begin);
  const gint64 n_quiet = MAX (1, (gint64) (QUIET_SHARE * n));
  g_autofree Rank *ranks = g_new (Rank, n);
  g_autofree double *power = g_new0 (double, n_mels);

  for (gint64 i = 0; i < n; i++)
    {
      ranks[i] = (Rank) { begin + i, most[begin + i], 0.0 };
      for (int f = 0; f < n_mels; f++)
        ranks[i].power += get_power (self, begin + i, f);
    }
  qsort (ranks, n, sizeof *ranks, compare_ranks);
  for (gint64 i = 0; i < n_quiet; i++)
    for (int f = 0; f < n_mels; f++)
      power[f] += (1.f - ranks[i].evidence) * get_power (self, ranks[i].frame, f);
  for (int f = 0; f < n_mels; f++)
    self->quiet[(size_t) window * n_mels + f] = power[f] / n_quiet;
}

/* --- the mask --- */

static void
find_largest (OtoListeningMask *self,
              int               class_index,
              float            *held)
{
  const OtoWindowPlan *plan = self->source.plan;

  if (self->source.scores == NULL)
    return;
  fill_held_scores (self, class_index, 0, plan->n_frames, held);
  for (guint w = 0; w < plan->n_windows; w++)
    {
      float *largest = &self->largest[(size_t) w * self->source.n_classes + class_index];
      const gint64 end = oto_window_plan_get_seam (plan, w + 1);

      for (gint64 t = oto_window_plan_get_seam (plan, w); t < end; t++)
        *largest = fmaxf (*largest, held[t]);
    }
}

/**
 * oto_listening_mask_new:
 * @source: what it is made of
 *
 * With p the clip probability of the window and a the activity, the frame score averaged, held and
 * divided by what is large in the window, the evidence of class k in frame t is
 *
 *   e[k,t] = mean over 0.6 s of (p[k] a[k,t])^1.5
 *
 * and the mask shares what a bin has more than the background, P power, B background:
 *
 *   m[k,t,f] = e[k,t] / (0.05^1.5 + sum_j e[j,t]) * max (0, 1 - 2 B[t,f] / P[t,f])
 *
 * so that masks of all classes sum to less than one. The gain is that of spectral subtraction in
 * powers; B is a window's mean over the frames with least evidence, cross-faded between windows.
 * Ours.
 *
 * Returns: (transfer full): the masks
 */
OtoListeningMask *
oto_listening_mask_new (const OtoListeningSource *source)
{
  OtoListeningMask *self = g_new0 (OtoListeningMask, 1);
  const gint64 n_frames = source->plan->n_frames;
  const guint n_windows = source->plan->n_windows;
  const double hop_s = (double) source->front_end->hop_len / source->front_end->sample_rate_hz;
  g_autofree float *evidence = g_new (float, n_frames);
  g_autofree float *most = g_new0 (float, n_frames);

  self->source = *source;
  self->mean_len = (int) lround (MEAN_S / hop_s);
  self->hold_len = (int) lround (HOLD_S / hop_s);
  self->largest = g_new0 (float, (size_t) n_windows * source->n_classes);
  self->sum = g_new0 (float, n_frames);
  self->quiet = g_new0 (float, (size_t) n_windows * source->front_end->n_mels);
  for (int k = 0; k < source->n_classes; k++)
    {
      find_largest (self, k, evidence);
      fill_evidence (self, k, 0, n_frames, evidence);
      for (gint64 t = 0; t < n_frames; t++)
        {
          self->sum[t] += evidence[t];
          most[t] = fmaxf (most[t], evidence[t]);
        }
    }
  for (gint64 t = 0; t < n_frames; t++)
    most[t] = fminf (1.f, powf (most[t], (float) (1.0 / SHARPNESS)));
  for (guint w = 0; w < n_windows; w++)
    fill_window_quiet (self, w, most);
  return self;
}

/**
 * oto_listening_mask_free:
 * @self: (nullable) (transfer full): masks
 */
void
oto_listening_mask_free (OtoListeningMask *self)
{
  if (self == NULL)
    return;

  g_free (self->largest);
  g_free (self->sum);
  g_free (self->quiet);
  g_free (self);
}

/* The background of a frame, cross-faded between the windows that hold it. */
static void
fill_frame_quiet (const OtoListeningMask *self,
                  guint                   window,
                  gint64                  frame,
                  float                  *ret_power)
{
  const OtoWindowPlan *plan = self->source.plan;
  const int n_mels = self->source.front_end->n_mels;
  /* The last window is shifted back, so that three may overlap, but no more. */
  const guint first = window > 2 ? window - 2 : 0;
  const guint last = MIN (window + 2, plan->n_windows - 1);

  memset (ret_power, 0, n_mels * sizeof *ret_power);
  for (guint w = first; w <= last; w++)
    {
      const float fade = oto_window_plan_get_fade (plan, w, frame);

      for (int f = 0; f < n_mels && fade > 0.f; f++)
        ret_power[f] += fade * self->quiet[(size_t) w * n_mels + f];
    }
}

/**
 * oto_listening_mask_read:
 * @self: masks
 * @class_index: a class, or K for the sum over classes
 * @first_frame: first frame to read
 * @n_frames: number of frames; they lie inside the clip
 * @ret_mask: (out caller-allocates): (n_frames, F), in [0, 1]
 *
 * Computes a part of the mask of a class; the same values whatever the part.
 */
void
oto_listening_mask_read (const OtoListeningMask *self,
                         int                     class_index,
                         gint64                  first_frame,
                         gint64                  n_frames,
                         float                  *ret_mask)
{
  const int n_mels = self->source.front_end->n_mels;
  const float none = powf ((float) NO_EVENT, (float) SHARPNESS);
  g_autofree float *evidence = g_new (float, MAX (n_frames, 1));
  g_autofree float *quiet = g_new (float, n_mels);

  g_assert (class_index >= 0 && class_index <= self->source.n_classes);
  g_assert (first_frame >= 0 && first_frame + n_frames <= self->source.plan->n_frames);

  if (class_index == self->source.n_classes)
    memcpy (evidence, self->sum + first_frame, n_frames * sizeof *evidence);
  else
    fill_evidence (self, class_index, first_frame, n_frames, evidence);
  for (gint64 i = 0; i < n_frames; i++)
    {
      const gint64 t = first_frame + i;
      const float share = evidence[i] / (none + self->sum[t]);

      fill_frame_quiet (self, find_window (self->source.plan, t), t, quiet);
      for (int f = 0; f < n_mels; f++)
        {
          const float power = get_power (self, t, f);
          const float rest = power - (float) N_BACKGROUNDS * quiet[f];

          ret_mask[i * n_mels + f] = rest > 0.f ? share * rest / power : 0.f;
        }
    }
}
