/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "geometry/oto-color-map.h"
#include "oto-test.h"
#include "paint/oto-theme.h"

static const OtoTheme * const themes[] = { &oto_theme_light, &oto_theme_dark };

/* Words need a contrast of 4.5, whatever their class. */
static void
test_contrast (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (themes); i++)
    {
      guint32 ground = themes[i]->background;

      g_assert_cmpfloat (oto_color_get_contrast (themes[i]->foreground, ground), >=, 4.5);
      g_assert_cmpfloat (oto_color_get_contrast (themes[i]->dim, ground), >=, 4.5);
      g_assert_cmpfloat (oto_color_get_contrast (themes[i]->dim, themes[i]->outside), >=, 4.5);
      g_assert_cmpfloat (oto_color_get_contrast (themes[i]->foreground, themes[i]->badge), >=, 4.5);
      for (int slot = -1; slot < 2 * OTO_N_CLASS_COLORS; slot++)
        {
          guint32 fill = oto_theme_get_class_rgb (themes[i], slot);

          g_assert_cmpfloat (oto_color_get_contrast (oto_theme_get_class_text_rgb (themes[i], slot),
                                                     ground), >=, 4.5);
          g_assert_cmpfloat (oto_color_get_contrast (oto_theme_get_text_on_rgb (fill), fill),
                             >=, 4.5);
        }
    }
}

static void
test_slots_are_kept (void)
{
  g_autoptr (OtoClassColors) colors = oto_class_colors_new ();
  g_autoptr (OtoClassColors) copy = NULL;

  g_assert_cmpint (oto_class_colors_find (colors, "Bark"), ==, -1);
  g_assert_cmpint (oto_class_colors_assign (colors, "Bark"), ==, 0);
  g_assert_cmpint (oto_class_colors_assign (colors, "Meow"), ==, 1);
  g_assert_cmpint (oto_class_colors_assign (colors, "Bark"), ==, 0);
  copy = oto_class_colors_copy (colors);
  g_assert_cmpint (oto_class_colors_assign (copy, "Crow"), ==, 2);
  g_assert_cmpint (oto_class_colors_find (copy, "Meow"), ==, 1);
  g_assert_cmpint (oto_class_colors_find (colors, "Crow"), ==, -1);
  g_assert_cmpint (oto_class_colors_find (NULL, "Crow"), ==, -1);
}

static void
test_hatching_tells_rounds_apart (void)
{
  for (int slot = 0; slot < OTO_N_CLASS_COLORS; slot++)
    {
      g_assert_cmphex (oto_theme_get_class_rgb (&oto_theme_light, slot), ==,
                       oto_theme_get_class_rgb (&oto_theme_light, slot + OTO_N_CLASS_COLORS));
      g_assert_false (oto_theme_is_hatched (slot));
      g_assert_true (oto_theme_is_hatched (slot + OTO_N_CLASS_COLORS));
      for (int other = 0; other < slot; other++)
        g_assert_cmphex (oto_theme_get_class_rgb (&oto_theme_light, slot), !=,
                         oto_theme_get_class_rgb (&oto_theme_light, other));
    }
  g_assert_false (oto_theme_is_hatched (-1));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/paint/theme/contrast", test_contrast);
  g_test_add_func ("/paint/theme/slots-are-kept", test_slots_are_kept);
  g_test_add_func ("/paint/theme/hatching-tells-rounds-apart", test_hatching_tells_rounds_apart);
  return g_test_run ();
}
