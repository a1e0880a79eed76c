/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "training/oto-trainer-config.h"

#include "base/oto-error.h"
#include "models/oto-systems.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define MAX_EPOCHS  1000000
#define MAX_UPDATES 1000000000
#define MAX_THREADS 1024

/* With the largest batch, clips of an epoch can still be counted. */
#define MAX_EPOCH_UPDATES 100000

/* What a number of config.json holds exactly. */
#define MAX_WHOLE   9007199254740992.0

/**
 * oto_trainer_config_init:
 * @config: (out caller-allocates): the settings
 *
 * Sets “2apae-local” at full width, trained as its recipe says, fold 4 held out; data and run
 * folder are to be set.
 */
void
oto_trainer_config_init (OtoTrainerConfig *config)
{
  *config = (OtoTrainerConfig) {
    .system = g_strdup ("2apae-local"),
    .fold = OTO_TRAINER_DEFAULT_FOLD,
    .width = 1.0,
  };
}

void
oto_trainer_config_copy (const OtoTrainerConfig *config,
                         OtoTrainerConfig       *ret_copy)
{
  *ret_copy = *config;
  ret_copy->system = g_strdup (config->system);
  ret_copy->options = g_strdupv (config->options);
  ret_copy->recipe = g_strdup (config->recipe);
  ret_copy->front_end = g_strdup (config->front_end);
  ret_copy->init = g_strdup (config->init);
  ret_copy->data_dir = g_strdup (config->data_dir);
  ret_copy->augmentations = g_strdupv (config->augmentations);
  ret_copy->run_dir = g_strdup (config->run_dir);
}

void
oto_trainer_config_clear (OtoTrainerConfig *config)
{
  g_clear_pointer (&config->system, g_free);
  g_clear_pointer (&config->options, g_strfreev);
  g_clear_pointer (&config->recipe, g_free);
  g_clear_pointer (&config->front_end, g_free);
  g_clear_pointer (&config->init, g_free);
  g_clear_pointer (&config->data_dir, g_free);
  g_clear_pointer (&config->augmentations, g_strfreev);
  g_clear_pointer (&config->run_dir, g_free);
}

static gboolean
check_range (const char  *what,
             double       value,
             double       low,
             double       high,
             GError     **error)
{
  if (value >= low && value <= high)
    return TRUE;
  g_set_error (error, OTO_TRAINING_ERROR, OTO_TRAINING_ERROR_CONFIG,
               /* Translators: the name of a setting, for example “learning rate”. */
               _("The %s is %g; it must be from %g to %g."), what, value, low, high);
  return FALSE;
}

static const OtoSystem *
get_system (const OtoTrainerConfig  *config,
            GError                 **error)
{
  const OtoSystem *system = config->system != NULL ? oto_systems_find (config->system) : NULL;
  g_autofree char *names = NULL;

  if (system != NULL)
    return system;
  names = oto_systems_dup_names ();
  g_set_error (error, OTO_TRAINING_ERROR, OTO_TRAINING_ERROR_CONFIG,
               _("There is no system “%s”. Choose one of %s."),
               config->system != NULL ? config->system : "", names);
  return NULL;
}

static const OtoRecipe *
get_recipe (const OtoTrainerConfig  *config,
            GError                 **error)
{
  const OtoSystem *system = get_system (config, error);
  const OtoRecipe *recipe;
  g_autofree char *names = NULL;

  if (system == NULL)
    return NULL;
  recipe = oto_recipe_find (config->recipe != NULL ? config->recipe : system->recipe);
  if (recipe != NULL)
    return recipe;
  names = oto_recipe_dup_names ();
  g_set_error (error, OTO_TRAINING_ERROR, OTO_TRAINING_ERROR_CONFIG,
               _("There is no recipe “%s”. Choose one of %s."),
               config->recipe != NULL ? config->recipe : system->recipe, names);
  return NULL;
}

/**
 * oto_trainer_config_get_front_end:
 * @config: the settings
 * @error: return location for a #GError
 *
 * Returns: (transfer none) (nullable): what the network hears, the user's choice or the system's;
 *   %NULL with %OTO_TRAINING_ERROR_CONFIG when there is none of that name
 */
const OtoFrontEnd *
oto_trainer_config_get_front_end (const OtoTrainerConfig  *config,
                                  GError                 **error)
{
  const OtoSystem *system;
  const OtoFrontEnd *front_end;
  g_autofree char *names = NULL;
  const char *name;

  g_return_val_if_fail (config != NULL, NULL);

  system = get_system (config, error);
  if (system == NULL)
    return NULL;
  name = config->front_end != NULL ? config->front_end : system->front_end;
  front_end = oto_front_end_find (name);
  if (front_end != NULL)
    return front_end;
  names = oto_front_end_dup_names ();
  g_set_error (error, OTO_TRAINING_ERROR, OTO_TRAINING_ERROR_CONFIG,
               _("There is no front end “%s”. Choose one of %s."), name, names);
  return NULL;
}

/**
 * oto_trainer_config_validate:
 * @config: the settings
 * @error: return location for a #GError
 *
 * Returns: %FALSE with %OTO_TRAINING_ERROR_CONFIG for settings that cannot work, whatever the data
 */
gboolean
oto_trainer_config_validate (const OtoTrainerConfig  *config,
                             GError                 **error)
{
  OtoAugment augment;

  g_return_val_if_fail (config != NULL, FALSE);

  if (get_recipe (config, error) == NULL
      || !oto_trainer_config_make_augment (config, &augment, error)
      || oto_trainer_config_get_front_end (config, error) == NULL)
    return FALSE;
  if (config->data_dir == NULL || *config->data_dir == '\0'
      || config->run_dir == NULL || *config->run_dir == '\0')
    {
      g_set_error_literal (error, OTO_TRAINING_ERROR, OTO_TRAINING_ERROR_CONFIG,
                           _("A data set and a folder for the run are needed."));
      return FALSE;
    }
  if (config->n_epochs > 0 && config->n_updates > 0)
    {
      g_set_error_literal (error, OTO_TRAINING_ERROR, OTO_TRAINING_ERROR_CONFIG,
                           _("Give the length of the run in epochs or in updates, not in both."));
      return FALSE;
    }
  return check_range (_("fold"), config->fold, 1, 1000, error)
         && check_range (_("number of epochs"), config->n_epochs, 0, MAX_EPOCHS, error)
         && check_range (_("number of updates"), config->n_updates, 0, MAX_UPDATES, error)
         && check_range (_("number of updates of an epoch"), config->n_epoch_updates, 0,
                         MAX_EPOCH_UPDATES, error)
         && check_range (_("batch"), config->batch, 0, OTO_TRAINER_MAX_BATCH, error)
         && check_range (_("width"), config->width, OTO_TRAINER_MIN_WIDTH,
                         OTO_TRAINER_MAX_WIDTH, error)
         && (config->lr == 0.0
             || check_range (_("learning rate"), config->lr, 1e-12, 10.0, error))
         && check_range (_("number of threads"), config->n_threads, 0, MAX_THREADS, error)
         && check_range (_("memory cap"), (double) config->memory_cap_bytes, 0, MAX_WHOLE, error);
}

/**
 * oto_trainer_config_make_recipe:
 * @config: the settings
 * @ret_recipe: (out caller-allocates): the recipe, with what @config sets in place of its own
 * @error: return location for a #GError
 *
 * A batch that the recipe counts in frames becomes as many whole clips as hold about these frames,
 * as windows reach a network whole.
 *
 * Returns: %FALSE with %OTO_TRAINING_ERROR_CONFIG when there is no such recipe
 */
gboolean
oto_trainer_config_make_recipe (const OtoTrainerConfig  *config,
                                OtoRecipe               *ret_recipe,
                                GError                 **error)
{
  const OtoRecipe *published = get_recipe (config, error);
  const OtoFrontEnd *front_end = oto_trainer_config_get_front_end (config,
                                                                   published != NULL ? error
                                                                                     : NULL);
  OtoRecipe recipe;

  if (published == NULL || front_end == NULL)
    return FALSE;

  recipe = *published;
  if (recipe.batch_unit == OTO_BATCH_FRAMES)
    recipe.batch = MAX ((recipe.batch + front_end->n_frames / 2) / front_end->n_frames, 1);
  recipe.batch_unit = OTO_BATCH_CLIPS;
  if (config->batch > 0)
    recipe.batch = config->batch;
  if (config->n_epoch_updates > 0)
    recipe.n_epoch_updates = config->n_epoch_updates;
  if (config->lr > 0.0)
    recipe.optimizer.lr = config->lr;
  if (config->seed > 0)
    recipe.seed = config->seed;
  if (config->n_epochs > 0 || config->n_updates > 0)
    {
      recipe.n_epochs = config->n_epochs;
      recipe.n_updates = config->n_updates;
    }
  *ret_recipe = recipe;
  return TRUE;
}

static void
set_name (char       **target,
          const char  *name)
{
  if (*target == NULL)
    *target = g_strdup (name);
}

/**
 * oto_trainer_config_resolve:
 * @config: (inout): settings
 * @error: return location for a #GError
 *
 * Fills in what the recipe and the system decide, so that the settings say what is trained even if
 * their tables should change.
 *
 * Returns: %FALSE with %OTO_TRAINING_ERROR_CONFIG when there is no such recipe or front end
 */
gboolean
oto_trainer_config_resolve (OtoTrainerConfig  *config,
                            GError           **error)
{
  OtoRecipe recipe;

  if (!oto_trainer_config_make_recipe (config, &recipe, error))
    return FALSE;
  set_name (&config->recipe, recipe.name);
  set_name (&config->front_end, oto_trainer_config_get_front_end (config, NULL)->name);
  config->n_epochs = recipe.n_epochs;
  config->n_updates = recipe.n_updates;
  config->n_epoch_updates = recipe.n_epoch_updates;
  config->batch = recipe.batch;
  config->lr = recipe.optimizer.lr;
  config->seed = recipe.seed;
  return TRUE;
}

static gboolean
apply_option (OtoModelConfig  *model,
              const char      *text,
              GError         **error)
{
  const char *equals = strchr (text, '=');
  g_autofree char *name = equals != NULL ? g_strndup (text, equals - text) : NULL;

  if (name != NULL)
    return oto_model_config_parse_option (model, name, equals + 1, error);
  g_set_error (error, OTO_TRAINING_ERROR, OTO_TRAINING_ERROR_CONFIG,
               _("The option “%s” has no value. Write it as name=value."), text);
  return FALSE;
}

/* Settings with one more, or with one set anew. */
static void
set_setting (char       ***settings,
             const char   *name,
             const char   *value)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autofree char *prefix = g_strconcat (name, "=", NULL);
  g_autofree char *text = g_strconcat (prefix, value, NULL);
  char **old = *settings;

  for (guint i = 0; old != NULL && old[i] != NULL; i++)
    if (!g_str_has_prefix (old[i], prefix))
      g_strv_builder_add (builder, old[i]);
  g_strv_builder_add (builder, text);
  g_strfreev (old);
  *settings = g_strv_builder_end (builder);
}

/**
 * oto_trainer_config_set_option:
 * @config: (inout): settings
 * @name: name of an option of the system
 * @value: its value, as a user writes it
 *
 * Sets an option, or sets it anew. Whether the system has it is found by
 * oto_trainer_config_make_model().
 */
void
oto_trainer_config_set_option (OtoTrainerConfig *config,
                               const char       *name,
                               const char       *value)
{
  set_setting (&config->options, name, value);
}

/**
 * oto_trainer_config_set_augmentation:
 * @config: (inout): settings
 * @name: name of an augmentation
 * @value: its value, as a user writes it
 *
 * Sets an augmentation, or sets it anew. Whether there is one is found by
 * oto_trainer_config_make_augment().
 */
void
oto_trainer_config_set_augmentation (OtoTrainerConfig *config,
                                     const char       *name,
                                     const char       *value)
{
  set_setting (&config->augmentations, name, value);
}

/**
 * oto_trainer_config_make_augment:
 * @config: settings
 * @ret_augment: (out caller-allocates): what they change about clips
 * @error: return location for a #GError
 *
 * Returns: %FALSE when there is no such augmentation or value
 */
gboolean
oto_trainer_config_make_augment (const OtoTrainerConfig  *config,
                                 OtoAugment              *ret_augment,
                                 GError                 **error)
{
  oto_augment_init (ret_augment);
  return oto_augment_parse (ret_augment, config->augmentations, config->remix, error);
}

/**
 * oto_trainer_config_make_model:
 * @config: settings
 * @n_classes: number of classes (K) of the data set
 * @ret_model: (out caller-allocates): the network that they train
 * @error: return location for a #GError
 *
 * Returns: %FALSE when there can be no such network
 */
gboolean
oto_trainer_config_make_model (const OtoTrainerConfig  *config,
                               int                      n_classes,
                               OtoModelConfig          *ret_model,
                               GError                 **error)
{
  const OtoFrontEnd *front_end = oto_trainer_config_get_front_end (config, error);
  const OtoSystem *system;
  OtoModelConfig model;

  g_return_val_if_fail (ret_model != NULL, FALSE);

  if (front_end == NULL)
    return FALSE;
  system = oto_systems_find (config->system);
  if (!oto_model_config_init (&model, system, n_classes, front_end->n_frames,
                              front_end->config.n_mels, config->width, error))
    return FALSE;
  for (guint i = 0; config->options != NULL && config->options[i] != NULL; i++)
    if (!apply_option (&model, config->options[i], error))
      return FALSE;
  /* A decoder that is not trained has no place in the model. */
  if (oto_model_config_has_option (&model, "alpha")
      && oto_model_config_get_option (&model, "alpha") == 0.0)
    memset (model.widths + system->n_widths - system->n_optional, 0,
            system->n_optional * sizeof model.widths[0]);
  if (!oto_model_config_validate (&model, error))
    return FALSE;
  *ret_model = model;
  return TRUE;
}
