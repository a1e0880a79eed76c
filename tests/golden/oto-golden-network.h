/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "oto-golden-model.h"

G_BEGIN_DECLS

/* Networks of sections 10 to 16 of the reference README: what its section 9 says of all of them,
 * and its tolerances. */
#define OTO_GOLDEN_NETWORK_LIMIT       5e-5     /* maps */
#define OTO_GOLDEN_NETWORK_LOSS_LIMIT  1e-5
#define OTO_GOLDEN_NETWORK_GRAD_LIMIT  5e-4
#define OTO_GOLDEN_NETWORK_STATS_LIMIT 2e-5     /* BN running statistics */

/* The values of all clips that the reference calls @name, or of the gradient that it calls
 * "grad.NAME", in the order of the file; %NULL with the test failed. oto_golden_dup_batch() is
 * one. */
typedef float *(*OtoGoldenLookFunc) (OtoModel   *model,
                                     const char *name,
                                     gint64      len);

/* A network of @system with the sizes of the file's "x" and "y" and, set by the caller, the widths
 * and options of @config. */
void  oto_golden_init_config      (OtoModelConfig    *config,
                                   const char        *system,
                                   OtoSafetensors    *file);

/* Every tensor called @prefix and one word, but those that match the pattern @skipped (nullable).
 * Returns how many there were. */
guint oto_golden_check_maps       (OtoModel          *model,
                                   OtoSafetensors    *file,
                                   const char        *prefix,
                                   const char        *skipped,
                                   OtoGoldenLookFunc  look);

/* Tags may be empty or NULL: "loss.NAME".
 *
 * Of "loss.TAG.NAME", which a term of the loss is called by, or "total". */
void  oto_golden_check_loss       (OtoModel           *model,
                                   OtoSafetensors     *file,
                                   const char         *tag,
                                   const char         *name,
                                   const char         *term_name,
                                   const OtoModelLoss *loss);

/* After a training step: every tensor called "grad.TAG.", of parameters and of maps, but those that
 * match the pattern @skipped (nullable) behind that. Returns how many there were. */
guint oto_golden_check_grads      (OtoModel          *model,
                                   OtoSafetensors    *file,
                                   const char        *tag,
                                   const char        *skipped,
                                   OtoGoldenLookFunc  look);

/* Takes a step of Adam, and checks "adam1.TAG.". Returns how many tensors there were. */
guint oto_golden_check_adam1      (OtoModel          *model,
                                   OtoSafetensors    *file,
                                   const char        *tag);

G_END_DECLS
