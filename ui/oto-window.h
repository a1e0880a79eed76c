/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-types.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define OTO_TYPE_WINDOW (oto_window_get_type ())
G_DECLARE_FINAL_TYPE (OtoWindow, oto_window, OTO, WINDOW, AdwApplicationWindow)

/* OtoWindow: clips at the left, one of them on the Inspect page, and the model that hears them. */

typedef void (*OtoWindowSavedFunc) (OtoWindow *window,
                                    gboolean   is_saved,
                                    gpointer   user_data);

OtoWindow *oto_window_new             (AdwApplication      *application,
                                       OtoEngine           *engine);
void       oto_window_open_files      (OtoWindow           *self,
                                       GFile              **files,
                                       int                  n_files);
void       oto_window_open_demo       (OtoWindow           *self);
void       oto_window_open_model      (OtoWindow           *self,
                                       const char          *name_or_path);
gboolean   oto_window_start_trace     (OtoWindow           *self,
                                       const char          *path,
                                       GError             **error);
void       oto_window_save_screenshot (OtoWindow           *self,
                                       const char          *path,
                                       OtoWindowSavedFunc   func,
                                       gpointer             user_data);

G_END_DECLS
