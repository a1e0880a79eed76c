/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test-model.h"
#include "oto-test-system.h"
#include "paint/oto-figure.h"

#include <png.h>
#include <string.h>

static OtoAnalysis *
analyze_of (const OtoSystem       *system,
            const OtoLogmelConfig *front_end,
            OtoClip               *clip)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (OtoModelSnapshot) snapshot = oto_test_make_snapshot_of (system, 6, 32, front_end);
  g_autoptr (OtoAnalyzer) analyzer = oto_analyzer_new (snapshot, oto_test_get_engine (1), &error);
  OtoAnalysis *analysis;

  g_assert_no_error (error);
  analysis = oto_analyzer_analyze (analyzer, clip, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  return analysis;
}

static OtoAnalysis *
analyze (const char *system,
         OtoClip    *clip)
{
  return analyze_of (oto_systems_find (system), &oto_logmel_config_default, clip);
}

static OtoFigure *
make_figure (const char          *system,
             const OtoFigureSpec *spec)
{
  g_autoptr (OtoClip) clip = oto_test_make_clip (3.0, 32000, 1);
  g_autoptr (OtoAnalysis) analysis = analyze (system, clip);
  g_autoptr (GError) error = NULL;
  OtoFigure *figure = oto_figure_new (analysis, spec, NULL, &error);

  g_assert_no_error (error);
  return figure;
}

static GBytes *
render (OtoFigure  *figure,
        const char *name)
{
  g_autoptr (GError) error = NULL;
  GBytes *bytes = oto_figure_render (figure, name, &error);

  g_assert_no_error (error);
  return bytes;
}

static gboolean
contains (GBytes     *bytes,
          const char *text)
{
  size_t len;
  const char *data = g_bytes_get_data (bytes, &len);

  return memmem (data, len, text, strlen (text)) != NULL;
}

/* Two figures made one after the other have the same bytes, in every format. */
static void
test_same_bytes (void)
{
  static const char * const names[] = { "a.pdf", "a.svg", "a.png" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      const OtoFigureSpec spec = { .scale = 0.75 };
      g_autoptr (OtoFigure) first = make_figure ("2apae-local", &spec);
      g_autoptr (GBytes) first_bytes = render (first, names[i]);
      g_autoptr (OtoFigure) second = make_figure ("2apae-local", &spec);
      g_autoptr (GBytes) second_bytes = render (second, names[i]);

      g_assert_true (g_bytes_equal (first_bytes, second_bytes));
    }
}

static void
test_pdf (void)
{
  g_autoptr (OtoFigure) figure = make_figure ("2apae-local", NULL);
  g_autoptr (GBytes) bytes = render (figure, "a.pdf");
  g_autoptr (GBytes) dated = NULL;

  g_assert_true (g_str_has_prefix (g_bytes_get_data (bytes, NULL), "%PDF-"));
  g_assert_true (contains (bytes, "19700101000000"));
  g_assert_true (contains (bytes, "/Font"));
  g_setenv ("SOURCE_DATE_EPOCH", "1700000000", TRUE);
  dated = render (figure, "a.pdf");
  g_unsetenv ("SOURCE_DATE_EPOCH");
  g_assert_true (contains (dated, "20231114221320"));
}

static void
add_text_cb (GMarkupParseContext  *context,
             const char           *text,
             size_t                len,
             gpointer              user_data,
             GError              **error)
{
  const char *element = g_markup_parse_context_get_element (context);

  if (g_str_equal (element, "text") || g_str_equal (element, "metadata"))
    g_string_append_printf (user_data, "[%.*s]", (int) len, text);
}

/* Well-formed, with every word as text and with the facts. */
static void
test_svg (void)
{
  static const char * const expected[] = {
    "[(a)]", "[(b)]", "[(c)]", "[(d)]", "[(e)]", "[(f)]", "[(g)]", "[(h)]",
    "[Log-mel spectrogram]", "[Reconstruction]", "[Frequency attention]", "[Frame scores]",
    "[Time attention]", "[Clip probability]", "[Church bell]", "[learned]", "[× uniform]",
    "[dB re clip maximum]", "[Time (s)]", "[\u221280]", "[Events]", "[10k]",
    "clip sha256: ", "model sha256: ", "system: 2apae-local", "command: oto figure clip.wav",
  };
  const GMarkupParser parser = { .text = add_text_cb };
  g_autoptr (OtoFigure) figure =
    make_figure ("2apae-local", &(OtoFigureSpec) { .command = "oto figure clip.wav" });
  g_autoptr (GBytes) bytes = render (figure, "a.svg");
  g_autoptr (GString) words = g_string_new (NULL);
  g_autoptr (GMarkupParseContext) context = g_markup_parse_context_new (&parser, 0, words, NULL);
  g_autoptr (GError) error = NULL;

  g_markup_parse_context_parse (context, g_bytes_get_data (bytes, NULL),
                                (gssize) g_bytes_get_size (bytes), &error);
  g_assert_no_error (error);
  g_assert_true (g_markup_parse_context_end_parse (context, &error));
  for (guint i = 0; i < G_N_ELEMENTS (expected); i++)
    if (strstr (words->str, expected[i]) == NULL)
      g_error ("No “%s” among %s", expected[i], words->str);
  g_assert_null (strstr (words->str, "Church_bell"));
  /* Outlines of letters would be symbols. */
  g_assert_false (contains (bytes, "<symbol"));
  g_assert_true (contains (bytes, "image-rendering"));
}

static void
test_png (void)
{
  g_autoptr (OtoFigure) figure =
    make_figure ("2apae-local", &(OtoFigureSpec) { .width = 400, .height = 600, .scale = 1.5 });
  g_autoptr (GBytes) bytes = render (figure, "a.png");
  png_image image = { .version = PNG_IMAGE_VERSION };

  g_assert_true (png_image_begin_read_from_memory (&image, g_bytes_get_data (bytes, NULL),
                                                   g_bytes_get_size (bytes)) != 0);
  g_assert_cmpuint (image.width, ==, 600);
  g_assert_cmpuint (image.height, ==, 900);
  png_image_free (&image);
  g_assert_true (contains (bytes, "Software"));
  g_assert_true (contains (bytes, "Otoscope " OTO_VERSION));
  g_assert_true (contains (bytes, "model sha256: "));
  g_assert_false (contains (bytes, "tIME"));
}

static void
test_other_systems (void)
{
  g_autoptr (OtoFigure) gap = make_figure ("gap", NULL);
  g_autoptr (OtoFigure) dense = make_figure ("2apae", NULL);
  g_autoptr (GBytes) gap_bytes = render (gap, "a.svg");
  g_autoptr (GBytes) dense_bytes = render (dense, "a.svg");

  g_assert_true (contains (gap_bytes, "No frequency attention in this model"));
  g_assert_true (contains (gap_bytes, "No decoder in this model"));
  g_assert_true (contains (gap_bytes, "implied"));
  g_assert_false (contains (gap_bytes, "†"));
  g_assert_true (contains (dense_bytes, "† In this model"));
}

static GBytes *
render_of (const OtoSystem *system,
           const char      *front_end)
{
  const OtoLogmelConfig *config = &oto_front_end_find (front_end)->config;
  g_autoptr (OtoClip) clip = oto_test_make_clip (1.5, config->sample_rate_hz, 1);
  g_autoptr (OtoAnalysis) analysis = analyze_of (system, config, clip);
  g_autoptr (GError) error = NULL;
  g_autoptr (OtoFigure) figure =
    oto_figure_new (analysis, &(OtoFigureSpec) { .has_mel_weights = TRUE }, NULL, &error);

  g_assert_no_error (error);
  return render (figure, "a.svg");
}

/* What a model does not show is told; what only it shows is drawn. */
static void
test_other_maps (void)
{
  g_autoptr (GBytes) clip = render_of (&oto_test_clip_system, "F-K");
  g_autoptr (GBytes) shared = render_of (&oto_test_shared_system, "F-M");
  g_autoptr (GBytes) weights = render_of (&oto_test_weights_system, "PANNs");

  g_assert_true (contains (clip, "No frame scores in this model"));
  g_assert_true (contains (clip, "No time attention in this model"));
  g_assert_true (contains (clip, "No weights of mel bins in this model"));
  g_assert_false (contains (clip, "must be passed to have events"));
  g_assert_true (contains (shared, "shared by all classes"));
  g_assert_true (contains (shared, "All classes"));
  g_assert_true (contains (shared, "steps of 0.045"));
  g_assert_true (contains (shared, "44100 Hz, window 2048, hop 492, 128 mel bins"));
  g_assert_true (contains (weights, "(i)"));
  g_assert_true (contains (weights, "the same at all times"));
}

static void
test_spec (void)
{
  static const int classes[] = { 2, 0 };
  g_autoptr (OtoEventList) reference = oto_event_list_new ();
  g_autoptr (OtoFigure) figure = NULL;
  g_autoptr (GBytes) bytes = NULL;

  oto_event_list_add (reference, oto_event_new (NULL, "Door <&> bell", 0.5, 1.9, 1.0));
  figure = make_figure ("2apae-local", &(OtoFigureSpec) {
                          .reference = reference, .classes = classes, .n_classes = 2,
                          .start_s = 0.5, .end_s = 2.0, .theme = &oto_theme_dark,
                        });
  bytes = render (figure, "a.svg");
  g_assert_true (contains (bytes, "Reference"));
  g_assert_true (contains (bytes, "Door &lt;&amp;&gt; bell"));
  g_assert_true (contains (bytes, "from: 0.5 s\nto: 2 s"));
  g_assert_false (contains (bytes, ">2.5<"));
}

/* Clips of one sample, of silence, with a hostile name. */
static void
test_odd_clips (void)
{
  static const char * const names[] = { "a\nb <&> \u05d0\u05d1.wav", "silence.wav" };
  static const gint64 lengths[] = { 1, 40000 };

  for (int i = 0; i < 2; i++)
    {
      g_autofree float *zeros = g_new0 (float, lengths[i]);
      g_autoptr (OtoClip) clip =
        oto_clip_new_from_samples (names[i], zeros, lengths[i], 1, 32000);
      g_autoptr (OtoAnalysis) analysis = analyze ("2apae-local", clip);
      g_autoptr (OtoFigure) figure =
        oto_figure_new (analysis, &(OtoFigureSpec) { .scale = 0.5 }, NULL, NULL);
      g_autoptr (GBytes) pdf = render (figure, "a.pdf");
      g_autoptr (GBytes) svg = render (figure, "a.svg");
      g_autoptr (GBytes) png = render (figure, "a.png");

      g_assert_cmpuint (g_bytes_get_size (pdf), >, 1000);
      g_assert_cmpuint (g_bytes_get_size (svg), >, 1000);
      g_assert_cmpuint (g_bytes_get_size (png), >, 1000);
    }
}

static void
test_errors (void)
{
  g_autoptr (OtoFigure) figure = make_figure ("gap", NULL);
  g_autoptr (OtoFigure) huge = make_figure ("gap", &(OtoFigureSpec) { .scale = 100.0 });
  g_autoptr (GError) error = NULL;
  char *dir = oto_test_make_dir ();
  g_autofree char *path = g_build_filename (dir, "none", "a.pdf", NULL);
  g_autofree char *huge_path = g_build_filename (dir, "a.png", NULL);

  g_assert_null (oto_figure_render (figure, "a.gif", &error));
  g_assert_error (error, OTO_IO_ERROR, OTO_IO_ERROR_FORMAT);
  g_assert_nonnull (strstr (error->message, ".pdf, .svg or .png"));
  g_clear_error (&error);
  g_assert_false (oto_figure_save (figure, path, &error));
  g_assert_error (error, OTO_IO_ERROR, OTO_IO_ERROR_WRITE);
  g_clear_error (&error);
  g_assert_false (oto_figure_save (huge, huge_path, &error));
  g_assert_error (error, OTO_IO_ERROR, OTO_IO_ERROR_WRITE);
  g_assert_false (g_file_test (huge_path, G_FILE_TEST_EXISTS));
  oto_test_remove_dir (dir);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/paint/figure/same-bytes", test_same_bytes);
  g_test_add_func ("/paint/figure/pdf", test_pdf);
  g_test_add_func ("/paint/figure/svg", test_svg);
  g_test_add_func ("/paint/figure/png", test_png);
  g_test_add_func ("/paint/figure/other-systems", test_other_systems);
  g_test_add_func ("/paint/figure/other-maps", test_other_maps);
  g_test_add_func ("/paint/figure/spec", test_spec);
  g_test_add_func ("/paint/figure/odd-clips", test_odd_clips);
  g_test_add_func ("/paint/figure/errors", test_errors);
  return g_test_run ();
}
