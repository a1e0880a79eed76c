/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-cli-test.h"

#include <string.h>

/* Encoder, classes and decoder: every convolution in three passes but for the first one's input;
 * whole passes and what is left of them. */
static void
check_bench_layers (Cli *self)
{
  g_autoptr (JsonParser) parser = NULL;
  JsonArray *results;
  JsonObject *root, *machine;
  double peak, copy, shares[2] = { 0.0, 0.0 };
  guint n_layers = 0, n_rest = 0;

  g_assert_cmpint (cli_run (self, "bench --what layers --width 0.05 --threads 1 --json"), ==, 0);
  root = cli_parse_output (self, &parser);
  results = json_object_get_array_member (root, "results");
  machine = json_object_get_object_member (root, "machine");
  peak = json_object_get_double_member (machine, "core_fma_peak_gflops");
  copy = json_object_get_double_member (machine, "core_copy_gbs");
  for (guint i = 0; i < json_array_get_length (results); i++)
    {
      JsonObject *row = json_array_get_object_element (results, i);
      const char *what = json_object_get_string_member (row, "what");
      const char *bound;
      double gflops, roof;

      /* Forward passes are of inference, gradients and the forward pass of training. */
      if (g_str_has_prefix (what, "rest_") || json_object_has_member (row, "layer"))
        {
          const double share = json_object_get_double_member (row, "pass_share");

          if (strcmp (what, "rest_train") == 0 || g_str_has_prefix (what, "grad_"))
            shares[1] += share;
          else
            shares[0] += share;
        }
      if (!json_object_has_member (row, "layer"))
        {
          n_rest++;
          continue;
        }
      n_layers++;
      bound = json_object_get_string_member (row, "bound");
      gflops = json_object_get_double_member (row, "gflops");
      g_assert_cmpfloat (gflops, >, 0.0);
      g_assert_cmpfloat (json_object_get_double_member (row, "pass_share"), >, 0.0);
      g_assert_true (strcmp (bound, "memory") == 0 || strcmp (bound, "compute") == 0);
      roof = copy * json_object_get_double_member (row, "flops_per_byte");
      g_assert_cmpstr (bound, ==, roof < peak ? "memory" : "compute");
      roof = MIN (roof, peak);
      g_assert_cmpfloat_with_epsilon (json_object_get_double_member (row, "roof_gflops"), roof,
                                      1e-6 * roof);
      g_assert_cmpfloat_with_epsilon (json_object_get_double_member (row, "roof_share"),
                                      gflops / roof, 1e-6 * gflops / roof);
    }
  g_assert_cmpuint (n_layers, ==, 3 * 17 - 1);
  g_assert_cmpuint (n_rest, ==, 4);
}

static void
test_bench (Cli           *self,
            gconstpointer  user_data)
{
  g_autoptr (JsonParser) parser = NULL;
  JsonObject *root, *machine, *result;

  g_assert_cmpint (cli_run (self, "bench --what logmel --threads 1 --json"), ==, 0);
  root = cli_parse_output (self, &parser);
  machine = json_object_get_object_member (root, "machine");
  g_assert_cmpfloat (json_object_get_double_member (machine, "fma_peak_gflops"), >, 0.0);
  g_assert_cmpfloat (json_object_get_double_member (machine, "copy_gbs"), >, 0.0);
  g_assert_true (json_object_has_member (machine, "cpu"));
  g_assert_true (json_object_has_member (machine, "kernel_set"));
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (root, "results")), ==, 1);
  result = json_array_get_object_element (json_object_get_array_member (root, "results"), 0);
  g_assert_cmpstr (json_object_get_string_member (result, "what"), ==, "logmel");
  g_assert_cmpint (json_object_get_int_member (result, "runs"), >=, 3);
  g_assert_cmpfloat (json_object_get_double_member (result, "min_s_per_clip"), >, 0.0);
  g_assert_cmpfloat (json_object_get_double_member (result, "median_s_per_clip"), >=,
                     json_object_get_double_member (result, "min_s_per_clip"));

  check_bench_layers (self);
  g_assert_cmpint (cli_run (self, "bench --what nothing"), ==, 2);
  g_assert_cmpint (cli_run (self, "bench --width 0"), ==, 2);
  g_assert_cmpint (cli_run (self, "bench --system nothing"), ==, 2);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  cli_add ("/cli/bench/json", test_bench);
  return g_test_run ();
}
