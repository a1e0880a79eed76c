/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "models/oto-network.h"
#include "models/oto-systems.h"

G_BEGIN_DECLS

/* The rows of the table, a family a file. */

typedef struct
{
  const OtoSystem *rows;
  guint            n_rows;
} OtoSystemFamily;

extern const OtoSystemFamily oto_systems_frame;
extern const OtoSystemFamily oto_systems_atrous;
extern const OtoSystemFamily oto_systems_ddc;
extern const OtoSystemFamily oto_systems_mmnet;
extern const OtoSystemFamily oto_systems_panns;
extern const OtoSystemFamily oto_systems_resnet;
extern const OtoSystemFamily oto_systems_vgg8;
extern const OtoSystemFamily oto_systems_crnn;

#define OTO_SYSTEM_WIDTHS(table)  .widths = table, .n_widths = G_N_ELEMENTS (table)
#define OTO_SYSTEM_OPTIONS(table) .options = table, .n_options = G_N_ELEMENTS (table)

/* Of systems whose paper and program begin their weights differently, for
 * oto_network_new(). */
extern const char *const oto_system_inits[];

#define OTO_INIT_OPTION \
  { "init", OTO_OPTION_CHOICE, 0, 0, 0, oto_system_inits, \
    "how weights begin: Xavier's distribution, as in the program, or He's, as in the paper" }

G_END_DECLS
