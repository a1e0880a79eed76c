/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "detection/oto-event.h"

#include <math.h>

/**
 * oto_event_new:
 * @filename: (nullable): the clip it belongs to
 * @label: class name
 * @onset_s: start in seconds, or NaN
 * @offset_s: end in seconds, or NaN
 * @score: probability, or NaN
 *
 * Returns: (transfer full): a new event, without frequencies
 */
OtoEvent *
oto_event_new (const char *filename,
               const char *label,
               double      onset_s,
               double      offset_s,
               double      score)
{
  OtoEvent *self;

  g_return_val_if_fail (label != NULL, NULL);

  self = g_new (OtoEvent, 1);
  *self = (OtoEvent) {
    .filename = g_strdup (filename),
    .label = g_strdup (label),
    .onset_s = onset_s,
    .offset_s = offset_s,
    .score = score,
    .low_hz = NAN,
    .high_hz = NAN,
  };
  return self;
}

/**
 * oto_event_copy:
 * @self: an event
 *
 * Returns: (transfer full): its copy
 */
OtoEvent *
oto_event_copy (const OtoEvent *self)
{
  OtoEvent *copy;

  g_return_val_if_fail (self != NULL, NULL);

  copy = oto_event_new (self->filename, self->label, self->onset_s, self->offset_s, self->score);
  copy->low_hz = self->low_hz;
  copy->high_hz = self->high_hz;
  copy->fields = g_strdupv (self->fields);
  return copy;
}

/**
 * oto_event_free:
 * @self: (nullable) (transfer full): an event
 */
void
oto_event_free (OtoEvent *self)
{
  if (self == NULL)
    return;

  g_free (self->filename);
  g_free (self->label);
  g_strfreev (self->fields);
  g_free (self);
}
