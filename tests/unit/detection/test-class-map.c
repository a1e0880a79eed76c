/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test.h"

#define NAMES(...) ((const char * const[]) { __VA_ARGS__ NULL })

static void
assert_names (const char * const *names,
              const char         *expected)
{
  g_autofree char *text = g_strjoinv (", ", (char **) names);

  g_assert_cmpstr (text, ==, expected);
}

static void
test_spellings_are_one (void)
{
  g_autoptr (OtoClassMap) map =
    oto_class_map_new (NAMES ("rooster", "Church bell", "DOOR-KNOCK", " Öl__fass ", "Bark",),
                       NAMES ("Öl fass", "Door_knock", "Bark", "church_bell", "Rooster",), NULL);
  static const int expected[] = { 4, 3, 1, 0, 2 };

  for (guint i = 0; i < G_N_ELEMENTS (expected); i++)
    g_assert_cmpint (oto_class_map_get_other (map, i), ==, expected[i]);
  g_assert_cmpuint (oto_class_map_get_n_matched (map), ==, 5);
  assert_names (oto_class_map_get_unmatched (map), "");
  assert_names (oto_class_map_get_unmatched_others (map), "");
  assert_names (oto_class_map_get_ambiguous (map), "");
}

static void
test_others_are_told (void)
{
  g_autoptr (OtoClassMap) map =
    oto_class_map_new (NAMES ("Churchbell", "Bark", "Meow",), NAMES ("Church_bell", "bark", "Car",),
                       NULL);

  g_assert_cmpint (oto_class_map_get_other (map, 0), ==, -1);
  g_assert_cmpint (oto_class_map_get_other (map, 1), ==, 1);
  g_assert_cmpint (oto_class_map_get_other (map, 2), ==, -1);
  g_assert_cmpuint (oto_class_map_get_n_matched (map), ==, 1);
  assert_names (oto_class_map_get_unmatched (map), "Churchbell, Meow");
  assert_names (oto_class_map_get_unmatched_others (map), "Church_bell, Car");
}

/* Only equal names are joined where others differ in nothing but case. */
static void
test_ambiguous_names (void)
{
  g_autoptr (OtoClassMap) equal = oto_class_map_new (NAMES ("Dog", "dog",), NAMES ("dog",), NULL);
  g_autoptr (OtoClassMap) none = oto_class_map_new (NAMES ("Dog", "dog",), NAMES ("DOG",), NULL);
  g_autoptr (OtoClassMap) others = oto_class_map_new (NAMES ("DOG",), NAMES ("Dog", "dog",), NULL);
  g_autoptr (OtoClassMap) rest = oto_class_map_new (NAMES ("Dog", "dog",), NAMES ("Dog", "DOG",),
                                                    NULL);
  g_autoptr (OtoClassMap) twice = oto_class_map_new (NAMES ("Dog", "Dog",), NAMES ("Dog",), NULL);

  g_assert_cmpint (oto_class_map_get_other (equal, 0), ==, -1);
  g_assert_cmpint (oto_class_map_get_other (equal, 1), ==, 0);
  assert_names (oto_class_map_get_ambiguous (equal), "Dog");
  g_assert_cmpuint (oto_class_map_get_n_matched (none), ==, 0);
  assert_names (oto_class_map_get_ambiguous (none), "Dog, dog, DOG");
  g_assert_cmpuint (oto_class_map_get_n_matched (others), ==, 0);
  assert_names (oto_class_map_get_unmatched (others), "");
  g_assert_cmpint (oto_class_map_get_other (rest, 0), ==, 0);
  assert_names (oto_class_map_get_ambiguous (rest), "dog, DOG");
  g_assert_cmpint (oto_class_map_get_other (twice, 0), ==, 0);
  g_assert_cmpint (oto_class_map_get_other (twice, 1), ==, -1);
}

/* Either list may hold the alias, an alias may stand for another, and a circle ends. */
static void
test_aliases (void)
{
  static const char text[] = "crowing cock\tRooster\nCock\tcrowing_cock\nx\ty\ny\tx\n";
  char *dir = oto_test_make_dir ();
  g_autofree char *path = g_build_filename (dir, "aliases.tsv", NULL);
  g_autoptr (GHashTable) aliases = NULL, bad = NULL;
  g_autoptr (OtoClassMap) map = NULL, back = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  aliases = oto_class_map_load_aliases (path, &error);
  g_assert_no_error (error);
  map = oto_class_map_new (NAMES ("COCK", "X", "Bark",), NAMES ("bark", "rooster",), aliases);
  back = oto_class_map_new (NAMES ("rooster",), NAMES ("Crowing_Cock",), aliases);
  g_assert_cmpint (oto_class_map_get_other (map, 0), ==, 1);
  g_assert_cmpint (oto_class_map_get_other (map, 1), ==, -1);
  g_assert_cmpint (oto_class_map_get_other (map, 2), ==, 0);
  g_assert_cmpint (oto_class_map_get_other (back, 0), ==, 0);

  g_assert_true (g_file_set_contents (path, "Cock\n", -1, NULL));
  bad = oto_class_map_load_aliases (path, &error);
  g_assert_error (error, OTO_IO_ERROR, OTO_IO_ERROR_FORMAT);
  oto_test_remove_dir (dir);
}

/* Words of data sets for one kind of sound, of what nothing else joins; one word each. */
static void
test_synonyms (void)
{
  g_autoptr (OtoClassMap) map = oto_class_map_new (NAMES ("Dog", "cat", "Rooster",),
                                                   NAMES ("Bark", "Meow", "rooster",), NULL);
  g_autoptr (OtoClassMap) equal = oto_class_map_new (NAMES ("dog", "bark",), NAMES ("Bark",), NULL);
  g_autoptr (OtoClassMap) several = oto_class_map_new (NAMES ("dog", "dog_bark",), NAMES ("Bark",),
                                                       NULL);

  g_assert_cmpint (oto_class_map_get_other (map, 0), ==, 0);
  g_assert_cmpint (oto_class_map_get_other (map, 1), ==, 1);
  g_assert_true (oto_class_map_is_synonym (map, 0));
  g_assert_false (oto_class_map_is_synonym (map, 2));
  g_assert_cmpuint (oto_class_map_get_n_matched (map), ==, 3);
  assert_names (oto_class_map_get_unmatched (map), "");
  g_assert_cmpint (oto_class_map_get_other (equal, 0), ==, -1);
  g_assert_cmpint (oto_class_map_get_other (equal, 1), ==, 0);
  assert_names (oto_class_map_get_unmatched (equal), "dog");
  g_assert_cmpuint (oto_class_map_get_n_matched (several), ==, 0);
}

static void
test_alike (void)
{
  g_auto (GStrv) alike = oto_class_map_list_alike (NAMES ("Bark", "Dog", "church bell", "dog",
                                                          "Church_bell", "DOG",));
  g_auto (GStrv) none = oto_class_map_list_alike (NAMES ("Bark", "Dog",));

  g_assert_cmpuint (g_strv_length (alike), ==, 2);
  g_assert_cmpstr (alike[0], ==, "Dog, dog, DOG");
  g_assert_cmpstr (alike[1], ==, "church bell, Church_bell");
  g_assert_cmpuint (g_strv_length (none), ==, 0);
}

static void
test_find (void)
{
  const char * const *names = NAMES ("Bark", "Church_bell", "dog", "DOG",);

  g_assert_cmpint (oto_class_map_find (names, "church-BELL"), ==, 1);
  g_assert_cmpint (oto_class_map_find (names, "DOG"), ==, 3);
  /* Two could be meant. */
  g_assert_cmpint (oto_class_map_find (names, "Dog"), ==, -1);
  g_assert_cmpint (oto_class_map_find (names, "Meow"), ==, -1);
  g_assert_true (oto_class_map_is_same ("Church_bell", "church  bell"));
  g_assert_false (oto_class_map_is_same ("Church_bell", "churchbell"));
  /* What is no UTF-8 comes from a command line. */
  g_assert_false (oto_class_map_is_same ("\xf0", "Bark"));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/detection/class-map/spellings-are-one", test_spellings_are_one);
  g_test_add_func ("/detection/class-map/others-are-told", test_others_are_told);
  g_test_add_func ("/detection/class-map/ambiguous-names", test_ambiguous_names);
  g_test_add_func ("/detection/class-map/aliases", test_aliases);
  g_test_add_func ("/detection/class-map/synonyms", test_synonyms);
  g_test_add_func ("/detection/class-map/alike", test_alike);
  g_test_add_func ("/detection/class-map/find", test_find);
  return g_test_run ();
}
