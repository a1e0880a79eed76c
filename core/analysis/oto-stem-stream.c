/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "analysis/oto-stem-stream.h"
#include "analysis/oto-analysis-private.h"
#include "audio/oto-clip.h"
#include "audio/oto-resampler.h"
#include "base/oto-engine.h"
#include "base/oto-error.h"
#include "separation/oto-separator.h"

#include <string.h>

/* Samples per channel that are read at once. */
#define READ_LEN 65536
/* Frames that pass at once; fewer when many stems or channels would take more than this. */
#define MAX_BLOCK_FRAMES 64
#define MAX_BLOCK_BYTES ((size_t) 64 << 20)
#define PROGRESS_INTERVAL_US (G_USEC_PER_SEC / 10)

typedef struct
{
  int           class_index;     /* K: the sum over classes */
  float        *mask;            /* (block, F) */
  float        *overlap;         /* (C, window) */
  float        *hop;             /* (hop) */
  OtoResampler *resampler;
  GArray       *hops;            /* of float, interleaved, at the model's rate */
  GArray       *output;          /* of float, interleaved, at the clip's rate */
} Stem;

typedef struct
{
  OtoAnalysis     *analysis;
  OtoMaskKind      kind;
  OtoLogmelConfig  front_end;
  int              n_channels;
  int              n_bins;
  gboolean         background;   /* then the last stem is the sum, taken off the clip */

  Stem            *stems;
  guint            n_stems;
  OtoEngine       *engine;       /* of the analysis */
  OtoSeparator   **separators;   /* one per thread */

  int              block_frames;
  float           *spectra;      /* (block, C, bins, 2) */
  float           *frame;        /* (window) */
  OtoResampler    *resampler;
  GArray          *input;        /* of float, interleaved, model's rate: not yet in a frame */
  GArray          *original;     /* of float, interleaved, clip's rate: not yet given out */
  gint64           next_frame;   /* below 0 before the start */
  gint64           n_skipped;    /* samples before the start, not yet left out of what is made */
  gint64           n_given;      /* samples per channel */

  OtoStemSink      sink;
  gpointer         sink_data;
  GCancellable    *cancellable;
} Stream;

static void
stem_clear (Stem *self)
{
  g_free (self->mask);
  g_free (self->overlap);
  g_free (self->hop);
  g_clear_pointer (&self->resampler, oto_resampler_free);
  g_clear_pointer (&self->hops, g_array_unref);
  g_clear_pointer (&self->output, g_array_unref);
}

static void
stream_clear (Stream *self)
{
  int n_threads = self->engine != NULL ? oto_engine_get_n_threads (self->engine) : 0;

  for (guint i = 0; i < self->n_stems; i++)
    stem_clear (&self->stems[i]);
  g_free (self->stems);
  for (int i = 0; i < n_threads && self->separators != NULL; i++)
    oto_separator_free (self->separators[i]);
  g_free (self->separators);
  g_free (self->spectra);
  g_free (self->frame);
  g_clear_pointer (&self->resampler, oto_resampler_free);
  g_clear_pointer (&self->input, g_array_unref);
  g_clear_pointer (&self->original, g_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Stream, stream_clear)

/* Frames before the first that still cover the first samples. */
static int
get_n_lead_frames (const OtoLogmelConfig *front_end)
{
  return (front_end->window_len - 1 - oto_logmel_config_get_lead_len (front_end))
         / front_end->hop_len;
}

static int
choose_block_frames (Stream *self)
{
  double rate_ratio = (double) oto_clip_get_rate_hz (self->analysis->clip)
                      / self->front_end.sample_rate_hz;
  size_t frame_bytes = self->n_stems * self->n_channels * self->front_end.hop_len
                      * (1.0 + rate_ratio) * sizeof (float);

  return CLAMP (MAX_BLOCK_BYTES / frame_bytes, 1, MAX_BLOCK_FRAMES);
}

static gboolean
stream_add_stems (Stream     *self,
                  const int  *classes,
                  guint       n_classes,
                  GError    **error)
{
  int clip_hz = oto_clip_get_rate_hz (self->analysis->clip);

  self->n_stems = n_classes + (self->background ? 1 : 0);
  self->stems = g_new0 (Stem, self->n_stems);
  self->block_frames = choose_block_frames (self);
  for (guint i = 0; i < self->n_stems; i++)
    {
      Stem *stem = &self->stems[i];

      stem->class_index = i < n_classes ? classes[i] : self->analysis->n_classes;
      stem->mask = g_new (float, (size_t) self->block_frames * self->front_end.n_mels);
      stem->overlap = g_new0 (float, (size_t) self->n_channels * self->front_end.window_len);
      stem->hop = g_new (float, self->front_end.hop_len);
      stem->hops = g_array_new (FALSE, FALSE, sizeof (float));
      stem->output = g_array_new (FALSE, FALSE, sizeof (float));
      stem->resampler = oto_resampler_new (self->front_end.sample_rate_hz, clip_hz,
                                           self->n_channels, error);
      if (stem->resampler == NULL)
        return FALSE;
    }
  return TRUE;
}

static gboolean
stream_init (Stream       *self,
             OtoAnalysis  *analysis,
             const int    *classes,
             guint         n_classes,
             gboolean      background,
             GError      **error)
{
  int n_threads, n_lead;

  self->analysis = analysis;
  self->front_end = *oto_model_snapshot_get_front_end (analysis->model);
  self->n_channels = oto_clip_get_n_channels (analysis->clip);
  self->background = background;
  self->engine = oto_window_runner_get_engine (analysis->runner);
  n_threads = oto_engine_get_n_threads (self->engine);
  self->separators = g_new0 (OtoSeparator *, n_threads);
  for (int i = 0; i < n_threads; i++)
    if ((self->separators[i] = oto_separator_new (&self->front_end, error)) == NULL)
      return FALSE;
  self->n_bins = oto_separator_get_n_bins (self->separators[0]);
  if (!stream_add_stems (self, classes, n_classes, error))
    return FALSE;

  self->spectra = g_new (float, 2 * (size_t) self->block_frames * self->n_channels * self->n_bins);
  self->frame = g_new (float, self->front_end.window_len);
  self->resampler = oto_resampler_new (oto_clip_get_rate_hz (analysis->clip),
                                       self->front_end.sample_rate_hz, self->n_channels, error);
  self->original = g_array_new (FALSE, FALSE, sizeof (float));
  self->input = g_array_new (FALSE, TRUE, sizeof (float));
  n_lead = get_n_lead_frames (&self->front_end);
  self->next_frame = -n_lead;
  self->n_skipped = (gint64) n_lead * self->front_end.hop_len
                    + oto_logmel_config_get_lead_len (&self->front_end);
  g_array_set_size (self->input, (guint) self->n_skipped * self->n_channels);
  return self->resampler != NULL;
}

/* Masks of frames [next, next + n_frames); frames outside the clip's take those of its first or
 * last. */
static gboolean
read_masks (Stream  *self,
            int      n_frames,
            GError **error)
{
  const gint64 last = self->analysis->n_frames - 1;
  const size_t n_mels = self->front_end.n_mels;
  gint64 begin = CLAMP (self->next_frame, 0, last);
  gint64 end = CLAMP (self->next_frame + n_frames - 1, 0, last) + 1;
  g_autofree float *values = g_new (float, (end - begin) * n_mels);

  for (guint i = 0; i < self->n_stems; i++)
    {
      if (!oto_analysis_read_mask (self->analysis, self->kind, self->stems[i].class_index, begin,
                                   end - begin, values, self->cancellable, error))
        return FALSE;
      for (int t = 0; t < n_frames; t++)
        memcpy (self->stems[i].mask + t * n_mels,
                values + (CLAMP (self->next_frame + t, 0, last) - begin) * n_mels,
                n_mels * sizeof (float));
    }
  return TRUE;
}

static void
compute_spectra (Stream *self,
                 int     n_frames)
{
  const float *input = (const float *) (gpointer) self->input->data;
  const int n_channels = self->n_channels;

  for (int t = 0; t < n_frames; t++)
    for (int c = 0; c < n_channels; c++)
      {
        const float *begin = input + (size_t) t * self->front_end.hop_len * n_channels + c;

        for (int i = 0; i < self->front_end.window_len; i++)
          self->frame[i] = begin[(size_t) i * n_channels];
        oto_separator_forward (self->separators[0], self->frame,
                               self->spectra + 2 * ((size_t) t * n_channels + c) * self->n_bins);
      }
}

typedef struct
{
  Stream  *stream;
  int      n_frames;
  gboolean is_last;
} BlockJob;

/* Adds one frame of one channel, and takes the hop that is complete then. */
static void
add_frame (Stream       *self,
           OtoSeparator *separator,
           Stem         *stem,
           int           t,
           int           channel)
{
  const OtoLogmelConfig *front_end = &self->front_end;
  const int n_left = front_end->window_len - front_end->hop_len;
  float *overlap = stem->overlap + (size_t) channel * front_end->window_len;
  float *hops = (float *) (gpointer) stem->hops->data
                + (size_t) t * front_end->hop_len * self->n_channels;
  size_t pos = 2 * ((size_t) t * self->n_channels + channel) * self->n_bins;

  oto_separator_inverse_add (separator, self->spectra + pos,
                             stem->mask + (size_t) t * front_end->n_mels, overlap);
  oto_separator_normalize (separator, overlap, stem->hop);
  memmove (overlap, overlap + front_end->hop_len, n_left * sizeof *overlap);
  memset (overlap + n_left, 0, front_end->hop_len * sizeof *overlap);

  for (int i = 0; i < front_end->hop_len; i++)
    hops[(size_t) i * self->n_channels + channel] = stem->hop[i];
}

/* All frames of the block, of a range of stems. */
static void
block_worker (int      thread,
              size_t   begin,
              size_t   end,
              gpointer user_data)
{
  BlockJob *job = user_data;
  Stream *self = job->stream;
  const gint64 n_samples = (gint64) job->n_frames * self->front_end.hop_len;
  const gint64 n_skipped = MIN (self->n_skipped, n_samples);

  for (size_t i = begin; i < end; i++)
    {
      Stem *stem = &self->stems[i];

      g_array_set_size (stem->hops, n_samples * self->n_channels);
      for (int t = 0; t < job->n_frames; t++)
        for (int c = 0; c < self->n_channels; c++)
          add_frame (self, self->separators[thread], stem, t, c);
      /* A push without samples would end the stream. */
      if (n_samples > n_skipped)
        oto_resampler_push (stem->resampler,
                            (const float *) (gpointer) stem->hops->data
                            + n_skipped * self->n_channels, n_samples - n_skipped, stem->output);
      if (job->is_last)
        oto_resampler_push (stem->resampler, NULL, 0, stem->output);
    }
}

/* Hands out what is finished of every stem, never more than the clip is long. */
static gboolean
give_output (Stream  *self,
             GError **error)
{
  const int n_channels = self->n_channels;
  gint64 n = oto_clip_get_n_samples (self->analysis->clip) - self->n_given;

  for (guint i = 0; i < self->n_stems; i++)
    n = MIN (n, self->stems[i].output->len / n_channels);
  for (guint i = 0; i < self->n_stems && n > 0; i++)
    {
      GArray *output = self->stems[i].output;
      float *samples = (float *) (gpointer) output->data;

      if (self->background && i == self->n_stems - 1)
        for (gint64 j = 0; j < n * n_channels; j++)
          samples[j] = g_array_index (self->original, float, j) - samples[j];
      if (!self->sink (i, samples, n, self->sink_data, error))
        return FALSE;
      g_array_remove_range (output, 0, n * n_channels);
    }
  if (n > 0)
    {
      g_array_remove_range (self->original, 0, n * n_channels);
      self->n_given += n;
    }
  return TRUE;
}

/* Takes frames from the input while there are complete blocks of them, or, at the end, up to
 * @n_frames. */
static gboolean
take_frames (Stream  *self,
             gint64   n_frames,
             gboolean is_last,
             GError **error)
{
  const int hop_len = self->front_end.hop_len;

  while (n_frames >= self->block_frames || (is_last && n_frames > 0))
    {
      BlockJob job = { self, MIN (n_frames, self->block_frames), FALSE };

      job.is_last = is_last && job.n_frames == n_frames;
      if (g_cancellable_set_error_if_cancelled (self->cancellable, error)
          || !read_masks (self, job.n_frames, error))
        return FALSE;
      compute_spectra (self, job.n_frames);
      oto_engine_run (self->engine, OTO_PRIORITY_INTERACTIVE, self->n_stems, block_worker, &job);
      g_array_remove_range (self->input, 0, (guint) job.n_frames * hop_len * self->n_channels);
      self->next_frame += job.n_frames;
      self->n_skipped = MAX (0, self->n_skipped - (gint64) job.n_frames * hop_len);
      n_frames -= job.n_frames;
      if (!give_output (self, error))
        return FALSE;
    }
  return TRUE;
}

static gint64
get_n_input_frames (Stream *self)
{
  return oto_stft_get_n_frames (self->input->len / self->n_channels, self->front_end.window_len,
                                self->front_end.hop_len);
}

/* After the clip's end: frames until its last sample is covered, then silence for what rounding in
 * the resampler may leave out. */
static gboolean
finish (Stream  *self,
        GError **error)
{
  const OtoLogmelConfig *front_end = &self->front_end;
  gint64 n_samples, n_frames, n_missing;

  oto_resampler_push (self->resampler, NULL, 0, self->input);
  /* Counted from where frame 0 begins. */
  n_samples = self->input->len / self->n_channels + self->next_frame * front_end->hop_len;
  n_frames = MAX (1, (n_samples + front_end->hop_len - 1) / front_end->hop_len) - self->next_frame;
  g_array_set_size (self->input, (front_end->window_len + (n_frames - 1) * front_end->hop_len)
                                 * self->n_channels);
  if (!take_frames (self, n_frames, TRUE, error))
    return FALSE;

  n_missing = oto_clip_get_n_samples (self->analysis->clip) - self->n_given;
  for (guint i = 0; i < self->n_stems && n_missing > 0; i++)
    {
      GArray *output = self->stems[i].output;
      guint len = output->len;

      g_array_set_size (output, n_missing * self->n_channels);
      memset (&g_array_index (output, float, len), 0, (output->len - len) * sizeof (float));
    }
  return give_output (self, error);
}

/**
 * oto_stem_stream_run:
 * @analysis: an analysis that has the mask
 * @kind: through which mask classes pass
 * @classes: (array length=n_classes): stem i is class @classes[i]
 * @n_classes: number of class stems
 * @background: whether the clip minus all classes follows, as stem @n_classes
 * @sink: (scope call): takes the samples, on this thread
 * @sink_data: for @sink
 * @progress: (nullable) (scope call): called on this thread
 * @progress_data: for @progress
 * @cancellable: (nullable): cancels
 * @error: set on failure
 *
 * Renders stems at the clip's rate and channels, each as long as the clip, in memory that does not
 * depend on its length.
 *
 * Returns: whether all was rendered
 */
gboolean
oto_stem_stream_run (OtoAnalysis      *analysis,
                     OtoMaskKind       kind,
                     const int        *classes,
                     guint             n_classes,
                     gboolean          background,
                     OtoStemSink       sink,
                     gpointer          sink_data,
                     OtoProgressFunc   progress,
                     gpointer          progress_data,
                     GCancellable     *cancellable,
                     GError          **error)
{
  g_auto (Stream) self = {
    .kind = kind, .sink = sink, .sink_data = sink_data, .cancellable = cancellable,
  };
  gint64 n_samples = oto_clip_get_n_samples (analysis->clip);
  g_autofree float *block = NULL;
  gint64 progress_time_us = 0;

  if (!stream_init (&self, analysis, classes, n_classes, background, error))
    return FALSE;

  block = g_new (float, (size_t) READ_LEN * self.n_channels);
  for (gint64 pos = 0; pos < n_samples; pos += READ_LEN)
    {
      gint64 n = MIN (READ_LEN, n_samples - pos);

      if (!oto_clip_read (analysis->clip, pos, n, block, error))
        return FALSE;
      g_array_append_vals (self.original, block, n * self.n_channels);
      oto_resampler_push (self.resampler, block, n, self.input);
      if (!take_frames (&self, get_n_input_frames (&self), FALSE, error))
        return FALSE;
      if (progress != NULL
          && g_get_monotonic_time () >= progress_time_us + PROGRESS_INTERVAL_US)
        {
          progress_time_us = g_get_monotonic_time ();
          progress ((double) pos / n_samples, progress_data);
        }
    }
  if (!finish (&self, error))
    return FALSE;
  if (progress != NULL)
    progress (1.0, progress_data);
  return TRUE;
}
