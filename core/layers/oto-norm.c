/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "layers/oto-norm.h"

#include "nn/oto-pool2d.h"

#include <math.h>
#include <string.h>

/**
 * oto_norm_init: (skip)
 * @self: (out caller-allocates): a norm
 * @layer: whose it is
 * @name: what the names of its tensors begin with, from the layer's name on
 * @n_channels: C
 * @eps: added to the variance; 0: PyTorch's 1e-5
 * @momentum: share of the new batch in the running statistics; 0: PyTorch's 0.1
 *
 * Adds the tensors: weight, bias, running_mean, running_var.
 */
void
oto_norm_init (OtoNorm    *self,
               OtoLayer   *layer,
               const char *name,
               int         n_channels,
               double      eps,
               double      momentum)
{
  const char *const dot = *name != '\0' ? "." : "";
  g_autofree char *weight = g_strconcat (name, dot, "weight", NULL);
  g_autofree char *bias = g_strconcat (name, dot, "bias", NULL);
  g_autofree char *mean = g_strconcat (name, dot, "running_mean", NULL);
  g_autofree char *var = g_strconcat (name, dot, "running_var", NULL);

  *self = (OtoNorm) {
    .n_channels = n_channels,
    .eps = eps > 0.0 ? eps : OTO_BATCH_NORM_EPS,
    .momentum = momentum > 0.0 ? momentum : OTO_BATCH_NORM_MOMENTUM,
    .gamma_pos = oto_layer_add_vector (layer, weight, 1.0, n_channels),
    .beta_pos = oto_layer_add_vector (layer, bias, 0.0, n_channels),
    .mean_pos = oto_layer_add_buffer (layer, mean, 0.0, n_channels),
    .var_pos = oto_layer_add_buffer (layer, var, 1.0, n_channels),
  };
}

/**
 * oto_norm_share: (skip)
 * @self: (out caller-allocates): a norm
 * @other: whose tensors it reads
 *
 * Makes a frozen norm: it normalises by the running statistics of @other, moves none and passes no
 * gradient on.
 */
void
oto_norm_share (OtoNorm       *self,
                const OtoNorm *other)
{
  *self = *other;
  self->is_frozen = TRUE;
  self->stats = NULL;
  self->d_sums = NULL;
}

/**
 * oto_norm_clear: (skip)
 * @self: a norm
 */
void
oto_norm_clear (OtoNorm *self)
{
  g_clear_pointer (&self->stats, g_free);
  g_clear_pointer (&self->d_sums, g_free);
}

/**
 * oto_norm_plan: (skip)
 * @self: a norm
 * @layer: whose it is
 * @plan: where the memory comes from
 */
void
oto_norm_plan (OtoNorm      *self,
               OtoLayer     *layer,
               OtoGraphPlan *plan)
{
  const int n_channels = self->n_channels;
  const int n_threads = oto_graph_plan_get_n_threads (plan);

  oto_norm_clear (self);
  self->stats = g_new0 (OtoBatchStats, n_threads);
  self->d_sums = g_new0 (double *, n_threads);
  oto_graph_plan_take (plan, layer, OTO_STORE_ALWAYS, n_channels, &self->scale);
  oto_graph_plan_take (plan, layer, OTO_STORE_ALWAYS, n_channels, &self->shift);
  oto_graph_plan_take_doubles (plan, layer, OTO_STORE_ALWAYS, n_channels, &self->mean);
  oto_graph_plan_take_doubles (plan, layer, OTO_STORE_ALWAYS, n_channels, &self->inv_std);
  for (int i = 0; i < n_threads && oto_graph_plan_has_backward (plan); i++)
    {
      oto_graph_plan_take_doubles (plan, layer, OTO_STORE_ALWAYS, n_channels,
                                   &self->stats[i].mean);
      oto_graph_plan_take_doubles (plan, layer, OTO_STORE_ALWAYS, n_channels, &self->stats[i].m2);
      oto_graph_plan_take_doubles (plan, layer, OTO_STORE_ALWAYS, 2 * n_channels,
                                   &self->d_sums[i]);
    }
}

/**
 * oto_norm_wants_stats: (skip)
 * @self: a norm
 * @pass: a pass
 *
 * Returns: whether the pass normalises by the statistics of its batch
 */
gboolean
oto_norm_wants_stats (const OtoNorm *self,
                      const OtoPass *pass)
{
  return pass->is_training && !self->is_frozen;
}

/**
 * oto_norm_begin_stats: (skip)
 * @self: a norm
 * @thread: a thread, before its first rows
 */
void
oto_norm_begin_stats (OtoNorm *self,
                      int      thread)
{
  OtoBatchStats *stats = &self->stats[thread];

  stats->n = 0.0;
  memset (stats->mean, 0, self->n_channels * sizeof (double));
  memset (stats->m2, 0, self->n_channels * sizeof (double));
}

/* The running statistics are those of what stands behind the bias. */
static void
update_running (OtoNorm *self,
                OtoPass *pass)
{
  OtoBatchStats *stats = &self->stats[0];
  const float *bias = pass->params + self->bias_pos;

  for (int c = 0; c < self->n_channels && self->has_bias; c++)
    stats->mean[c] += bias[c];
  oto_batch_norm_update_running (stats, self->n_channels, self->momentum,
                                 pass->buffers + self->mean_pos, pass->buffers + self->var_pos);
}

static void
take_batch_stats (OtoNorm *self,
                  OtoPass *pass,
                  int      n_active)
{
  OtoBatchStats *stats = &self->stats[0];

  for (int i = 1; i < n_active; i++)
    oto_batch_norm_merge_stats (stats, &self->stats[i], self->n_channels);
  /* inv_std holds the variance until the affine map is made. */
  for (int c = 0; c < self->n_channels; c++)
    {
      self->mean[c] = stats->mean[c];
      self->inv_std[c] = stats->m2[c] / stats->n;
    }
  update_running (self, pass);
}

static void
take_running_stats (OtoNorm *self,
                    OtoPass *pass)
{
  const float *bias = pass->params + self->bias_pos;

  for (int c = 0; c < self->n_channels; c++)
    {
      self->mean[c] = pass->buffers[self->mean_pos + c] - (self->has_bias ? bias[c] : 0.f);
      self->inv_std[c] = pass->buffers[self->var_pos + c];
    }
}

/**
 * oto_norm_take_stats: (skip)
 * @self: a norm
 * @pass: a pass; in training the running statistics move
 * @n_active: threads that have added statistics
 *
 * Makes scale and shift of this pass.
 */
void
oto_norm_take_stats (OtoNorm *self,
                     OtoPass *pass,
                     int      n_active)
{
  if (oto_norm_wants_stats (self, pass))
    take_batch_stats (self, pass, n_active);
  else
    take_running_stats (self, pass);
  oto_batch_norm_make_affine (self->mean, self->inv_std, pass->params + self->gamma_pos,
                              pass->params + self->beta_pos, self->n_channels, self->eps,
                              self->scale, self->shift);
  for (int c = 0; c < self->n_channels; c++)
    self->inv_std[c] = 1.0 / sqrt (self->inv_std[c] + self->eps);
  self->has_sums = FALSE;
}

/**
 * oto_norm_begin_sums: (skip)
 * @self: a norm
 * @thread: a thread, before its first rows
 */
void
oto_norm_begin_sums (OtoNorm *self,
                     int      thread)
{
  memset (self->d_sums[thread], 0, 2 * self->n_channels * sizeof (double));
}

/**
 * oto_norm_add_sums: (skip)
 * @self: a norm
 * @thread: a thread
 * @prologue: of the edge; its pooling is the caller's
 * @x: (n_rows, C): what was normalised
 * @d_y: (n_rows, C): gradient of what the prologue makes of it
 * @n_rows: rows
 *
 * Adds to the sums of the backward pass.
 */
void
oto_norm_add_sums (OtoNorm                 *self,
                   int                      thread,
                   const OtoConv2dPrologue *prologue,
                   const float             *x,
                   const float             *d_y,
                   size_t                   n_rows)
{
  double *sums = self->d_sums[thread];

  if (prologue->is_linear)
    oto_batch_norm_backward_sums (x, d_y, n_rows, self->n_channels, self->scale, self->shift,
                                  self->mean, self->inv_std, sums, sums + self->n_channels);
  else
    oto_batch_norm_relu_backward_sums (x, d_y, n_rows, self->n_channels, self->scale, self->shift,
                                       self->mean, self->inv_std, sums, sums + self->n_channels);
}

/**
 * oto_norm_take_sums: (skip)
 * @self: a norm
 * @pass: the pass
 * @n_active: threads that have added to the sums
 *
 * Adds the threads' sums to the first one's, and to the gradients of scale and shift.
 */
void
oto_norm_take_sums (OtoNorm *self,
                    OtoPass *pass,
                    int      n_active)
{
  double *sums = self->d_sums[0];

  for (int i = 1; i < n_active; i++)
    for (int j = 0; j < 2 * self->n_channels; j++)
      sums[j] += self->d_sums[i][j];
  for (int c = 0; c < self->n_channels; c++)
    {
      pass->grads[self->gamma_pos + c] += (float) sums[c];
      pass->grads[self->beta_pos + c] += (float) sums[self->n_channels + c];
    }
  self->has_sums = FALSE;
}

/**
 * oto_norm_backward: (skip)
 * @self: a norm whose sums were taken
 * @prologue: of the edge; its pooling is the caller's
 * @x: (n_rows, C): what was normalised
 * @d_y: (n_rows, C): gradient of what the prologue makes of it
 * @n_rows: rows
 * @n_total: values of a channel in the whole batch
 * @ret_d_x: (n_rows, C): written; @x and @d_y are allowed
 */
void
oto_norm_backward (const OtoNorm           *self,
                   const OtoConv2dPrologue *prologue,
                   const float             *x,
                   const float             *d_y,
                   size_t                   n_rows,
                   double                   n_total,
                   float                   *ret_d_x)
{
  const double *sums = self->d_sums[0];

  if (prologue->is_linear)
    oto_batch_norm_backward (x, d_y, n_rows, self->n_channels, self->scale, self->shift,
                             self->mean, self->inv_std, sums, sums + self->n_channels, n_total,
                             ret_d_x);
  else
    oto_batch_norm_relu_backward (x, d_y, n_rows, self->n_channels, self->scale, self->shift,
                                  self->mean, self->inv_std, sums, sums + self->n_channels,
                                  n_total, ret_d_x);
}

/**
 * oto_prologue_get_scratch_len: (skip)
 * @shape: of a map
 *
 * Returns: floats of scratch for oto_prologue_resolve()
 */
size_t
oto_prologue_get_scratch_len (const OtoMapShape *shape)
{
  return oto_pool2d_get_scratch_len (shape->n_mels, shape->n_channels);
}

/**
 * oto_prologue_resolve: (skip)
 * @self: a prologue
 * @shape: of the map
 * @x: (T, F, C): a clip's pending values
 * @row_begin: the first frame to write
 * @row_end: the frame after the last
 * @ret_y: (row_end - row_begin, F, C): plain values; without pooling the rows of @x are allowed
 * @scratch: oto_prologue_get_scratch_len() floats
 *
 * Applies a prologue once and for all.
 */
void
oto_prologue_resolve (const OtoConv2dPrologue *self,
                      const OtoMapShape       *shape,
                      const float             *x,
                      int                      row_begin,
                      int                      row_end,
                      float                   *ret_y,
                      float                   *scratch)
{
  const size_t n_rows = (size_t) (row_end - row_begin) * shape->n_mels;
  const float *from = x + row_begin * oto_map_shape_get_row_len (shape);

  if (self->has_pool && self->is_linear)
    oto_pool2d_average3_linear (x, shape->n_frames, shape->n_mels, shape->n_channels, self->scale,
                                self->shift, row_begin, row_end, ret_y, scratch);
  else if (self->has_pool)
    oto_pool2d_average3 (x, shape->n_frames, shape->n_mels, shape->n_channels, self->scale,
                         self->shift, row_begin, row_end, ret_y, scratch);
  else if (self->is_linear)
    oto_batch_norm_forward (from, n_rows, shape->n_channels, self->scale, self->shift, ret_y);
  else
    oto_batch_norm_relu_forward (from, n_rows, shape->n_channels, self->scale, self->shift,
                                 ret_y);
}
