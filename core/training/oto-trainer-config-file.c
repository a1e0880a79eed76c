/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "training/oto-trainer-config.h"

#include "base/oto-error.h"
#include "io/oto-file.h"
#include "io/oto-json.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

/* What a number of a JSON file holds exactly. */
#define MAX_WHOLE 9007199254740992.0

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

typedef void (*SetFunc) (OtoTrainerConfig *config,
                         const char       *name,
                         const char       *value);

/* Options and augmentations stand in objects, as texts. */
static gboolean
read_settings (JsonObject        *object,
               const char        *path,
               const char        *member,
               SetFunc            set,
               OtoTrainerConfig  *config,
               GError           **error)
{
  JsonNode *node = json_object_get_member (object, member);
  g_autoptr (GList) names = NULL;

  if (node == NULL)
    return TRUE;
  if (!JSON_NODE_HOLDS_OBJECT (node))
    {
      g_autofree char *file = oto_file_dup_display_name (path);

      g_set_error (error, OTO_TRAINING_ERROR, OTO_TRAINING_ERROR_CONFIG,
                   _("“%s”: “%s” must be an object."), file, member);
      return FALSE;
    }
  names = json_object_get_members (json_node_get_object (node));
  for (GList *l = names; l != NULL; l = l->next)
    {
      g_autofree char *text = NULL;

      if (!read_text (json_node_get_object (node), path, l->data, &text, error))
        return FALSE;
      set (config, l->data, text);
    }
  return TRUE;
}

/* Runs of before had two options on their own. */
static gboolean
read_options (JsonObject        *object,
              const char        *path,
              OtoTrainerConfig  *config,
              GError           **error)
{
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

      g_ascii_dtostr (number, sizeof number, alpha);
      oto_trainer_config_set_option (config, "alpha", number);
    }
  return read_settings (object, path, "options", oto_trainer_config_set_option, config, error);
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
  double seed = (double) config->seed, background = config->background, remix = config->remix;
  double memory_cap_bytes = (double) config->memory_cap_bytes;

  if (root == NULL)
    return FALSE;
  object = json_node_get_object (root);
  if (!read_text (object, path, "system", &config->system, error)
      || !read_options (object, path, config, error)
      || !read_text (object, path, "recipe", &config->recipe, error)
      || !read_text (object, path, "front_end", &config->front_end, error)
      || !read_text (object, path, "init", &config->init, error)
      || !read_text (object, path, "data", &config->data_dir, error)
      || !read_number (object, path, "remix", 0.0, 1.0, &remix, error)
      || !read_settings (object, path, "augmentations", oto_trainer_config_set_augmentation, config,
                         error)
      || !read_int (object, path, "fold", &config->fold, error)
      || !read_int (object, path, "epochs", &config->n_epochs, error)
      || !read_int (object, path, "updates", &config->n_updates, error)
      || !read_int (object, path, "epoch_updates", &config->n_epoch_updates, error)
      || !read_int (object, path, "batch", &config->batch, error)
      || !read_number (object, path, "width", 0.0, 1e6, &config->width, error)
      || !read_number (object, path, "lr", 0.0, 1e6, &config->lr, error)
      || !read_number (object, path, "seed", 0.0, MAX_WHOLE, &seed, error)
      || !read_int (object, path, "threads", &config->n_threads, error)
      || !read_number (object, path, "background", 0.0, 1.0, &background, error)
      || !read_number (object, path, "memory", 0.0, MAX_WHOLE, &memory_cap_bytes, error))
    return FALSE;
  config->seed = (guint64) seed;
  config->remix = remix != 0.0;
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
add_settings (JsonObject  *object,
              const char  *name_of_all,
              char       **options)
{
  JsonObject *member = json_object_new ();

  for (guint i = 0; options != NULL && options[i] != NULL; i++)
    {
      const char *equals = strchr (options[i], '=');
      g_autofree char *name = g_strndup (options[i], equals - options[i]);

      json_object_set_string_member (member, name, equals + 1);
    }
  json_object_set_object_member (object, name_of_all, member);
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
  add_settings (object, "options", config->options);
  if (config->recipe != NULL)
    json_object_set_string_member (object, "recipe", config->recipe);
  if (config->front_end != NULL)
    json_object_set_string_member (object, "front_end", config->front_end);
  if (config->init != NULL)
    json_object_set_string_member (object, "init", config->init);
  json_object_set_string_member (object, "data", config->data_dir);
  if (config->remix)
    add_number (object, "remix", 1);
  if (config->augmentations != NULL)
    add_settings (object, "augmentations", config->augmentations);
  add_number (object, "fold", config->fold);
  add_number (object, "epochs", config->n_epochs);
  add_number (object, "updates", config->n_updates);
  add_number (object, "epoch_updates", config->n_epoch_updates);
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
