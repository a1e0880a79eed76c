/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "cli/oto-cli.h"

#include "io/oto-file.h"

#include <string.h>

/* What a file tells about how it was made: the command, without folders, which are nobody else's
 * business, and what it ran on. */

/**
 * oto_cli_command_add:
 * @command: a command line that is being put together
 * @name: an option, or "" for what has none
 * @value: (nullable): what was given to it; %NULL adds nothing
 *
 * Adds an option, quoted for a shell where need be.
 */
void
oto_cli_command_add (GString    *command,
                     const char *name,
                     const char *value)
{
  g_autofree char *quoted = NULL;

  if (value == NULL)
    return;
  quoted = strpbrk (value, " \t\n'\"\\$&|;<>()*?#`!") == NULL ? g_strdup (value)
                                                              : g_shell_quote (value);
  g_string_append_printf (command, " %s%s%s", name, *name != '\0' ? " " : "", quoted);
}

/**
 * oto_cli_command_add_path:
 * @command: a command line that is being put together
 * @name: an option, or "" for what has none
 * @path: (nullable): a file; %NULL adds nothing
 *
 * Adds the name of a file without its folder.
 */
void
oto_cli_command_add_path (GString    *command,
                          const char *name,
                          const char *path)
{
  g_autofree char *shown = path != NULL ? oto_file_dup_display_name (path) : NULL;

  oto_cli_command_add (command, name, shown);
}

/**
 * oto_cli_dup_provenance:
 * @clip: what was read
 * @model: (nullable): what heard it
 * @command: the command line
 * @error: set when the clip cannot be read any more
 *
 * Returns: (transfer full) (nullable): "name: value" lines; no user, no folders, no time
 */
char *
oto_cli_dup_provenance (OtoClip           *clip,
                        OtoModelSnapshot  *model,
                        const char        *command,
                        GError           **error)
{
  g_autofree char *clip_hash = oto_clip_dup_hash (clip, oto_cli_watch_interrupt (), error);
  GString *facts;

  if (clip_hash == NULL)
    return NULL;

  facts = g_string_new ("program: Otoscope " OTO_VERSION "\n");
  g_string_append_printf (facts, "clip: %s\nclip sha256: %s\n", oto_clip_get_name (clip),
                          clip_hash);
  if (model != NULL)
    {
      const OtoLogmelConfig *front_end = oto_model_snapshot_get_front_end (model);

      g_string_append_printf (facts, "model: %s\nmodel sha256: %s\nsystem: %s\n",
                              oto_model_snapshot_get_name (model),
                              oto_model_snapshot_get_hash (model),
                              oto_model_snapshot_get_config (model)->system->name);
      g_string_append_printf (facts, "front end: %d Hz, window %d, hop %d, %d mel bins\n",
                              front_end->sample_rate_hz, front_end->window_len,
                              front_end->hop_len, front_end->n_mels);
    }
  g_string_append_printf (facts, "command: %s\n", command);
  return g_string_free (facts, FALSE);
}
