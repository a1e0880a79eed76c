/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test.h"

#include "state/oto-panel-list.h"

static OtoPanelList *
list_new (void)
{
  static const struct { const char *name; OtoMap map; OtoPanelWhose whose; guint rank; } rows[] = {
    { "mel", OTO_MAP_LOGMEL, OTO_PANEL_OF_CLIP, 0 },
    { "second", OTO_MAP_FREQ_ATT, OTO_PANEL_OF_RANK, 1 },
    { "mask", OTO_MAP_MASK, OTO_PANEL_OF_FOCUS, 0 },
    { "step1", OTO_MAP_STEP1, OTO_PANEL_OF_CLIP, 0 },
  };
  OtoPanelList *list = oto_panel_list_new ();

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (OtoPanelItem) item = oto_panel_item_new (rows[i].name, "0", rows[i].map,
                                                          rows[i].whose, rows[i].rank, 60);

      oto_panel_list_add (list, item);
    }

  return list;
}

static void
count_cb (guint *n)
{
  (*n)++;
}

static void
assert_order (OtoPanelList *list,
              const char   *expected)
{
  g_autoptr (GString) names = g_string_new (NULL);

  for (guint i = 0; i < oto_panel_list_get_n (list); i++)
    g_string_append_printf (names, "%s%s", i > 0 ? " " : "",
                            oto_panel_item_get_name (oto_panel_list_get (list, i)));
  g_assert_cmpstr (names->str, ==, expected);
}

/* What is hidden is passed over, and nothing leaves the list. */
static void
test_moves (void)
{
  OtoPanelList *list = list_new ();
  OtoPanelItem *step1 = oto_panel_list_find (list, "step1");
  guint n = 0;

  g_signal_connect_swapped (list, "changed", G_CALLBACK (count_cb), &n);
  g_assert_true (oto_panel_list_move (list, step1, -1));
  assert_order (list, "mel second step1 mask");
  oto_panel_item_set_shown (oto_panel_list_find (list, "second"), FALSE);
  g_assert_cmpuint (n, ==, 2);
  g_assert_true (oto_panel_list_move (list, step1, -1));
  assert_order (list, "step1 mel second mask");
  g_assert_false (oto_panel_list_move (list, step1, -1));
  g_assert_true (oto_panel_list_move (list, step1, 9));
  assert_order (list, "mel second mask step1");
  g_assert_false (oto_panel_list_move (list, step1, 1));
  g_assert_cmpuint (n, ==, 4);
  g_assert_finalize_object (list);
}

/* Settings come from a file that anybody may have written. */
static void
test_layout (void)
{
  OtoPanelList *list = list_new ();
  OtoPanelList *other = list_new ();
  const char * const broken[] = {
    "step1 70 hidden", "", "mel", "mel 9999999999 shown", "mel -5 shown", "unknown 50 shown",
    "mask 12x shown", "mask 80 shown more", NULL
  };
  g_auto (GStrv) layout = NULL;
  g_auto (GStrv) again = NULL;
  guint n = 0;

  oto_panel_list_move (list, oto_panel_list_find (list, "mask"), -2);
  oto_panel_item_set_height_px (oto_panel_list_find (list, "mel"), 200);
  oto_panel_item_set_shown (oto_panel_list_find (list, "second"), FALSE);
  layout = oto_panel_list_dup_layout (list);
  g_assert_cmpstr (layout[0], ==, "mask 60 shown");
  g_assert_cmpstr (layout[1], ==, "mel 200 shown");
  g_assert_cmpstr (layout[2], ==, "second 60 hidden");

  g_signal_connect_swapped (other, "changed", G_CALLBACK (count_cb), &n);
  oto_panel_list_set_layout (other, (const char * const *) layout);
  g_assert_cmpuint (n, ==, 1);
  again = oto_panel_list_dup_layout (other);
  g_assert_cmpstrv (layout, again);
  oto_panel_list_set_layout (other, (const char * const *) layout);
  g_assert_cmpuint (n, ==, 1);

  oto_panel_list_set_layout (other, broken);
  assert_order (other, "step1 mask mel second");
  g_assert_false (oto_panel_item_is_shown (oto_panel_list_find (other, "step1")));
  g_assert_cmpint (oto_panel_item_get_height_px (oto_panel_list_find (other, "step1")), ==, 70);
  g_assert_cmpint (oto_panel_item_get_height_px (oto_panel_list_find (other, "mel")), ==, 200);
  oto_panel_list_set_layout (other, NULL);
  assert_order (other, "step1 mask mel second");
  g_assert_finalize_object (list);
  g_assert_finalize_object (other);
}

static void
test_heights (void)
{
  g_autoptr (OtoPanelItem) item =
    oto_panel_item_new ("mel", "1", OTO_MAP_LOGMEL, OTO_PANEL_OF_CLIP, 0, 3);

  g_assert_cmpint (oto_panel_item_get_height_px (item), ==, OTO_PANEL_MIN_PX);
  oto_panel_item_set_height_px (item, 100000);
  g_assert_cmpint (oto_panel_item_get_height_px (item), ==, OTO_PANEL_MAX_PX);
}

/* Which class a panel shows follows from rank or focus; a model may have too few. */
static void
test_resolves (void)
{
  static const int classes[] = { 7, 4 };
  OtoPanelList *list = list_new ();
  OtoPanelSpec spec;

  oto_panel_item_resolve (oto_panel_list_find (list, "mel"), classes, 2, 4, &spec);
  g_assert_true (oto_panel_spec_is_equal (&spec, &(OtoPanelSpec) { OTO_MAP_LOGMEL, -1 }));
  oto_panel_item_resolve (oto_panel_list_find (list, "second"), classes, 2, 4, &spec);
  g_assert_true (oto_panel_spec_is_equal (&spec, &(OtoPanelSpec) { OTO_MAP_FREQ_ATT, 4 }));
  oto_panel_item_resolve (oto_panel_list_find (list, "second"), classes, 1, 4, &spec);
  g_assert_cmpint (spec.class_index, ==, OTO_PANEL_NO_CLASS);
  oto_panel_item_resolve (oto_panel_list_find (list, "mask"), classes, 2, 5, &spec);
  g_assert_true (oto_panel_spec_is_equal (&spec, &(OtoPanelSpec) { OTO_MAP_MASK, 5 }));
  /* Background has no mask of its own: that of the first class. */
  oto_panel_item_resolve (oto_panel_list_find (list, "mask"), classes, 2, -1, &spec);
  g_assert_cmpint (spec.class_index, ==, 7);
  g_assert_finalize_object (list);
}

/* All panels of attention are weighted, or none; it is told once. */
static void
test_weighted (void)
{
  OtoPanelList *list = oto_panel_list_new_fig3 ();
  guint n = 0;

  g_signal_connect_swapped (list, "changed", G_CALLBACK (count_cb), &n);
  g_assert_false (oto_panel_list_is_weighted (list));
  oto_panel_list_set_weighted (list, TRUE);
  g_assert_cmpuint (n, ==, 1);
  for (guint i = 0; i < oto_panel_list_get_n (list); i++)
    g_assert_cmpint (oto_panel_item_get_map (oto_panel_list_get (list, i)) == OTO_MAP_CONTRIBUTION,
                     ==, oto_panel_item_get_whose (oto_panel_list_get (list, i))
                         == OTO_PANEL_OF_RANK);
  oto_panel_list_set_weighted (list, FALSE);
  g_assert_cmpint (oto_panel_item_get_map (oto_panel_list_find (list, "freq-att-2")), ==,
                   OTO_MAP_FREQ_ATT);
  g_assert_finalize_object (list);
}

static void
test_maximizes (void)
{
  OtoPanelList *list = list_new ();
  guint n = 0;

  g_signal_connect_swapped (list, "changed", G_CALLBACK (count_cb), &n);
  oto_panel_list_set_maximized (list, oto_panel_list_get (list, 1));
  oto_panel_list_set_maximized (list, oto_panel_list_get (list, 1));
  g_assert_cmpuint (n, ==, 1);
  g_assert_true (oto_panel_list_get_maximized (list) == oto_panel_list_get (list, 1));
  oto_panel_list_set_maximized (list, NULL);
  g_assert_null (oto_panel_list_get_maximized (list));
  g_assert_finalize_object (list);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/state/panel-list/moves", test_moves);
  g_test_add_func ("/state/panel-list/layout", test_layout);
  g_test_add_func ("/state/panel-list/readable-heights", test_heights);
  g_test_add_func ("/state/panel-list/resolves", test_resolves);
  g_test_add_func ("/state/panel-list/weighted", test_weighted);
  g_test_add_func ("/state/panel-list/maximizes", test_maximizes);

  return g_test_run ();
}
