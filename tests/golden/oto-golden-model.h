/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "oto-golden.h"

#include "models/oto-model-private.h"
#include "training/oto-optimizer.h"

G_BEGIN_DECLS

/* Networks that the reference files describe. */

/* The reference's name of a tensor: "enc.cb1.conv1.weight" is "enc.0.conv1.weight" there. */
char     *oto_golden_dup_param_name (const OtoParam       *param);

/* What a family does to those names from now on: (nullable) makes another of one. */
typedef char *(*OtoGoldenNameFunc) (const char *name);

void      oto_golden_set_name_func  (OtoGoldenNameFunc     func);

/* A network that keeps the gradients of its maps, ready for training with @n_batch clips. */
OtoModel *oto_golden_make_model     (const OtoModelConfig *config,
                                     int                   n_batch) G_GNUC_WARN_UNUSED_RESULT;

/* Weights and running statistics: "param.NAME" and "buffer.NAME". */
void      oto_golden_copy_weights   (OtoModel             *model,
                                     OtoSafetensors       *file);

/* The same with the generated weights of the reference README, section 2. @ret_x (N, T, F) is the
 * input drawn after them, for g_free(). @bn_shift is added to the biases of batch norms of several
 * channels; 0 leaves them as published. */
OtoModel *oto_golden_draw_model     (const OtoModelConfig *config,
                                     int                   n_batch,
                                     guint64               seed,
                                     double                bn_shift,
                                     guint64              *ret_n_param_draws,
                                     float               **ret_x) G_GNUC_WARN_UNUSED_RESULT;

const OtoParam *oto_golden_get_params (OtoModel           *model,
                                       guint              *ret_n);

/* Parameters and running statistics of the file, all that the network has. */
void      oto_golden_copy_weights   (OtoModel             *model,
                                     OtoSafetensors       *file);

/* An intermediate of a clip, by its name in the reference data. */
float    *oto_golden_dup_look       (OtoModel             *model,
                                     const char           *name,
                                     int                   n,
                                     size_t               *ret_len) G_GNUC_WARN_UNUSED_RESULT;

/* An intermediate of all clips, one after the other, @len values for g_free(); %NULL, with the test
 * failed, when the network has no such map. */
float    *oto_golden_dup_batch      (OtoModel             *model,
                                     const char           *name,
                                     gint64                len) G_GNUC_WARN_UNUSED_RESULT;

/* Compares an intermediate of all clips with a tensor. */
void      oto_golden_check_map      (OtoModel             *model,
                                     OtoSafetensors       *file,
                                     const char           *tensor_name,
                                     const char           *name,
                                     double                limit);

/* A step of an optimiser on the gradients of the last training step. */
void      oto_golden_take_step      (OtoModel             *model,
                                     OtoOptimizer         *optimizer);

/* Tensors called after the network's own, behind @prefix: running statistics or gradients, in
 * @values. Returns how many there were. */
guint     oto_golden_check_tensors  (OtoModel             *model,
                                     OtoSafetensors       *file,
                                     const char           *prefix,
                                     gboolean              is_buffer,
                                     const float          *values,
                                     double                limit);

/* The same of gradients, of which those that are stored as zeros have an absolute limit. */
guint     oto_golden_check_gradients (OtoModel            *model,
                                      OtoSafetensors      *file,
                                      const char          *prefix,
                                      double               limit,
                                      double               zero_limit);

G_END_DECLS
