/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-types.h"
#include "datasets/oto-augment.h"
#include "features/oto-front-end.h"
#include "models/oto-model-config.h"
#include "models/oto-recipe.h"

OTO_BEGIN_DECLS

/* The windows that networks are trained on. */
#define OTO_TRAINER_WINDOW_S 10

/* Held out unless the user says otherwise, by commands and in the window. */
#define OTO_TRAINER_DEFAULT_FOLD 4

#define OTO_TRAINER_MAX_BATCH 4096

/* Factors on the numbers of channels that a run may have. */
#define OTO_TRAINER_MIN_WIDTH 1e-3
#define OTO_TRAINER_MAX_WIDTH 16.0

/**
 * OtoTrainerConfig:
 * @system: name of a row of the table of systems
 * @options: (nullable) (array zero-terminated=1): options of the system, “name=value”; the others
 *   have their defaults
 * @recipe: (nullable): name of a row of the table of recipes; %NULL: the system's
 * @front_end: (nullable): name of a row of the table of front ends; %NULL: the system's
 * @init: (nullable): name or path of a model whose weights the network begins with where they fit
 * @data_dir: a data set's folder; with @remix a list of mixtures
 * @remix: mix new clips in every epoch, of what the list's other folds are made of
 * @augmentations: (nullable) (array zero-terminated=1): “name=value”, of oto_augment_get_option()
 * @run_dir: the run's folder
 * @fold: held out for validation
 * @n_epochs: length in epochs; 0: in updates, or the recipe's
 * @n_updates: length in updates; 0: in epochs, or the recipe's
 * @n_epoch_updates: updates of an epoch; 0: the recipe's, or a pass over the other folds
 * @batch: clips of a step; 0: the recipe's
 * @width: factor on the published numbers of channels
 * @lr: learning rate to begin with; 0: the recipe's
 * @seed: of weights, of the order of clips and of dropout; 0: the recipe's
 * @n_threads: 0: as many as there are cores
 * @background: at reduced priority
 * @memory_cap_bytes: memory that the run may take; 0: the machine's
 *
 * The settings of a run. A run's config.json holds them under these names without “_dir”, “n_” and
 * “_cap_bytes”, with everything that recipe and system decide filled in.
 */
typedef struct
{
  char          *system;
  char         **options;
  char          *recipe;
  char          *front_end;
  char          *init;
  char          *data_dir;
  gboolean       remix;
  char         **augmentations;
  char          *run_dir;
  int            fold;
  int            n_epochs;
  int            n_updates;
  int            n_epoch_updates;
  int            batch;
  double         width;
  double         lr;
  guint64        seed;
  int            n_threads;
  gboolean       background;
  gint64         memory_cap_bytes;
} OtoTrainerConfig;

void     oto_trainer_config_init             (OtoTrainerConfig       *config);
void     oto_trainer_config_copy             (const OtoTrainerConfig *config,
                                              OtoTrainerConfig       *ret_copy);
void     oto_trainer_config_clear            (OtoTrainerConfig       *config);
gboolean oto_trainer_config_validate         (const OtoTrainerConfig *config,
                                              GError                **error);
gboolean oto_trainer_config_resolve          (OtoTrainerConfig       *config,
                                              GError                **error);
gboolean oto_trainer_config_make_recipe      (const OtoTrainerConfig *config,
                                              OtoRecipe              *ret_recipe,
                                              GError                **error);
const OtoFrontEnd *
         oto_trainer_config_get_front_end    (const OtoTrainerConfig *config,
                                              GError                **error);
void     oto_trainer_config_set_option       (OtoTrainerConfig       *config,
                                              const char             *name,
                                              const char             *value);
gboolean oto_trainer_config_make_model       (const OtoTrainerConfig *config,
                                              int                     n_classes,
                                              OtoModelConfig         *ret_model,
                                              GError                **error);

/* oto-trainer-config-file.c */
void     oto_trainer_config_set_augmentation (OtoTrainerConfig       *config,
                                              const char             *name,
                                              const char             *value);
gboolean oto_trainer_config_make_augment     (const OtoTrainerConfig *config,
                                              OtoAugment             *ret_augment,
                                              GError                **error);
gboolean oto_trainer_config_load             (OtoTrainerConfig       *config,
                                              const char             *path,
                                              GError                **error);
gboolean oto_trainer_config_save             (const OtoTrainerConfig *config,
                                              const char             *path,
                                              GError                **error);

/* oto-trainer-memory.c */
guint64  oto_trainer_config_get_memory_bytes (const OtoTrainerConfig *config,
                                              const OtoModelConfig   *model,
                                              guint                   n_train_clips,
                                              guint                   n_val_clips);
gboolean oto_trainer_config_check_memory     (const OtoTrainerConfig *config,
                                              const OtoModelConfig   *model,
                                              guint                   n_train_clips,
                                              guint                   n_val_clips,
                                              guint64                *ret_left_bytes,
                                              GError                **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (OtoTrainerConfig, oto_trainer_config_clear)

OTO_END_DECLS
