/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "nn/oto-activation.h"
#include "nn/oto-att2d.h"
#include "nn/oto-auto-pool.h"
#include "nn/oto-fap.h"
#include "nn/oto-time-attention.h"
#include "nn/oto-time-pool.h"
#include "oto-golden.h"

#include <string.h>

/* The reference README's limits for float32 pooling. */
#define POOLING_LIMIT        5e-6
#define POOLING_GRAD_LIMIT   5e-5

/* The reference README's limit for float32 heads of its sections 9 to 16. */
#define HEAD_LIMIT           5e-5

/* The sizes of a tensor (B, T, C). */
typedef struct
{
  int n_batch, n_frames, n_channels;
  size_t clip_len, len;
} Frames;

static Frames
get_frames (OtoSafetensors *file,
            const char     *name)
{
  const gint64 *shape = oto_golden_find (file, name)->shape;
  Frames self = { (int) shape[0], (int) shape[1], (int) shape[2] };

  self.clip_len = (size_t) (shape[1] * shape[2]);
  self.len = self.n_batch * self.clip_len;
  return self;
}

/* Probabilities of frames under a softmax over classes, with the clip in the divisor only. */
static void
test_gated_crnn (const char *path)
{
  g_autoptr (OtoSafetensors) file = oto_golden_load (path);
  const Frames size = get_frames (file, "head.in.frames");
  const int t = size.n_frames, k = size.n_channels;
  const size_t n_rows = (size_t) size.n_batch * t;
  g_autofree float *frames = oto_golden_dup_float (file, "head.in.frames");
  g_autofree float *logits = oto_golden_dup_float (file, "head.in.att_logits");
  g_autofree float *d_y = oto_golden_dup_float (file, "head.in.dy");
  g_autofree float *att = g_new (float, size.len);
  g_autofree float *y = g_new (float, size.n_batch * k);
  g_autofree float *d_frames = g_new (float, size.len);
  g_autofree float *d_att = g_new (float, size.len);

  oto_activation_softmax_rows (logits, n_rows, k, att);
  for (int n = 0; n < size.n_batch; n++)
    {
      const size_t pos = n * size.clip_len;

      oto_time_attention_mean_forward (att + pos, frames + pos, t, k, y + n * k);
      oto_time_attention_mean_backward (att + pos, frames + pos, d_y + n * k, t, k, FALSE,
                                        d_att + pos, FALSE, d_frames + pos);
    }
  oto_activation_softmax_rows_backward (att, d_att, n_rows, k, d_att);

  oto_golden_check_rel (file, "head.att", att, HEAD_LIMIT);
  oto_golden_check_rel (file, "head.y", y, HEAD_LIMIT);
  oto_golden_check_rel (file, "head.d_frames", d_frames, HEAD_LIMIT);
  oto_golden_check_rel (file, "head.d_att_logits", d_att, HEAD_LIMIT);
}

/* Linear softmax over clamped probabilities. */
static void
test_talnet (const char *path)
{
  g_autoptr (OtoSafetensors) file = oto_golden_load (path);
  const Frames size = get_frames (file, "head.in.logits");
  const int t = size.n_frames, k = size.n_channels;
  g_autofree float *logits = oto_golden_dup_float (file, "head.in.logits");
  g_autofree float *d_y = oto_golden_dup_float (file, "head.in.dy");
  g_autofree float *prob = g_new (float, size.len);
  g_autofree float *frames = g_new (float, size.len);
  g_autofree float *y = g_new (float, size.n_batch * k);
  g_autofree float *d_prob = g_new (float, size.len);

  oto_activation_sigmoid (logits, size.len, prob);
  oto_time_pool_clamp (prob, size.len, frames);
  for (int n = 0; n < size.n_batch; n++)
    {
      const size_t pos = n * size.clip_len;

      oto_time_pool_linear_forward (prob + pos, t, k, TRUE, y + n * k);
      oto_time_pool_linear_backward (prob + pos, d_y + n * k, t, k, TRUE, FALSE, d_prob + pos);
    }
  oto_activation_sigmoid_backward (prob, d_prob, size.len, d_prob);

  oto_golden_check_rel (file, "head.frames", frames, HEAD_LIMIT);
  oto_golden_check_rel (file, "head.y", y, HEAD_LIMIT);
  oto_golden_check_rel (file, "head.d_logits", d_prob, HEAD_LIMIT);
}

/* Turns each clip of a map: (B, R, C) to (B, C, R). */
static void
turn (float  *values,
      int     n_batch,
      size_t  n_rows,
      size_t  n_columns)
{
  g_autofree float *copy = g_memdup2 (values, n_batch * n_rows * n_columns * sizeof *values);

  for (int n = 0; n < n_batch; n++)
    for (size_t r = 0; r < n_rows; r++)
      for (size_t c = 0; c < n_columns; c++)
        values[(n * n_columns + c) * n_rows + r] = copy[(n * n_rows + r) * n_columns + c];
}

static void
check (OtoSafetensors *file,
       const char     *prefix,
       const char     *name,
       const float    *values,
       double          limit)
{
  g_autofree char *full = g_strconcat (prefix, name, NULL);

  oto_golden_check_rel (file, full, values, limit);
}

/* Auto-pools the classes of a map (B, K, ...) over all that follows, with @alpha (K), and compares
 * with PREFIX.y, PREFIX.D_NAME and, if there is one, PREFIX.d_alpha. */
static void
check_auto_pool (OtoSafetensors *file,
                 const char     *map_name,
                 const float    *alpha,
                 const char     *prefix,
                 const char     *d_name)
{
  const OtoSafetensor *tensor = oto_golden_find (file, map_name);
  const int n_batch = (int) tensor->shape[0], k = (int) tensor->shape[1];
  const size_t len = (size_t) tensor->len, n_rows = len / n_batch / k;
  g_autofree float *map = oto_golden_dup_float (file, map_name);
  g_autofree float *d_y = oto_golden_dup_float (file, "dy");
  g_autofree float *y = g_new (float, n_batch * k);
  g_autofree float *peak = g_new (float, k);
  g_autofree float *inv_sum = g_new (float, k);
  g_autofree float *d_map = g_new (float, len);
  g_autofree float *d_alpha = g_new0 (float, k);
  g_autofree char *d_alpha_name = g_strconcat (prefix, ".d_alpha", NULL);

  turn (map, n_batch, k, n_rows);
  for (int n = 0; n < n_batch; n++)
    {
      const size_t pos = n * n_rows * k;

      oto_auto_pool_forward (map + pos, n_rows, k, alpha, y + n * k, peak, inv_sum);
      oto_auto_pool_backward (map + pos, n_rows, k, alpha, y + n * k, peak, inv_sum, d_y + n * k,
                              FALSE, d_map + pos, d_alpha);
    }
  turn (d_map, n_batch, n_rows, k);

  check (file, prefix, ".y", y, POOLING_LIMIT);
  check (file, prefix, d_name, d_map, POOLING_GRAD_LIMIT);
  if (oto_golden_has (file, d_alpha_name))
    oto_golden_check_rel (file, d_alpha_name, d_alpha, POOLING_GRAD_LIMIT);
}

static void
test_auto_pool (const char *path)
{
  g_autoptr (OtoSafetensors) file = oto_golden_load (path);
  g_autofree float *alpha = oto_golden_dup_float (file, "autopool.alpha");
  const gint64 k = oto_golden_dim (file, "autopool.alpha", 0);

  g_assert_true (oto_golden_has (file, "autopool.time.d_alpha"));
  g_assert_true (oto_golden_has (file, "autopool.tf.d_alpha"));
  check_auto_pool (file, "autopool.frames", alpha, "autopool.time", ".d_frames");
  check_auto_pool (file, "map", alpha, "autopool.tf", ".d_map");

  for (gint64 i = 0; i < k; i++)
    alpha[i] = 1.f;
  check_auto_pool (file, "autopool.frames", alpha, "softmaxpool.time", ".d_frames");
  memset (alpha, 0, k * sizeof *alpha);
  check_auto_pool (file, "autopool.frames", alpha, "meanpool.time", ".d_frames");
}

/* A convolution 1x1 of a channels-last map (R, C) with weights (K, C). */
typedef struct
{
  float *weight, *bias, *d_weight, *d_bias;
  size_t n_in, n_out;
} Dense;

static void
dense_init (Dense          *self,
            OtoSafetensors *file,
            const char     *prefix)
{
  g_autofree char *weight_name = g_strconcat (prefix, "_weight", NULL);
  g_autofree char *bias_name = g_strconcat (prefix, "_bias", NULL);

  self->n_out = (size_t) oto_golden_dim (file, weight_name, 0);
  self->n_in = (size_t) oto_golden_dim (file, weight_name, 1);
  self->weight = oto_golden_dup_float (file, weight_name);
  self->bias = oto_golden_dup_float (file, bias_name);
  self->d_weight = g_new0 (float, self->n_out * self->n_in);
  self->d_bias = g_new0 (float, self->n_out);
}

static void
dense_clear (Dense *self)
{
  g_free (self->weight);
  g_free (self->bias);
  g_free (self->d_weight);
  g_free (self->d_bias);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Dense, dense_clear)

static void
dense_forward (const Dense *self,
               const float *x,
               size_t       n_rows,
               float       *y)
{
  for (size_t r = 0; r < n_rows; r++)
    for (size_t k = 0; k < self->n_out; k++)
      {
        double sum = self->bias[k];

        for (size_t c = 0; c < self->n_in; c++)
          sum += (double) self->weight[k * self->n_in + c] * x[r * self->n_in + c];
        y[r * self->n_out + k] = (float) sum;
      }
}

static void
dense_backward (Dense       *self,
                const float *x,
                const float *d_y,
                size_t       n_rows,
                float       *d_x)
{
  for (size_t k = 0; k < self->n_out; k++)
    {
      for (size_t c = 0; c < self->n_in; c++)
        {
          double sum = 0.0;

          for (size_t r = 0; r < n_rows; r++)
            {
              sum += (double) d_y[r * self->n_out + k] * x[r * self->n_in + c];
              d_x[r * self->n_in + c] += d_y[r * self->n_out + k]
                                         * self->weight[k * self->n_in + c];
            }
          self->d_weight[k * self->n_in + c] += (float) sum;
        }
      for (size_t r = 0; r < n_rows; r++)
        self->d_bias[k] += d_y[r * self->n_out + k];
    }
}

/* Attention over all bins of a feature map, in the released form. */
static void
test_att2d (const char *path)
{
  g_autoptr (OtoSafetensors) file = oto_golden_load (path);
  const gint64 *size = oto_golden_find (file, "att2d.feat")->shape;
  const int n_batch = (int) size[0], c = (int) size[1], t = (int) size[2], f = (int) size[3];
  const int k = (int) oto_golden_dim (file, "att2d.att_bias", 0);
  const OtoAtt2dShape shape = { t, f, k, OTO_ATT2D_LOG_SOFTMAX, FALSE };
  const size_t n_bins = (size_t) t * f, len = n_bins * k;
  g_autofree float *feat = oto_golden_dup_float (file, "att2d.feat");
  g_autofree float *d_y = oto_golden_dup_float (file, "dy");
  g_autofree float *att = g_new (float, n_batch * len);
  g_autofree float *cla = g_new (float, n_batch * len);
  g_autofree float *norm_att = g_new (float, n_batch * len);
  g_autofree float *score = g_new (float, n_batch * k);
  g_autofree float *y = g_new (float, n_batch * k);
  g_autofree float *att_sum = g_new (float, k);
  g_autofree float *scratch = g_new (float, k);
  g_autofree float *d_att = g_new (float, len);
  g_autofree float *d_cla = g_new (float, len);
  g_autofree float *d_feat = g_new0 (float, n_batch * n_bins * c);
  g_auto (Dense) att_conv = { 0 }, cla_conv = { 0 };

  dense_init (&att_conv, file, "att2d.att");
  dense_init (&cla_conv, file, "att2d.cla");
  turn (feat, n_batch, c, n_bins);
  for (int n = 0; n < n_batch; n++)
    {
      const float *x = feat + n * n_bins * c;
      float *d_x = d_feat + n * n_bins * c;
      const OtoAtt2dMaps maps = {
        att + n * len, cla + n * len, att_sum, score + n * k, y + n * k,
      };

      dense_forward (&att_conv, x, n_bins, maps.att);
      dense_forward (&cla_conv, x, n_bins, maps.cla);
      oto_att2d_forward (&shape, maps.att, maps.cla, &maps);
      oto_att2d_fill_norm_att (&shape, &maps, norm_att + n * len);
      oto_att2d_backward (&shape, &maps, d_y + n * k, d_att, d_cla, scratch);
      dense_backward (&att_conv, x, d_att, n_bins, d_x);
      dense_backward (&cla_conv, x, d_cla, n_bins, d_x);
    }
  turn (cla, n_batch, n_bins, k);
  turn (norm_att, n_batch, n_bins, k);
  turn (d_feat, n_batch, n_bins, c);

  oto_golden_check_rel (file, "att2d.cla", cla, POOLING_LIMIT);
  oto_golden_check_rel (file, "att2d.norm_att", norm_att, POOLING_LIMIT);
  oto_golden_check_rel (file, "att2d.score", score, POOLING_LIMIT);
  oto_golden_check_rel (file, "att2d.y", y, POOLING_LIMIT);
  oto_golden_check_rel (file, "att2d.d_feat", d_feat, POOLING_GRAD_LIMIT);
  oto_golden_check_rel (file, "att2d.d_att_weight", att_conv.d_weight, POOLING_GRAD_LIMIT);
  oto_golden_check_rel (file, "att2d.d_att_bias", att_conv.d_bias, POOLING_GRAD_LIMIT);
  oto_golden_check_rel (file, "att2d.d_cla_weight", cla_conv.d_weight, POOLING_GRAD_LIMIT);
  oto_golden_check_rel (file, "att2d.d_cla_bias", cla_conv.d_bias, POOLING_GRAD_LIMIT);
}

/* One reading of the frequency-dependent auto-pooling. The frame scores are stored for readings A
 * and B; those of C are A's. */
static void
check_fap (OtoSafetensors *file,
           const char     *prefix,
           OtoFapForm      form,
           const char     *w_name,
           const char     *alpha_name,
           const char     *frames_name)
{
  const gint64 *size = oto_golden_find (file, "map")->shape;
  const int n_batch = (int) size[0], k = (int) size[1], t = (int) size[2], f = (int) size[3];
  const OtoFapShape shape = { t, f, k, form };
  const size_t map_len = (size_t) t * f * k, n_frames = (size_t) t * k, n_bands = (size_t) f * k;
  const size_t n_pooled = oto_fap_get_n_pooled (&shape);
  g_autofree char *w_full = g_strconcat ("fap.", w_name, NULL);
  g_autofree char *alpha_full = g_strconcat ("fap.", alpha_name, NULL);
  g_autofree char *d_w_name = g_strconcat (".d_", w_name, NULL);
  g_autofree char *d_alpha_name = g_strconcat (".d_", alpha_name, NULL);
  g_autofree float *map = oto_golden_dup_float (file, "map");
  g_autofree float *d_y = oto_golden_dup_float (file, "dy");
  g_autofree float *w = oto_golden_dup_float (file, w_full);
  g_autofree float *alpha = oto_golden_dup_float (file, alpha_full);
  g_autofree float *y = g_new (float, n_batch * k);
  g_autofree float *frames = g_new (float, n_batch * n_frames);
  g_autofree float *bands = g_new (float, n_batch * n_bands);
  g_autofree float *d_map = g_new (float, n_batch * map_len);
  g_autofree float *d_w = g_new0 (float, n_bands);
  g_autofree float *d_alpha = g_new0 (float, n_pooled);
  g_autofree float *weights = g_new (float, n_bands);
  g_autofree float *peak = g_new (float, n_pooled);
  g_autofree float *inv_sum = g_new (float, n_pooled);
  g_autofree float *scratch = g_new (float, oto_fap_get_scratch_len (&shape));

  g_assert_cmpint (oto_golden_find (file, alpha_full)->len, ==, n_pooled);
  turn (map, n_batch, k, (size_t) t * f);
  for (int n = 0; n < n_batch; n++)
    {
      const OtoFapMaps maps = {
        weights, frames + n * n_frames, bands + n * n_bands, peak, inv_sum, y + n * k,
      };

      oto_fap_forward (&shape, map + n * map_len, alpha, w, &maps, scratch);
      oto_fap_backward (&shape, map + n * map_len, alpha, &maps, d_y + n * k, NULL, FALSE,
                        d_map + n * map_len, d_alpha, d_w, scratch);
    }
  turn (frames, n_batch, t, k);
  turn (bands, n_batch, f, k);
  turn (d_map, n_batch, (size_t) t * f, k);

  check (file, prefix, ".y", y, POOLING_LIMIT);
  oto_golden_check_rel (file, frames_name, frames, POOLING_LIMIT);
  if (form == OTO_FAP_FORM_BANDS)
    check (file, prefix, ".bands", bands, POOLING_LIMIT);
  check (file, prefix, ".d_map", d_map, POOLING_GRAD_LIMIT);
  check (file, prefix, d_w_name, d_w, POOLING_GRAD_LIMIT);
  check (file, prefix, d_alpha_name, d_alpha, POOLING_GRAD_LIMIT);
}

static void
test_fap (const char *path)
{
  g_autoptr (OtoSafetensors) file = oto_golden_load (path);

  check_fap (file, "fap.A", OTO_FAP_FORM_FRAMES, "u", "alpha_k", "fap.A.frames");
  check_fap (file, "fap.B", OTO_FAP_FORM_FREE, "w", "alpha_k", "fap.B.frames");
  check_fap (file, "fap.C", OTO_FAP_FORM_BANDS, "u", "alpha_kf", "fap.A.frames");
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  oto_golden_add ("/golden/heads", "gated_crnn*.safetensors", test_gated_crnn);
  oto_golden_add ("/golden/heads/att2d", "pooling.safetensors", test_att2d);
  oto_golden_add ("/golden/heads/auto-pool", "pooling.safetensors", test_auto_pool);
  oto_golden_add ("/golden/heads/fap", "pooling.safetensors", test_fap);
  oto_golden_add ("/golden/heads", "talnet_small.safetensors", test_talnet);
  return g_test_run ();
}
