/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "audio/oto-resampler.h"

#include "base/oto-error.h"

#include <glib/gi18n-lib.h>
#include <soxr.h>
#include <string.h>

/* Samples per channel that soxr gives at once. */
#define BLOCK_SAMPLES 16384

struct _OtoResampler
{
  soxr_t  soxr;             /* NULL where the rates are equal */
  float  *block;            /* (BLOCK_SAMPLES, n_channels) */
  int     from_hz;
  int     to_hz;
  int     n_channels;
  gint64  n_in;
  gint64  n_out;
};

/**
 * oto_resampler_get_output_len:
 * @n_samples: length of the input
 * @from_hz: its rate
 * @to_hz: the rate wanted
 *
 * Returns: length of the output: @n_samples times @to_hz over @from_hz, rounded
 */
gint64
oto_resampler_get_output_len (gint64 n_samples,
                              int    from_hz,
                              int    to_hz)
{
  g_return_val_if_fail (n_samples >= 0 && from_hz > 0 && to_hz > 0, 0);

  return (gint64) (((__int128) n_samples * to_hz * 2 + from_hz) / ((gint64) from_hz * 2));
}

/**
 * oto_resampler_new:
 * @from_hz: rate of the input
 * @to_hz: rate of the output
 * @n_channels: number of channels
 * @error: return location for a #GError
 *
 * Makes a resampler; input and output begin at the same time, without delay.
 *
 * Returns: (transfer full) (nullable): a resampler, or %NULL with %OTO_IO_ERROR_FORMAT
 */
OtoResampler *
oto_resampler_new (int      from_hz,
                   int      to_hz,
                   int      n_channels,
                   GError **error)
{
  g_autoptr (OtoResampler) self = NULL;

  g_return_val_if_fail (from_hz > 0 && to_hz > 0 && n_channels > 0, NULL);

  self = g_new0 (OtoResampler, 1);
  self->from_hz = from_hz;
  self->to_hz = to_hz;
  self->n_channels = n_channels;

  if (from_hz != to_hz)
    {
      soxr_io_spec_t io = soxr_io_spec (SOXR_FLOAT32_I, SOXR_FLOAT32_I);
      soxr_quality_spec_t quality = soxr_quality_spec (SOXR_HQ, 0);
      soxr_runtime_spec_t runtime = soxr_runtime_spec (1);
      soxr_error_t failure = NULL;

      self->block = g_new (float, (size_t) BLOCK_SAMPLES * n_channels);
      self->soxr = soxr_create (from_hz, to_hz, n_channels, &failure, &io, &quality, &runtime);
      if (failure != NULL || self->soxr == NULL)
        {
          g_set_error (error, OTO_IO_ERROR, OTO_IO_ERROR_FORMAT,
                       _("%d channels cannot be resampled from %d to %d Hz: %s. Convert the file "
                         "to a common rate."), n_channels, from_hz, to_hz,
                       failure != NULL ? failure : _("out of memory"));
          return NULL;
        }
    }
  return g_steal_pointer (&self);
}

/**
 * oto_resampler_free:
 * @self: (transfer full) (nullable): a resampler
 *
 * Frees a resampler.
 */
void
oto_resampler_free (OtoResampler *self)
{
  if (self == NULL)
    return;
  soxr_delete (self->soxr);
  g_free (self->block);
  g_free (self);
}

static void
append (OtoResampler *self,
        GArray       *output,
        const float  *samples,
        gint64        n_samples)
{
  if (n_samples > 0)
    g_array_append_vals (output, samples, (guint) (n_samples * self->n_channels));
  self->n_out += n_samples;
}

/* The stream's end: brings the output to its exact length, from which soxr may be a sample off. */
static void
finish (OtoResampler *self,
        GArray       *output)
{
  const gint64 len = oto_resampler_get_output_len (self->n_in, self->from_hz, self->to_hz);

  while (self->n_out < len)
    {
      size_t n_done = 0;

      soxr_process (self->soxr, NULL, 0, NULL, self->block, BLOCK_SAMPLES, &n_done);
      if (n_done == 0)
        {
          n_done = (size_t) MIN (len - self->n_out, BLOCK_SAMPLES);
          memset (self->block, 0, n_done * self->n_channels * sizeof (float));
        }
      append (self, output, self->block, MIN ((gint64) n_done, len - self->n_out));
    }
}

/**
 * oto_resampler_push:
 * @self: a resampler
 * @samples: (array) (nullable): (n_samples, n_channels); %NULL ends the stream
 * @n_samples: samples per channel; 0 with %NULL
 * @ret_output: array of float, to which what is ready is added
 *
 * Resamples the next part. The whole output has oto_resampler_get_output_len() samples per channel,
 * and does not depend on how the input was cut.
 */
void
oto_resampler_push (OtoResampler *self,
                    const float  *samples,
                    gint64        n_samples,
                    GArray       *ret_output)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (ret_output != NULL);

  if (self->soxr == NULL)
    {
      if (samples != NULL)
        append (self, ret_output, samples, n_samples);
      return;
    }

  if (samples == NULL)
    {
      finish (self, ret_output);
      return;
    }

  self->n_in += n_samples;
  while (n_samples > 0)
    {
      size_t n_used = 0, n_done = 0;

      soxr_process (self->soxr, samples, (size_t) n_samples, &n_used,
                    self->block, BLOCK_SAMPLES, &n_done);
      append (self, ret_output, self->block, (gint64) n_done);
      samples += n_used * self->n_channels;
      n_samples -= (gint64) n_used;
      /* soxr takes all it is given unless the block is full; anything else is its failure. */
      if (n_used == 0 && n_done == 0)
        break;
    }
}

/**
 * oto_resample:
 * @samples: (array): (n_samples, n_channels)
 * @n_samples: samples per channel
 * @n_channels: number of channels
 * @from_hz: rate of the input
 * @to_hz: rate of the output
 * @ret_n_samples: (out): samples per channel of the output
 * @error: return location for a #GError
 *
 * Resamples a whole signal.
 *
 * Returns: (transfer full) (nullable): the output, for g_free(), or %NULL with an error
 */
float *
oto_resample (const float  *samples,
              gint64        n_samples,
              int           n_channels,
              int           from_hz,
              int           to_hz,
              gint64       *ret_n_samples,
              GError      **error)
{
  g_autoptr (OtoResampler) resampler = NULL;
  g_autoptr (GArray) output = NULL;
  gint64 len;

  g_return_val_if_fail (samples != NULL || n_samples == 0, NULL);
  g_return_val_if_fail (ret_n_samples != NULL, NULL);

  resampler = oto_resampler_new (from_hz, to_hz, n_channels, error);
  if (resampler == NULL)
    return NULL;

  len = oto_resampler_get_output_len (n_samples, from_hz, to_hz);
  if (len > G_MAXINT32 / n_channels)
    {
      g_set_error (error, OTO_BASE_ERROR, OTO_BASE_ERROR_MEMORY,
                   _("A signal of %.0f s is too long to resample at once. Cut it into parts."),
                   (double) n_samples / from_hz);
      return NULL;
    }

  output = g_array_sized_new (FALSE, FALSE, sizeof (float), (guint) (len * n_channels));
  if (n_samples > 0)
    oto_resampler_push (resampler, samples, n_samples, output);
  oto_resampler_push (resampler, NULL, 0, output);
  *ret_n_samples = output->len / (guint) n_channels;
  return (float *) (gpointer) g_array_free (g_steal_pointer (&output), FALSE);
}
