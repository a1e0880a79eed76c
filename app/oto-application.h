/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-types.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define OTO_TYPE_APPLICATION (oto_application_get_type ())
G_DECLARE_FINAL_TYPE (OtoApplication, oto_application, OTO, APPLICATION, AdwApplication)

OtoApplication *oto_application_new         (void) G_GNUC_WARN_UNUSED_RESULT;
OtoEngine      *oto_application_get_engine  (OtoApplication *self);

/* Of oto-application-actions.c. */
void            oto_application_add_actions (OtoApplication *self);

G_END_DECLS
