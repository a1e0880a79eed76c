/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "nn/oto-class-selection.h"
#include "nn/oto-class-weight.h"
#include "nn/oto-dice-loss.h"
#include "nn/oto-micro-loss.h"
#include "nn/oto-pseudo-label.h"
#include "nn/oto-silent-loss.h"
#include "nn/oto-weighted-bce.h"
#include "oto-golden.h"

#include <math.h>
#include <string.h>

/* The reference README's limits for float32. */
#define VALUE_LIMIT 2e-6
#define GRAD_LIMIT  5e-6

/* The same for what the files of whole networks hold: their losses and their maps. */
#define NET_VALUE_LIMIT 1e-5
#define NET_MAP_LIMIT   5e-5

/* Weights of the segment and the silent loss in “total_1_0.2_0.2”. */
#define SEPARATION_WEIGHT 0.2

/* PREFIX.NAME. */
static void
check (OtoSafetensors *file,
       const char     *prefix,
       const char     *name,
       const float    *values,
       double          limit)
{
  g_autofree char *full = g_strconcat (prefix, ".", name, NULL);

  oto_golden_check_rel (file, full, values, limit);
}

static void
check_scalar (OtoSafetensors *file,
              const char     *prefix,
              const char     *name,
              double          value)
{
  const float single = (float) value;

  check (file, prefix, name, &single, VALUE_LIMIT);
}

/* (N, A, B) to (N, B, A). */
static float *
dup_transposed (const float *values,
                int          n,
                int          n_a,
                int          n_b)
{
  float *copy = g_new (float, (size_t) n * n_a * n_b);

  for (int i = 0; i < n; i++)
    for (int a = 0; a < n_a; a++)
      for (int b = 0; b < n_b; b++)
        copy[((size_t) i * n_b + b) * n_a + a] = values[((size_t) i * n_a + a) * n_b + b];
  return copy;
}

/* A batch of masks in the order of the losses on them, and what these give. */
typedef struct
{
  int n_clips, n_classes;
  size_t row_len, map_len;
  float *masks;                          /* (N, M, K) */
  float *y, *y_hat;                      /* (N, K) */
  float *segment, *silent;               /* of each clip */
  float *d_segment, *d_silent;           /* (N, M, K), of the means over clips */
} Masks;

static void
masks_init (Masks          *self,
            OtoSafetensors *file)
{
  const gint64 *shape = oto_golden_find (file, "sep.masks")->shape;
  g_autofree float *planes = oto_golden_dup_float (file, "sep.masks");
  size_t n;

  self->n_clips = (int) shape[0];
  self->n_classes = (int) shape[1];
  self->row_len = (size_t) (shape[2] * shape[3]);
  self->map_len = self->row_len * self->n_classes;
  self->masks = dup_transposed (planes, self->n_clips, self->n_classes, (int) self->row_len);
  self->y = oto_golden_dup_float (file, "sep.y");
  self->y_hat = oto_golden_dup_float (file, "sep.yhat");

  n = (size_t) self->n_clips;
  self->segment = g_new0 (float, n);
  self->silent = g_new0 (float, n);
  self->d_segment = g_new0 (float, n * self->map_len);
  self->d_silent = g_new0 (float, n * self->map_len);
}

static void
masks_clear (Masks *self)
{
  g_free (self->masks);
  g_free (self->y);
  g_free (self->y_hat);
  g_free (self->segment);
  g_free (self->silent);
  g_free (self->d_segment);
  g_free (self->d_silent);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Masks, masks_clear)

/* Runs both losses on clip @n with the classes @selected and all others silent. */
static void
masks_run (Masks     *self,
           int        n,
           const int *selected,
           int        n_selected)
{
  const size_t pos = n * self->map_len;
  const double n_clips = self->n_clips;
  g_autofree double *sums = g_new (double, oto_dice_loss_get_n_scratch (n_selected) + 1);
  g_autofree float *flags = g_new (float, self->n_classes);
  g_autofree int *silent = g_new (int, self->n_classes);
  const int n_silent = oto_class_selection_invert (selected, n_selected, self->n_classes, silent);

  self->segment[n] =
    (float) (n_clips * oto_dice_loss_compute (OTO_DICE_SUM, self->masks + pos, self->row_len,
                                              self->n_classes, selected, n_selected, n_clips, 1.0,
                                              self->d_segment + pos, sums));
  self->silent[n] =
    (float) (n_clips * oto_silent_loss_compute (self->masks + pos, self->row_len, self->n_classes,
                                                silent, n_silent, n_clips, 1.0, FALSE,
                                                self->d_silent + pos, flags));
}

static void
masks_check (const Masks    *self,
             OtoSafetensors *file,
             const char     *prefix)
{
  const int n_rows = (int) self->row_len;
  g_autofree float *d_segment = dup_transposed (self->d_segment, self->n_clips, n_rows,
                                                self->n_classes);
  g_autofree float *d_silent = dup_transposed (self->d_silent, self->n_clips, n_rows,
                                               self->n_classes);

  check (file, prefix, "segment_per_clip", self->segment, VALUE_LIMIT);
  check (file, prefix, "silent_per_clip", self->silent, VALUE_LIMIT);
  check (file, prefix, "d_masks_of_mean_segment", d_segment, GRAD_LIMIT);
  check (file, prefix, "d_masks_of_mean_silent", d_silent, GRAD_LIMIT);
}

/* The total with clip predictions, all of its gradients added into the same arrays. */
static void
masks_check_total (const Masks    *self,
                   OtoSafetensors *file)
{
  const OtoBceWeights none = { NULL, NULL };
  const size_t n_y = (size_t) self->n_clips * self->n_classes, n = self->n_clips * self->map_len;
  g_autofree float *d_y = g_new0 (float, n_y);
  g_autofree float *d_masks = g_new0 (float, n), *d_planes = NULL;
  double total = oto_weighted_bce_prob_forward (&none, self->y_hat, self->y, self->n_clips, 1,
                                                self->n_classes, n_y);

  for (int i = 0; i < self->n_clips; i++)
    total += SEPARATION_WEIGHT * ((double) self->segment[i] + self->silent[i]) / self->n_clips;
  for (size_t i = 0; i < n; i++)
    d_masks[i] = (float) SEPARATION_WEIGHT * (self->d_segment[i] + self->d_silent[i]);
  d_planes = dup_transposed (d_masks, self->n_clips, (int) self->row_len, self->n_classes);
  oto_weighted_bce_prob_backward (&none, self->y_hat, self->y, self->n_clips, 1, self->n_classes,
                                  n_y, 1.0, d_y);
  check_scalar (file, "sep.label", "total_1_0.2_0.2", total);
  check (file, "sep.label", "d_masks_of_total", d_planes, GRAD_LIMIT);
  check (file, "sep.label", "d_yhat_of_total", d_y, GRAD_LIMIT);
}

static void
check_labels (OtoSafetensors *file)
{
  g_auto (Masks) self = { 0 };
  g_autofree int *selected = NULL;

  masks_init (&self, file);
  selected = g_new (int, self.n_classes);
  for (int n = 0; n < self.n_clips; n++)
    masks_run (&self, n, selected,
               oto_class_selection_of_labels (self.y + (size_t) n * self.n_classes,
                                              self.n_classes, selected));
  masks_check (&self, file, "sep.label");
  masks_check_total (&self, file);
}

/* "sep.topK.set" gives k and the classes. Returns whether the name is one. */
static gboolean
check_top_of_name (OtoSafetensors *file,
                   const char     *name)
{
  g_auto (Masks) self = { 0 };
  g_autofree char *prefix = NULL;
  g_autofree float *set = NULL;
  g_autofree int *selected = NULL;
  int n_top;

  if (!g_str_has_prefix (name, "sep.top") || !g_str_has_suffix (name, ".set"))
    return FALSE;

  prefix = g_strndup (name, strlen (name) - strlen (".set"));
  n_top = atoi (prefix + strlen ("sep.top"));
  set = oto_golden_dup_float (file, name);
  masks_init (&self, file);
  selected = g_new (int, self.n_classes);
  for (int n = 0; n < self.n_clips; n++)
    {
      g_assert_cmpint (oto_class_selection_of_top (self.y_hat + (size_t) n * self.n_classes,
                                                   self.n_classes, n_top, selected), ==, n_top);
      for (int i = 0; i < n_top; i++)
        g_assert_cmpint (selected[i], ==, (int) set[n * n_top + i]);
      masks_run (&self, n, selected, n_top);
    }
  masks_check (&self, file, prefix);
  return TRUE;
}

static void
test_separation (const char *path)
{
  g_autoptr (OtoSafetensors) file = oto_golden_load (path);
  guint n_checked = 0;

  check_labels (file);
  for (guint i = 0; i < oto_safetensors_get_n (file); i++)
    n_checked += check_top_of_name (file, oto_safetensors_get (file, i)->name);
  g_assert_cmpuint (n_checked, >, 0);
}

/* A batch of segments, in the kernels' order. */
typedef struct
{
  int n_clips, n_classes, n_segments, n_channels;
  float *det;                            /* (N, T, K) */
  float *clip, *y;                       /* (N, K) */
  float *att_softmax;                    /* (N, C, T): over segments */
  float *att;                            /* (N, T): their sum over channels */
  float *d_det, *d_clip, *d_att;
} Segments;

/* Softmax over segments, in double: the attention itself is not what is tested here. */
static void
segments_attend (Segments    *self,
                 const float *v)
{
  const int n_segments = self->n_segments;

  for (int r = 0; r < self->n_clips * self->n_channels; r++)
    {
      const float *row = v + (size_t) r * n_segments;
      double sum = 0.0;

      for (int t = 0; t < n_segments; t++)
        sum += exp (row[t]);
      for (int t = 0; t < n_segments; t++)
        {
          const double share = exp (row[t]) / sum;

          self->att_softmax[r * n_segments + t] = (float) share;
          self->att[r / self->n_channels * n_segments + t] += (float) share;
        }
    }
}

static void
segments_init (Segments       *self,
               OtoSafetensors *file)
{
  g_autofree float *det = oto_golden_dup_float (file, "mm.det_logits");
  g_autofree float *v = oto_golden_dup_float (file, "mm.att_v");
  const gint64 *shape = oto_golden_find (file, "mm.det_logits")->shape;
  size_t n_rows;

  self->n_clips = (int) shape[0];
  self->n_classes = (int) shape[1];
  self->n_segments = (int) shape[2];
  self->n_channels = (int) oto_golden_dim (file, "mm.att_v", 1);
  self->det = dup_transposed (det, self->n_clips, self->n_classes, self->n_segments);
  self->clip = oto_golden_dup_float (file, "mm.clip_logits");
  self->y = oto_golden_dup_float (file, "mm.y");

  n_rows = (size_t) self->n_clips * self->n_segments;
  self->att_softmax = g_new0 (float, n_rows * self->n_channels);
  self->att = g_new0 (float, n_rows);
  self->d_det = g_new0 (float, n_rows * self->n_classes);
  self->d_clip = g_new0 (float, (size_t) self->n_clips * self->n_classes);
  self->d_att = g_new0 (float, n_rows);
  segments_attend (self, v);
}

static void
segments_clear (Segments *self)
{
  g_free (self->det);
  g_free (self->clip);
  g_free (self->y);
  g_free (self->att_softmax);
  g_free (self->att);
  g_free (self->d_det);
  g_free (self->d_clip);
  g_free (self->d_att);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Segments, segments_clear)

/* The macro loss of clip @n. */
static double
segments_run_macro (Segments            *self,
                    const OtoBceWeights *weights,
                    int                  n,
                    double               n_total)
{
  const size_t pos = (size_t) n * self->n_classes;

  oto_weighted_bce_logit_backward (weights, self->clip + pos, self->y + pos, 1, 1,
                                   self->n_classes, n_total, 1.0, self->d_clip + pos);
  return oto_weighted_bce_logit_forward (weights, self->clip + pos, self->y + pos, 1, 1,
                                         self->n_classes, n_total);
}

/* The micro loss of clip @n. */
static double
segments_run_micro (Segments            *self,
                    OtoMicroForm         form,
                    const OtoBceWeights *weights,
                    int                  n,
                    double               n_total)
{
  const float *y = self->y + (size_t) n * self->n_classes;
  const size_t row = (size_t) n * self->n_segments, pos = row * self->n_classes;

  oto_micro_loss_backward (form, weights, self->det + pos, y, self->att + row, self->n_segments,
                           self->n_classes, n_total, 1.0, self->d_det + pos, self->d_att + row);
  return oto_micro_loss_forward (form, weights, self->det + pos, y, self->att + row,
                                 self->n_segments, self->n_classes, n_total);
}

static void
segments_check_d_det (const Segments *self,
                      OtoSafetensors *file,
                      const char     *prefix)
{
  g_autofree float *d_det = dup_transposed (self->d_det, self->n_clips, self->n_segments,
                                            self->n_classes);

  check (file, prefix, "d_det_logits", d_det, GRAD_LIMIT);
}

/* Passes d_att on through the sum over channels and the softmax over segments. */
static void
segments_check_d_att_v (const Segments *self,
                        OtoSafetensors *file,
                        const char     *prefix)
{
  const int n_segments = self->n_segments;
  g_autofree float *d_v = g_new (float, (size_t) self->n_clips * self->n_channels * n_segments);

  for (int r = 0; r < self->n_clips * self->n_channels; r++)
    {
      const float *share = self->att_softmax + (size_t) r * n_segments;
      const float *d_att = self->d_att + (size_t) (r / self->n_channels) * n_segments;
      double dot = 0.0;

      for (int t = 0; t < n_segments; t++)
        dot += (double) share[t] * d_att[t];
      for (int t = 0; t < n_segments; t++)
        d_v[r * n_segments + t] = (float) (share[t] * (d_att[t] - dot));
    }
  check (file, prefix, "d_att_v", d_v, GRAD_LIMIT);
}

/* As the equations say: everything summed, attention as it is. */
static void
check_equations (OtoSafetensors *file)
{
  const OtoBceWeights none = { NULL, NULL };
  g_auto (Segments) self = { 0 };
  g_autofree float *macro = NULL, *micro = NULL;
  double total = 0.0;

  segments_init (&self, file);
  macro = g_new (float, self.n_clips);
  micro = g_new (float, self.n_clips);
  for (int n = 0; n < self.n_clips; n++)
    {
      const double of_clip = segments_run_macro (&self, &none, n, 1.0);
      const double of_segments = segments_run_micro (&self, OTO_MICRO_PAPER, &none, n, 1.0);

      macro[n] = (float) of_clip;
      micro[n] = (float) of_segments;
      total += of_clip + of_segments;
    }
  check (file, "mm.eq", "a", self.att, VALUE_LIMIT);
  check (file, "mm.eq", "macro_per_clip", macro, VALUE_LIMIT);
  check (file, "mm.eq", "micro_per_clip", micro, VALUE_LIMIT);
  check_scalar (file, "mm.eq", "total_sum", total);
  check (file, "mm.eq", "d_clip_logits", self.d_clip, GRAD_LIMIT);
  segments_check_d_det (&self, file, "mm.eq");
  segments_check_d_att_v (&self, file, "mm.eq");
}

/* As the authors' program does: means, weights of classes, attention on positives. */
static void
check_released (OtoSafetensors *file)
{
  g_autofree float *positive = oto_golden_dup_float (file, "mm.rel.class_weight");
  const OtoBceWeights weights = { positive, NULL };
  g_auto (Segments) self = { 0 };
  double macro = 0.0, micro = 0.0, n_clip, n_micro;

  segments_init (&self, file);
  n_clip = (double) self.n_clips * self.n_classes;
  n_micro = oto_micro_loss_get_n_total (OTO_MICRO_RELEASED, self.n_clips, self.n_classes,
                                        self.n_segments, self.n_channels);
  for (int n = 0; n < self.n_clips; n++)
    {
      macro += segments_run_macro (&self, &weights, n, n_clip);
      micro += segments_run_micro (&self, OTO_MICRO_RELEASED, &weights, n, n_micro);
    }
  check_scalar (file, "mm.rel", "macro", macro);
  check_scalar (file, "mm.rel", "micro", micro);
  check (file, "mm.rel", "d_clip_logits", self.d_clip, GRAD_LIMIT);
  segments_check_d_det (&self, file, "mm.rel");
}

static void
test_macro_micro (const char *path)
{
  g_autoptr (OtoSafetensors) file = oto_golden_load (path);

  check_equations (file);
  check_released (file);
}

static guint *
dup_counts (OtoSafetensors *file,
            guint          *ret_n)
{
  g_autofree float *values = oto_golden_dup_float (file, "weights.counts");
  guint *counts;

  *ret_n = (guint) oto_golden_find (file, "weights.counts")->len;
  counts = g_new (guint, *ret_n);
  for (guint k = 0; k < *ret_n; k++)
    counts[k] = (guint) values[k];
  return counts;
}

/* "weights.eq11_betaBETA", of shares of clips. Returns whether the name is one. */
static gboolean
check_weights_of_name (OtoSafetensors *file,
                       const char     *name)
{
  const char *beta = g_str_has_prefix (name, "weights.eq11_beta")
                     ? name + strlen ("weights.eq11_beta") : NULL;
  g_autofree guint *counts = NULL;
  g_autofree float *shares = NULL, *weights = NULL;
  guint n;

  if (beta == NULL)
    return FALSE;

  counts = dup_counts (file, &n);
  shares = oto_golden_dup_float (file, "weights.p");
  weights = g_new (float, n);
  oto_class_weight_compute (OTO_CLASS_WEIGHT_PRINTED_CLIPS, g_ascii_strtod (beta, NULL), counts, n,
                            (guint) lround (counts[0] / shares[0]), weights);
  oto_golden_check_rel (file, name, weights, VALUE_LIMIT);
  return TRUE;
}

/* The program's weights are of the same counts. */
static void
check_released_weights (OtoSafetensors *file)
{
  guint n;
  g_autofree guint *counts = dup_counts (file, &n);
  g_autofree float *weights = g_new (float, n);

  oto_class_weight_compute (OTO_CLASS_WEIGHT_RELEASED, OTO_CLASS_WEIGHT_BETA, counts, n, 0,
                            weights);
  oto_golden_check_rel (file, "mm.rel.class_weight", weights, VALUE_LIMIT);
}

static void
test_class_weights (const char *path)
{
  g_autoptr (OtoSafetensors) file = oto_golden_load (path);
  guint n_checked = 0;

  for (guint i = 0; i < oto_safetensors_get_n (file); i++)
    n_checked += check_weights_of_name (file, oto_safetensors_get (file, i)->name);
  g_assert_cmpuint (n_checked, >, 0);
  check_released_weights (file);
}

/* A batch of a network's segments: logits (N, K, T) turned to (N, T, K), attention, labels. */
typedef struct
{
  int n_clips, n_classes, n_segments;
  float *logits;
  float *y;
  float *positive, *negative;            /* (K) */
} NetSegments;

static void
net_segments_init (NetSegments    *self,
                   OtoSafetensors *file,
                   const char     *logits_name)
{
  const gint64 *shape = oto_golden_find (file, logits_name)->shape;
  g_autofree float *logits = oto_golden_dup_float (file, logits_name);

  self->n_clips = (int) shape[0];
  self->n_classes = (int) shape[1];
  self->n_segments = (int) shape[2];
  self->logits = dup_transposed (logits, self->n_clips, self->n_classes, self->n_segments);
  self->y = oto_golden_dup_float (file, "y");
  self->positive = oto_golden_dup_float (file, "class_weight");
  self->negative = g_new (float, self->n_classes);
  oto_class_weight_compute_negative (self->positive, (guint) self->n_classes, self->negative);
}

static void
net_segments_clear (NetSegments *self)
{
  g_free (self->logits);
  g_free (self->y);
  g_free (self->positive);
  g_free (self->negative);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (NetSegments, net_segments_clear)

static void
check_net_scalar (OtoSafetensors *file,
                  const char     *name,
                  double          value)
{
  const float single = (float) value;

  oto_golden_check_rel (file, name, &single, NET_VALUE_LIMIT);
}

/* The micro loss of a network's detection @det_name under attention @att_name, which sums to its
 * number of channels over a clip. */
static void
check_net_micro (OtoSafetensors *file,
                 OtoMicroForm    form,
                 const char     *det_name,
                 const char     *att_name,
                 const char     *loss_name)
{
  g_auto (NetSegments) self = { 0 };
  g_autofree float *att = oto_golden_dup_float (file, att_name);
  OtoBceWeights weights = { NULL, NULL };
  double n_channels = 0.0, n_total, loss = 0.0;

  net_segments_init (&self, file, det_name);
  weights.positive = self.positive;
  weights.negative = form == OTO_MICRO_MUSIC ? self.negative : NULL;
  for (int t = 0; t < self.n_segments; t++)
    n_channels += att[t];
  n_total = oto_micro_loss_get_n_total (form, self.n_clips, self.n_classes, self.n_segments,
                                        (int) lround (n_channels));
  for (int n = 0; n < self.n_clips; n++)
    loss += oto_micro_loss_forward (form, &weights,
                                    self.logits + (size_t) n * self.n_segments * self.n_classes,
                                    self.y + (size_t) n * self.n_classes,
                                    att + (size_t) n * self.n_segments, self.n_segments,
                                    self.n_classes, n_total);
  check_net_scalar (file, loss_name, loss);
}

static void
check_net_class_weights (OtoSafetensors *file)
{
  const guint n = (guint) oto_golden_find (file, "class_counts")->len;
  g_autofree float *values = oto_golden_dup_float (file, "class_counts");
  g_autofree guint *counts = g_new (guint, n);
  g_autofree float *weights = g_new (float, n);

  for (guint k = 0; k < n; k++)
    counts[k] = (guint) values[k];
  oto_class_weight_compute (OTO_CLASS_WEIGHT_RELEASED, OTO_CLASS_WEIGHT_BETA, counts, n, 0,
                            weights);
  oto_golden_check_rel (file, "class_weight", weights, VALUE_LIMIT);
  oto_class_weight_compute (OTO_CLASS_WEIGHT_PRINTED, OTO_CLASS_WEIGHT_BETA, counts, n, 0,
                            weights);
  oto_golden_check_rel (file, "class_weight_printed", weights, VALUE_LIMIT);
}

/* The DCASE networks have "train.det", the music network "train.det1" and so on. */
static void
test_micro_of_networks (const char *path)
{
  g_autoptr (OtoSafetensors) file = oto_golden_load (path);
  int n_maps = 0;

  check_net_class_weights (file);
  if (oto_golden_has (file, "train.det"))
    {
      check_net_micro (file, OTO_MICRO_RELEASED, "train.det", "train.a", "loss.released.micro");
      check_net_micro (file, OTO_MICRO_PAPER, "train.det", "train.a", "loss.paper.micro");
      return;
    }

  for (int i = 1; ; i++, n_maps++)
    {
      g_autofree char *det_name = g_strdup_printf ("train.det%d", i);
      g_autofree char *att_name = g_strdup_printf ("train.a%d", i);
      g_autofree char *loss_name = g_strdup_printf ("loss.micro%d", i);

      if (!oto_golden_has (file, det_name))
        break;
      check_net_micro (file, OTO_MICRO_MUSIC, det_name, att_name, loss_name);
    }
  g_assert_cmpint (n_maps, >, 0);
}

/* Every segment against the clip's label. */
static void
check_segment_loss (OtoSafetensors *file)
{
  g_auto (NetSegments) self = { 0 };
  OtoBceWeights weights = { NULL, NULL };
  size_t n_rows;

  net_segments_init (&self, file, "train.slat.seg_logits");
  weights.positive = self.positive;
  n_rows = (size_t) self.n_clips * self.n_segments;
  check_net_scalar (file, "loss.slat.total",
                    oto_weighted_bce_logit_forward (&weights, self.logits, self.y, n_rows,
                                                    self.n_segments, self.n_classes,
                                                    (double) n_rows * self.n_classes));
}

/* The loss against pseudo labels, which are compared with the reference's where it has them. */
static void
check_pseudo_labels (OtoSafetensors     *file,
                     OtoPseudoLabelForm  form,
                     const char         *loss_name)
{
  g_auto (NetSegments) cam = { 0 }, det = { 0 };
  g_autofree float *scaled = NULL, *labels = NULL, *scaled_planes = NULL, *label_planes = NULL;
  OtoBceWeights weights = { NULL, NULL };
  size_t clip_len, n_rows;

  net_segments_init (&cam, file, "train.plat.cam");
  net_segments_init (&det, file, "train.plat.det");
  weights.positive = det.positive;
  clip_len = (size_t) cam.n_segments * cam.n_classes;
  n_rows = (size_t) cam.n_clips * cam.n_segments;
  scaled = g_new (float, cam.n_clips * clip_len);
  labels = g_new (float, cam.n_clips * clip_len);
  for (int n = 0; n < cam.n_clips; n++)
    oto_pseudo_label_compute (form, cam.logits + n * clip_len, cam.y + (size_t) n * cam.n_classes,
                              cam.n_segments, cam.n_classes, scaled + n * clip_len,
                              labels + n * clip_len);

  scaled_planes = dup_transposed (scaled, cam.n_clips, cam.n_segments, cam.n_classes);
  oto_golden_check_rel (file, "train.plat.cam_scaled", scaled_planes, NET_MAP_LIMIT);
  label_planes = dup_transposed (labels, cam.n_clips, cam.n_segments, cam.n_classes);
  if (form == OTO_PSEUDO_LABEL_HARD)
    oto_golden_check_rel (file, "train.plat.pseudo_labels", label_planes, 0.0);
  check_net_scalar (file, loss_name,
                    oto_weighted_bce_logit_forward (&weights, det.logits, labels, n_rows, 1,
                                                    det.n_classes,
                                                    (double) n_rows * det.n_classes));
}

/* Weighted BCE of clip predictions: of probabilities, of logits. */
static void
check_clip_losses (OtoSafetensors *file)
{
  g_autofree float *prob = oto_golden_dup_float (file, "train.wlat.y");
  g_autofree float *logits = oto_golden_dup_float (file, "train.plat.logits");
  g_autofree float *y = oto_golden_dup_float (file, "y");
  g_autofree float *positive = oto_golden_dup_float (file, "class_weight");
  const OtoBceWeights weights = { positive, NULL };
  const size_t n_clips = (size_t) oto_golden_dim (file, "y", 0);
  const size_t n_classes = (size_t) oto_golden_dim (file, "y", 1);
  const double n_total = (double) n_clips * n_classes;

  check_net_scalar (file, "loss.wlat.total",
                    oto_weighted_bce_prob_forward (&weights, prob, y, n_clips, 1, n_classes,
                                                   n_total));
  check_net_scalar (file, "loss.plat.macro",
                    oto_weighted_bce_logit_forward (&weights, logits, y, n_clips, 1, n_classes,
                                                    n_total));
}

static void
test_heads (const char *path)
{
  g_autoptr (OtoSafetensors) file = oto_golden_load (path);

  check_net_class_weights (file);
  check_clip_losses (file);
  check_segment_loss (file);
  check_pseudo_labels (file, OTO_PSEUDO_LABEL_HARD, "loss.plat.micro");
  check_pseudo_labels (file, OTO_PSEUDO_LABEL_SOFT, "loss.plat.option_soft_micro");
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  oto_golden_add ("/golden/losses/separation", "losses*.safetensors", test_separation);
  oto_golden_add ("/golden/losses/macro-micro", "losses*.safetensors", test_macro_micro);
  oto_golden_add ("/golden/losses/class-weights", "losses*.safetensors", test_class_weights);
  oto_golden_add ("/golden/losses/micro", "mmnet_small*.safetensors", test_micro_of_networks);
  oto_golden_add ("/golden/losses/micro", "mmnet_ms_released*.safetensors",
                  test_micro_of_networks);
  oto_golden_add ("/golden/losses/heads", "resnet_heads*.safetensors", test_heads);
  return g_test_run ();
}
