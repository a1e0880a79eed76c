/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "oto-test-model.h"

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* Cli: runs `oto` in a folder of its own, with a small model, "m.safetensors", in it. */

#define CLI_N_CLASSES 3

/**
 * Cli:
 * @oto: the program
 * @dir: the folder
 * @out: what the last run wrote to standard output
 * @err: and to standard error
 */
typedef struct
{
  char *oto;
  char *dir;
  char *out;
  char *err;
} Cli;

#define cli_add(path, func) g_test_add ((path), Cli, NULL, cli_set_up, (func), cli_tear_down)

void         cli_set_up       (Cli            *self,
                               gconstpointer   user_data);
void         cli_tear_down    (Cli            *self,
                               gconstpointer   user_data);

/* Arguments stand between single spaces; "~" in them is a space. */
GSubprocess *cli_spawn        (Cli            *self,
                               const char     *arguments) G_GNUC_WARN_UNUSED_RESULT;
int          cli_run          (Cli            *self,
                               const char     *arguments);            /* returns the exit code */
JsonObject  *cli_parse_output (Cli            *self,
                               JsonParser    **ret_parser);           /* (transfer none) */

/* Files in the folder. */
void         cli_save_bytes   (Cli            *self,
                               const char     *name,
                               gconstpointer   bytes,
                               size_t          n_bytes);
void         cli_save_clip    (Cli            *self,
                               const char     *name,
                               double          duration_s,
                               int             rate_hz,
                               int             n_channels);
void         cli_save_pcm     (Cli            *self,
                               const char     *name,
                               int             n_bits,
                               int             format,
                               guint32         data_bytes,
                               guint32         claimed_bytes,
                               guint8          value);

G_END_DECLS
