/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "cli/oto-cli.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static const char description[] =
  "What the window reads out at the cursor, and the claim: which classes' masks share the\n"
  "place. Columns: file; time_s and freq_hz, the centres of the frame and of the mel bin\n"
  "there; level_db below the clip's maximum; class; clip_prob; frame_score; freq_att and\n"
  "time_att, raw weights; contribution to the clip probability; share. A row a class, the\n"
  "largest share first; the last is Background, and the shares sum to one. What the model\n"
  "lacks stays empty. With --json: {\"clips\": [{\"file\", \"time_s\", \"frame\", \"freq_hz\",\n"
  "\"bin\", \"level_db\", \"background_share\", \"classes\": [{\"name\", …}]}]}.\n"
  "\n"
  "Examples:\n"
  "  oto at --time 3.264 --freq 2050 street.wav\n"
  "  oto at --json --model 2apae --time 3.264 --freq 2050 street.wav";

typedef struct
{
  double       time_s;
  double       freq_hz;
  int          mel;
  JsonBuilder *json;             /* (nullable): instead of text */
} Place;

/* What there is of a class; NaN: nothing. */
typedef struct
{
  int    class_index;
  double clip_prob;
  double frame_score;
  double freq_att;
  double time_att;
  double contribution;
  double share;
} ClassReading;

/* What the whole place has. */
typedef struct
{
  gint64        frame;
  double        level_db;
  double        background;
  int           n_classes;
  ClassReading *classes;         /* (K), by falling share, then by rank */
} Reading;

static void
reading_clear (Reading *self)
{
  g_free (self->classes);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Reading, reading_clear)

/* The level of a place below the clip's maximum. */
static double
get_level_db (OtoAnalysis *analysis,
              gint64       frame,
              int          mel)
{
  const OtoLogmelConfig *front_end =
    oto_model_snapshot_get_front_end (oto_analysis_get_model (analysis));
  const float *logmel = oto_analysis_get_logmel (analysis);
  const int n_mels = oto_analysis_get_n_mels (analysis);
  float max = -INFINITY;

  for (gint64 i = 0; i < oto_analysis_get_n_frames (analysis) * n_mels; i++)
    if (isfinite (logmel[i]))
      max = MAX (max, logmel[i]);
  return oto_logmel_config_get_level_db (front_end, logmel[frame * n_mels + mel])
         - oto_logmel_config_get_level_db (front_end, max);
}

/* One value of a map over classes, frames and bins. */
static gboolean
read_bin (OtoAnalysis  *analysis,
          OtoMap        map,
          int           class_index,
          gint64        frame,
          int           mel,
          double       *ret_value,
          GError      **error)
{
  g_autofree float *row = g_new (float, oto_analysis_get_n_mels (analysis));

  if (!oto_analysis_has_map (analysis, map))
    return TRUE;
  if (!oto_analysis_read_map (analysis, map, class_index, frame, 1, row,
                              oto_cli_watch_interrupt (), error))
    return FALSE;
  *ret_value = row[mel];
  return TRUE;
}

static gboolean
read_class (OtoAnalysis   *analysis,
            int            class_index,
            gint64         frame,
            int            mel,
            ClassReading  *ret_reading,
            GError       **error)
{
  const size_t pos = (size_t) class_index * oto_analysis_get_n_frames (analysis) + frame;
  const float *step1 = oto_analysis_get_step1 (analysis);
  const float *time_att = oto_analysis_get_time_att (analysis);

  *ret_reading = (ClassReading) {
    .class_index = class_index,
    .clip_prob = oto_analysis_get_clip_prob (analysis)[class_index],
    .frame_score = step1 != NULL ? step1[pos] : NAN,
    .time_att = time_att != NULL ? time_att[pos] : NAN,
    .freq_att = NAN, .contribution = NAN, .share = NAN,
  };
  return read_bin (analysis, OTO_MAP_FREQ_ATT, class_index, frame, mel, &ret_reading->freq_att,
                   error)
         && read_bin (analysis, OTO_MAP_CONTRIBUTION, class_index, frame, mel,
                      &ret_reading->contribution, error);
}

static int
compare_shares (gconstpointer a,
                gconstpointer b,
                gpointer      user_data)
{
  const double i = ((const ClassReading *) a)->share, j = ((const ClassReading *) b)->share;

  return i > j ? -1 : j > i ? 1 : 0;
}

static gboolean
reading_init (Reading      *self,
              OtoAnalysis  *analysis,
              const Place  *place,
              GError      **error)
{
  const int n_classes = oto_analysis_get_n_classes (analysis);
  g_autofree float *shares = g_new (float, n_classes);
  float background = NAN;

  self->n_classes = n_classes;
  self->classes = g_new0 (ClassReading, n_classes);
  self->frame = oto_analysis_get_frame_at (analysis, place->time_s);
  self->level_db = get_level_db (analysis, self->frame, place->mel);
  for (int rank = 0; rank < n_classes; rank++)
    if (!read_class (analysis, oto_analysis_get_ranking (analysis)[rank], self->frame, place->mel,
                     &self->classes[rank], error))
      return FALSE;
  if (oto_analysis_has_map (analysis, OTO_MAP_MASK))
    {
      if (!oto_analysis_read_claim (analysis, self->frame, place->mel, shares, &background,
                                    oto_cli_watch_interrupt (), error))
        return FALSE;
      for (int rank = 0; rank < n_classes; rank++)
        self->classes[rank].share = shares[self->classes[rank].class_index];
      /* Stable, so that equal shares keep their ranks. */
      g_qsort_with_data (self->classes, n_classes, sizeof (ClassReading), compare_shares, NULL);
    }
  self->background = background;
  return TRUE;
}

/* A tab and a number, or a tab alone. */
static void
print_number (double value)
{
  g_autofree char *number = isfinite (value) ? oto_cli_format_number (value) : NULL;

  printf ("\t%s", number != NULL ? number : "");
}

static void
print_row (const Reading      *reading,
           const char         *file,
           double              centre_s,
           double              centre_hz,
           const char         *name,
           const ClassReading *values)
{
  oto_cli_print_field (file);
  printf ("\t%.6f\t%.1f", centre_s, centre_hz);
  print_number ((float) reading->level_db);
  putchar ('\t');
  oto_cli_print_field (name);
  print_number (values->clip_prob);
  print_number (values->frame_score);
  print_number (values->freq_att);
  print_number (values->time_att);
  print_number (values->contribution);
  print_number (values->share);
  putchar ('\n');
}

static void
add_classes (JsonBuilder        *json,
             const Reading      *reading,
             const char * const *names)
{
  json_builder_set_member_name (json, "classes");
  json_builder_begin_array (json);
  for (int i = 0; i < reading->n_classes; i++)
    {
      const ClassReading *values = &reading->classes[i];

      json_builder_begin_object (json);
      oto_cli_json_add_string (json, "name", names[values->class_index]);
      oto_cli_json_add_number (json, "clip_prob", values->clip_prob);
      oto_cli_json_add_number (json, "frame_score", values->frame_score);
      oto_cli_json_add_number (json, "freq_att", values->freq_att);
      oto_cli_json_add_number (json, "time_att", values->time_att);
      oto_cli_json_add_number (json, "contribution", values->contribution);
      oto_cli_json_add_number (json, "share", values->share);
      json_builder_end_object (json);
    }
  json_builder_end_array (json);
}

static void
write_reading (const Place   *place,
               const char    *file,
               OtoAnalysis   *analysis,
               const Reading *reading)
{
  OtoModelSnapshot *model = oto_analysis_get_model (analysis);
  const OtoLogmelConfig *front_end = oto_model_snapshot_get_front_end (model);
  const char * const *names = oto_model_snapshot_get_class_names (model);
  const double centre_s = oto_logmel_config_get_frame_centre_s (front_end, reading->frame);
  const double centre_hz = oto_mel_bank_get_center_hz (front_end->n_mels, front_end->min_hz,
                                                       front_end->max_hz, place->mel);
  const ClassReading nobody = {
    .clip_prob = NAN, .frame_score = NAN, .freq_att = NAN, .time_att = NAN, .contribution = NAN,
    .share = reading->background,
  };
  g_autofree char *display_name = g_filename_display_name (file);

  if (place->json != NULL)
    {
      oto_cli_json_add_string (place->json, "model", oto_model_snapshot_get_name (model));
      oto_cli_json_add_number (place->json, "time_s", centre_s);
      oto_cli_json_add_int (place->json, "frame", reading->frame);
      oto_cli_json_add_number (place->json, "freq_hz", centre_hz);
      oto_cli_json_add_int (place->json, "bin", place->mel);
      oto_cli_json_add_number (place->json, "level_db", reading->level_db);
      oto_cli_json_add_number (place->json, "background_share", reading->background);
      add_classes (place->json, reading, names);
      return;
    }
  for (int i = 0; i < reading->n_classes; i++)
    print_row (reading, display_name, centre_s, centre_hz, names[reading->classes[i].class_index],
               &reading->classes[i]);
  print_row (reading, display_name, centre_s, centre_hz, "Background", &nobody);
}

/* The time must be one that the clip has. */
static gboolean
read_place (const Place  *place,
            OtoAnalysis  *analysis,
            Reading      *reading,
            GError      **error)
{
  const double duration_s = oto_analysis_get_duration_s (analysis);

  if (place->time_s > duration_s)
    {
      g_set_error (error, OTO_ANALYSIS_ERROR, OTO_ANALYSIS_ERROR_CLIP,
                   "“%s” is %.3f s long, so that nothing can be read at %.3f s.",
                   oto_clip_get_name (oto_analysis_get_clip (analysis)), duration_s,
                   place->time_s);
      return FALSE;
    }
  return reading_init (reading, analysis, place, error);
}

static gboolean
write_clip (const char    *file,
            OtoAnalysis   *analysis,
            const GError  *analysis_error,
            gpointer       user_data,
            GError       **ret_error)
{
  Place *place = user_data;
  g_auto (Reading) reading = { 0 };
  g_autoptr (GError) error = NULL;
  const gboolean is_done = analysis != NULL && read_place (place, analysis, &reading, &error);

  if (place->json != NULL)
    oto_cli_json_begin_clip (place->json, file, error != NULL ? error : analysis_error);
  if (is_done)
    write_reading (place, file, analysis, &reading);
  if (place->json != NULL)
    json_builder_end_object (place->json);
  if (error != NULL)
    g_propagate_error (ret_error, g_steal_pointer (&error));
  return is_done;
}

/* The mel bin of the model, or FALSE after printing that it has none there. */
static gboolean
find_mel (Place            *place,
          OtoModelSnapshot *model)
{
  const OtoLogmelConfig *front_end = oto_model_snapshot_get_front_end (model);

  place->mel = oto_mel_bank_get_mel_at (front_end->n_mels, front_end->min_hz, front_end->max_hz,
                                        place->freq_hz);
  if (place->mel < 0)
    oto_cli_error ("The model “%s” hears from %g to %g Hz. Choose a frequency between.",
                   oto_model_snapshot_get_name (model), front_end->min_hz, front_end->max_hz);
  return place->mel >= 0;
}

/* oto at: what can be read at one place in time and frequency. */
int
oto_cmd_at (int    argc,
            char **argv)
{
  g_autofree char *channel = NULL;
  g_autofree char *model = NULL;
  g_auto (GStrv) files = NULL;
  g_autoptr (OtoAnalyzer) analyzer = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonBuilder) json = NULL;
  Place place = { .time_s = NAN, .freq_hz = NAN };
  OtoCliOptions options;
  int code, n_threads = 0;
  const GOptionEntry entries[] = {
    { "time", 't', 0, G_OPTION_ARG_DOUBLE, &place.time_s, "Where in the clip, in seconds", "S" },
    { "freq", 0, 0, G_OPTION_ARG_DOUBLE, &place.freq_hz, "At which frequency, in hertz", "HZ" },
    OTO_CLI_MODEL_ENTRY (&model),
    OTO_CLI_THREADS_ENTRY (&n_threads),
    OTO_CLI_CHANNEL_ENTRY (&channel),
    G_OPTION_ENTRY_NULL
  };

  if (!oto_cli_parse (&argc, &argv, entries, "CLIP…",
                      "Reads what there is at one place in time and frequency.", description,
                      &options, &files)
      || !oto_cli_take_channel (channel, &options)
      || !oto_cli_need_files (files, "clip"))
    return OTO_CLI_USAGE;
  if (!(place.time_s >= 0.0 && isfinite (place.time_s)) || !isfinite (place.freq_hz))
    {
      oto_cli_error ("Say where to read: --time 3.264 --freq 2050.");
      return OTO_CLI_USAGE;
    }

  oto_cli_watch_interrupt ();
  analyzer = oto_cli_open_analyzer (model, ~(guint) OTO_MAP_RECON, n_threads, &error);
  if (analyzer == NULL)
    {
      oto_cli_gerror (error);
      return OTO_CLI_FAILED;
    }
  if (!find_mel (&place, oto_analyzer_get_model (analyzer)))
    return OTO_CLI_USAGE;
  if (options.json)
    place.json = json = oto_cli_json_begin_clips ();
  else
    puts ("file\ttime_s\tfreq_hz\tlevel_db\tclass\tclip_prob\tframe_score\tfreq_att\ttime_att\t"
          "contribution\tshare");
  code = oto_cli_for_each_clip (&options, analyzer, files, write_clip, &place);
  if (json != NULL)
    oto_cli_json_end_clips (json);
  return code;
}
