/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "training/oto-trainer-config.h"

#include "base/oto-error.h"
#include "features/oto-logmel.h"
#include "io/oto-file.h"
#include "io/oto-json.h"
#include "models/oto-systems.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#define MAX_EPOCHS  1000000
#define MAX_THREADS 1024

/* What a number of config.json holds exactly. */
#define MAX_WHOLE   9007199254740992.0

/**
 * oto_trainer_config_init:
 * @config: (out caller-allocates): the settings
 *
 * Sets recipe T-000 for “2apae-local” at full width, fold 4 held out; data and run folder are to
 * be set.
 */
void
oto_trainer_config_init (OtoTrainerConfig *config)
{
  *config = (OtoTrainerConfig) {
    .system = g_strdup ("2apae-local"),
    .fold = OTO_TRAINER_DEFAULT_FOLD,
    .n_epochs = 50,
    .batch = 24,
    .width = 1.0,
    .lr = 1e-3,
    .seed = 1,
  };
}

void
oto_trainer_config_copy (const OtoTrainerConfig *config,
                         OtoTrainerConfig       *ret_copy)
{
  *ret_copy = *config;
  ret_copy->system = g_strdup (config->system);
  ret_copy->options = g_strdupv (config->options);
  ret_copy->data_dir = g_strdup (config->data_dir);
  ret_copy->run_dir = g_strdup (config->run_dir);
}

void
oto_trainer_config_clear (OtoTrainerConfig *config)
{
  g_clear_pointer (&config->system, g_free);
  g_clear_pointer (&config->options, g_strfreev);
  g_clear_pointer (&config->data_dir, g_free);
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
  const OtoSystem *system = config->system != NULL ? oto_systems_find (config->system) : NULL;

  if (system == NULL)
    {
      g_autofree char *names = oto_systems_dup_names ();

      g_set_error (error, OTO_TRAINING_ERROR, OTO_TRAINING_ERROR_CONFIG,
                   _("There is no system “%s”. Choose one of %s."),
                   config->system != NULL ? config->system : "", names);
      return FALSE;
    }
  if (config->data_dir == NULL || *config->data_dir == '\0'
      || config->run_dir == NULL || *config->run_dir == '\0')
    {
      g_set_error_literal (error, OTO_TRAINING_ERROR, OTO_TRAINING_ERROR_CONFIG,
                           _("A data set and a folder for the run are needed."));
      return FALSE;
    }
  return check_range (_("fold"), config->fold, 1, 1000, error)
         && check_range (_("number of epochs"), config->n_epochs, 1, MAX_EPOCHS, error)
         && check_range (_("batch"), config->batch, 1, OTO_TRAINER_MAX_BATCH, error)
         && check_range (_("width"), config->width, 1e-3, 16, error)
         && check_range (_("learning rate"), config->lr, 1e-12, 10.0, error)
         && check_range (_("number of threads"), config->n_threads, 0, MAX_THREADS, error)
         && check_range (_("memory cap"), (double) config->memory_cap_bytes, 0, MAX_WHOLE, error);
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
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autofree char *prefix = g_strconcat (name, "=", NULL);
  g_autofree char *text = g_strconcat (prefix, value, NULL);

  for (guint i = 0; config->options != NULL && config->options[i] != NULL; i++)
    if (!g_str_has_prefix (config->options[i], prefix))
      g_strv_builder_add (builder, config->options[i]);
  g_strv_builder_add (builder, text);
  g_strfreev (config->options);
  config->options = g_strv_builder_end (builder);
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
  const OtoLogmelConfig *front_end = &oto_logmel_config_default;
  const OtoSystem *system = config->system != NULL ? oto_systems_find (config->system) : NULL;
  const gint64 n_frames =
    oto_stft_get_n_frames ((gint64) OTO_TRAINER_WINDOW_S * front_end->sample_rate_hz,
                           front_end->window_len, front_end->hop_len);
  OtoModelConfig model;

  g_return_val_if_fail (system != NULL && ret_model != NULL, FALSE);

  if (!oto_model_config_init (&model, system, n_classes, (int) n_frames, front_end->n_mels,
                              config->width, error))
    return FALSE;
  for (guint i = 0; config->options != NULL && config->options[i] != NULL; i++)
    if (!apply_option (&model, config->options[i], error))
      return FALSE;
  /* A decoder that is not trained has no place in the model. */
  if (oto_model_config_has_option (&model, "alpha") &&
      oto_model_config_get_option (&model, "alpha") == 0.0)
    memset (model.widths + system->n_widths - system->n_optional, 0,
            system->n_optional * sizeof model.widths[0]);
  if (!oto_model_config_validate (&model, error))
    return FALSE;
  *ret_model = model;
  return TRUE;
}

/* --- config.json --------------------------------------------------------------------------- */

/* A number that is there must be one; one that is not there keeps its default. */
static gboolean
read_number (JsonObject  *object,
             const char  *path,
             const char  *name,
             double       low,
             double       high,
             double      *value,
             GError     **error)
{
  JsonNode *node = json_object_get_member (object, name);
  g_autofree char *file = NULL;

  if (node == NULL)
    return TRUE;
  if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) != G_TYPE_STRING)
    {
      double number = json_node_get_double (node);

      if (number >= low && number <= high)
        {
          *value = number;
          return TRUE;
        }
    }
  file = oto_file_dup_display_name (path);
  g_set_error (error, OTO_TRAINING_ERROR, OTO_TRAINING_ERROR_CONFIG,
               _("“%s”: “%s” must be a number from %g to %g."), file, name, low, high);
  return FALSE;
}

static gboolean
read_int (JsonObject  *object,
          const char  *path,
          const char  *name,
          int         *value,
          GError     **error)
{
  double number = *value;

  if (!read_number (object, path, name, -1e9, 1e9, &number, error))
    return FALSE;
  *value = (int) number;
  return TRUE;
}

static gboolean
read_text (JsonObject  *object,
           const char  *path,
           const char  *name,
           char       **value,
           GError     **error)
{
  JsonNode *node = json_object_get_member (object, name);
  g_autofree char *file = NULL;

  if (node == NULL)
    return TRUE;
  if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING)
    {
      g_free (*value);
      *value = json_node_dup_string (node);
      return TRUE;
    }
  file = oto_file_dup_display_name (path);
  g_set_error (error, OTO_TRAINING_ERROR, OTO_TRAINING_ERROR_CONFIG,
               _("“%s”: “%s” must be a text."), file, name);
  return FALSE;
}

/* Options stand in an object, as texts; runs of before had two of them on their own. */
static gboolean
read_options (JsonObject        *object,
              const char        *path,
              OtoTrainerConfig  *config,
              GError           **error)
{
  JsonNode *node = json_object_get_member (object, "options");
  g_autoptr (GList) names = NULL;
  g_autofree char *form = NULL;
  double alpha = -1.0;

  if (!read_text (object, path, "pooling_form", &form, error)
      || !read_number (object, path, "alpha", -1.0, 1e6, &alpha, error))
    return FALSE;
  if (form != NULL && strcmp (form, "released") != 0)
    oto_trainer_config_set_option (config, "form", form);
  if (alpha >= 0.0)
    {
      char number[G_ASCII_DTOSTR_BUF_SIZE];

      oto_trainer_config_set_option (config, "alpha", g_ascii_dtostr (number, sizeof number, alpha));
    }

  if (node == NULL)
    return TRUE;
  if (!JSON_NODE_HOLDS_OBJECT (node))
    {
      g_autofree char *file = oto_file_dup_display_name (path);

      g_set_error (error, OTO_TRAINING_ERROR, OTO_TRAINING_ERROR_CONFIG,
                   _("“%s”: “options” must be an object."), file);
      return FALSE;
    }
  names = json_object_get_members (json_node_get_object (node));
  for (GList *l = names; l != NULL; l = l->next)
    {
      g_autofree char *text = NULL;

      if (!read_text (json_node_get_object (node), path, l->data, &text, error))
        return FALSE;
      oto_trainer_config_set_option (config, l->data, text);
    }
  return TRUE;
}

/**
 * oto_trainer_config_load:
 * @config: (inout): settings, overwritten by those that the file has
 * @path: a config.json
 * @error: return location for a #GError
 *
 * Reads settings. A data folder that is not absolute is relative to the file. The run folder is
 * none of them.
 *
 * Returns: %FALSE when the file cannot be used
 */
gboolean
oto_trainer_config_load (OtoTrainerConfig  *config,
                         const char        *path,
                         GError           **error)
{
  g_autoptr (JsonNode) root = oto_json_load (path, error);
  JsonObject *object;
  double seed = (double) config->seed, background = config->background;
  double memory_cap_bytes = (double) config->memory_cap_bytes;

  if (root == NULL)
    return FALSE;
  object = json_node_get_object (root);
  if (!read_text (object, path, "system", &config->system, error)
      || !read_options (object, path, config, error)
      || !read_text (object, path, "data", &config->data_dir, error)
      || !read_int (object, path, "fold", &config->fold, error)
      || !read_int (object, path, "epochs", &config->n_epochs, error)
      || !read_int (object, path, "batch", &config->batch, error)
      || !read_number (object, path, "width", 0.0, 1e6, &config->width, error)
      || !read_number (object, path, "lr", 0.0, 1e6, &config->lr, error)
      || !read_number (object, path, "seed", 0.0, MAX_WHOLE, &seed, error)
      || !read_int (object, path, "threads", &config->n_threads, error)
      || !read_number (object, path, "background", 0.0, 1.0, &background, error)
      || !read_number (object, path, "memory", 0.0, MAX_WHOLE, &memory_cap_bytes, error))
    return FALSE;
  config->seed = (guint64) seed;
  config->background = background != 0.0;
  config->memory_cap_bytes = (gint64) memory_cap_bytes;

  if (config->data_dir != NULL && !g_path_is_absolute (config->data_dir))
    {
      g_autofree char *dir = g_path_get_dirname (path);
      g_autofree char *relative = g_steal_pointer (&config->data_dir);

      config->data_dir = g_canonicalize_filename (relative, dir);
    }
  return TRUE;
}

static void
add_number (JsonObject *object,
            const char *name,
            double      value)
{
  if (value == floor (value) && fabs (value) < 1e15)
    json_object_set_int_member (object, name, (gint64) value);
  else
    json_object_set_double_member (object, name, value);
}

static void
add_options (JsonObject  *object,
             char       **options)
{
  JsonObject *member = json_object_new ();

  for (guint i = 0; options != NULL && options[i] != NULL; i++)
    {
      const char *equals = strchr (options[i], '=');
      g_autofree char *name = g_strndup (options[i], equals - options[i]);

      json_object_set_string_member (member, name, equals + 1);
    }
  json_object_set_object_member (object, "options", member);
}

/**
 * oto_trainer_config_save:
 * @config: settings
 * @path: where to
 * @error: return location for a #GError
 *
 * Writes settings as oto_trainer_config_load() reads them.
 *
 * Returns: %FALSE when it cannot be written
 */
gboolean
oto_trainer_config_save (const OtoTrainerConfig  *config,
                         const char              *path,
                         GError                 **error)
{
  g_autoptr (JsonNode) root = json_node_alloc ();
  g_autoptr (JsonObject) object = json_object_new ();

  json_node_init_object (root, object);
  json_object_set_string_member (object, "system", config->system);
  add_options (object, config->options);
  json_object_set_string_member (object, "data", config->data_dir);
  add_number (object, "fold", config->fold);
  add_number (object, "epochs", config->n_epochs);
  add_number (object, "batch", config->batch);
  add_number (object, "width", config->width);
  add_number (object, "lr", config->lr);
  add_number (object, "seed", (double) config->seed);
  add_number (object, "threads", config->n_threads);
  add_number (object, "background", config->background ? 1 : 0);
  if (config->memory_cap_bytes > 0)
    add_number (object, "memory", (double) config->memory_cap_bytes);
  return oto_json_save (root, path, error);
}
