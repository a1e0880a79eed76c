/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "cli/oto-cli.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char description[] =
  "Parameters and multiply-adds of one window are those of the published protocol: its\n"
  "classes, its front end's frames of 10 s and mel bins, width 1, and the defaults of all\n"
  "options. To a terminal a table; otherwise columns with tabs between them: name, row of\n"
  "the published tables (0: in none), source, what it is known from, parameters,\n"
  "multiply-adds, title, front end, recipe. With names, all that is known of these\n"
  "systems, and the options that --set of “oto train” takes.\n\n"
  "Examples:\n"
  "  oto systems\n"
  "  oto systems 2apae\n"
  "  oto systems --json";

/* A system at its own protocol. */
typedef struct
{
  const OtoSystem   *system;
  const OtoFrontEnd *front_end;
  OtoModelConfig     config;
  guint64            n_params;
  guint64            n_macs;
} Entry;

static void
entry_init (Entry           *self,
            const OtoSystem *system)
{
  g_autoptr (GError) error = NULL;

  self->system = system;
  self->front_end = oto_front_end_find (system->front_end);
  g_assert (self->front_end != NULL);
  if (!oto_model_config_init (&self->config, system, system->n_classes, self->front_end->n_frames,
                              self->front_end->config.n_mels, 1.0, &error))
    g_error ("%s: %s", system->name, error->message);
  self->n_params = oto_model_config_get_n_params (&self->config);
  self->n_macs = oto_model_config_get_n_macs (&self->config);
}

/* --- the table ------------------------------------------------------------------------------ */

/* "1.97 M": three digits, for people. */
static char *
format_count (guint64 n)
{
  static const struct { double value; const char *name; } units[] = {
    { 1e9, "G" }, { 1e6, "M" }, { 1e3, "k" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (units); i++)
    if (n >= units[i].value * 0.9995)
      {
        const double value = n / units[i].value;
        const int n_decimals = value < 9.995 ? 2 : value < 99.95 ? 1 : 0;

        return g_strdup_printf ("%.*f %s", n_decimals, value, units[i].name);
      }
  return g_strdup_printf ("%" G_GUINT64_FORMAT, n);
}

static void
print_aligned (const Entry *entries,
               guint        n)
{
  int name_len = 4, front_end_len = 9;

  for (guint i = 0; i < n; i++)
    {
      name_len = MAX (name_len, (int) strlen (entries[i].system->name));
      front_end_len = MAX (front_end_len, (int) strlen (entries[i].system->front_end));
    }
  printf ("%3s  %-*s  %8s  %8s  %-*s  %s\n", "row", name_len, "name", "params", "macs",
          front_end_len, "front end", "title");
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *params = format_count (entries[i].n_params);
      g_autofree char *macs = format_count (entries[i].n_macs);

      printf ("%3d  %-*s  %8s  %8s  %-*s  %s\n", entries[i].system->row, name_len,
              entries[i].system->name, params, macs, front_end_len, entries[i].system->front_end,
              entries[i].system->title);
    }
}

static void
print_columns (const Entry *entries,
               guint        n)
{
  puts ("name\trow\tsource\tevidence\tparameters\tmultiply_adds\ttitle\tfront_end\trecipe");
  for (guint i = 0; i < n; i++)
    {
      const OtoSystem *system = entries[i].system;

      printf ("%s\t%d\t%s\t%s\t%" G_GUINT64_FORMAT "\t%" G_GUINT64_FORMAT "\t%s\t%s\t%s\n",
              system->name, system->row, system->source, oto_evidence_get_words (system->evidence),
              entries[i].n_params, entries[i].n_macs, system->title, system->front_end,
              system->recipe);
    }
}

/* --- one system ----------------------------------------------------------------------------- */

static const char *
get_kind_name (OtoOptionKind kind)
{
  switch (kind)
    {
    case OTO_OPTION_NUMBER:
      return "number";
    case OTO_OPTION_INTEGER:
      return "integer";
    case OTO_OPTION_SWITCH:
      return "switch";
    case OTO_OPTION_CHOICE:
      return "choice";
    }
  g_return_val_if_reached (NULL);
}

static void
add_default (JsonBuilder     *json,
             const OtoOption *option)
{
  json_builder_set_member_name (json, "default");
  switch (option->kind)
    {
    case OTO_OPTION_NUMBER:
      oto_cli_json_number (json, option->value);
      break;
    case OTO_OPTION_INTEGER:
      json_builder_add_int_value (json, (gint64) option->value);
      break;
    case OTO_OPTION_SWITCH:
      json_builder_add_boolean_value (json, option->value != 0.0);
      break;
    case OTO_OPTION_CHOICE:
      json_builder_add_string_value (json, option->choices[(int) option->value]);
      break;
    }
}

static void
add_option (JsonBuilder     *json,
            const OtoOption *option)
{
  json_builder_begin_object (json);
  oto_cli_json_add_string (json, "name", option->name);
  oto_cli_json_add_string (json, "kind", get_kind_name (option->kind));
  add_default (json, option);
  json_builder_set_member_name (json, "range");
  json_builder_begin_array (json);
  for (guint i = 0; option->kind == OTO_OPTION_CHOICE && option->choices[i] != NULL; i++)
    json_builder_add_string_value (json, option->choices[i]);
  if (option->kind == OTO_OPTION_NUMBER || option->kind == OTO_OPTION_INTEGER)
    {
      oto_cli_json_number (json, option->min);
      oto_cli_json_number (json, option->max);
    }
  json_builder_end_array (json);
  oto_cli_json_add_string (json, "help", option->help);
  json_builder_end_object (json);
}

static void
add_entry (JsonBuilder *json,
           const Entry *entry)
{
  json_builder_begin_object (json);
  oto_cli_json_add_string (json, "name", entry->system->name);
  oto_cli_json_add_system (json, entry->system);
  oto_cli_json_add_string (json, "front_end", entry->system->front_end);
  oto_cli_json_add_int (json, "classes", entry->config.n_classes);
  oto_cli_json_add_int (json, "frames", entry->config.n_frames);
  oto_cli_json_add_int (json, "mels", entry->config.n_mels);
  oto_cli_json_add_int (json, "parameters", entry->n_params);
  oto_cli_json_add_int (json, "multiply_adds", entry->n_macs);
  oto_cli_json_add_panels (json, &entry->config);
  oto_cli_json_add_loss (json, &entry->config);
  json_builder_set_member_name (json, "options");
  json_builder_begin_array (json);
  for (guint i = 0; i < entry->system->n_options; i++)
    add_option (json, &entry->system->options[i]);
  json_builder_end_array (json);
  json_builder_end_object (json);
}

static void
print_panels (const OtoModelConfig *config)
{
  const guint maps = oto_model_config_get_maps (config) | OTO_MAP_LOGMEL;
  const char *separator = " ";

  printf ("panels:");
  for (guint i = 0; oto_map_info_get (i) != NULL; i++)
    if ((maps & oto_map_info_get (i)->map) != 0
        && oto_map_info_get (i)->axes != OTO_MAP_AXES_K)
      {
        printf ("%s%s", separator, oto_map_info_get (i)->name);
        separator = ", ";
      }
  putchar ('\n');
}

static void
print_loss (const OtoModelConfig *config)
{
  const char *names[OTO_MODEL_MAX_TERMS];
  double weights[OTO_MODEL_MAX_TERMS];
  const guint n_terms = oto_model_config_list_terms (config, names, weights);

  printf ("loss:");
  for (guint i = 0; i < n_terms; i++)
    {
      g_autofree char *weight = oto_cli_format_number (weights[i]);

      printf ("%s%s × %s", i > 0 ? " + " : " ", weight, names[i]);
    }
  putchar ('\n');
}

static void
print_entry (const Entry *entry)
{
  const OtoSystem *system = entry->system;

  printf ("name: %s\ntitle: %s\nrow: %d\nsource: %s\nevidence: %s\n", system->name, system->title,
          system->row, system->source, oto_evidence_get_words (system->evidence));
  printf ("front_end: %s (%s)\nrecipe: %s\n", system->front_end, entry->front_end->title,
          system->recipe);
  printf ("protocol: %d classes, %d frames, %d mel bins\n", entry->config.n_classes,
          entry->config.n_frames, entry->config.n_mels);
  printf ("parameters: %" G_GUINT64_FORMAT "\nmultiply_adds: %" G_GUINT64_FORMAT "\n",
          entry->n_params, entry->n_macs);
  print_panels (&entry->config);
  print_loss (&entry->config);
  if (system->note != NULL)
    printf ("note: %s\n", system->note);
  puts (system->n_options > 0 ? "options:" : "options: none");
  for (guint i = 0; i < system->n_options; i++)
    {
      const OtoOption *option = &system->options[i];
      g_autofree char *range = oto_option_dup_range (option);
      g_autofree char *value = option->kind == OTO_OPTION_NUMBER
                               ? oto_cli_format_number (option->value)
                               : oto_option_format (option, option->value);

      printf ("  %s=%s  (%s)\n      %s\n", option->name, value, range, option->help);
    }
}

/* --- the command ---------------------------------------------------------------------------- */

/* All systems, or those named; %NULL: one is unknown, which was told. */
static Entry *
list_entries (char  **names,
              guint  *ret_n)
{
  g_autoptr (GPtrArray) known = g_ptr_array_new ();
  g_autoptr (GArray) entries = g_array_new (FALSE, TRUE, sizeof (Entry));
  const OtoSystem *system;

  for (guint i = 0; (system = oto_systems_get (i)) != NULL; i++)
    g_ptr_array_add (known, (gpointer) system->name);
  g_ptr_array_add (known, NULL);

  for (guint i = 0; names[0] == NULL ? i + 1 < known->len : names[i] != NULL; i++)
    {
      const char *name = names[0] == NULL ? g_ptr_array_index (known, i) : names[i];
      Entry entry;

      system = oto_systems_find (name);
      if (system == NULL)
        {
          const char *near = oto_cli_find_near (name, (const char * const *) known->pdata);

          if (near != NULL)
            oto_cli_error ("There is no system “%s”. Did you mean “%s”?", name, near);
          else
            oto_cli_error ("There is no system “%s”. “oto systems” lists them.", name);
          return NULL;
        }
      entry_init (&entry, system);
      g_array_append_val (entries, entry);
    }
  *ret_n = entries->len;
  return (Entry *) (gpointer) g_array_free (g_steal_pointer (&entries), FALSE);
}

static void
print_json (const Entry *entries,
            guint        n)
{
  g_autoptr (JsonBuilder) json = json_builder_new ();

  json_builder_begin_object (json);
  json_builder_set_member_name (json, "systems");
  json_builder_begin_array (json);
  for (guint i = 0; i < n; i++)
    add_entry (json, &entries[i]);
  json_builder_end_array (json);
  json_builder_end_object (json);
  oto_cli_print_json (json);
}

/* oto systems: what can be trained. */
int
oto_cmd_systems (int    argc,
                 char **argv)
{
  g_auto (GStrv) names = NULL;
  g_autofree Entry *entries = NULL;
  OtoCliOptions options;
  guint n;

  if (!oto_cli_parse (&argc, &argv, NULL, "[SYSTEM…]", "Lists the systems that can be trained.",
                      description, &options, &names))
    return OTO_CLI_USAGE;
  entries = list_entries (names, &n);
  if (entries == NULL)
    return OTO_CLI_USAGE;

  if (options.json)
    print_json (entries, n);
  else if (names[0] != NULL)
    for (guint i = 0; i < n; i++)
      {
        if (i > 0)
          putchar ('\n');
        print_entry (&entries[i]);
      }
  else if (isatty (STDOUT_FILENO))
    print_aligned (entries, n);
  else
    print_columns (entries, n);
  return OTO_CLI_DONE;
}
