/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "cli/oto-cli.h"

#include "base/oto-machine.h"
#include "nn/oto-conv2d.h"

#include <locale.h>
#include <stdio.h>
#include <string.h>

/* In the order of `oto --help`. */
static const OtoCommand commands[] = {
  { "info", oto_cmd_info, "facts about clips and models" },
  { "probs", oto_cmd_probs, "how probable each class is in a clip" },
  { "panel", oto_cmd_panel, "a panel as numbers" },
  { "at", oto_cmd_at, "what can be read at one place in time and frequency" },
  { "analyse", oto_cmd_analyse, "everything about many clips, in files" },
  { "events", oto_cmd_events, "the events of a clip" },
  { "stems", oto_cmd_stems, "each class of a clip as sound" },
  { "mix", oto_cmd_mix, "a clip with its classes louder, softer or left out" },
  { "band", oto_cmd_band, "a box of time and frequency as sound" },
  { "check", oto_cmd_check, "whether masks hold what the model hears" },
  { "figure", oto_cmd_figure, "all panels of a clip as a picture" },
  { "render", oto_cmd_render, "some panels of a clip as a picture" },
  { "labels", oto_cmd_labels, "convert labels to other formats, or check them" },
  { "dataset", oto_cmd_dataset, "make training folders of data sets, or check them" },
  { "systems", oto_cmd_systems, "the systems that can be trained" },
  { "demo", oto_cmd_demo, "synthesise clips to try all this on" },
  { "remix", oto_cmd_remix, "mix events and scenes into a data set" },
  { "train", oto_cmd_train, "train a network on a data set" },
  { "tune", oto_cmd_tune, "find on a data set what makes a model's events" },
  { "evaluate", oto_cmd_evaluate, "score models on a data set" },
  { "score", oto_cmd_score, "score labels against a reference" },
  { "bench", oto_cmd_bench, "how fast the engine is on this machine" },
  { NULL }
};

static int
print_help (void)
{
  puts ("Usage: oto COMMAND [OPTION…] [FILE…]\n\n"
        "Looks into networks that detect sound events: what they hear in a clip, and when.\n\n"
        "Commands:");
  for (const OtoCommand *command = commands; command->name != NULL; command++)
    printf ("  %-9s %s\n", command->name, command->summary);
  puts ("\n“oto COMMAND --help” explains one. Every command takes --json and --quiet; “-” is\n"
        "standard input or output. Exit codes: 0 done, 1 failed, 2 usage, 3 partly done.\n\n"
        "  oto --version [--verbose]  print the version, and what it runs on");
  return OTO_CLI_DONE;
}

static int
print_version (gboolean verbose)
{
  g_autoptr (OtoWorkers) workers = oto_workers_new (1, FALSE);
  g_autoptr (GError) error = NULL;

  puts ("oto (Otoscope) " OTO_VERSION);
  if (!verbose)
    return OTO_CLI_DONE;

  printf ("GLib %u.%u.%u\n", glib_major_version, glib_minor_version, glib_micro_version);
  printf ("%d cores\n", oto_workers_get_n_cores ());
  if (!oto_blas_init (&error))
    {
      oto_cli_gerror (error);
      return OTO_CLI_FAILED;
    }
  printf ("OpenBLAS %s, kernels for %s: %.0f GFLOP/s on one core\n", oto_blas_get_version (),
          oto_blas_get_kernel_set (), oto_machine_measure_gemm_gflops (workers));
  printf ("Convolution with kernels for %s\n", oto_conv2d_get_kernel_set ());
  return OTO_CLI_DONE;
}

static int
report_unknown (const char *name)
{
  const char *names[G_N_ELEMENTS (commands)];
  const char *near;

  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    names[i] = commands[i].name;
  near = oto_cli_find_near (name, names);
  if (near != NULL)
    oto_cli_error ("There is no command “%s”. Did you mean “%s”?", name, near);
  else
    oto_cli_error ("There is no command “%s”. “oto --help” lists them.", name);
  return OTO_CLI_USAGE;
}

static int
run (int    argc,
     char **argv)
{
  /* File names are the locale's, numbers are not. */
  setlocale (LC_ALL, "");
  setlocale (LC_NUMERIC, "C");

  if (argc < 2)
    {
      oto_cli_error ("No command. “oto --help” lists them.");
      return OTO_CLI_USAGE;
    }
  if (strcmp (argv[1], "--help") == 0 || strcmp (argv[1], "-h") == 0
      || (strcmp (argv[1], "help") == 0 && argc == 2))
    return print_help ();
  if (strcmp (argv[1], "--version") == 0)
    return print_version (argc > 2 && strcmp (argv[2], "--verbose") == 0);

  for (const OtoCommand *command = commands; command->name != NULL; command++)
    if (strcmp (argv[1], command->name) == 0)
      return command->run (argc - 1, argv + 1);
  return report_unknown (argv[1]);
}

int
main (int    argc,
      char **argv)
{
  int code;

  oto_file_keep_standard ();
  code = run (argc, argv);

  /* Results that did not arrive, on a full disk say, are not done. */
  if (fflush (stdout) != 0 || ferror (stdout))
    {
      oto_cli_error ("Standard output cannot be written.");
      return OTO_CLI_FAILED;
    }
  return code;
}
