/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test.h"

#include <math.h>
#include <string.h>

static GPtrArray *
load_text (const char  *text,
           GError     **error)
{
  char *dir = oto_test_make_dir ();
  g_autofree char *path = g_build_filename (dir, "mixture.yaml", NULL);
  GPtrArray *mixtures;

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  mixtures = oto_mixture_load_list (path, error);
  oto_test_remove_dir (dir);
  return mixtures;
}

static void
test_reads_the_released_shape (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) mixtures = load_text (
    "- events:\n"
    "  - {event_audio_name: 19f45b13.wav, event_label: Tambourine, offset: 1.22, onset: 0.5}\n"
    "  - event_audio_name: 63874688.wav\n"
    "    event_label: Scissors\n"
    "    offset: 3.38\n"
    "    onset: 3.0\n"
    "  fold: 1\n"
    "  mixture_name: 00000.wav\n"
    "  scene_audio_name: metro_station-barcelona-62-1861-a.wav\n"
    "- events: []\n"
    "  fold: 2\n"
    "  mixture_name: 00001.wav\n"
    "  scene_audio_name: bus.wav\n"
    "  snr: -2.5\n", &error);
  const OtoMixture *mixture;

  g_assert_no_error (error);
  g_assert_cmpuint (mixtures->len, ==, 2);
  mixture = g_ptr_array_index (mixtures, 0);
  g_assert_cmpstr (mixture->name, ==, "00000.wav");
  g_assert_cmpint (mixture->fold, ==, 1);
  g_assert_true (isnan (mixture->snr_db));
  g_assert_cmpuint (mixture->n_events, ==, 2);
  g_assert_cmpstr (mixture->events[0].audio_name, ==, "19f45b13.wav");
  g_assert_cmpstr (mixture->events[1].label, ==, "Scissors");
  g_assert_cmpfloat (mixture->events[1].onset_s, ==, 3.0);
  g_assert_cmpfloat (mixture->events[0].offset_s, ==, 1.22);
  mixture = g_ptr_array_index (mixtures, 1);
  g_assert_cmpuint (mixture->n_events, ==, 0);
  g_assert_cmpfloat (mixture->snr_db, ==, -2.5);
  g_assert_cmpstr (mixture->scene_name, ==, "bus.wav");
}

static void
test_writes_what_it_reads (void)
{
  char *dir = oto_test_make_dir ();
  g_autofree char *path = g_build_filename (dir, "mixture.yaml", NULL);
  g_autoptr (GPtrArray) saved = g_ptr_array_new_with_free_func ((GDestroyNotify) oto_mixture_free);
  g_autoptr (GPtrArray) loaded = NULL;
  g_autoptr (GError) error = NULL;
  OtoMixture *mixture = oto_mixture_new ("00007.flac", 3, "a: b, #c \"d\".wav", 12.345678, 1);
  const OtoMixture *read;

  oto_mixture_set_event (mixture, 0, "- né.flac", "yes", 0.123456, 2.0);
  g_ptr_array_add (saved, mixture);
  g_ptr_array_add (saved, oto_mixture_new ("00008.flac", 4, "s.wav", NAN, 0));
  g_assert_true (oto_mixture_save_list (saved, path, &error));
  g_assert_no_error (error);
  loaded = oto_mixture_load_list (path, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (loaded->len, ==, 2);
  read = g_ptr_array_index (loaded, 0);
  g_assert_cmpstr (read->scene_name, ==, mixture->scene_name);
  g_assert_cmpstr (read->events[0].audio_name, ==, "- né.flac");
  g_assert_cmpfloat (read->events[0].onset_s, ==, 0.123456);
  g_assert_cmpfloat (read->snr_db, ==, 12.345678);
  read = g_ptr_array_index (loaded, 1);
  g_assert_true (isnan (read->snr_db));
  oto_test_remove_dir (dir);
}

static void
test_damage_is_refused (void)
{
  static const struct
  {
    const char *text;
    const char *says;
  } cases[] = {
    { "", "not a list" },
    { "a: b\n", "not a list" },
    { "- [1, 2", "not YAML" },
    { "- 7\n", "line 1" },
    { "- {fold: 1, scene_audio_name: s.wav, events: []}\n", "mixture_name" },
    { "- {mixture_name: a, fold: x, scene_audio_name: s.wav, events: []}\n", "“fold”" },
    { "- {mixture_name: a, fold: 0, scene_audio_name: s.wav, events: []}\n", "“fold”" },
    { "- {mixture_name: a, fold: 1, scene_audio_name: s.wav, events: 3}\n", "“events”" },
    { "- {mixture_name: a, fold: 1, scene_audio_name: s.wav, snr: nan, events: []}\n", "“snr”" },
    { "-\n mixture_name: a\n fold: 1\n scene_audio_name: s.wav\n events:\n"
      " - {event_audio_name: e, event_label: l, onset: 2, offset: 1}\n", "line 6" },
    { "-\n mixture_name: a\n fold: 1\n scene_audio_name: s.wav\n events:\n"
      " - {event_audio_name: e, event_label: l, onset: .inf, offset: 1}\n", "“onset”" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (load_text (cases[i].text, &error));
      g_assert_nonnull (error);
      g_assert_true (error->domain == OTO_IO_ERROR);
      if (strstr (error->message, cases[i].says) == NULL)
        g_error ("“%s” does not say “%s”", error->message, cases[i].says);
    }
}

#define MIXTURE "{mixture_name: a, fold: 1, scene_audio_name: b, events: [%s]}\n"
#define EVENT   "{event_audio_name: a, event_label: b, onset: 0, offset: 1},"

/* Five bytes stand for a thousand events: refused, however many, before they are there. A few that
 * save little are fine, and the tersest list without any is. */
static void
test_aliases (void)
{
  g_autoptr (GString) events = g_string_new (NULL);

  for (int i = 0; i < 1000; i++)
    g_string_append (events, EVENT);
  for (int n = 0; n <= 64000; n = n == 0 ? 1 : 4 * n)
    {
      g_autoptr (GString) text = g_string_new (NULL);
      g_autoptr (GPtrArray) mixtures = NULL;
      g_autoptr (GError) error = NULL;

      g_string_append_printf (text, "- &a " MIXTURE, events->str);
      for (int i = 0; i < n; i++)
        g_string_append (text, "- *a\n");
      mixtures = load_text (text->str, &error);
      if (n <= 1)
        {
          g_assert_no_error (error);
          g_assert_cmpuint (mixtures->len, ==, n + 1);
          continue;
        }
      if (n > 4)
        {
          g_assert_null (mixtures);
          g_assert_error (error, OTO_IO_ERROR, OTO_IO_ERROR_CORRUPT);
        }
    }
}

/* Each alias is sought among all anchors. */
static void
test_anchors (void)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  const gint64 begin_us = g_get_monotonic_time ();

  for (int i = 0; i < 100000; i++)
    g_string_append_printf (text, "- &a%d " MIXTURE, i, "");
  g_assert_null (load_text (text->str, &error));
  g_assert_error (error, OTO_IO_ERROR, OTO_IO_ERROR_CORRUPT);
  g_assert_cmpint (g_get_monotonic_time () - begin_us, <, 5 * G_TIME_SPAN_SECOND);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/io/mixture/reads-the-released-shape", test_reads_the_released_shape);
  g_test_add_func ("/io/mixture/writes-what-it-reads", test_writes_what_it_reads);
  g_test_add_func ("/io/mixture/damage-is-refused", test_damage_is_refused);
  g_test_add_func ("/io/mixture/aliases-are-bounded", test_aliases);
  g_test_add_func ("/io/mixture/anchors-are-bounded", test_anchors);
  return g_test_run ();
}
