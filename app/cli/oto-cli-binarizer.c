/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "cli/oto-cli.h"

#include <math.h>
#include <string.h>

/* What nobody gives. */
#define NO_NUMBER (-G_MAXDOUBLE)
#define NO_COUNT G_MININT

/**
 * oto_cli_binarizer_init:
 * @self: (out caller-allocates): set to nothing given
 */
void
oto_cli_binarizer_init (OtoCliBinarizer *self)
{
  *self = (OtoCliBinarizer) {
    .high = NO_NUMBER,
    .min_frames = NO_COUNT,
    .gap_frames = NO_COUNT,
    .clip_threshold = NO_NUMBER,
    .median_frames = NO_COUNT,
    .box_frames = NO_COUNT,
    .box_merge_abs = NO_NUMBER,
    .box_merge_rel = NO_NUMBER,
  };
}

void
oto_cli_binarizer_clear (OtoCliBinarizer *self)
{
  g_clear_pointer (&self->low, g_free);
  g_clear_pointer (&self->score, g_free);
}

/* Whether --low was given, and what it is. */
static gboolean
parse_low (const OtoCliBinarizer *self,
           double                *ret_low)
{
  char *end = NULL;

  if (self->low == NULL)
    return FALSE;
  *ret_low = strcmp (self->low, "off") == 0 ? NAN : g_ascii_strtod (self->low, &end);
  return TRUE;
}

/**
 * oto_cli_binarizer_check:
 * @self: what the user gave
 *
 * Returns: %FALSE after printing what is wrong; return %OTO_CLI_USAGE then
 */
gboolean
oto_cli_binarizer_check (const OtoCliBinarizer *self)
{
  const double numbers[] = { self->high, self->clip_threshold, self->box_merge_abs,
                             self->box_merge_rel };
  const int counts[] = { self->min_frames, self->gap_frames, self->median_frames,
                         self->box_frames };
  OtoEventScore score;
  double low = 0.0;

  if (parse_low (self, &low) && strcmp (self->low, "off") != 0)
    {
      char *end;

      g_ascii_strtod (self->low, &end);
      if (end == self->low || *end != '\0' || !isfinite (low))
        {
          oto_cli_error ("--low must be a number or “off”, not “%s”.", self->low);
          return FALSE;
        }
    }
  if (self->score != NULL && !oto_event_score_find (self->score, &score))
    {
      oto_cli_error ("--score must be “published” or “attention”, not “%s”.", self->score);
      return FALSE;
    }
  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    if (!isfinite (numbers[i])
        || ((counts[i] < 0 || counts[i] > OTO_TUNING_MAX_FRAMES) && counts[i] != NO_COUNT))
      {
        oto_cli_error ("Thresholds must be finite, and numbers of frames from 0 to %d.",
                       OTO_TUNING_MAX_FRAMES);
        return FALSE;
      }
  return TRUE;
}

static void
set_number (double *value,
            double  given)
{
  if (given != NO_NUMBER)
    *value = given;
}

static void
set_count (int *value,
           int  given)
{
  if (given != NO_COUNT)
    *value = given;
}

static void
change (const OtoCliBinarizer *self,
        OtoBinarizer          *binarizer)
{
  parse_low (self, &binarizer->low);
  set_number (&binarizer->high, self->high);
  set_count (&binarizer->min_frames, self->min_frames);
  set_count (&binarizer->gap_frames, self->gap_frames);
  set_number (&binarizer->clip_threshold, self->clip_threshold);
  set_count (&binarizer->median_frames, self->median_frames);
  set_count (&binarizer->box_frames, self->box_frames);
  set_number (&binarizer->box_merge_abs, self->box_merge_abs);
  set_number (&binarizer->box_merge_rel, self->box_merge_rel);
  binarizer->is_centred = self->is_centred;
  if (self->score != NULL)
    oto_event_score_find (self->score, &binarizer->score);
}

/**
 * oto_cli_binarizer_make:
 * @self: what the user gave, checked
 * @model: a model
 * @error: set when the model does not have the score that was asked for
 *
 * Returns: (transfer full) (nullable): (K): what makes events of each class: the model's settings,
 *   with what was given in their place
 */
OtoBinarizer *
oto_cli_binarizer_make (const OtoCliBinarizer  *self,
                        OtoModelSnapshot       *model,
                        GError                **error)
{
  const OtoModelConfig *config = oto_model_snapshot_get_config (model);
  const guint maps = oto_model_config_get_maps (config);
  OtoBinarizer *binarizers;
  OtoEventScore score;

  if (self->score != NULL && oto_event_score_find (self->score, &score)
      && score == OTO_EVENT_SCORE_ATTENTION && !(maps & OTO_MAP_TIME_ATT))
    {
      g_set_error (error, OTO_ANALYSIS_ERROR, OTO_ANALYSIS_ERROR_PANEL,
                   "The model “%s” has no %s, so that “--score attention” is not for it.",
                   oto_model_snapshot_get_name (model), oto_map_info_find (OTO_MAP_TIME_ATT)->noun);
      return NULL;
    }
  binarizers = oto_model_snapshot_dup_binarizers (model);
  for (int k = 0; k < config->n_classes; k++)
    change (self, &binarizers[k]);
  return binarizers;
}

/**
 * oto_cli_binarizer_get_maps:
 * @binarizers: (K): what makes events
 * @model: a model
 *
 * Returns: #OtoMap flags of what must be computed for them
 */
guint
oto_cli_binarizer_get_maps (const OtoBinarizer *binarizers,
                            OtoModelSnapshot   *model)
{
  const int n_classes = oto_model_snapshot_get_config (model)->n_classes;
  guint maps = OTO_MAP_STEP1;

  for (int k = 0; k < n_classes; k++)
    if (binarizers[k].score == OTO_EVENT_SCORE_ATTENTION)
      maps |= OTO_MAP_TIME_ATT;
  return maps;
}
