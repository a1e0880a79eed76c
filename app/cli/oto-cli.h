/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "otoscope.h"

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* What every command of `oto` shares: exit codes, options, errors, JSON. */

enum
{
  OTO_CLI_DONE = 0,
  OTO_CLI_FAILED = 1,
  OTO_CLI_USAGE = 2,
  OTO_CLI_PARTLY = 3,
};

typedef struct
{
  const char *name;
  int       (*run) (int argc, char **argv);      /* argv[0] is the command's name */
  const char *summary;                           /* one line for `oto --help` */
} OtoCommand;

typedef struct
{
  gboolean json;
  gboolean quiet;
} OtoCliOptions;

/* Parses @entries plus --json, --quiet, --help; @description is the help's long text with examples. On failure prints the reason and
 * returns FALSE: return OTO_CLI_USAGE then. @ret_files: the remaining arguments. */
gboolean oto_cli_parse       (int *argc, char ***argv, const GOptionEntry *entries, const char *parameters, const char *summary,
                              const char *description, OtoCliOptions *ret_options, char ***ret_files);
void     oto_cli_error       (const char *format, ...) G_GNUC_PRINTF (1, 2);      /* "oto: …" on stderr */
void     oto_cli_gerror      (GError *error);                                     /* (transfer none) */
void     oto_cli_progress    (const OtoCliOptions *options, const char *what, double fraction);  /* one line on stderr, only on a terminal */
void     oto_cli_progress_end(const OtoCliOptions *options);
void     oto_cli_print_json  (JsonBuilder *builder);                              /* pretty, NaN as null */
void     oto_cli_json_number (JsonBuilder *builder, double value);                /* null when not finite */
OtoAnalyzer *oto_cli_open_analyzer (const char *model, int n_threads, GError **error);   /* model NULL: the bundled default */

/* The commands, one file each. */
int oto_cmd_info     (int argc, char **argv);
int oto_cmd_probs    (int argc, char **argv);
int oto_cmd_panel    (int argc, char **argv);
int oto_cmd_analyse  (int argc, char **argv);
int oto_cmd_events   (int argc, char **argv);
int oto_cmd_stems    (int argc, char **argv);
int oto_cmd_figure   (int argc, char **argv);
int oto_cmd_systems  (int argc, char **argv);
int oto_cmd_demo     (int argc, char **argv);
int oto_cmd_remix    (int argc, char **argv);
int oto_cmd_train    (int argc, char **argv);
int oto_cmd_evaluate (int argc, char **argv);
int oto_cmd_bench    (int argc, char **argv);

G_END_DECLS
