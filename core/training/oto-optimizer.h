/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "models/oto-recipe.h"
#include "training/oto-adam.h"
#include "training/oto-sgd.h"

G_BEGIN_DECLS

/**
 * OtoOptimizer:
 * @config: its kind and constants
 * @lr: learning rate; may change between steps
 * @n: length of the parameter block
 * @t: steps begun since moments were 0; a checkpoint saves and restores it
 * @adam: if it is Adam
 * @sgd: if it is gradient descent
 *
 * The optimiser of a recipe on one block of parameters. Only the one that @config names is set up.
 */
typedef struct
{
  OtoOptimizerConfig config;
  double             lr;
  size_t             n;
  guint64            t;
  OtoAdam            adam;
  OtoSgd             sgd;
} OtoOptimizer;

gboolean    oto_optimizer_init         (OtoOptimizer              *self,
                                        const OtoOptimizerConfig  *config,
                                        size_t                     n,
                                        GError                   **error);
void        oto_optimizer_clear        (OtoOptimizer              *self);
void        oto_optimizer_reset        (OtoOptimizer              *self);
void        oto_optimizer_begin_epoch  (OtoOptimizer              *self);
void        oto_optimizer_begin_step   (OtoOptimizer              *self);
void        oto_optimizer_step_range   (OtoOptimizer              *self,
                                        const float               *grads,
                                        size_t                     begin,
                                        size_t                     end,
                                        float                     *params);
guint       oto_optimizer_config_get_n_arrays (const OtoOptimizerConfig *config);
guint       oto_optimizer_get_n_arrays (const OtoOptimizer        *self);
float      *oto_optimizer_get_array    (const OtoOptimizer        *self,
                                        guint                      i,
                                        const char               **ret_name);
gboolean    oto_optimizer_is_sound     (const OtoOptimizer        *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (OtoOptimizer, oto_optimizer_clear)

G_END_DECLS
