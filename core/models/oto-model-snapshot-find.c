/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "models/oto-model-snapshot.h"

#include "base/oto-error.h"
#include "io/oto-safetensors.h"
#include "models/oto-model-snapshot-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define BUNDLED_PATH "/org/otoscope/models"
#define DEFAULT_NAME "2apae-local"
#define SUFFIX ".safetensors"

/**
 * oto_model_snapshot_dup_user_dir:
 *
 * Returns: (transfer full): the folder where a user's own models live; it may not exist yet
 */
char *
oto_model_snapshot_dup_user_dir (void)
{
  return g_build_filename (g_get_user_data_dir (), "otoscope", "models", NULL);
}

static void
add_name (GPtrArray  *names,
          const char *file_name)
{
  g_autofree char *name = NULL;

  if (!g_str_has_suffix (file_name, SUFFIX))
    return;
  name = g_strndup (file_name, strlen (file_name) - strlen (SUFFIX));
  if (*name != '\0' && !g_ptr_array_find_with_equal_func (names, name, g_str_equal, NULL))
    g_ptr_array_add (names, g_steal_pointer (&name));
}

static int
compare_names (gconstpointer a,
               gconstpointer b)
{
  return g_strcmp0 (*(char *const *) a, *(char *const *) b);
}

/**
 * oto_model_snapshot_list:
 *
 * Returns: (transfer full) (array zero-terminated=1): the names that oto_model_snapshot_find()
 *   knows, the bundled ones and those of the user's folder, sorted
 */
char **
oto_model_snapshot_list (void)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *user_dir = oto_model_snapshot_dup_user_dir ();
  g_auto (GStrv) bundled = NULL;
  g_autoptr (GDir) dir = NULL;
  const char *name;

  bundled = g_resources_enumerate_children (BUNDLED_PATH, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
  for (guint i = 0; bundled != NULL && bundled[i] != NULL; i++)
    add_name (names, bundled[i]);
  dir = g_dir_open (user_dir, 0, NULL);
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    add_name (names, name);

  g_ptr_array_sort (names, compare_names);
  g_ptr_array_add (names, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&names), FALSE);
}

static OtoModelSnapshot *
load_bundled (const char *name,
              GError    **error)
{
  g_autofree char *path = g_strdup_printf ("%s/%s%s", BUNDLED_PATH, name, SUFFIX);
  g_autoptr (GBytes) bytes = NULL;

  bytes = g_resources_lookup_data (path, G_RESOURCE_LOOKUP_FLAGS_NONE, error);
  if (bytes == NULL)
    return NULL;
  return oto_model_snapshot_load_bytes (bytes, name, error);
}

static void
set_not_found (const char *name,
               GError    **error)
{
  g_autofree char *user_dir = oto_model_snapshot_dup_user_dir ();
  g_auto (GStrv) names = oto_model_snapshot_list ();
  g_autofree char *joined = g_strjoinv (", ", names);

  g_set_error (error, OTO_MODELS_ERROR, OTO_MODELS_ERROR_NOT_FOUND,
               _("There is no model “%s”. Known are: %s. Give the path of a model file or run "
               "folder, or put the file into %s."),
               name, *joined != '\0' ? joined : _("none"), user_dir);
}

/* What a name or path names: of a name among the user's models the path, or %NULL when it is one of
 * the bundled ones. */
static char *
dup_path (const char *name_or_path)
{
  g_autofree char *user_dir = NULL;
  g_autofree char *user_path = NULL;
  g_autofree char *file_name = NULL;

  if (strchr (name_or_path, G_DIR_SEPARATOR) != NULL
      || g_file_test (name_or_path, G_FILE_TEST_EXISTS))
    return g_strdup (name_or_path);
  user_dir = oto_model_snapshot_dup_user_dir ();
  file_name = g_strconcat (name_or_path, SUFFIX, NULL);
  user_path = g_build_filename (user_dir, file_name, NULL);
  return g_file_test (user_path, G_FILE_TEST_EXISTS) ? g_steal_pointer (&user_path) : NULL;
}

/**
 * oto_model_snapshot_find:
 * @name_or_path: (nullable): %NULL: the bundled default; a path (it has a slash, or exists): a
 *   model file or a run folder; otherwise a name, among the user's models, then the bundled ones
 * @error: return location
 *
 * Finds and reads a model.
 *
 * Returns: (transfer full) (nullable): a snapshot
 */
OtoModelSnapshot *
oto_model_snapshot_find (const char *name_or_path,
                         GError    **error)
{
  const char *name = name_or_path != NULL ? name_or_path : DEFAULT_NAME;
  g_autofree char *path = name_or_path != NULL ? dup_path (name_or_path) : NULL;
  g_autoptr (GError) local_error = NULL;
  OtoModelSnapshot *self;

  if (path != NULL)
    return oto_model_snapshot_load (path, error);
  self = load_bundled (name, &local_error);
  if (self == NULL && g_error_matches (local_error, G_RESOURCE_ERROR, G_RESOURCE_ERROR_NOT_FOUND))
    set_not_found (name, error);
  else if (self == NULL)
    g_propagate_error (error, g_steal_pointer (&local_error));
  return self;
}

/* The model file itself, as it stands there. */
static OtoSafetensors *
load_file (const char  *name_or_path,
           char       **ret_path,
           GError     **error)
{
  g_autofree char *path = dup_path (name_or_path);
  g_autofree char *bundled_path = NULL;
  g_autoptr (GBytes) bytes = NULL;

  if (path != NULL)
    {
      *ret_path = g_file_test (path, G_FILE_TEST_IS_DIR)
                    ? oto_model_snapshot_dup_run_path (path, error) : g_strdup (path);
      return *ret_path != NULL ? oto_safetensors_load (*ret_path, error) : NULL;
    }
  *ret_path = NULL;
  bundled_path = g_strdup_printf ("%s/%s%s", BUNDLED_PATH, name_or_path, SUFFIX);
  bytes = g_resources_lookup_data (bundled_path, G_RESOURCE_LOOKUP_FLAGS_NONE, error);
  return bytes != NULL ? oto_safetensors_load_bytes (bytes, name_or_path, error) : NULL;
}

/**
 * oto_model_snapshot_save_tuning:
 * @name_or_path: (nullable): a model, see oto_model_snapshot_find()
 * @tuned: that model with its tuning
 * @path: (nullable): where to; %NULL: its own file, which a bundled model does not have
 * @error: return location
 *
 * Writes the model's file with the tuning of @tuned in it; everything else in it stays, to the bit.
 *
 * Returns: whether it was written
 */
gboolean
oto_model_snapshot_save_tuning (const char        *name_or_path,
                                OtoModelSnapshot  *tuned,
                                const char        *path,
                                GError           **error)
{
  const char *name = name_or_path != NULL ? name_or_path : DEFAULT_NAME;
  const OtoTuning *tuning = oto_model_snapshot_get_tuning (tuned);
  g_autofree char *own_path = NULL;
  g_autofree char *json = NULL;
  g_autoptr (OtoSafetensors) file = load_file (name, &own_path, error);

  g_return_val_if_fail (tuning != NULL, FALSE);

  if (file == NULL)
    return FALSE;
  if (path == NULL && own_path == NULL)
    {
      g_set_error (error, OTO_MODELS_ERROR, OTO_MODELS_ERROR_NOT_FOUND,
                   _("The model “%s” is part of the program. Say where a tuned one is to be "
                     "written."), name);
      return FALSE;
    }
  json = oto_tuning_dup_json (tuning, oto_model_snapshot_get_class_names (tuned));
  oto_safetensors_set_meta (file, OTO_MODEL_SNAPSHOT_TUNING_KEY, json);
  return oto_safetensors_save (file, path != NULL ? path : own_path, error);
}
