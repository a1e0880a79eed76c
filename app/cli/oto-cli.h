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

/**
 * OtoCommand:
 * @name: what the user types
 * @run: takes its own argc and argv, argv[0] being the command's name; returns an exit code
 * @summary: one line for `oto --help`
 */
typedef struct
{
  const char *name;
  int       (*run) (int argc, char **argv);
  const char *summary;
} OtoCommand;

typedef struct
{
  gboolean json;
  gboolean quiet;
} OtoCliOptions;

gboolean      oto_cli_parse           (int                 *argc,
                                       char              ***argv,
                                       const GOptionEntry  *entries,
                                       const char          *parameters,
                                       const char          *summary,
                                       const char          *description,
                                       OtoCliOptions       *ret_options,
                                       char              ***ret_files);
void          oto_cli_error           (const char          *format,
                                       ...) G_GNUC_PRINTF (1, 2);
void          oto_cli_gerror          (GError              *error);
void          oto_cli_progress        (const OtoCliOptions *options,
                                       const char          *what,
                                       double               fraction);
void          oto_cli_progress_end    (const OtoCliOptions *options);
void          oto_cli_print_json      (JsonBuilder         *builder);
void          oto_cli_json_number     (JsonBuilder         *builder,
                                       double               value);
char         *oto_cli_format_number   (double               value) G_GNUC_WARN_UNUSED_RESULT;
GCancellable *oto_cli_watch_interrupt (void);
const char   *oto_cli_find_near       (const char          *word,
                                       const char * const  *candidates);
OtoAnalyzer  *oto_cli_open_analyzer   (const char          *model,
                                       int                  n_threads,
                                       GError             **error) G_GNUC_WARN_UNUSED_RESULT;

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
