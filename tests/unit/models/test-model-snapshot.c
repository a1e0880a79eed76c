/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test-model.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

static const char *const class_names[] = { "Bark", "Gong & bell", "Ü \"quoted\"", NULL };

static OtoModelSnapshot *
make_form (const char *system,
           guint       form,
           guint64     seed)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (OtoModel) model = NULL;
  OtoLogmelConfig front_end = oto_logmel_config_default;
  OtoModelConfig config;
  OtoScaler scaler;
  float mean[OTO_SCALER_MAX_MELS], std[OTO_SCALER_MAX_MELS];
  float *buffers;
  size_t len;

  oto_test_init_small_config (&config, system, form, 3, 20, 8, 0.125);
  front_end.n_mels = config.n_mels;
  for (int f = 0; f < config.n_mels; f++)
    {
      mean[f] = -5.f + 0.1f * f;
      std[f] = 1.5f + 0.01f * f;
    }
  oto_scaler_set (&scaler, config.n_mels, mean, std);
  model = oto_model_new (&config, seed, oto_test_get_engine (1), OTO_PRIORITY_BATCH, &error);
  g_assert_no_error (error);
  buffers = oto_model_get_buffers (model, &len);
  for (size_t i = 0; i < len; i++)
    buffers[i] += 0.01f * (float) (i % 7);
  return oto_model_snapshot_new (&config, class_names, &front_end, &scaler,
                                 oto_model_get_params (model, NULL), buffers,
                                 "{\"epochs\": 3}", "test", NULL);
}

static OtoModelSnapshot *
make_snapshot (const char *system,
               guint64     seed)
{
  return make_form (system, 0, seed);
}

static void
assert_same (OtoModelSnapshot *a,
             OtoModelSnapshot *b)
{
  const OtoModelConfig *config = oto_model_snapshot_get_config (a);
  const OtoModelConfig *other = oto_model_snapshot_get_config (b);
  const float *values, *other_values;
  size_t len, other_len;

  g_assert_true (config->system == other->system);
  g_assert_cmpint (config->n_classes, ==, other->n_classes);
  g_assert_cmpint (config->n_frames, ==, other->n_frames);
  g_assert_cmpint (config->n_mels, ==, other->n_mels);
  g_assert_cmpfloat (config->width, ==, other->width);
  g_assert_cmpmem (config->options, sizeof config->options, other->options, sizeof other->options);
  g_assert_cmpmem (config->widths, sizeof config->widths, other->widths, sizeof other->widths);
  g_assert_true (oto_model_config_is_same (config, other));
  g_assert_true (g_strv_equal (oto_model_snapshot_get_class_names (a),
                               oto_model_snapshot_get_class_names (b)));
  g_assert_cmpfloat (oto_model_snapshot_get_front_end (a)->floor, ==,
                     oto_model_snapshot_get_front_end (b)->floor);
  g_assert_cmpstr (oto_model_snapshot_get_training_json (a), ==,
                   oto_model_snapshot_get_training_json (b));
  g_assert_cmpmem (oto_model_snapshot_get_scaler (a)->mean_f, config->n_mels * sizeof (float),
                   oto_model_snapshot_get_scaler (b)->mean_f, config->n_mels * sizeof (float));
  g_assert_cmpmem (oto_model_snapshot_get_scaler (a)->std_f, config->n_mels * sizeof (float),
                   oto_model_snapshot_get_scaler (b)->std_f, config->n_mels * sizeof (float));
  values = oto_model_snapshot_get_params (a, &len);
  other_values = oto_model_snapshot_get_params (b, &other_len);
  g_assert_cmpmem (values, len * sizeof (float), other_values, other_len * sizeof (float));
  values = oto_model_snapshot_get_buffers (a, &len);
  other_values = oto_model_snapshot_get_buffers (b, &other_len);
  g_assert_cmpmem (values, len * sizeof (float), other_values, other_len * sizeof (float));
  g_assert_cmpstr (oto_model_snapshot_get_hash (a), ==, oto_model_snapshot_get_hash (b));
}

static void
test_round_trip (void)
{
  char *dir = oto_test_make_dir ();
  g_autofree char *path = g_build_filename (dir, "my model.safetensors", NULL);
  const OtoSystem *system;

  for (guint i = 0; (system = oto_systems_get (i)) != NULL; i++)
    for (guint form = 0; form < oto_test_count_forms (system); form++)
      {
        g_autoptr (OtoModelSnapshot) snapshot = make_form (system->name, form, 3);
        g_autoptr (OtoModelSnapshot) loaded = NULL;
        g_autoptr (GError) error = NULL;

        oto_model_snapshot_save (snapshot, path, FALSE, &error);
        g_assert_no_error (error);
        loaded = oto_model_snapshot_load (path, &error);
        g_assert_no_error (error);
        assert_same (snapshot, loaded);
        g_assert_cmpstr (oto_model_snapshot_get_name (loaded), ==, "my model");
      }
  oto_test_remove_dir (dir);
}

/* A tuning goes into the file and comes back; nothing else changes, weights are shared. */
static void
test_tuning (void)
{
  char *dir = oto_test_make_dir ();
  g_autofree char *path = g_build_filename (dir, "a.safetensors", NULL);
  g_autofree char *tuned_path = g_build_filename (dir, "b.safetensors", NULL);
  g_autoptr (OtoModelSnapshot) snapshot = make_snapshot ("gwrp", 3);
  g_autoptr (OtoModelSnapshot) tuned = NULL, loaded = NULL, plain = NULL;
  g_autoptr (OtoTuning) tuning = oto_tuning_new (3);
  g_autofree OtoBinarizer *binarizers = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_null (oto_model_snapshot_get_tuning (snapshot));
  tuning->temperature = 1.5;
  tuning->classes[1].high = 0.625;
  tuned = oto_model_snapshot_with_tuning (snapshot, tuning);
  g_assert_true (oto_model_snapshot_get_params (tuned, NULL)
                 == oto_model_snapshot_get_params (snapshot, NULL));
  g_assert_cmpstr (oto_model_snapshot_get_hash (tuned), !=,
                   oto_model_snapshot_get_hash (snapshot));

  g_assert_true (oto_model_snapshot_save (snapshot, path, TRUE, NULL));
  g_assert_true (oto_model_snapshot_save_tuning (path, tuned, tuned_path, &error));
  g_assert_no_error (error);
  loaded = oto_model_snapshot_load (tuned_path, &error);
  g_assert_no_error (error);
  g_assert_cmpfloat (oto_model_snapshot_get_tuning (loaded)->temperature, ==, 1.5);
  binarizers = oto_model_snapshot_dup_binarizers (loaded);
  g_assert_cmpfloat (binarizers[0].high, ==, oto_binarizer_default.high);
  g_assert_cmpfloat (binarizers[1].high, ==, 0.625);

  /* Without it the model is what the first file holds. */
  g_clear_pointer (&snapshot, oto_model_snapshot_unref);
  snapshot = oto_model_snapshot_load (path, &error);
  plain = oto_model_snapshot_with_tuning (loaded, NULL);
  g_clear_pointer (&loaded, oto_model_snapshot_unref);
  g_assert_cmpstr (oto_model_snapshot_get_hash (plain), ==,
                   oto_model_snapshot_get_hash (snapshot));
  assert_same (plain, snapshot);

  g_assert_false (oto_model_snapshot_save_tuning ("gmp", tuned, NULL, &error));
  g_assert_error (error, OTO_MODELS_ERROR, OTO_MODELS_ERROR_NOT_FOUND);
  oto_test_remove_dir (dir);
}

/* Half precision has eleven bits; statistics and the scaler stay whole. */
static void
test_half (void)
{
  char *dir = oto_test_make_dir ();
  g_autofree char *path = g_build_filename (dir, "half.safetensors", NULL);
  g_autoptr (OtoModelSnapshot) snapshot = make_snapshot ("2apae", 3);
  g_autoptr (OtoModelSnapshot) loaded = NULL;
  g_autoptr (GError) error = NULL;
  const float *values, *halves;
  size_t len, n_rounded = 0;

  oto_model_snapshot_save (snapshot, path, TRUE, &error);
  g_assert_no_error (error);
  loaded = oto_model_snapshot_load (path, &error);
  g_assert_no_error (error);
  values = oto_model_snapshot_get_params (snapshot, &len);
  halves = oto_model_snapshot_get_params (loaded, NULL);
  for (size_t i = 0; i < len; i++)
    {
      g_assert_cmpfloat (fabsf (halves[i] - values[i]), <=,
                         fabsf (values[i]) * 0x1p-11f + 0x1p-25f);
      n_rounded += halves[i] != values[i];
    }
  g_assert_cmpuint (n_rounded, >, len / 2);
  values = oto_model_snapshot_get_buffers (snapshot, &len);
  halves = oto_model_snapshot_get_buffers (loaded, NULL);
  g_assert_cmpmem (values, len * sizeof (float), halves, len * sizeof (float));
  g_assert_cmpstr (oto_model_snapshot_get_hash (snapshot), !=,
                   oto_model_snapshot_get_hash (loaded));
  oto_test_remove_dir (dir);
}

static void
test_hash (void)
{
  g_autoptr (OtoModelSnapshot) snapshot = make_snapshot ("gap", 3);
  g_autoptr (OtoModelSnapshot) again = make_snapshot ("gap", 3);
  g_autoptr (OtoModelSnapshot) other_seed = make_snapshot ("gap", 4);
  g_autoptr (OtoModelSnapshot) other_system = make_snapshot ("gmp", 3);
  const char *hash = oto_model_snapshot_get_hash (snapshot);

  g_assert_cmpuint (strlen (hash), ==, 64);
  g_assert_cmpstr (hash, ==, oto_model_snapshot_get_hash (again));
  g_assert_cmpstr (hash, !=, oto_model_snapshot_get_hash (other_seed));
  g_assert_cmpstr (hash, !=, oto_model_snapshot_get_hash (other_system));
}

static void
save_into (const char *dir,
           const char *file_name,
           guint64     seed)
{
  g_autofree char *path = g_build_filename (dir, file_name, NULL);
  g_autoptr (OtoModelSnapshot) snapshot = make_snapshot ("gap", seed);
  g_autoptr (GError) error = NULL;

  oto_model_snapshot_save (snapshot, path, FALSE, &error);
  g_assert_no_error (error);
}

static void
assert_found (const char *name,
              guint64     seed)
{
  g_autoptr (OtoModelSnapshot) expected = make_snapshot ("gap", seed);
  g_autoptr (OtoModelSnapshot) found = NULL;
  g_autoptr (GError) error = NULL;

  found = oto_model_snapshot_find (name, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (oto_model_snapshot_get_hash (found), ==, oto_model_snapshot_get_hash (expected));
}

static void
test_find_path (void)
{
  char *dir = oto_test_make_dir ();
  g_autofree char *path = g_build_filename (dir, "checkpoint.safetensors", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (oto_model_snapshot_find (dir, &error));
  g_assert_error (error, OTO_MODELS_ERROR, OTO_MODELS_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_null (oto_model_snapshot_find (path, &error));
  g_assert_error (error, OTO_IO_ERROR, OTO_IO_ERROR_MISSING);

  save_into (dir, "checkpoint.safetensors", 1);
  assert_found (path, 1);
  assert_found (dir, 1);
  save_into (dir, "best.safetensors", 2);
  assert_found (dir, 2);
  oto_test_remove_dir (dir);
}

static void
test_find_name (void)
{
  g_autofree char *user_dir = oto_model_snapshot_dup_user_dir ();
  g_auto (GStrv) names = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_mkdir_with_parents (user_dir, 0700), ==, 0);
  save_into (user_dir, "mine.safetensors", 5);
  assert_found ("mine", 5);
  names = oto_model_snapshot_list ();
  g_assert_true (g_strv_contains ((const char * const *) names, "mine"));

  g_assert_null (oto_model_snapshot_find ("nobody's", &error));
  g_assert_error (error, OTO_MODELS_ERROR, OTO_MODELS_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, "nobody's"));
  g_assert_nonnull (strstr (error->message, "mine"));
}

/* One model comes with the program for each pooling. They know the same classes, so that switching
 * compares poolings, and are small. */
static void
test_bundled (void)
{
  static const char *const names[] = { "2apae-local", "2apae", "gap", "gmp", "gwrp" };
  g_autoptr (OtoModelSnapshot) standard = NULL;
  g_autoptr (GError) error = NULL;
  size_t n_bytes = 0;

  standard = oto_model_snapshot_find (NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (oto_model_snapshot_get_config (standard)->system->name, ==, "2apae-local");
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_strdup_printf ("/org/otoscope/models/%s.safetensors", names[i]);
      g_autoptr (OtoModelSnapshot) snapshot = oto_model_snapshot_find (names[i], &error);
      size_t len;

      g_assert_no_error (error);
      g_assert_cmpstr (oto_model_snapshot_get_name (snapshot), ==, names[i]);
      g_assert_cmpstr (oto_model_snapshot_get_config (snapshot)->system->name, ==, names[i]);
      g_assert_true (g_strv_equal (oto_model_snapshot_get_class_names (snapshot),
                                   oto_model_snapshot_get_class_names (standard)));
      g_assert_true (g_resources_get_info (path, G_RESOURCE_LOOKUP_FLAGS_NONE, &len, NULL, NULL));
      n_bytes += len;
    }
  g_assert_cmpuint (n_bytes, <=, 8 << 20);
}

static double
get_number (OtoSafetensors *file,
            const char     *key)
{
  return g_ascii_strtod (oto_safetensors_get_meta (file, key), NULL);
}

/* What comes with the program is of format 1; its entries become options and widths. */
static void
test_bundled_format (void)
{
  static const char *const names[] = { "2apae-local", "2apae", "gap", "gmp", "gwrp" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_strdup_printf ("/org/otoscope/models/%s.safetensors", names[i]);
      g_autoptr (GError) error = NULL;
      g_autoptr (GBytes) bytes = g_resources_lookup_data (path, G_RESOURCE_LOOKUP_FLAGS_NONE,
                                                          &error);
      g_autoptr (OtoSafetensors) file = NULL;
      g_autoptr (OtoModelSnapshot) snapshot = NULL;
      g_autofree char *widths = NULL;
      const OtoModelConfig *config;

      g_assert_no_error (error);
      file = oto_safetensors_load_bytes (bytes, names[i], &error);
      g_assert_no_error (error);
      g_assert_cmpstr (oto_safetensors_get_meta (file, "format_version"), ==, "1");
      snapshot = oto_model_snapshot_load_bytes (bytes, names[i], &error);
      g_assert_no_error (error);
      config = oto_model_snapshot_get_config (snapshot);
      g_assert_cmpfloat (config->width, ==, get_number (file, "width"));
      widths = g_strdup_printf ("[%d, %d, %d, %d]", config->widths[0], config->widths[1],
                                config->widths[2], config->widths[3]);
      g_assert_cmpstr (widths, ==, oto_safetensors_get_meta (file, "enc_channels"));
      if (oto_model_config_has_option (config, "alpha"))
        g_assert_cmpfloat (oto_model_config_get_option (config, "alpha"), ==,
                           get_number (file, "alpha"));
      if (oto_model_config_has_option (config, "decay"))
        g_assert_cmpfloat (oto_model_config_get_option (config, "decay"), ==,
                           get_number (file, "gwrp_decay"));
      if (oto_model_config_has_option (config, "form"))
        g_assert_cmpfloat (oto_model_config_get_option (config, "form"), ==, 0.0);
      g_assert_cmpint (oto_model_config_has_decoder (config), ==,
                       g_str_has_prefix (names[i], "2apae"));
    }
}

/* A copy of a model file, but for one tensor, which comes as @values or not at all. */
static OtoSafetensors *
dup_changed (const char  *changed,
             OtoDtype     dtype,
             int          n_dims,
             const gint64 *shape,
             const void  *values)
{
  g_autoptr (OtoModelSnapshot) snapshot = make_snapshot ("2apae", 3);
  g_autoptr (OtoSafetensors) file = oto_model_snapshot_to_safetensors (snapshot, FALSE);
  OtoSafetensors *copy = oto_safetensors_new ();
  GHashTableIter iter;
  gpointer key, value;

  g_hash_table_iter_init (&iter, oto_safetensors_get_metadata (file));
  while (g_hash_table_iter_next (&iter, &key, &value))
    oto_safetensors_set_meta (copy, key, value);
  for (guint i = 0; i < oto_safetensors_get_n (file); i++)
    {
      const OtoSafetensor *tensor = oto_safetensors_get (file, i);
      g_autofree float *floats = g_new (float, tensor->len);

      if (g_strcmp0 (tensor->name, changed) == 0)
        continue;
      oto_safetensors_copy_float (file, tensor->name, tensor->len, floats, NULL);
      oto_safetensors_add (copy, tensor->name, OTO_DTYPE_F32, tensor->n_dims, tensor->shape,
                           floats);
    }
  if (values != NULL)
    oto_safetensors_add (copy, changed, dtype, n_dims, shape, values);
  return copy;
}

static void
check_load (OtoSafetensors *file,
            const char     *word)
{
  g_autoptr (GBytes) bytes = oto_safetensors_to_bytes (file);
  g_autoptr (OtoModelSnapshot) snapshot = NULL;
  g_autoptr (GError) error = NULL;

  snapshot = oto_model_snapshot_load_bytes (bytes, "hostile", &error);
  if (word == NULL)
    {
      g_assert_no_error (error);
      g_assert_nonnull (snapshot);
      return;
    }
  g_assert_null (snapshot);
  g_assert_nonnull (error);
  if (strstr (error->message, word) == NULL || strstr (error->message, "hostile") == NULL)
    {
      g_test_message ("“%s” does not name “%s”", error->message, word);
      g_test_fail ();
    }
}

/* One tensor in the place of another, or besides. */
static void
check_tensor (const char  *name,
              OtoDtype     dtype,
              int          n_dims,
              gint64       rows,
              gint64       columns,
              float        value,
              const char  *word)
{
  const gint64 shape[2] = { rows, columns };
  g_autofree float *values = g_new (float, rows * columns);
  g_autoptr (OtoSafetensors) file = NULL;

  for (gint64 i = 0; i < rows * columns; i++)
    values[i] = value;
  file = dup_changed (name, dtype, n_dims, shape, values);
  check_load (file, word);
}

static void
test_hostile_tensors (void)
{
  const char *const needed[] = { "enc.cb1.conv1.weight", "dec.cb4.bn2.running_var", "scaler.mean",
                                 "dsa.fc_time_att.bias" };

  for (guint i = 0; i < G_N_ELEMENTS (needed); i++)
    {
      g_autoptr (OtoSafetensors) file = dup_changed (needed[i], OTO_DTYPE_F32, 0, NULL, NULL);

      check_load (file, needed[i]);
    }

  check_tensor ("dsa.fc_mel_att.weight", OTO_DTYPE_F32, 2, 8, 8, 0.5f, NULL);
  check_tensor ("dsa.fc_mel_att.weight", OTO_DTYPE_F32, 2, 8, 9, 0.5f, "(8, 9) instead of (8, 8)");
  check_tensor ("dsa.fc_mel_att.weight", OTO_DTYPE_F32, 1, 64, 1, 0.5f, "(64) instead of (8, 8)");
  check_tensor ("dsa.fc_mel_att.weight", OTO_DTYPE_F32, 2, 8, 8, NAN, "dsa.fc_mel_att.weight");
  check_tensor ("dsa.fc_mel_att.weight", OTO_DTYPE_F32, 2, 8, 8, INFINITY, "dsa.fc_mel_att.weight");
  check_tensor ("dsa.fc_mel_att.bias", OTO_DTYPE_I32, 1, 8, 1, 0.f, "F32");
  check_tensor ("enc.cb1.bn1.running_var", OTO_DTYPE_F32, 1, 4, 1, -1e-3f, "running_var");
  check_tensor ("enc.cb1.bn1.running_var", OTO_DTYPE_F32, 1, 4, 1, 0.f, NULL);
  check_tensor ("scaler.std", OTO_DTYPE_F32, 1, 8, 1, 0.f, "scaler.std");
  check_tensor ("scaler.std", OTO_DTYPE_F32, 1, 8, 1, -1.f, "scaler.std");
  check_tensor ("scaler.mean", OTO_DTYPE_F32, 1, 8, 1, NAN, "scaler.mean");
  check_tensor ("scaler.mean", OTO_DTYPE_F32, 1, 9, 1, 0.f, "(9) instead of (8)");
  check_tensor ("enc.cb5.conv1.weight", OTO_DTYPE_F32, 1, 8, 1, 0.f, "enc.cb5.conv1.weight");
  check_tensor ("enc.cb1.bn1.num_batches_tracked", OTO_DTYPE_I32, 1, 1, 1, 0.f, NULL);
  check_tensor ("train.adam.m", OTO_DTYPE_F32, 1, 9, 1, 0.f, NULL);
}

static void
check_meta (const char *key,
            const char *value,
            const char *word)
{
  g_autoptr (OtoModelSnapshot) snapshot = make_snapshot ("2apae", 3);
  g_autoptr (OtoSafetensors) file = oto_model_snapshot_to_safetensors (snapshot, FALSE);

  oto_safetensors_set_meta (file, key, value);
  check_load (file, word);
}

static void
test_hostile_metadata (void)
{
  g_autofree char *deep = g_strnfill (100000, '[');
  const char *front_end = "{\"sample_rate_hz\": 32000, \"window_len\": 2048, \"hop_len\": 1024, "
                          "\"n_mels\": 9, \"min_hz\": 50, \"max_hz\": 16000, "
                          "\"window\": \"hamming\", \"floor\": 1e-8}";
  const struct { const char *key, *value, *word; } rows[] =
  {
    { "format", "pt", "no Otoscope model" },
    { "format_version", "3", "version" },
    { "format_version", "", "version" },
    { "format_version", "2.0", "version" },
    { "system", "3apae", "3apae" },
    { "system", "gap", "8 numbers instead of 4" },
    { "classes", "[\"a\", \"a\", \"b\"]", "“a”" },
    { "classes", "[\"a\", \"\", \"b\"]", "Class 2" },
    { "classes", "[\"a\", 3, \"b\"]", "Class 2" },
    { "classes", "[\"a\", \"b\"]", "enc.class_conv.weight" },
    { "classes", "[]", "classes" },
    { "classes", "{}", "classes" },
    { "classes", "[\"a\"", "classes" },
    { "classes", deep, "classes" },
    { "training", deep, "training" },
    { "tuning", "", "tuning" },
    { "tuning", deep, "tuning" },
    { "tuning", "{\"temperature\": -1}", "temperature" },
    { "tuning", "{\"classes\": {\"no such class\": {}}}", "classes" },
    { "front_end", deep, "front_end" },
    { "front_end", "{}", "front end" },
    { "front_end", front_end, "mel bins" },
    { "front_end", "{\"sample_rate_hz\": \"x\"}", "sample_rate_hz" },
    { "n_frames", "0", "frames" },
    { "n_frames", "-20", "frames" },
    { "n_frames", "21", "dsa.fc_time" },
    { "n_frames", "1e300", "n_frames" },
    { "n_frames", "20 frames", "n_frames" },
    { "n_frames", "nan", "n_frames" },
    { "n_frames", "2.5", "n_frames" },
    { "n_mels", "4096", "mel bins" },
    { "width", "", "width" },
    { "width", "0", "width" },
    { "width", "-1", "width" },
    { "width", "1e9", "width" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    check_meta (rows[i].key, rows[i].value, rows[i].word);
}

static void
test_hostile_options (void)
{
  g_autofree char *deep = g_strnfill (100000, '{');
  const struct { const char *value, *word; } rows[] =
  {
    { "{}", NULL },
    { "{\"alpha\": 1}", NULL },
    { "{\"alpha\": 0.25, \"form\": \"equations\"}", NULL },
    { "", "options" },
    { "[]", "options" },
    { "3", "options" },
    { "null", "options" },
    { "\"alpha=1\"", "options" },
    { "{\"alpha\": 1", "options" },
    { "{\"alpha\": NaN}", "options" },
    { deep, "options" },
    { "{\"alpha\": \"0.1\"}", "“alpha” has a value of another type" },
    { "{\"alpha\": true}", "“alpha” has a value of another type" },
    { "{\"alpha\": null}", "“alpha” has a value of another type" },
    { "{\"alpha\": []}", "“alpha” has a value of another type" },
    { "{\"alpha\": {\"alpha\": 1}}", "“alpha” has a value of another type" },
    { "{\"alpha\": -1}", "from 0 to 1e+06" },
    { "{\"alpha\": 1e300}", "from 0 to 1e+06" },
    { "{\"form\": 1}", "“form” has a value of another type" },
    { "{\"form\": true}", "released, equations" },
    { "{\"form\": \"other\"}", "released, equations" },
    { "{\"form\": \"\"}", "released, equations" },
    { "{\"decay\": 0.5}", "has no option “decay”" },
    { "{\"alpha\": 1, \"\": 0.5}", "It has: alpha, form" },
    { "{\"Alpha\": 1}", "It has: alpha, form" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    check_meta ("options", rows[i].value, rows[i].word);
}

static void
test_hostile_widths (void)
{
  g_autofree char *deep = g_strnfill (100000, '[');
  const struct { const char *value, *word; } rows[] =
  {
    { "[2, 4, 8, 16, 8, 4, 2, 1]", "enc.cb1.conv1.weight" },
    { "[4, 8, 16, 33, 16, 8, 4, 1]", "enc.cb4.conv1.weight" },
    { "", "widths" },
    { "{}", "widths" },
    { "32", "widths" },
    { "null", "widths" },
    { deep, "widths" },
    { "[]", "0 numbers instead of 8" },
    { "[4, 8, 16, 32, 16, 8, 4]", "7 numbers instead of 8" },
    { "[4, 8, 16, 32, 16, 8, 4, 1, 0]", "9 numbers instead of 8" },
    { "[4, 8, -16, 32, 16, 8, 4, 1]", "not a list of channels" },
    { "[4, 8, 16.5, 32, 16, 8, 4, 1]", "not a list of channels" },
    { "[4, 8, 1e300, 32, 16, 8, 4, 1]", "not a list of channels" },
    { "[4, 8, \"16\", 32, 16, 8, 4, 1]", "not a list of channels" },
    { "[4, 8, null, 32, 16, 8, 4, 1]", "not a list of channels" },
    { "[4, 8, true, 32, 16, 8, 4, 1]", "not a list of channels" },
    { "[4, 8, [16], 32, 16, 8, 4, 1]", "not a list of channels" },
    { "[4, 8, {}, 32, 16, 8, 4, 1]", "not a list of channels" },
    { "[4, 8, 99999999999999999999, 32, 16, 8, 4, 1]", "channels" },
    { "[4, 8, 2147483648, 32, 16, 8, 4, 1]", "not a list of channels" },
    { "[4, 8, 2000000000, 32, 16, 8, 4, 1]", "number of channels" },
    { "[4, 8, 4097, 32, 16, 8, 4, 1]", "number of channels" },
    { "[0, 8, 16, 32, 16, 8, 4, 1]", "number of channels is 0" },
    { "[4, 8, 16, 32, 16, 0, 4, 1]", "number of channels is 0" },
    { "[4, 8, 16, 32, 0, 8, 4, 1]", "only some of its decoder's" },
    { "[4, 8, 16, 32, 16, 8, 4, 2]", "must be 1" },
    { "[4, 8, 16, 32, 0, 0, 0, 0]", "dec.cb1" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    check_meta ("widths", rows[i].value, rows[i].word);
}

/* A model file as format 1 wrote it: of a system of four or eight widths. */
static OtoSafetensors *
dup_old_format (const char *system)
{
  g_autoptr (OtoModelSnapshot) snapshot = make_snapshot (system, 3);
  const OtoModelConfig *config = oto_model_snapshot_get_config (snapshot);
  OtoSafetensors *file = oto_model_snapshot_to_safetensors (snapshot, FALSE);
  const int *w = config->widths;
  g_autofree char *enc = g_strdup_printf ("[%d, %d, %d, %d]", w[0], w[1], w[2], w[3]);
  g_autofree char *dec = g_strdup_printf ("[%d, %d, %d, %d]", w[4], w[5], w[6], w[7]);

  g_hash_table_remove (oto_safetensors_get_metadata (file), "widths");
  g_hash_table_remove (oto_safetensors_get_metadata (file), "options");
  oto_safetensors_set_meta (file, "format_version", "1");
  oto_safetensors_set_meta (file, "enc_channels", enc);
  oto_safetensors_set_meta (file, "dec_channels", dec);
  oto_safetensors_set_meta (file, "alpha", "0.25");
  oto_safetensors_set_meta (file, "gwrp_decay", "0.75");
  return file;
}

static void
test_old_format (void)
{
  const struct { const char *system, *form, *option; double value; } rows[] =
  {
    { "2apae", NULL, "alpha", 0.25 },
    { "2apae", "released", "form", 0.0 },
    { "2apae", "equations", "form", 1.0 },
    { "2apae-local", "released", "alpha", 0.25 },
    { "gwrp", "released", "decay", 0.75 },
    { "gap", "released", NULL, 0.0 },
    { "gmp", NULL, NULL, 0.0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (OtoModelSnapshot) expected = make_snapshot (rows[i].system, 3);
      g_autoptr (OtoSafetensors) file = dup_old_format (rows[i].system);
      g_autoptr (OtoModelSnapshot) loaded = NULL;
      g_autoptr (GBytes) bytes = NULL;
      g_autoptr (GError) error = NULL;
      const OtoModelConfig *config;
      const float *values, *expected_values;
      size_t len, expected_len;

      if (rows[i].form != NULL)
        oto_safetensors_set_meta (file, "pooling_form", rows[i].form);
      bytes = oto_safetensors_to_bytes (file);
      loaded = oto_model_snapshot_load_bytes (bytes, "old", &error);
      g_assert_no_error (error);
      config = oto_model_snapshot_get_config (loaded);
      g_assert_cmpstr (config->system->name, ==, rows[i].system);
      if (rows[i].option != NULL)
        g_assert_cmpfloat (oto_model_config_get_option (config, rows[i].option), ==, rows[i].value);
      g_assert_cmpmem (config->widths, sizeof config->widths,
                       oto_model_snapshot_get_config (expected)->widths, sizeof config->widths);
      values = oto_model_snapshot_get_params (loaded, &len);
      expected_values = oto_model_snapshot_get_params (expected, &expected_len);
      g_assert_cmpmem (values, len * sizeof (float), expected_values,
                       expected_len * sizeof (float));
    }
}

static void
test_hostile_old_format (void)
{
  const struct { const char *system, *key, *value, *word; } rows[] =
  {
    { "2apae", "pooling_form", "other", "other" },
    { "gap", "pooling_form", "equations", "form" },
    { "2apae", "alpha", "-1", "alpha" },
    { "2apae", "alpha", "nan", "alpha" },
    { "gap", "alpha", "much", "alpha" },
    { "gwrp", "gwrp_decay", "2", "decay" },
    { "2apae", "gwrp_decay", "", "gwrp_decay" },
    { "2apae", "enc_channels", "[1, 2, 3]", "enc_channels" },
    { "2apae", "enc_channels", "[1, 2, 3, -4]", "enc_channels" },
    { "2apae", "enc_channels", "[1, 2, 3, []]", "enc_channels" },
    { "2apae", "enc_channels", "[4, 8, 16, 99999999999999999999]", "channels" },
    { "2apae", "enc_channels", "[4, 8, 16, 2000000000]", "number of channels" },
    { "2apae", "enc_channels", "[4, 8, 16, 33]", "enc.cb4.conv1.weight" },
    { "2apae", "dec_channels", "[16, 8, 4, 2]", "must be 1" },
    { "2apae", "dec_channels", "[0, 0, 0, 0]", "dec.cb1" },
    { "gap", "dec_channels", "[16, 8, 4, 1]", "4 widths" },
    { "2apae", "system", "gap", "4 widths" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (OtoSafetensors) file = dup_old_format (rows[i].system);

      oto_safetensors_set_meta (file, rows[i].key, rows[i].value);
      check_load (file, rows[i].word);
    }
}

static void
check_missing (OtoSafetensors *file,
               const char     *key)
{
  g_hash_table_remove (oto_safetensors_get_metadata (file), key);
  check_load (file, g_str_equal (key, "format") ? "no Otoscope model"
                    : g_str_equal (key, "format_version") ? "version" : key);
}

static void
test_missing_metadata (void)
{
  const char *const keys[] = { "format", "format_version", "system", "classes", "front_end",
                               "n_frames", "n_mels", "width", "widths", "options" };
  const char *const old_keys[] = { "format", "system", "classes", "front_end", "n_frames", "n_mels",
                                   "width", "alpha", "gwrp_decay", "enc_channels",
                                   "dec_channels" };

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      g_autoptr (OtoSafetensors) file = dup_changed (NULL, OTO_DTYPE_F32, 0, NULL, NULL);

      check_missing (file, keys[i]);
    }
  for (guint i = 0; i < G_N_ELEMENTS (old_keys); i++)
    {
      g_autoptr (OtoSafetensors) file = dup_old_format ("2apae");

      check_missing (file, old_keys[i]);
    }
}

/* Cut anywhere, a file is an error, not a crash. */
static void
test_truncated (void)
{
  g_autoptr (OtoModelSnapshot) snapshot = make_snapshot ("gap", 3);
  g_autoptr (OtoSafetensors) file = oto_model_snapshot_to_safetensors (snapshot, FALSE);
  g_autoptr (GBytes) bytes = oto_safetensors_to_bytes (file);
  const size_t len = g_bytes_get_size (bytes);

  for (size_t cut = 0; cut < len; cut += cut < 64 ? 1 : 997)
    {
      g_autoptr (GBytes) part = g_bytes_new_from_bytes (bytes, 0, cut);
      g_autoptr (GError) error = NULL;

      g_assert_null (oto_model_snapshot_load_bytes (part, "cut", &error));
      g_assert_nonnull (error);
    }
}

int
main (int    argc,
      char **argv)
{
  char *data_dir = oto_test_make_dir ();
  int status;

  g_setenv ("XDG_DATA_HOME", data_dir, TRUE);
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/models/model-snapshot/round-trip", test_round_trip);
  g_test_add_func ("/models/model-snapshot/tuning", test_tuning);
  g_test_add_func ("/models/model-snapshot/half-rounds-weights-only", test_half);
  g_test_add_func ("/models/model-snapshot/hash-names-the-results", test_hash);
  g_test_add_func ("/models/model-snapshot/find-path", test_find_path);
  g_test_add_func ("/models/model-snapshot/find-name", test_find_name);
  g_test_add_func ("/models/model-snapshot/bundled-ones-load", test_bundled);
  g_test_add_func ("/models/model-snapshot/hostile-tensors", test_hostile_tensors);
  g_test_add_func ("/models/model-snapshot/hostile-metadata", test_hostile_metadata);
  g_test_add_func ("/models/model-snapshot/hostile-options", test_hostile_options);
  g_test_add_func ("/models/model-snapshot/hostile-widths", test_hostile_widths);
  g_test_add_func ("/models/model-snapshot/missing-metadata", test_missing_metadata);
  g_test_add_func ("/models/model-snapshot/format-1-opens", test_old_format);
  g_test_add_func ("/models/model-snapshot/format-1-hostile", test_hostile_old_format);
  g_test_add_func ("/models/model-snapshot/format-1-bundled", test_bundled_format);
  g_test_add_func ("/models/model-snapshot/truncated", test_truncated);

  status = g_test_run ();
  oto_test_remove_dir (data_dir);
  return status;
}
