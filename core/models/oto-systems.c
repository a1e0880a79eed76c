/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "models/oto-systems.h"

#include "models/oto-systems-private.h"

#include <glib/gi18n-lib.h>

static const OtoSystemFamily *const families[] =
{
  &oto_systems_vgg8,
  &oto_systems_atrous,
  &oto_systems_ddc,
  &oto_systems_crnn,
  &oto_systems_frame,
  &oto_systems_resnet,
  &oto_systems_mmnet,
  &oto_systems_panns,
};

const char *const oto_system_inits[] = { "xavier", "he", NULL };

/**
 * oto_systems_get:
 * @i: a position in the table
 *
 * Returns: (transfer none) (nullable): a system, %NULL past the last
 */
const OtoSystem *
oto_systems_get (guint i)
{
  for (guint f = 0; f < G_N_ELEMENTS (families); f++)
    {
      if (i < families[f]->n_rows)
        return &families[f]->rows[i];
      i -= families[f]->n_rows;
    }
  return NULL;
}

/**
 * oto_systems_find:
 * @name: a name
 *
 * Returns: (transfer none) (nullable): the system of that name
 */
const OtoSystem *
oto_systems_find (const char *name)
{
  const OtoSystem *system;

  g_return_val_if_fail (name != NULL, NULL);

  for (guint i = 0; (system = oto_systems_get (i)) != NULL; i++)
    if (g_str_equal (system->name, name))
      return system;
  return NULL;
}

/**
 * oto_systems_dup_names:
 *
 * Returns: (transfer full): the names of all systems, for messages
 */
char *
oto_systems_dup_names (void)
{
  GString *names = g_string_new (NULL);
  const OtoSystem *system;

  for (guint i = 0; (system = oto_systems_get (i)) != NULL; i++)
    g_string_append_printf (names, "%s%s", i > 0 ? ", " : "", system->name);
  return g_string_free (names, FALSE);
}

/**
 * oto_evidence_get_words:
 * @evidence: what a system is known from
 *
 * Returns: (transfer none): that in words
 */
const char *
oto_evidence_get_words (OtoEvidence evidence)
{
  switch (evidence)
    {
    case OTO_EVIDENCE_CODE:
      return _("read in the authors' program");
    case OTO_EVIDENCE_PAPER:
      return _("stated in the paper");
    case OTO_EVIDENCE_INFERRED:
      return _("inferred from counts, figures and related programs");
    case OTO_EVIDENCE_RECONSTRUCTED:
      return _("reconstructed without a source text");
    case OTO_EVIDENCE_OURS:
      return _("ours, in no published row");
    }
  g_assert_not_reached ();
}

/**
 * oto_system_find_option:
 * @self: a system
 * @name: a name
 *
 * Returns: the position of the option of that name in the system's table; -1: it has none
 */
int
oto_system_find_option (const OtoSystem *self,
                        const char      *name)
{
  for (guint i = 0; i < self->n_options; i++)
    if (g_str_equal (self->options[i].name, name))
      return (int) i;
  return -1;
}
