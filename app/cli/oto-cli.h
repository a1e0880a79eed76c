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

/**
 * OtoCliOptions:
 * @json: --json
 * @quiet: --quiet
 * @channel: --channel, as oto_channel_parse() gives it
 * @channel_text: (nullable): the same as the user gave it, borrowed
 * @has_range: whether only @range of each clip is read
 * @range: --range
 *
 * What commands have in common.
 */
typedef struct
{
  gboolean      json;
  gboolean      quiet;
  int           channel;
  const char   *channel_text;
  gboolean      has_range;
  OtoTimeRange  range;
} OtoCliOptions;

/* The row of a command that takes oto_cli_take_channel() after parsing. */
#define OTO_CLI_CHANNEL_ENTRY(text) \
  { "channel", 0, 0, G_OPTION_ARG_STRING, (text), \
    "What to hear: mean, left, right, mid, side, or a number", "C" }

/* The row of a command that takes oto_cli_take_clip_range() after parsing. */
#define OTO_CLI_RANGE_ENTRY(text) \
  { "range", 'r', 0, G_OPTION_ARG_STRING, (text), "Seconds to read, nothing else", "A:B" }

/* The rows of commands that run a model. */
#define OTO_CLI_MODEL_ENTRY(path) \
  { "model", 'm', 0, G_OPTION_ARG_FILENAME, (path), "Model: a path or a name", "M" }
#define OTO_CLI_THREADS_ENTRY(n) \
  { "threads", 0, 0, G_OPTION_ARG_INT, (n), "Threads; 0: as many as cores", "N" }

gboolean      oto_cli_parse           (int                 *argc,
                                       char              ***argv,
                                       const GOptionEntry  *entries,
                                       const char          *parameters,
                                       const char          *summary,
                                       const char          *description,
                                       OtoCliOptions       *ret_options,
                                       char              ***ret_files);
gboolean      oto_cli_need_files      (char               **files,
                                       const char          *what);
gboolean      oto_cli_parse_bytes     (const char          *text,
                                       gint64              *ret_n_bytes);
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
void          oto_cli_print_field     (const char          *field);
gboolean      oto_cli_save            (const char          *path,
                                       GBytes              *bytes,
                                       GError             **error);

/* Clips and models, oto-cli-clips.c. */

/**
 * OtoCliClipFunc:
 * @file: the clip's file as the user named it
 * @analysis: (nullable): its analysis
 * @error: (nullable): why there is none
 * @user_data: what the caller gave
 * @ret_error: set on failure
 *
 * Takes the outcome for one clip. Errors are printed by the caller.
 *
 * Returns: whether it could be used; without @analysis it does not matter
 */
typedef gboolean (*OtoCliClipFunc) (const char   *file,
                                    OtoAnalysis  *analysis,
                                    const GError *error,
                                    gpointer      user_data,
                                    GError      **ret_error);

gboolean      oto_cli_take_channel    (const char          *text,
                                       OtoCliOptions       *options);
OtoClip      *oto_cli_open_clip       (const OtoCliOptions *options,
                                       const char          *file,
                                       GError             **error) G_GNUC_WARN_UNUSED_RESULT;
OtoAnalyzer  *oto_cli_open_analyzer   (const char          *model,
                                       guint                wanted_maps,
                                       int                  n_threads,
                                       GError             **error) G_GNUC_WARN_UNUSED_RESULT;
OtoAnalyzer  *oto_cli_need_analyzer   (const char          *model,
                                       OtoMap               map,
                                       int                  n_threads) G_GNUC_WARN_UNUSED_RESULT;
OtoModelSnapshot *oto_cli_find_model  (const char          *model,
                                       gboolean             is_published,
                                       GError             **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean      oto_cli_take_mask       (const char          *text,
                                       OtoMaskKind         *kind);
OtoAnalyzer  *oto_cli_need_mask_analyzer (const char       *model,
                                       OtoMaskKind          kind,
                                       int                  n_threads) G_GNUC_WARN_UNUSED_RESULT;
OtoAnalyzer  *oto_cli_need_analyzer_of (OtoModelSnapshot   *snapshot,
                                       guint                wanted_maps,
                                       OtoMap               map,
                                       int                  n_threads) G_GNUC_WARN_UNUSED_RESULT;
void          oto_cli_report_clip     (const char          *file,
                                       OtoClip             *clip);
void          oto_cli_report_alike    (OtoDataset          *dataset);
int           oto_cli_for_each_clip   (const OtoCliOptions *options,
                                       OtoAnalyzer         *analyzer,
                                       char               **files,
                                       OtoCliClipFunc       func,
                                       gpointer             user_data);
JsonBuilder  *oto_cli_json_begin_clips (void) G_GNUC_WARN_UNUSED_RESULT;
void          oto_cli_json_begin_clip (JsonBuilder         *builder,
                                       const char          *file,
                                       const GError        *error);
void          oto_cli_json_add_string (JsonBuilder         *builder,
                                       const char          *name,
                                       const char          *value);
void          oto_cli_json_add_number (JsonBuilder         *builder,
                                       const char          *name,
                                       double               value);
void          oto_cli_json_add_int    (JsonBuilder         *builder,
                                       const char          *name,
                                       gint64               value);
void          oto_cli_json_end_clips  (JsonBuilder         *builder);
int           oto_cli_get_exit_code   (guint                n_done,
                                       guint                n_failed);
int           oto_cli_find_class      (OtoModelSnapshot    *model,
                                       const char          *name,
                                       GError             **error);
GArray       *oto_cli_parse_classes   (OtoModelSnapshot    *model,
                                       const char          *text,
                                       GError             **error) G_GNUC_WARN_UNUSED_RESULT;

/* What makes events, oto-cli-binarizer.c. */

/* The row of a command whose results a tuned model changes. */
#define OTO_CLI_PUBLISHED_ENTRY(flag) \
  { "published", 0, 0, G_OPTION_ARG_NONE, (flag), \
    "As published, not as the model was tuned", NULL }

/**
 * OtoCliBinarizer:
 *
 * Options that change how events are found, as the user gave them.
 */
typedef struct
{
  double    high;
  char     *low;
  int       min_frames;
  int       gap_frames;
  double    clip_threshold;
  int       median_frames;
  int       box_frames;
  double    box_merge_abs;
  double    box_merge_rel;
  char     *score;
  gboolean  is_centred;
  gboolean  is_published;
} OtoCliBinarizer;

/* Rows of a command that finds events; @options is begun with oto_cli_binarizer_init(). */
#define OTO_CLI_BINARIZER_ENTRIES(options) \
  { "threshold", 't', 0, G_OPTION_ARG_DOUBLE, &(options)->high, \
    "An event has a frame above this (0.2)", "X" }, \
  { "low", 0, 0, G_OPTION_ARG_STRING, &(options)->low, \
    "and grows while at or above this (0.1), or off", "X" }, \
  { "min-frames", 0, 0, G_OPTION_ARG_INT, &(options)->min_frames, \
    "Events this short or shorter are dropped (10)", "N" }, \
  { "gap-frames", 0, 0, G_OPTION_ARG_INT, &(options)->gap_frames, \
    "Events at most this far apart are joined (10)", "N" }, \
  { "clip-threshold", 0, 0, G_OPTION_ARG_DOUBLE, &(options)->clip_threshold, \
    "Classes whose clip probability is at most this have none (0.1)", "X" }, \
  { "score", 0, 0, G_OPTION_ARG_STRING, &(options)->score, \
    "What is compared: published, the frame score, or attention, which weighs it", "S" }, \
  { "median", 0, 0, G_OPTION_ARG_INT, &(options)->median_frames, \
    "Length of a median filter that it passes first (0: none)", "N" }, \
  { "boxes", 0, 0, G_OPTION_ARG_INT, &(options)->box_frames, \
    "Cut it into boxes by a step filter of this length (0: by thresholds alone)", "N" }, \
  { "box-merge-abs", 0, 0, G_OPTION_ARG_DOUBLE, &(options)->box_merge_abs, \
    "Boxes are joined over gaps less than this lower", "X" }, \
  { "box-merge-rel", 0, 0, G_OPTION_ARG_DOUBLE, &(options)->box_merge_rel, \
    "and by a smaller ratio than this", "X" }, \
  { "centred", 0, 0, G_OPTION_ARG_NONE, &(options)->is_centred, \
    "Times are by the centres of frames' windows, as panels show them; else frame times hop", \
    NULL }, \
  OTO_CLI_PUBLISHED_ENTRY (&(options)->is_published)

void          oto_cli_binarizer_init  (OtoCliBinarizer      *self);
void          oto_cli_binarizer_clear (OtoCliBinarizer      *self);
gboolean      oto_cli_binarizer_check (const OtoCliBinarizer *self);
OtoBinarizer *oto_cli_binarizer_make  (const OtoCliBinarizer *self,
                                       OtoModelSnapshot      *model,
                                       GError               **error) G_GNUC_WARN_UNUSED_RESULT;
guint         oto_cli_binarizer_get_maps (const OtoBinarizer *binarizers,
                                       OtoModelSnapshot      *model);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (OtoCliBinarizer, oto_cli_binarizer_clear)

/* Ranges and pairs, oto-cli-pair.c. */
gboolean      oto_cli_parse_pair      (const char          *text,
                                       char                 mark,
                                       double              *ret_first,
                                       double              *ret_second);
gboolean      oto_cli_take_range      (const char          *option,
                                       const char          *text,
                                       OtoTimeRange        *ret_range);

gboolean      oto_cli_take_clip_range (const char          *text,
                                       OtoCliOptions       *options);

/* Sound files, oto-cli-audio.c. */
gboolean      oto_cli_take_audio_format (const char        *name,
                                         const char        *path,
                                         OtoAudioFormat    *ret_format);
void          oto_cli_report_peak     (const char          *path,
                                       OtoAudioFormat       format,
                                       double               peak);

/* How a file was made, oto-cli-provenance.c. */
void          oto_cli_command_add     (GString             *command,
                                       const char          *name,
                                       const char          *value);
void          oto_cli_command_add_path (GString            *command,
                                       const char          *name,
                                       const char          *path);
char         *oto_cli_dup_provenance  (OtoClip             *clip,
                                       OtoModelSnapshot    *model,
                                       const char          *command,
                                       GError             **error) G_GNUC_WARN_UNUSED_RESULT;

/* Models and systems, oto-cli-models.c. */
void          oto_cli_json_add_panels (JsonBuilder          *json,
                                       const OtoModelConfig *config);
void          oto_cli_json_add_loss   (JsonBuilder          *json,
                                       const OtoModelConfig *config);
void          oto_cli_json_add_system (JsonBuilder          *json,
                                       const OtoSystem      *system);

/* The commands, one file each. */
int oto_cmd_info     (int argc, char **argv);
int oto_cmd_probs    (int argc, char **argv);
int oto_cmd_panel    (int argc, char **argv);
int oto_cmd_analyse  (int argc, char **argv);
int oto_cmd_events   (int argc, char **argv);
int oto_cmd_stems    (int argc, char **argv);
int oto_cmd_mix      (int argc, char **argv);
int oto_cmd_band     (int argc, char **argv);
int oto_cmd_check    (int argc, char **argv);
int oto_cmd_at       (int argc, char **argv);
int oto_cmd_figure   (int argc, char **argv);
int oto_cmd_render   (int argc, char **argv);
int oto_cmd_labels   (int argc, char **argv);
int oto_cmd_dataset  (int argc, char **argv);
int oto_cmd_systems  (int argc, char **argv);
int oto_cmd_demo     (int argc, char **argv);
int oto_cmd_remix    (int argc, char **argv);
int oto_cmd_train    (int argc, char **argv);
int oto_cmd_tune     (int argc, char **argv);
int oto_cmd_evaluate (int argc, char **argv);
int oto_cmd_score    (int argc, char **argv);
int oto_cmd_bench    (int argc, char **argv);

G_END_DECLS
