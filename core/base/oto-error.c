/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "base/oto-error.h"

#include <glib/gi18n-lib.h>

G_DEFINE_QUARK (oto-base-error-quark, oto_base_error)
G_DEFINE_QUARK (oto-io-error-quark, oto_io_error)
G_DEFINE_QUARK (oto-models-error-quark, oto_models_error)
G_DEFINE_QUARK (oto-analysis-error-quark, oto_analysis_error)
G_DEFINE_QUARK (oto-datasets-error-quark, oto_datasets_error)
G_DEFINE_QUARK (oto-evaluation-error-quark, oto_evaluation_error)
G_DEFINE_QUARK (oto-training-error-quark, oto_training_error)

/* Messages are sought in the folder of this installation. No function of the library is always the
 * first, so that the loader does it. It also fills what G_DEFINE_QUARK keeps: two threads that fail
 * at the same time would both do that. */
static void __attribute__ ((constructor))
begin (void)
{
  bindtextdomain (GETTEXT_PACKAGE, LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  oto_base_error_quark ();
  oto_io_error_quark ();
  oto_models_error_quark ();
  oto_analysis_error_quark ();
  oto_datasets_error_quark ();
  oto_evaluation_error_quark ();
  oto_training_error_quark ();
}
