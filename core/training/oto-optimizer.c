/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "training/oto-optimizer.h"

#include <math.h>
#include <string.h>

/**
 * oto_optimizer_init:
 * @self: (out caller-allocates): the optimiser; oto_optimizer_clear()
 * @config: its kind and constants
 * @n: length of the parameter block
 * @error: return location
 *
 * Sets up an optimiser with moments of 0 and the rate of @config.
 *
 * Returns: FALSE, with @self cleared, when there is not enough memory
 */
gboolean
oto_optimizer_init (OtoOptimizer              *self,
                    const OtoOptimizerConfig  *config,
                    size_t                     n,
                    GError                   **error)
{
  *self = (OtoOptimizer) { .config = *config, .lr = config->lr, .n = n };

  if (config->kind == OTO_OPTIMIZER_SGD)
    {
      if (!oto_sgd_init (&self->sgd, n, config->lr, config->momentum, error))
        return FALSE;
      self->sgd.weight_decay = config->weight_decay;
      return TRUE;
    }

  if (!oto_adam_init (&self->adam, n, config->lr, error))
    return FALSE;
  self->adam.form = config->kind == OTO_OPTIMIZER_ADAM_KERAS ? OTO_ADAM_KERAS : OTO_ADAM_TORCH;
  self->adam.beta1 = config->beta1;
  self->adam.beta2 = config->beta2;
  self->adam.eps = config->eps;
  self->adam.weight_decay = config->weight_decay;
  if (config->has_amsgrad && !oto_adam_add_amsgrad (&self->adam, error))
    {
      oto_optimizer_clear (self);
      return FALSE;
    }
  return TRUE;
}

/**
 * oto_optimizer_clear:
 * @self: an optimiser that was set up, or zeros
 *
 * Frees the moments.
 */
void
oto_optimizer_clear (OtoOptimizer *self)
{
  oto_adam_clear (&self->adam);
  oto_sgd_clear (&self->sgd);
  self->n = 0;
}

/**
 * oto_optimizer_reset:
 * @self: an optimiser
 *
 * Forgets all moments, as if it were new; the rate stays.
 */
void
oto_optimizer_reset (OtoOptimizer *self)
{
  for (guint i = 0; i < oto_optimizer_get_n_arrays (self); i++)
    memset (oto_optimizer_get_array (self, i, NULL), 0, self->n * sizeof (float));
  self->t = 0;
}

/**
 * oto_optimizer_begin_epoch:
 * @self: an optimiser
 *
 * Begins an epoch, not its second half after a resumed run: forgets all moments if that is how the
 * recipe was run.
 */
void
oto_optimizer_begin_epoch (OtoOptimizer *self)
{
  if (self->config.restarts)
    oto_optimizer_reset (self);
}

/**
 * oto_optimizer_begin_step:
 * @self: an optimiser
 *
 * Begins a step: the ranges of oto_optimizer_step_range() that follow belong to it.
 */
void
oto_optimizer_begin_step (OtoOptimizer *self)
{
  self->t++;
  self->adam.t = self->t;
  self->adam.lr = self->lr;
  self->sgd.lr = self->lr;
}

/**
 * oto_optimizer_step_range:
 * @self: an optimiser whose step has begun
 * @grads: (n): read
 * @begin: first parameter
 * @end: past the last
 * @params: (n): parameters [begin, end) are changed
 *
 * One step on a range of the block: oto_adam_step_range() or oto_sgd_step_range(). Disjoint ranges
 * may run in parallel; the result does not depend on the division.
 */
void
oto_optimizer_step_range (OtoOptimizer *self,
                          const float  *grads,
                          size_t        begin,
                          size_t        end,
                          float        *params)
{
  switch (self->config.kind)
    {
    case OTO_OPTIMIZER_ADAM:
    case OTO_OPTIMIZER_ADAM_KERAS:
      oto_adam_step_range (&self->adam, grads, begin, end, params);
      break;
    case OTO_OPTIMIZER_SGD:
      oto_sgd_step_range (&self->sgd, grads, begin, end, params);
      break;
    }
}

/**
 * oto_optimizer_config_get_n_arrays:
 * @config: kind and constants
 *
 * Returns: how many arrays as long as the parameters such an optimiser has
 */
guint
oto_optimizer_config_get_n_arrays (const OtoOptimizerConfig *config)
{
  if (config->kind == OTO_OPTIMIZER_SGD)
    return 1;
  return config->has_amsgrad ? 3 : 2;
}

/**
 * oto_optimizer_get_n_arrays:
 * @self: an optimiser
 *
 * Returns: how many arrays a checkpoint has to hold
 */
guint
oto_optimizer_get_n_arrays (const OtoOptimizer *self)
{
  return oto_optimizer_config_get_n_arrays (&self->config);
}

/**
 * oto_optimizer_get_array:
 * @self: an optimiser
 * @i: which of them
 * @ret_name: (out) (optional) (transfer none): its name: “m”, “v”, “v_max” or “velocity”
 *
 * Returns: (transfer none) (array): (n): to be saved, or filled from a checkpoint
 */
float *
oto_optimizer_get_array (const OtoOptimizer  *self,
                         guint                i,
                         const char         **ret_name)
{
  static const char *const adam_names[] = { "m", "v", "v_max" };
  float *const adam_arrays[] = { self->adam.m, self->adam.v, self->adam.v_max };
  const gboolean is_sgd = self->config.kind == OTO_OPTIMIZER_SGD;

  g_return_val_if_fail (i < oto_optimizer_get_n_arrays (self), NULL);

  if (ret_name != NULL)
    *ret_name = is_sgd ? "velocity" : adam_names[i];
  return is_sgd ? self->sgd.velocity : adam_arrays[i];
}

/**
 * oto_optimizer_is_sound:
 * @self: an optimiser that was filled from a file
 *
 * Returns: whether all moments are finite, and second moments not negative
 */
gboolean
oto_optimizer_is_sound (const OtoOptimizer *self)
{
  for (guint i = 0; i < oto_optimizer_get_n_arrays (self); i++)
    {
      const float *array = oto_optimizer_get_array (self, i, NULL);
      const gboolean is_second = self->config.kind != OTO_OPTIMIZER_SGD && i > 0;

      for (size_t p = 0; p < self->n; p++)
        if (!isfinite (array[p]) || (is_second && array[p] < 0.f))
          return FALSE;
    }
  return TRUE;
}
