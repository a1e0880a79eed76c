/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "nn/oto-activation.h"
#include "nn/oto-time-attention.h"
#include "nn/oto-time-pool.h"
#include "oto-golden.h"

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

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  oto_golden_add ("/golden/heads", "gated_crnn*.safetensors", test_gated_crnn);
  oto_golden_add ("/golden/heads", "talnet_small.safetensors", test_talnet);
  return g_test_run ();
}
