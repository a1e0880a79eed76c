/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "models/oto-recipe.h"

/* Where a program sets none. */
#define DEFAULT_SEED 1

/* The usual constants, with PyTorch's reading of eps. */
#define ADAM(rate) \
  { .kind = OTO_OPTIMIZER_ADAM, .lr = (rate), .beta1 = 0.9, .beta2 = 0.999, .eps = 1e-8 }

/* PyTorch's ReduceLROnPlateau with its default threshold. */
#define PLATEAU(what, by, epochs) \
  { .kind = OTO_SCHEDULE_PLATEAU, .watch = (what), .factor = (by), .patience = (epochs), \
    .threshold = 1e-4 }

#define EVERY_UPDATES(by, n) \
  { .kind = OTO_SCHEDULE_UPDATES, .factor = (by), .every = (n) }

static const OtoRecipe recipes[] =
{
  /* The program drops the rate as given here; its revision of September 2018 has a condition that
   * is never true, so that the rate may have been constant in the published tables. */
  {
    .name = "T-003",
    .title = "Adam, rate times 0.9 every 200 updates, the weights after 10 000",
    .source = "arXiv:1804.04715, released program",
    .optimizer = ADAM (1e-3),
    .schedule = EVERY_UPDATES (0.9, 200),
    .batch = 24,
    .n_updates = 10000,
    .seed = 1234,
  },
  {
    .name = "T-003-constant",
    .title = "Adam, one rate throughout, the weights after 10 000",
    .source = "arXiv:1804.04715, as its text and a revision of the released program have it",
    .optimizer = ADAM (1e-3),
    .batch = 24,
    .n_updates = 10000,
    .seed = 1234,
  },
  /* Fifty epochs by default, 80 in the program's example. The fold that chooses the weights is the
   * one that the tables report. */
  {
    .name = "T-000",
    .title = "Adam, a tenth of the rate on a plateau, the best of 80 epochs",
    .source = "arXiv:2008.07085, released program",
    .optimizer = ADAM (1e-3),
    .schedule = PLATEAU (OTO_WATCH_MICRO_AP, 0.1, 3),
    .batch = 24,
    .n_epochs = 80,
    .keep = OTO_KEEP_BEST,
    .keep_watch = OTO_WATCH_MICRO_AP,
    .seed = DEFAULT_SEED,
  },
  /* Batch and length are not stated: those of T-003. */
  {
    .name = "seed-001",
    .title = "Adam, rate times 0.9 every 1000 updates, the weights after 10 000",
    .source = "A multi-task learning method for weakly supervised sound event detection",
    .optimizer = ADAM (1e-3),
    .schedule = EVERY_UPDATES (0.9, 1000),
    .batch = 24,
    .n_updates = 10000,
    .seed = DEFAULT_SEED,
  },
  /* The eps is that of Keras 2.0, with which the program was written; later ones have 1e-7. The
   * program trains on; its results need nothing after epoch 29. */
  {
    .name = "xu-native",
    .title = "Adam of Keras, quotas of classes, probabilities averaged over epochs 20 to 29",
    .source = "arXiv:1710.00343, released program",
    .optimizer = { .kind = OTO_OPTIMIZER_ADAM_KERAS, .lr = 1e-3, .beta1 = 0.9, .beta2 = 0.999,
                   .eps = 1e-8 },
    .sampling = OTO_SAMPLING_QUOTA,
    .batch = 44,
    .n_epochs = 29,
    .n_epoch_updates = 100,
    .keep = OTO_KEEP_MEAN,
    .keep_first = 20,
    .keep_last = 29,
    .seed = DEFAULT_SEED,
  },
  /* All checkpoints are stored; that the best is meant follows from what the schedule watches. */
  {
    .name = "talnet-native",
    .title = "Adam, 0.8 of the rate on a plateau, classes in turn, the best of 30 checkpoints",
    .source = "arXiv:1810.09050, released program",
    .optimizer = ADAM (1e-3),
    .schedule = PLATEAU (OTO_WATCH_MACRO_AP, 0.8, 3),
    .sampling = OTO_SAMPLING_BALANCED,
    .batch = 250,
    .n_epochs = 30,
    .n_epoch_updates = 1000,
    .keep = OTO_KEEP_BEST,
    .keep_watch = OTO_WATCH_MACRO_AP,
    .seed = 15213,
  },
  {
    .name = "talnet-small-native",
    .title = "Adam, half the rate on a plateau, classes in turn, the best of 50 checkpoints",
    .source = "arXiv:1810.09050, released program for DCASE",
    .optimizer = ADAM (3e-4),
    .schedule = PLATEAU (OTO_WATCH_LOSS, 0.5, 3),
    .sampling = OTO_SAMPLING_BALANCED,
    .batch = 100,
    .n_epochs = 50,
    .n_epoch_updates = 500,
    .keep = OTO_KEEP_BEST,
    .keep_watch = OTO_WATCH_LOSS,
    .seed = 15213,
  },
  {
    .name = "dnn-native",
    .title = "Adam, 100 epochs in batches of 2000 frames",
    .source = "DCASE 2016 task 4, released program",
    .optimizer = ADAM (1e-4),
    .batch = 2000,
    .batch_unit = OTO_BATCH_FRAMES,
    .n_epochs = 100,
    .seed = DEFAULT_SEED,
  },
  /* The optimiser is made anew in every epoch, so that its momentum begins at 0. Every epoch is
   * stored and scored, none is chosen: the last one. */
  {
    .name = "mmnet",
    .title = "SGD, a tenth of the rate every 30 epochs, the weights after 100",
    .source = "Learning to Recognize Transient Sound Events Using Attentional Supervision, "
              "released program",
    .optimizer = { .kind = OTO_OPTIMIZER_SGD, .lr = 0.1, .momentum = 0.9, .weight_decay = 1e-4,
                   .restarts = TRUE },
    .schedule = { .kind = OTO_SCHEDULE_EPOCHS, .factor = 0.1, .every = 30 },
    .batch = 64,
    .drops_last = TRUE,
    .n_epochs = 100,
    .class_weight = OTO_CLASS_WEIGHT_RELEASED,
    .class_weight_beta = OTO_CLASS_WEIGHT_BETA,
    .seed = DEFAULT_SEED,
  },
  /* Where the paper has it otherwise: moments go on over the end of an epoch, and the second factor
   * of the class weights is the other way up. */
  {
    .name = "mmnet-paper",
    .title = "the same with moments kept from epoch to epoch and class weights as printed",
    .source = "Learning to Recognize Transient Sound Events Using Attentional Supervision",
    .optimizer = { .kind = OTO_OPTIMIZER_SGD, .lr = 0.1, .momentum = 0.9, .weight_decay = 1e-4 },
    .schedule = { .kind = OTO_SCHEDULE_EPOCHS, .factor = 0.1, .every = 30 },
    .batch = 64,
    .drops_last = TRUE,
    .n_epochs = 100,
    .class_weight = OTO_CLASS_WEIGHT_PRINTED,
    .class_weight_beta = OTO_CLASS_WEIGHT_BETA,
    .seed = DEFAULT_SEED,
  },
  /* Without its mixup of pairs and its masked stripes. The program scores itself every 2000
   * updates and chooses none. */
  {
    .name = "panns",
    .title = "Adam with the largest second moment, classes in turn, the weights after 1 000 000",
    .source = "PANNs (TASLP 2020), released program",
    .optimizer = { .kind = OTO_OPTIMIZER_ADAM, .lr = 1e-3, .beta1 = 0.9, .beta2 = 0.999,
                   .eps = 1e-8, .has_amsgrad = TRUE },
    .sampling = OTO_SAMPLING_BALANCED,
    .batch = 32,
    .n_updates = 1000000,
    .n_epoch_updates = 2000,
    .seed = 1234,
  },
};

/**
 * oto_recipe_get:
 * @i: place in the table
 *
 * Returns: (transfer none) (nullable): the recipe, or %NULL past the last
 */
const OtoRecipe *
oto_recipe_get (guint i)
{
  return i < G_N_ELEMENTS (recipes) ? &recipes[i] : NULL;
}

/**
 * oto_recipe_find:
 * @name: a recipe's name
 *
 * Returns: (transfer none) (nullable): the recipe of that name
 */
const OtoRecipe *
oto_recipe_find (const char *name)
{
  g_return_val_if_fail (name != NULL, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (recipes); i++)
    if (g_str_equal (recipes[i].name, name))
      return &recipes[i];
  return NULL;
}

/**
 * oto_recipe_dup_names:
 *
 * Returns: (transfer full): all names, separated by commas, for messages
 */
char *
oto_recipe_dup_names (void)
{
  GString *names = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (recipes); i++)
    g_string_append_printf (names, "%s%s", i > 0 ? ", " : "", recipes[i].name);
  return g_string_free (names, FALSE);
}

/**
 * oto_recipe_get_n_epoch_updates:
 * @recipe: a recipe
 * @n_items: training clips, or frames where the batch counts them
 *
 * Returns: updates of an epoch; at least one, even where the only batch is incomplete
 */
gint64
oto_recipe_get_n_epoch_updates (const OtoRecipe *recipe,
                                gint64           n_items)
{
  gint64 n_batches;

  g_return_val_if_fail (n_items > 0, 1);

  if (recipe->n_epoch_updates > 0)
    return recipe->n_epoch_updates;
  n_batches = n_items / recipe->batch;
  if (!recipe->drops_last && n_items % recipe->batch > 0)
    n_batches++;
  return MAX (n_batches, 1);
}

/**
 * oto_recipe_get_n_updates:
 * @recipe: a recipe
 * @n_items: training clips, or frames where the batch counts them
 *
 * Returns: updates of the whole run
 */
gint64
oto_recipe_get_n_updates (const OtoRecipe *recipe,
                          gint64           n_items)
{
  return recipe->n_updates > 0
         ? recipe->n_updates
         : recipe->n_epochs * oto_recipe_get_n_epoch_updates (recipe, n_items);
}
