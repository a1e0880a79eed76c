/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "models/oto-option.h"

#include "base/oto-error.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <math.h>

static guint
get_n_choices (const OtoOption *self)
{
  return self->kind == OTO_OPTION_CHOICE ? g_strv_length ((char **) self->choices) : 0;
}

/**
 * oto_option_dup_range:
 * @self: an option
 *
 * Returns: (transfer full): what it can be, in words: "from 0 to 1", "on or off", "released,
 *   equations"
 */
char *
oto_option_dup_range (const OtoOption *self)
{
  switch (self->kind)
    {
    case OTO_OPTION_NUMBER:
      return g_strdup_printf (_("a number from %g to %g"), self->min, self->max);
    case OTO_OPTION_INTEGER:
      return g_strdup_printf (_("a whole number from %g to %g"), self->min, self->max);
    case OTO_OPTION_SWITCH:
      return g_strdup (_("on or off"));
    case OTO_OPTION_CHOICE:
      return g_strjoinv (", ", (char **) self->choices);
    }
  g_assert_not_reached ();
}

static gboolean
fail (const OtoOption *self,
      const char      *text,
      GError         **error)
{
  g_autofree char *range = oto_option_dup_range (self);

  g_set_error (error, OTO_MODELS_ERROR, OTO_MODELS_ERROR_OPTION,
               _("The option “%s” cannot be “%s”. It can be: %s."), self->name, text, range);
  return FALSE;
}

/**
 * oto_option_check:
 * @self: an option
 * @value: a value, possibly from a file
 * @error: return location
 *
 * Returns: whether the option can have that value
 */
gboolean
oto_option_check (const OtoOption *self,
                  double           value,
                  GError         **error)
{
  g_autofree char *text = NULL;
  const gboolean is_whole = self->kind != OTO_OPTION_NUMBER;
  double min = self->min, max = self->max;

  if (self->kind == OTO_OPTION_SWITCH || self->kind == OTO_OPTION_CHOICE)
    {
      min = 0.0;
      max = self->kind == OTO_OPTION_SWITCH ? 1.0 : (double) get_n_choices (self) - 1.0;
    }
  if (value >= min && value <= max && (!is_whole || value == floor (value)))
    return TRUE;
  text = g_strdup_printf ("%g", value);
  return fail (self, text, error);
}

/**
 * oto_option_parse:
 * @self: an option
 * @text: what a user wrote
 * @ret_value: (out): the value
 * @error: return location
 *
 * Returns: whether the text is one of the option's values
 */
gboolean
oto_option_parse (const OtoOption *self,
                  const char      *text,
                  double          *ret_value,
                  GError         **error)
{
  static const char *const switches[] = { "off", "on", "false", "true", "no", "yes", "0", "1" };
  char *end = NULL;
  double value;

  if (self->kind == OTO_OPTION_CHOICE)
    {
      for (guint i = 0; i < get_n_choices (self); i++)
        if (g_str_equal (self->choices[i], text))
          {
            *ret_value = i;
            return TRUE;
          }
      return fail (self, text, error);
    }
  if (self->kind == OTO_OPTION_SWITCH)
    {
      for (guint i = 0; i < G_N_ELEMENTS (switches); i++)
        if (g_str_equal (switches[i], text))
          {
            *ret_value = i % 2;
            return TRUE;
          }
      return fail (self, text, error);
    }

  errno = 0;
  value = g_ascii_strtod (text, &end);
  if (*text == '\0' || *end != '\0' || errno != 0 || !isfinite (value))
    return fail (self, text, error);
  if (!oto_option_check (self, value, error))
    return FALSE;
  *ret_value = value;
  return TRUE;
}

/**
 * oto_option_format:
 * @self: an option
 * @value: one of its values
 *
 * Returns: (transfer full): what oto_option_parse() reads
 */
char *
oto_option_format (const OtoOption *self,
                   double           value)
{
  char buffer[G_ASCII_DTOSTR_BUF_SIZE];

  switch (self->kind)
    {
    case OTO_OPTION_NUMBER:
    case OTO_OPTION_INTEGER:
      return g_strdup (g_ascii_dtostr (buffer, sizeof buffer, value));
    case OTO_OPTION_SWITCH:
      return g_strdup (value != 0.0 ? "on" : "off");
    case OTO_OPTION_CHOICE:
      return g_strdup (self->choices[(int) value]);
    }
  g_assert_not_reached ();
}
