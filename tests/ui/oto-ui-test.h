/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "oto-test.h"

#include "oto-application.h"
#include "oto-window-private.h"
#include "pages/oto-inspect-page-private.h"
#include "views/oto-class-list-private.h"
#include "views/oto-panel-view.h"
#include "views/oto-transport-bar-private.h"

G_BEGIN_DECLS

/* What tests of the window share: an application with one window, a small model and clips in a
 * folder of their own. */
typedef struct
{
  OtoApplication *application;
  OtoWindow      *window;
  OtoInspectPage *page;
  char           *dir;
  char           *model_path;
} OtoUiFixture;

typedef gboolean (*OtoUiTestFunc) (gpointer data);

void              oto_ui_test_init         (int             *argc,
                                            char          ***argv);
void              oto_ui_test_set_up       (OtoUiFixture    *fixture,
                                            gconstpointer    data);
void              oto_ui_test_tear_down    (OtoUiFixture    *fixture,
                                            gconstpointer    data);
char             *oto_ui_test_write_clip   (OtoUiFixture    *fixture,
                                            const char      *name,
                                            double           duration_s,
                                            int              n_channels) G_GNUC_WARN_UNUSED_RESULT;
OtoModelSnapshot *oto_ui_test_make_model   (const char      *system) G_GNUC_WARN_UNUSED_RESULT;
void              oto_ui_test_open         (OtoUiFixture    *fixture,
                                            const char      *path);
void              oto_ui_test_wait         (OtoUiTestFunc    is_true,
                                            gpointer         data);
void              oto_ui_test_settle       (OtoUiFixture    *fixture);
/* Of the stack of panels, by the name of a panel. */
GtkWidget        *oto_ui_test_get_plot     (OtoUiFixture    *fixture,
                                            const char      *name);
OtoPanelData     *oto_ui_test_get_data     (OtoUiFixture    *fixture,
                                            const char      *name);
void              oto_ui_test_spin         (guint            ms);
void              oto_ui_test_activate     (OtoUiFixture    *fixture,
                                            const char      *detailed_name);
char             *oto_ui_test_describe     (GtkWidget       *widget) G_GNUC_WARN_UNUSED_RESULT;
guint             oto_ui_test_count_colors (GtkWidget       *widget);
/* Keys and buttons as the X server sends them. FALSE, and the test is skipped, without xdotool. */
gboolean          oto_ui_test_has_input    (OtoUiFixture    *fixture);
void              oto_ui_test_press        (OtoUiFixture    *fixture,
                                            const char      *key);     /* as X calls it: "ctrl+f" */
void              oto_ui_test_point        (GtkWidget       *widget,
                                            double           x,
                                            double           y);
void              oto_ui_test_click        (guint            button);  /* 4 and 5: the wheel */
void              oto_ui_test_double_click (void);
/* With modifiers held: "ctrl", "ctrl+shift"; NULL: none. */
void              oto_ui_test_click_with   (const char      *modifiers,
                                            guint            button);
/* With the first button held, from where oto_ui_test_point() was. */
void              oto_ui_test_drag         (const char      *modifiers,
                                            int              dx,
                                            int              dy);
/* Pictures go to the folder that OTO_TEST_PICTURES names, if it is set. */
void              oto_ui_test_picture      (GtkWidget       *widget,
                                            const char      *name);

#define OTO_UI_TEST(path, func) \
  g_test_add (path, OtoUiFixture, NULL, oto_ui_test_set_up, func, oto_ui_test_tear_down)

G_END_DECLS
