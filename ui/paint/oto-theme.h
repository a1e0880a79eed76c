/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <cairo.h>
#include <glib.h>

G_BEGIN_DECLS

/**
 * OtoTheme:
 *
 * Colours around the plots, as 0xRRGGBB. Two are built in, for light and dark; figures are light
 * unless asked.
 */
typedef struct
{
  guint32  background;           /* behind plots, titles and axes */
  guint32  foreground;           /* titles */
  guint32  dim;                  /* tick labels, units, notes */
  guint32  grid;                 /* lines of axes, frames */
  guint32  track;                /* empty part of a bar */
  guint32  badge;                /* disc behind a panel's number */
  guint32  neutral;              /* bars and names of classes without a colour */
  guint32  outside;              /* inside a plot where there is no data */
  guint32  invalid;              /* cells that are not finite */
  guint32  accent;               /* selection, focus */
  gboolean is_dark;
} OtoTheme;

extern const OtoTheme oto_theme_light;
extern const OtoTheme oto_theme_dark;

/**
 * OtoClassColors:
 *
 * Which colour a class has. A class gets the next slot when it is first assigned, by name, and
 * keeps it in every page and figure that shares the object. Classes without a slot are drawn
 * neutral. Slots 0 to 7 are the Okabe-Ito colours, 8 to 15 the same with hatching, and so on. Safe
 * from any thread.
 */
typedef struct _OtoClassColors OtoClassColors;

#define OTO_N_CLASS_COLORS 8

OtoClassColors *oto_class_colors_new    (void) G_GNUC_WARN_UNUSED_RESULT;
OtoClassColors *oto_class_colors_copy   (OtoClassColors *self) G_GNUC_WARN_UNUSED_RESULT;
OtoClassColors *oto_class_colors_ref    (OtoClassColors *self) G_GNUC_WARN_UNUSED_RESULT;
void            oto_class_colors_unref  (OtoClassColors *self);
int             oto_class_colors_assign (OtoClassColors *self,
                                         const char     *class_name);
int             oto_class_colors_find   (OtoClassColors *self,
                                         const char     *class_name);

guint32         oto_theme_get_class_rgb      (const OtoTheme *self,
                                              int             slot);
guint32         oto_theme_get_class_text_rgb (const OtoTheme *self,
                                              int             slot);
guint32         oto_theme_get_text_on_rgb    (guint32         fill_rgb);
gboolean        oto_theme_is_hatched         (int             slot);

void            oto_theme_set_source         (cairo_t        *cr,
                                              guint32         rgb,
                                              double          alpha);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OtoClassColors, oto_class_colors_unref)

G_END_DECLS
