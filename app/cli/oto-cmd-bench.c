/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "cli/oto-bench.h"

#include "base/oto-machine.h"
#include "nn/oto-conv2d.h"

#include <stdio.h>
#include <string.h>

static const char description[] =
  "WHAT is one of\n"
  "  infer   the network from features to all its maps, batches of 1 clip unless --batch says\n"
  "          otherwise; and, as probs, to clip probabilities alone, which need no decoder\n"
  "  train   a whole step: forward, backward and Adam, batches of 8\n"
  "  logmel  features of a clip of 10 s, on one core\n"
  "  gemm    convolutions of the encoder at 311 x 64, on one core, and their matrix products\n"
  "  layers  every convolution of the network on one core: forward, gradient of the input\n"
  "          (grad_x) and of the weights (grad_w), against the roof over it, with its share\n"
  "          of the time of inference, or of a training step for gradients\n"
  "  all     all of them\n"
  "Times are seconds per clip: median, least and most of the runs; processor time where one core\n"
  "works (logmel, gemm, layers), else real time. The machine's own limits come\n"
  "first: multiply-adds in registers, and copying in memory. GFLOP/s of a layer are those of the\n"
  "direct sum, so that the share of the peak may exceed 1. The roof is the lower of the peak and\n"
  "what copying allows at the layer's operations a byte of maps. Nothing passes or fails.\n"
  "\n"
  "Examples:\n"
  "  oto bench\n"
  "  oto bench --what train --system 2apae --batch 24 --width 0.25 --json\n";

static void
print_result (const OtoBenchResult *result)
{
  g_autofree char *what = NULL;
  g_autofree char *width = g_strdup_printf ("%g", result->width);

  if (result->c_in > 0)
    what = g_strdup_printf ("%s %d-%d", result->what, result->c_in, result->c_out);
  else if (result->system != NULL)
    what = g_strdup_printf ("%s %s", result->what, result->system);
  else
    what = g_strdup (result->what);

  printf ("%-20s %5s %5d %7d %11.6f %11.6f %11.6f %5d ", what,
          result->width > 0.0 ? width : "", result->batch, result->n_threads,
          result->median_s, result->min_s, result->max_s, result->n_runs);
  if (result->gflops > 0.0)
    printf ("%8.1f %6.2f", result->gflops, result->peak_share);
  else
    printf ("%8s %6s", "", "");
  printf (" %8.0f\n", result->peak_mib);
  fflush (stdout);
}

/* The rows of --what layers have other columns. */
static gboolean
is_of_layers (const OtoBenchResult *result)
{
  return result->pass_share != 0.0;
}

static void
print_layer (const OtoBenchResult *result)
{
  printf ("%-24s %-13s %9.3f %9.3f %9.3f %5d ", result->layer, result->what,
          result->median_s * 1e3, result->min_s * 1e3, result->max_s * 1e3, result->n_runs);
  if (result->gflops > 0.0)
    printf ("%8.1f %8.1f %-7s %8.1f %6.2f", result->gflops, result->intensity,
            result->is_memory_bound ? "memory" : "compute", result->roof_gflops,
            result->gflops / result->roof_gflops);
  else
    printf ("%8s %8s %-7s %8s %6s", "", "", "", "", "");
  printf (" %7.3f\n", result->pass_share);
  fflush (stdout);
}

void
oto_bench_take_result (OtoBench             *bench,
                       const OtoBenchResult *result)
{
  g_array_append_val (bench->results, *result);
  if (!bench->options->json)
    {
      oto_cli_progress_end (bench->options);
      if (is_of_layers (result))
        print_layer (result);
      else
        print_result (result);
    }
}

static void
print_heading (OtoBench   *bench,
               const char *heading)
{
  if (bench->options->json)
    return;
  oto_cli_progress_end (bench->options);
  puts (heading);
}

static void
measure_machine (OtoBench *bench)
{
  g_autoptr (OtoWorkers) workers = oto_workers_new (bench->settings->n_threads, FALSE);
  g_autoptr (OtoWorkers) alone = oto_workers_new (1, FALSE);
  g_autofree char *cpu = oto_machine_dup_cpu_name ();

  oto_cli_progress (bench->options, "The machine itself", 0.0);
  bench->peak_gflops = oto_machine_measure_peak_gflops (workers);
  bench->copy_gbs = oto_machine_measure_copy_gbs (workers);
  bench->core_peak_gflops = oto_machine_measure_peak_gflops (alone);
  bench->core_copy_gbs = oto_machine_measure_copy_gbs (alone);
  oto_cli_progress_end (bench->options);
  if (bench->options->json)
    return;
  printf ("%s, %d threads, kernels %s, OpenBLAS %s for %s\n", cpu, bench->settings->n_threads,
          oto_conv2d_get_kernel_set (), oto_blas_get_version (), oto_blas_get_kernel_set ());
  printf ("multiply-add peak %.1f GFLOP/s, copying %.1f GB/s; one core alone %.1f and %.1f\n",
          bench->peak_gflops, bench->copy_gbs, bench->core_peak_gflops, bench->core_copy_gbs);
}

static gboolean
run_all (OtoBench  *bench,
         GError   **error)
{
  const OtoBenchWhat what = bench->settings->what;

  measure_machine (bench);
  if (what != OTO_BENCH_LAYERS)
    print_heading (bench, "\nwhat                 width batch threads    median_s       min_s"
                          "       max_s  runs  gflops  share  rss_mib");
  if ((what & OTO_BENCH_LOGMEL) != 0 && !oto_bench_logmel (bench, error))
    return FALSE;
  if ((what & OTO_BENCH_GEMM) != 0 && !oto_bench_gemm (bench, error))
    return FALSE;
  if ((what & OTO_BENCH_INFER) != 0)
    {
      oto_cli_progress (bench->options, "Inference", 0.0);
      if (!oto_bench_network (bench, "infer", error))
        return FALSE;
      if (bench->settings->system->n_optional > 0 && !oto_bench_network (bench, "probs", error))
        return FALSE;
    }
  if ((what & OTO_BENCH_TRAIN) != 0)
    {
      oto_cli_progress (bench->options, "Training", 0.0);
      if (!oto_bench_network (bench, "train", error))
        return FALSE;
    }
  if ((what & OTO_BENCH_LAYERS) == 0)
    return TRUE;

  print_heading (bench, "\nlayer                    pass          median_ms    min_ms    max_ms"
                        "  runs  gflops   flop/B bound       roof  share of_pass");
  oto_cli_progress (bench->options, "Whole passes", 0.0);
  return oto_bench_layers (bench, error);
}

static void
add_result (JsonBuilder          *json,
            const OtoBenchResult *result)
{
  json_builder_begin_object (json);
  oto_cli_json_add_string (json, "what", result->what);
  if (result->system != NULL)
    oto_cli_json_add_string (json, "system", result->system);
  if (result->width > 0.0)
    oto_cli_json_add_number (json, "width", result->width);
  if (result->c_in > 0)
    {
      oto_cli_json_add_int (json, "c_in", result->c_in);
      oto_cli_json_add_int (json, "c_out", result->c_out);
    }
  oto_cli_json_add_int (json, "batch", result->batch);
  oto_cli_json_add_int (json, "threads", result->n_threads);
  oto_cli_json_add_number (json, "median_s_per_clip", result->median_s);
  oto_cli_json_add_number (json, "min_s_per_clip", result->min_s);
  oto_cli_json_add_number (json, "max_s_per_clip", result->max_s);
  oto_cli_json_add_int (json, "runs", result->n_runs);
  oto_cli_json_add_string (json, "clock", result->is_cpu_time ? "cpu" : "real");
  if (result->gflops > 0.0)
    {
      oto_cli_json_add_number (json, "gflops", result->gflops);
      oto_cli_json_add_number (json, "peak_share", result->peak_share);
    }
  if (result->intensity > 0.0)
    {
      oto_cli_json_add_string (json, "layer", result->layer);
      oto_cli_json_add_number (json, "flops_per_byte", result->intensity);
      oto_cli_json_add_string (json, "bound", result->is_memory_bound ? "memory" : "compute");
      oto_cli_json_add_number (json, "roof_gflops", result->roof_gflops);
      oto_cli_json_add_number (json, "roof_share", result->gflops / result->roof_gflops);
    }
  if (is_of_layers (result))
    oto_cli_json_add_number (json, "pass_share", result->pass_share);
  oto_cli_json_add_number (json, "peak_rss_mib", result->peak_mib);
  json_builder_end_object (json);
}

static void
print_json (OtoBench *bench)
{
  g_autoptr (JsonBuilder) json = json_builder_new ();
  g_autofree char *cpu = oto_machine_dup_cpu_name ();

  json_builder_begin_object (json);
  json_builder_set_member_name (json, "results");
  json_builder_begin_array (json);
  for (guint i = 0; i < bench->results->len; i++)
    add_result (json, &g_array_index (bench->results, OtoBenchResult, i));
  json_builder_end_array (json);

  json_builder_set_member_name (json, "machine");
  json_builder_begin_object (json);
  oto_cli_json_add_string (json, "cpu", cpu);
  oto_cli_json_add_int (json, "threads", bench->settings->n_threads);
  oto_cli_json_add_string (json, "kernel_set", oto_blas_get_kernel_set ());
  oto_cli_json_add_string (json, "conv2d_kernel_set", oto_conv2d_get_kernel_set ());
  oto_cli_json_add_number (json, "fma_peak_gflops", bench->peak_gflops);
  oto_cli_json_add_number (json, "copy_gbs", bench->copy_gbs);
  oto_cli_json_add_number (json, "core_fma_peak_gflops", bench->core_peak_gflops);
  oto_cli_json_add_number (json, "core_copy_gbs", bench->core_copy_gbs);
  json_builder_end_object (json);
  json_builder_end_object (json);
  oto_cli_print_json (json);
}

static gboolean
parse_what (const char   *text,
            OtoBenchWhat *ret_what)
{
  static const char *const names[] = { "all", "infer", "train", "logmel", "gemm", "layers", NULL };
  static const OtoBenchWhat flags[] =
  {
    OTO_BENCH_INFER | OTO_BENCH_TRAIN | OTO_BENCH_LOGMEL | OTO_BENCH_GEMM | OTO_BENCH_LAYERS,
    OTO_BENCH_INFER, OTO_BENCH_TRAIN, OTO_BENCH_LOGMEL, OTO_BENCH_GEMM, OTO_BENCH_LAYERS,
  };

  for (int i = 0; names[i] != NULL; i++)
    if (strcmp (text, names[i]) == 0)
      {
        *ret_what = flags[i];
        return TRUE;
      }
  oto_cli_error ("“--what %s” is not known. Choose infer, train, logmel, gemm, layers "
                 "or all.", text);
  return FALSE;
}

static gboolean
check_settings (OtoBenchSettings *settings,
                const char       *system,
                const char       *what)
{
  g_autofree char *names = oto_systems_dup_names ();
  g_autoptr (GError) error = NULL;
  OtoModelConfig config;

  settings->system = oto_systems_find (system);
  if (settings->system == NULL)
    {
      oto_cli_error ("There is no system “%s”. Choose one of %s.", system, names);
      return FALSE;
    }
  if (settings->n_threads < 0 || settings->n_threads > 1024 || settings->batch < 0)
    {
      oto_cli_error ("--threads and --batch are positive numbers. Leave them out for the "
                     "defaults.");
      return FALSE;
    }
  if (!oto_model_config_init_published (&config, settings->system, settings->width, &error))
    {
      oto_cli_gerror (error);
      return FALSE;
    }
  if (settings->n_threads == 0)
    settings->n_threads = oto_workers_get_n_cores ();
  return parse_what (what, &settings->what);
}

/* oto bench: how fast the engine is on this machine. */
int
oto_cmd_bench (int    argc,
               char **argv)
{
  g_autofree char *system = NULL, *what = NULL;
  g_auto (GStrv) files = NULL;
  g_autoptr (GArray) results = g_array_new (FALSE, FALSE, sizeof (OtoBenchResult));
  g_autoptr (GError) error = NULL;
  OtoBenchSettings settings = { .width = 1.0 };
  OtoCliOptions options;
  OtoBench bench = { .settings = &settings, .options = &options, .results = results };
  const GOptionEntry entries[] = {
    { "what", 0, 0, G_OPTION_ARG_STRING, &what, "What to measure (all)", "WHAT" },
    { "system", 0, 0, G_OPTION_ARG_STRING, &system, "The network (2apae)", "NAME" },
    { "width", 0, 0, G_OPTION_ARG_DOUBLE, &settings.width, "Its width (1)", "W" },
    { "batch", 0, 0, G_OPTION_ARG_INT, &settings.batch, "Clips of a batch", "B" },
    { "threads", 0, 0, G_OPTION_ARG_INT, &settings.n_threads, "Threads (all cores)", "N" },
    G_OPTION_ENTRY_NULL
  };

  if (!oto_cli_parse (&argc, &argv, entries, NULL, "Measures the engine on this machine.",
                      description, &options, &files))
    return OTO_CLI_USAGE;
  if (files[0] != NULL)
    {
      oto_cli_error ("“oto bench” takes no files.");
      return OTO_CLI_USAGE;
    }
  if (!check_settings (&settings, system != NULL ? system : "2apae", what != NULL ? what : "all"))
    return OTO_CLI_USAGE;

  if (!oto_blas_init (&error) || !run_all (&bench, &error))
    {
      oto_cli_gerror (error);
      return OTO_CLI_FAILED;
    }
  if (options.json)
    print_json (&bench);
  return OTO_CLI_DONE;
}
