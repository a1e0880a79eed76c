/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test.h"

#include <math.h>
#include <string.h>

static OtoLabelFile *
load_bytes (const char  *bytes,
            gssize       n_bytes,
            const char  *format,
            GError     **error)
{
  char *dir = oto_test_make_dir ();
  g_autofree char *path = g_build_filename (dir, "labels.txt", NULL);
  OtoLabelFile *labels;

  g_assert_true (g_file_set_contents (path, bytes, n_bytes, NULL));
  labels = oto_label_file_load (path, format != NULL ? oto_label_format_find (format, NULL) : NULL,
                                error);
  oto_test_remove_dir (dir);
  return labels;
}

/* What a text is read as: FILE/ONSET-OFFSET/LABEL, with spaces between; or the error. */
static char *
describe (const OtoLabelFile *labels)
{
  OtoEventList *events = oto_label_file_get_events (labels);
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < oto_event_list_get_n (events); i++)
    {
      const OtoEvent *event = oto_event_list_get (events, i);
      char onset[G_ASCII_DTOSTR_BUF_SIZE], offset[G_ASCII_DTOSTR_BUF_SIZE];

      g_ascii_formatd (onset, sizeof onset, "%.6g", event->onset_s);
      g_ascii_formatd (offset, sizeof offset, "%.6g", event->offset_s);
      g_string_append_printf (text, "%s%s:", i > 0 ? " " : "",
                              event->filename != NULL ? event->filename : "");
      if (!isnan (event->onset_s))
        g_string_append_printf (text, "%s-%s:", onset, offset);
      g_string_append (text, event->label);
    }
  return g_string_free (text, FALSE);
}

static void
assert_read (const char *text,
             const char *format,
             const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (OtoLabelFile) labels = load_bytes (text, -1, NULL, &error);
  g_autofree char *problems = NULL, *read = NULL;

  g_assert_no_error (error);
  problems = oto_label_file_describe_problems (labels, 5);
  g_assert_cmpstr (problems, ==, NULL);
  read = describe (labels);
  g_assert_cmpstr (read, ==, expected);
  g_assert_cmpstr (oto_label_format_get_name (oto_label_file_get_format (labels)), ==, format);
}

static void
assert_refused (const char *text,
                const char *first_word,
                const char *second_word)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (load_bytes (text, -1, NULL, &error));
  g_assert_error (error, OTO_IO_ERROR, OTO_IO_ERROR_FORMAT);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, first_word));
  g_assert_nonnull (strstr (error->message, second_word));
}

static void
test_strong (void)
{
  const char *expected = "a.wav:0.5-1.25:Bark b.wav:2-3:Meow";

  assert_read ("filename\tonset\toffset\tevent_label\na.wav\t0.5\t1.25\tBark\nb.wav\t2\t3\tMeow\n",
               "tsv", expected);
  assert_read ("event_label\tfilename\toffset\tonset\nBark\ta.wav\t1.25\t0.5\nMeow\tb.wav\t3\t2\n",
               "tsv", expected);
  assert_read ("a.wav\t0.5\t1.25\tBark\nb.wav\t2\t3\tMeow\n", "list", expected);
  assert_read ("filename,onset,offset,event_label\r\na.wav,0.5,1.25,\"Bark\"\r\nb.wav,2,3,Meow\r\n",
               "csv", expected);
  assert_read ("a.wav,0.5,1.25,Bark\nb.wav,2,3,Meow\n", "list", expected);
  assert_read ("a.wav\tstreet\t0.5\t1.25\tBark\tmixture\nb.wav\tstreet\t2\t3\tMeow\tmixture\n",
               "list", expected);
  assert_read ("0.5\t1.25\tBark\n2\t3\tMeow\n", "audacity", ":0.5-1.25:Bark :2-3:Meow");
  assert_read ("0.5\t1.25\tCorvus corax, Common Raven\t0.7\n", "audacity",
               ":0.5-1.25:Corvus corax, Common Raven");
  assert_read ("a.wav\t0.5\t1.25\tBark\t0.7\n", "list", "a.wav:0.5-1.25:Bark");
  assert_read ("onset\toffset\tevent_label\n0.5\t1.25\tBark\n", "tsv", ":0.5-1.25:Bark");
}

/* Names of the time columns, their units, and a duration in place of the end. */
static void
test_time_names (void)
{
  static const char * const headings[] = {
    "filename\tonset (s)\toffset (s)\tevent_label", "file\tstart_time\tend_time\tlabel",
    "filename\tstart_time_seconds\tend_time_seconds\tlabel", "FILE\tStart (s)\tEnd (s)\tClass",
    "Begin File\tBegin Time (s)\tEnd Time (s)\tSpecies", "path\tstartTime\tendTime\ttag",
    "notated_path\tonset_s\toffset_s\tlabel", "segment_id\tstart-time\tSTOP TIME\tcategory",
    "fname\tbegin_time\tend_time\tcommon name", "Audio File\tt_min [sec]\tt_max [sec]\tannotation",
    "wav\tstart_in_seconds\tend_in_seconds\tsound class",
  };

  for (guint i = 0; i < G_N_ELEMENTS (headings); i++)
    {
      g_autofree char *text = g_strconcat (headings[i], "\na.wav\t0.5\t1.25\tBark\n", NULL);

      assert_read (text, "tsv", "a.wav:0.5-1.25:Bark");
    }
  assert_read ("file\tstart_ms\tend_ms\tlabel\na.wav\t500\t1250\tBark\n", "tsv",
               "a.wav:0.5-1.25:Bark");
  assert_read ("file,onset,duration,label\na.wav,0.5,0.75,Bark\n", "csv", "a.wav:0.5-1.25:Bark");
  assert_read ("file,start,end,label\na.wav,1:02.5,01:00:03,Bark\n", "csv",
               "a.wav:62.5-3603:Bark");
}

/* A heading that names something else is refused, with what it names and what would do. */
static void
test_headings_are_not_guessed (void)
{
  assert_refused ("filename\tonset\toffset\tGeraeusch\na.wav\t0.5\t1.25\tBark\n", "Geraeusch",
                  "event_label");
  assert_refused ("filename\tonset_frames\toffset_frames\tlabel\na.wav\t5\t12\tBark\n",
                  "onset_frames", "start");
  assert_refused ("filename\tonset\tlabel\na.wav\t5\tBark\n", "onset", "offset");
  assert_refused ("filename\toffset\tlabel\na.wav\t5\tBark\n", "offset", "onset");
  assert_refused ("filename,length_of_it,verified\na.wav,5,1\n", "length_of_it", "event_label");
  assert_refused ("Dear diary,\ntoday I heard a dog.\n", "Dear diary", "event_label");
  /* What may be a file, or times, is not lost. */
  assert_refused ("recording_id,onset,offset,label\nx-1,0.1,0.3,Bark\n", "recording_id",
                  "filename");
  assert_refused ("Quelle,onset,offset,label\nx.wav,0.1,0.3,Bark\n", "Quelle", "filename");
  assert_refused ("filename,von,bis,label\nx.wav,0.1,0.3,Bark\nx.wav,2,3,Bark\n", "von", "onset");
  assert_refused ("filename,time,label\nx.wav,0.1,Bark\n", "time", "onset");
  assert_read ("filename,label,time,date,rating,latitude\nx.wav,Bark,10:30,2020-01-01,4.5,-3\n",
               "csv", "x.wav:Bark");
  /* Without one, what the third of four numbers is cannot be known. */
  assert_refused ("7.6,20.1,1,jackhammer\n", "line 1", "heading");
}

static void
test_encodings (void)
{
  static const char text[] = "filename\tonset\toffset\tevent_label\nä.wav\t0.5\t1.25\tBark\n";
  static const char * const encodings[] = { "UTF-16LE", "UTF-16BE" };

  for (guint i = 0; i < G_N_ELEMENTS (encodings); i++)
    for (int has_mark = 0; has_mark <= 1; has_mark++)
      {
        g_autofree char *marked = g_strconcat (has_mark ? "\xef\xbb\xbf" : "", text, NULL);
        size_t n_bytes;
        g_autofree char *bytes = g_convert (marked, -1, encodings[i], "UTF-8", NULL, &n_bytes,
                                            NULL);
        g_autoptr (OtoLabelFile) labels = load_bytes (bytes, n_bytes, NULL, NULL);
        g_autofree char *read = describe (labels);

        g_assert_cmpstr (read, ==, "ä.wav:0.5-1.25:Bark");
      }
  assert_read ("\xef\xbb\xbf" "filename\tonset\toffset\tevent_label\r\na\t0.5\t1\tBark\r\n", "tsv",
               "a:0.5-1:Bark");
  assert_read ("filename\tonset\toffset\tevent_label\ra\t0.5\t1\tBark\r", "tsv", "a:0.5-1:Bark");
}

static void
test_decimal_commas_and_quotes (void)
{
  assert_read ("0,100000\t0,300000\tBark\n0,4\t0,5\tMeow\n", "audacity",
               ":0.1-0.3:Bark :0.4-0.5:Meow");
  assert_read ("file;start;end;label\na.wav;0,1;0,3;Bark, loud\n", "csv",
               "a.wav:0.1-0.3:Bark, loud");
  assert_read ("a.wav;0,1;0,3;Bark\n", "list", "a.wav:0.1-0.3:Bark");
  assert_read ("\"filename\"\t\"onset\"\t\"offset\"\t\"event_label\"\n"
               "\"a.wav\"\t0.1\t0.3\t\"Bark \"\"big\"\"\"\n", "tsv", "a.wav:0.1-0.3:Bark \"big\"");
  assert_read ("filename\tonset\toffset\tevent_label\na.wav\t0.1\t0.3\t\"Big\" bark\n", "tsv",
               "a.wav:0.1-0.3:\"Big\" bark");
}

static void
test_weak (void)
{
  g_autoptr (OtoLabelFile) labels =
    load_bytes ("filename\tevent_labels\na.wav\tBark, Meow\nempty.wav\t\nb.wav\tGong\n", -1, NULL,
                NULL);
  g_autofree char *read = describe (labels);

  g_assert_cmpstr (read, ==, "a.wav:Bark a.wav:Meow b.wav:Gong");
  g_assert_cmpstr (oto_label_file_get_empty_files (labels)[0], ==, "empty.wav");
  g_assert_cmpuint (oto_label_file_get_n_good (labels), ==, 3);
  assert_read ("a.wav\tBark,Meow\nb.wav\tGong\n", "weak-list", "a.wav:Bark a.wav:Meow b.wav:Gong");
  assert_read ("filename\tonset\toffset\tevent_label\na.wav\t\t\tBark\nb.wav\t1\t2\tMeow\n", "tsv",
               "a.wav:Bark b.wav:1-2:Meow");
}

/* Lists of data sets as they are published. */
static void
test_data_sets (void)
{
  assert_read ("filename,fold,target,category,esc10,src_file,take\n"
               "1-100032-A-0.wav,1,0,dog,True,100032,A\n", "csv", "1-100032-A-0.wav:dog");
  /* Times are those of the piece in its source. */
  assert_read ("slice_file_name,fsID,start,end,salience,fold,classID,class\n"
               "100032-3-0-0.wav,100032,0.0,0.317551,1,5,3,dog_bark\n", "csv",
               "100032-3-0-0.wav:dog_bark");
  assert_read ("fname,labels,mids,split\n64760,\"Electric_guitar,Guitar\",\"/m/02sgy,/m/0342h\","
               "train\n", "csv", "64760:Electric_guitar 64760:Guitar");
  assert_read ("fname,label,manually_verified\n00044347.wav,Hi-hat,0\n", "csv",
               "00044347.wav:Hi-hat");
  assert_read ("# Segments csv created Sun Mar  5 10:54:31 2017\n"
               "# num_ytids=1, num_segs=1, num_unique_labels=2, num_positive_labels=2\n"
               "# YTID, start_seconds, end_seconds, positive_labels\n"
               "--PJHxphWEs, 30.000, 40.000, \"/m/09x0r,/t/dd00088\"\n", "csv",
               "--PJHxphWEs:/m/09x0r --PJHxphWEs:/t/dd00088");
  assert_read ("segment_id\tstart_time_seconds\tend_time_seconds\tlabel\n"
               "b0RFKhbpFJA_30000\t0.000\t10.000\t/m/03m9d0z\n", "tsv",
               "b0RFKhbpFJA_30000:0-10:/m/03m9d0z");
  assert_read ("Start (s),End (s),Scientific name,Common name,Confidence,File\n"
               "0.0,3.0,Corvus corax,Common Raven,0.7,a.wav\n", "csv", "a.wav:0-3:Common Raven");
}

static void
test_one_hot (void)
{
  assert_read ("file,start_time,end_time,Bark,call\na.wav,0.0,3.0,0,1\na.wav,3.0,6.0,1,1\n"
               "b.wav,0.0,3.0,0,0\n", "one-hot", "a.wav:call a.wav:Bark a.wav:call");
  assert_read ("filename,1,2\na.wav,True,False\n", "one-hot", "a.wav:1");
  /* A column that is no flag may be the label. */
  assert_refused ("filename,Art,checked,again\na.wav,Bark,1,0\n", "Art", "event_label");
  assert_read ("filename,label,checked,again\na.wav,1,1,0\n", "csv", "a.wav:1");
}

static void
test_audacity_frequencies (void)
{
  g_autoptr (OtoLabelFile) labels =
    load_bytes ("0.5\t1.25\tBark\n\\\t100.5\t4000.0\n2.0\t3.0\tMeow\n\\\t-1.0\t500\n4\t5\tGong\n",
                -1, NULL, NULL);
  OtoEventList *events = oto_label_file_get_events (labels);

  g_assert_cmpuint (oto_event_list_get_n (events), ==, 3);
  g_assert_cmpuint (oto_label_file_get_n_problems (labels), ==, 0);
  g_assert_cmpfloat (oto_event_list_get (events, 0)->low_hz, ==, 100.5);
  g_assert_cmpfloat (oto_event_list_get (events, 0)->high_hz, ==, 4000.0);
  g_assert_true (isnan (oto_event_list_get (events, 1)->low_hz));
  g_assert_cmpfloat (oto_event_list_get (events, 1)->high_hz, ==, 500.0);
  g_assert_true (isnan (oto_event_list_get (events, 2)->high_hz));
}

/* One selection in two views is one event; of several files, the offset in the file counts. */
static void
test_raven (void)
{
  g_autoptr (OtoLabelFile) labels = NULL;
  const OtoEvent *event;

  assert_read ("Selection\tView\tChannel\tBegin Time (s)\tEnd Time (s)\tLow Freq (Hz)\t"
               "High Freq (Hz)\tSpecies\n"
               "1\tWaveform 1\t1\t0.1\t0.3\t500.0\t4000.0\tBark\n"
               "1\tSpectrogram 1\t1\t0.1\t0.3\t500.0\t4000.0\tBark\n"
               "2\tSpectrogram 1\t1\t0.1\t0.3\t500.0\t4000.0\tBark\n", "raven",
               ":0.1-0.3:Bark :0.1-0.3:Bark");
  labels = load_bytes ("Selection\tView\tChannel\tBegin Time (s)\tEnd Time (s)\tLow Freq (Hz)\t"
                       "High Freq (Hz)\tCommon Name\tSpecies Code\tConfidence\tBegin Path\t"
                       "File Offset (s)\n"
                       "1\tSpectrogram 1\t1\t63.0\t66.0\t0\t15000\tCommon Raven\tcomrav\t0.7\t"
                       "/data/b.wav\t3.0\n", -1, NULL, NULL);
  event = oto_event_list_get (oto_label_file_get_events (labels), 0);
  g_assert_cmpstr (event->filename, ==, "/data/b.wav");
  g_assert_cmpfloat (event->onset_s, ==, 3.0);
  g_assert_cmpfloat (event->offset_s, ==, 6.0);
  g_assert_cmpfloat (event->score, ==, 0.7);
  g_assert_cmpfloat (event->low_hz, ==, 0.0);
  g_assert_cmpfloat (event->high_hz, ==, 15000.0);
}

static void
test_textgrid (void)
{
  static const char * const grids[] = {
    "File type = \"ooTextFile\"\nObject class = \"TextGrid\"\n\nxmin = 0\nxmax = 2.3\n"
    "tiers? <exists>\nsize = 2\nitem []:\n    item [1]:\n        class = \"IntervalTier\"\n"
    "        name = \"calls\"\n        xmin = 0\n        xmax = 2.3\n"
    "        intervals: size = 2\n        intervals [1]:\n            xmin = 0\n"
    "            xmax = 0.5\n            text = \"\"\n        intervals [2]:\n"
    "            xmin = 0.5\n            xmax = 1.25\n            text = \"Bark \"\"big\"\"\"\n"
    "    item [2]:\n        class = \"TextTier\"\n        name = \"points\"\n"
    "        xmin = 0\n        xmax = 2.3\n        points: size = 1\n        points [1]:\n"
    "            number = 2\n            mark = \"click\"\n",
    "File type = \"ooTextFile\"\n\"TextGrid\"\n\n0\n2.3\n<exists>\n2\n\"IntervalTier\"\n"
    "\"calls\"\n0\n2.3\n2\n0\n0.5\n\"\"\n0.5\n1.25\n\"Bark \"\"big\"\"\"\n! a remark 3 \"x\"\n"
    "\"TextTier\"\n\"points\"\n0\n2.3\n1\n2\n\"click\"\n",
  };
  g_autoptr (OtoLabelFile) labels = load_bytes (grids[0], -1, NULL, NULL);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (grids); i++)
    assert_read (grids[i], "textgrid", ":0.5-1.25:Bark \"big\" :2-2:click");
  g_assert_cmpstr (oto_label_file_get_columns (labels)[0], ==, "tier");
  g_assert_cmpstr (oto_event_list_get (oto_label_file_get_events (labels), 1)->fields[0], ==,
                   "points");
  g_assert_cmpuint (oto_label_file_get_event_line (labels, 0), ==, 20);
  /* Numbers of intervals may be any, what is there counts. */
  g_assert_null (load_bytes ("File type = \"ooTextFile\"\n\"TextGrid\"\n0 1 <exists> 1e18\n"
                             "\"IntervalTier\" \"x\" 0 1 1e18 0 1 \"a\"\n", -1, NULL, &error));
  g_assert_error (error, OTO_IO_ERROR, OTO_IO_ERROR_CORRUPT);
}

static void
test_elan (void)
{
  static const char text[] =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ANNOTATION_DOCUMENT FORMAT=\"3.0\">\n"
    "<HEADER MEDIA_FILE=\"\" TIME_UNITS=\"milliseconds\">\n"
    "<MEDIA_DESCRIPTOR MEDIA_URL=\"file:///home/a/my%20clip.wav\" MIME_TYPE=\"audio/x-wav\"/>\n"
    "</HEADER>\n<TIME_ORDER>\n<TIME_SLOT TIME_SLOT_ID=\"ts1\" TIME_VALUE=\"500\"/>\n"
    "<TIME_SLOT TIME_SLOT_ID=\"ts2\" TIME_VALUE=\"1250\"/>\n<TIME_SLOT TIME_SLOT_ID=\"ts3\"/>\n"
    "</TIME_ORDER>\n<TIER TIER_ID=\"calls\">\n<ANNOTATION><ALIGNABLE_ANNOTATION "
    "ANNOTATION_ID=\"a1\" TIME_SLOT_REF1=\"ts1\" TIME_SLOT_REF2=\"ts2\"><ANNOTATION_VALUE>Bark "
    "&amp; howl</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION>\n<ANNOTATION>"
    "<ALIGNABLE_ANNOTATION ANNOTATION_ID=\"a2\" TIME_SLOT_REF1=\"ts2\" TIME_SLOT_REF2=\"ts3\">"
    "<ANNOTATION_VALUE>x</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION></TIER>\n"
    "<TIER TIER_ID=\"notes\" PARENT_REF=\"calls\"><ANNOTATION><REF_ANNOTATION ANNOTATION_ID=\"a3\" "
    "ANNOTATION_REF=\"a1\"><ANNOTATION_VALUE>y</ANNOTATION_VALUE></REF_ANNOTATION></ANNOTATION>"
    "</TIER></ANNOTATION_DOCUMENT>\n";
  g_autoptr (OtoLabelFile) labels = load_bytes (text, -1, NULL, NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *read = NULL, *half = g_strndup (text, strlen (text) - 40);
  guint line;

  read = describe (labels);
  g_assert_cmpstr (read, ==, "my clip.wav:0.5-1.25:Bark & howl");
  g_assert_cmpstr (oto_event_list_get (oto_label_file_get_events (labels), 0)->fields[0], ==,
                   "calls");
  g_assert_cmpuint (oto_label_file_get_n_problems (labels), ==, 1);
  g_assert_nonnull (oto_label_file_get_problem (labels, 0, &line));
  g_assert_cmpuint (line, ==, 13);
  g_assert_null (load_bytes (half, -1, NULL, &error));
  g_assert_error (error, OTO_IO_ERROR, OTO_IO_ERROR_CORRUPT);
}

static void
test_jams (void)
{
  g_autoptr (GError) error = NULL;

  assert_read ("{\"annotations\": [{\"namespace\": \"tag_open\", \"data\": [{\"time\": 0.5, "
               "\"duration\": 0.75, \"value\": \"Bark\", \"confidence\": null}]}], "
               "\"file_metadata\": {\"title\": \"a.wav\", \"duration\": 10}}", "jams",
               "a.wav:0.5-1.25:Bark");
  assert_read ("{\"annotations\": [{\"namespace\": \"scaper\", \"data\": [{\"time\": 0, "
               "\"duration\": 10, \"value\": {\"label\": \"street\", \"role\": \"background\"}, "
               "\"confidence\": 1}, {\"time\": 1, \"duration\": 2, \"value\": {\"label\": "
               "\"siren\", \"role\": \"foreground\"}, \"confidence\": 1}]}]}", "jams",
               ":1-3:siren");
  assert_read ("{\"annotations\": [{\"data\": {\"time\": [0.5, 2], \"duration\": [0.5, 1], "
               "\"value\": [\"Bark\", \"Meow\"], \"confidence\": [1, 1]}}]}", "jams",
               ":0.5-1:Bark :2-3:Meow");
  g_assert_null (load_bytes ("{\"annotations\": 3}", -1, NULL, &error));
  g_assert_error (error, OTO_IO_ERROR, OTO_IO_ERROR_FORMAT);
}

static void
test_malformed_lines_are_listed (void)
{
  static const guint bad[] = { 3, 4, 5, 6, 8, 9 };
  g_autofree char *text = NULL;
  g_autoptr (OtoLabelFile) labels =
    load_bytes ("filename\tonset\toffset\tevent_label\n"
                "a.wav\t0.5\t1.25\tBark\n"
                "a.wav\tsoon\t1.25\tBark\n"
                "a.wav\t2\t1\tBark\n"
                "a.wav\tnan\t1\tBark\n"
                "a.wav\t2\t3\t\n"
                "b.wav\t\t\t\n"
                "\t2\t3\tBark\n"
                "a.wav\t2\t3\tBark\tloud\n", -1, NULL, NULL);

  g_assert_cmpuint (oto_event_list_get_n (oto_label_file_get_events (labels)), ==, 1);
  g_assert_cmpuint (oto_label_file_get_n_good (labels), ==, 2);
  g_assert_cmpuint (oto_label_file_get_n_problems (labels), ==, G_N_ELEMENTS (bad));
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      guint line;

      g_assert_nonnull (oto_label_file_get_problem (labels, i, &line));
      g_assert_cmpuint (line, ==, bad[i]);
    }
  text = oto_label_file_describe_problems (labels, 2);
  g_assert_nonnull (strstr (text, "line 4: "));
  g_assert_null (strstr (text, "line 5: "));
  g_assert_nonnull (strstr (text, "4 more"));
}

static void
test_format_is_asked_for (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (OtoLabelFile) labels = load_bytes ("clip-1\tBark,Meow\n", -1, "weak-list", &error);
  g_autofree char *read = NULL;

  g_assert_no_error (error);
  read = describe (labels);
  g_assert_cmpstr (read, ==, "clip-1:Bark clip-1:Meow");
  g_assert_null (oto_label_format_find ("word", &error));
  g_assert_error (error, OTO_IO_ERROR, OTO_IO_ERROR_FORMAT);
}

/* Writes labels and reads them again: to the microsecond and the hundredth of a hertz. Raven has
 * further columns before those that were there. */
static void
assert_kept (const OtoLabelFile *labels,
             const char         *format_name,
             gboolean            keeps_all,
             guint               n_before)
{
  const OtoLabelFormat *format = oto_label_format_find (format_name, NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *text = oto_label_file_to_text (labels, format, &error);
  g_autofree char *again = NULL;
  g_autoptr (OtoLabelFile) loaded = NULL;
  OtoEventList *events = oto_label_file_get_events (labels);

  g_assert_no_error (error);
  loaded = load_bytes (text, -1, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (oto_event_list_get_n (oto_label_file_get_events (loaded)), ==,
                    oto_event_list_get_n (events));
  for (guint i = 0; i < oto_event_list_get_n (events); i++)
    {
      const OtoEvent *a = oto_event_list_get (events, i);
      const OtoEvent *b = oto_event_list_get (oto_label_file_get_events (loaded), i);

      g_assert_cmpstr (a->label, ==, b->label);
      g_assert_cmpfloat_with_epsilon (a->onset_s, b->onset_s, 5.1e-7);
      g_assert_cmpfloat_with_epsilon (a->offset_s, b->offset_s, 5.1e-7);
      g_assert_true (isnan (a->low_hz) == isnan (b->low_hz));
      if (!isnan (a->low_hz))
        g_assert_cmpfloat_with_epsilon (a->low_hz, b->low_hz, 0.005);
      if (!isnan (a->high_hz))
        g_assert_cmpfloat_with_epsilon (a->high_hz, b->high_hz, 0.005);
      if (!keeps_all)
        continue;
      g_assert_cmpstr (a->filename, ==, b->filename);
      g_assert_cmpfloat_with_epsilon (a->score, b->score, 1e-6);
      g_assert_true (g_strv_equal ((const char * const *) a->fields,
                                   (const char * const *) b->fields + n_before));
    }
  if (keeps_all)
    g_assert_true (g_strv_equal (oto_label_file_get_columns (labels),
                                 oto_label_file_get_columns (loaded) + n_before));
  again = oto_label_file_to_text (loaded, format, &error);
  g_assert_cmpstr (text, ==, again);
}

static void
test_round_trips (void)
{
  g_autoptr (OtoLabelFile) labels =
    load_bytes ("filename,onset,offset,label,low_freq,high_freq,score,observer,notes\n"
                "a.wav,0.333333,0.666667,\"Bark, loud\",123.45,4567.89,0.5,Anna,\"x;\"\"y\"\"\"\n"
                "a.wav,3600.000001,3601,Meow,,,0.25,,\n"
                "a.wav,12.25,13.5,\"\"\"Gong\"\"\",0,8000,1,Bert,z\n", -1, NULL, NULL);

  g_autoptr (OtoLabelFile) sorted =
    load_bytes ("filename,onset,offset,label,low_freq,high_freq,score,observer,notes\n"
                "a.wav,0.333333,0.666667,\"Bark, loud\",123.45,4567.89,0.5,Anna,x\n"
                "a.wav,3600.000001,3601,Meow,,,0.25,,\n"
                "b.wav,12.25,13.5,Gong,,8000,1,Bert,z\n", -1, NULL, NULL);

  assert_kept (labels, "tsv", TRUE, 0);
  assert_kept (labels, "csv", TRUE, 0);
  assert_kept (labels, "raven", TRUE, 2);
  assert_kept (labels, "audacity", FALSE, 0);
  assert_kept (sorted, "jams", TRUE, 0);
}

static void
test_weak_round_trips (void)
{
  static const char plain[] = "filename\tevent_labels\na.wav\tBark,Meow\nb.wav\tGong\nc.wav\t\n";
  g_autoptr (OtoLabelFile) labels = load_bytes (plain, -1, NULL, NULL);
  g_autoptr (OtoLabelFile) more = load_bytes ("filename,fold,category\na.wav,1,dog\nb.wav,2,cat\n",
                                              -1, NULL, NULL);
  const OtoLabelFormat *tsv = oto_label_format_find ("tsv", NULL);
  g_autofree char *text = oto_label_file_to_text (labels, tsv, NULL);
  g_autofree char *more_text = oto_label_file_to_text (more, tsv, NULL);

  g_assert_cmpstr (text, ==, plain);
  g_assert_cmpstr (more_text, ==, "filename\tonset\toffset\tevent_label\tfold\n"
                                  "a.wav\t\t\tdog\t1\nb.wav\t\t\tcat\t2\n");
}

static void
test_text (void)
{
  static const struct { const char *format, *text; } expected[] = {
    { "tsv", "filename\tonset\toffset\tevent_label\na, b.wav\t0.500\t2.032\tBark\n" },
    { "csv", "filename,onset,offset,event_label\n\"a,\tb.wav\",0.500,2.032,Bark\n" },
    { "audacity", "0.500\t2.032\tBark\n" },
    { "raven", "Selection\tView\tChannel\tBegin Time (s)\tEnd Time (s)\tLow Freq (Hz)\t"
               "High Freq (Hz)\tClass\tBegin File\tFile Offset (s)\n"
               "1\tSpectrogram 1\t1\t0.500000\t2.032000\t0.0\t0.0\tBark\ta, b.wav\t0.500000\n" },
  };
  g_autoptr (OtoEventList) list = oto_event_list_new ();
  g_autoptr (OtoLabelFile) labels = NULL;

  /* A score is written only where it belongs to the labels. */
  oto_event_list_add (list, oto_event_new ("a,\tb.wav", "Bark", 0.5, 2.032, 0.75));
  labels = oto_label_file_new (list, FALSE);
  for (guint i = 0; i < G_N_ELEMENTS (expected); i++)
    {
      g_autofree char *text =
        oto_label_file_to_text (labels, oto_label_format_find (expected[i].format, NULL), NULL);

      g_assert_cmpstr (text, ==, expected[i].text);
    }
  g_assert_null (oto_label_file_to_text (labels, oto_label_format_find ("one-hot", NULL), NULL));
}

/* What a format has no place for is told; without file names there is no column for them. */
static void
test_losses (void)
{
  g_autoptr (OtoLabelFile) labels =
    load_bytes ("file,start,end,label,score,note\na.wav,,,Bark,0.5,x\na.wav,1,2,Meow,0.5,y\n"
                "b.wav,,,,,\n", -1, NULL, NULL);
  g_auto (GStrv) audacity = oto_label_file_list_losses (labels,
                                                        oto_label_format_find ("audacity", NULL));
  g_auto (GStrv) raven = oto_label_file_list_losses (labels,
                                                     oto_label_format_find ("raven", NULL));
  g_auto (GStrv) tsv = oto_label_file_list_losses (labels, oto_label_format_find ("tsv", NULL));
  g_autoptr (OtoLabelFile) nameless = load_bytes ("0.5\t1.25\tBark\n", -1, NULL, NULL);
  g_autoptr (OtoLabelFile) named = oto_label_file_select (nameless, "/tmp/c.wav");
  g_autofree char *text =
    oto_label_file_to_text (nameless, oto_label_format_find ("tsv", NULL), NULL);
  g_autofree char *named_text = describe (named);

  g_assert_cmpuint (g_strv_length (audacity), ==, 4);
  g_assert_cmpuint (g_strv_length (raven), ==, 2);
  g_assert_cmpuint (g_strv_length (tsv), ==, 0);
  g_assert_cmpstr (text, ==, "onset\toffset\tevent_label\n0.500\t1.250\tBark\n");
  g_assert_cmpstr (named_text, ==, "c.wav:0.5-1.25:Bark");
}

/* Labels that cannot say whose they are hold those of one clip. */
static void
test_one_clip (void)
{
  g_autoptr (OtoLabelFile) labels = load_bytes ("a.wav\t0\t1\tBark\nb.wav\t0\t1\tBark\n", -1, NULL,
                                                NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (oto_label_file_to_text (labels, oto_label_format_find ("audacity", NULL), &error));
  g_assert_error (error, OTO_IO_ERROR, OTO_IO_ERROR_FORMAT);
}

static double
measure (const char *row,
         guint       n)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (OtoLabelFile) labels = NULL;
  gint64 start;

  for (guint i = 0; i < n; i++)
    g_string_append (text, row);
  start = g_get_monotonic_time ();
  labels = load_bytes (text->str, text->len, NULL, NULL);
  return 1e-6 * (g_get_monotonic_time () - start);
}

static double
measure_one_row (guint n)
{
  g_autoptr (GString) text = g_string_new ("filename\tevent_labels\na.wav\t");
  g_autoptr (OtoLabelFile) labels = NULL;
  gint64 start;

  for (guint i = 0; i < n; i++)
    g_string_append_printf (text, "c%u,", i);
  start = g_get_monotonic_time ();
  labels = load_bytes (text->str, text->len, NULL, NULL);
  g_assert_cmpuint (oto_event_list_get_n (oto_label_file_get_events (labels)), ==, n);
  return 1e-6 * (g_get_monotonic_time () - start);
}

/* Eight times the rows take about eight times as long, also when they make one long line. */
static void
test_time_is_linear (void)
{
  static const char * const rows[] = { "0.5\t1.25\tBark\n", "a.wav\t0.5\t1.25\tBark\n",
                                       "a.wav\tsoon\n", "\"x\t", "start\t", "\"a\"\"\t" };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      double small = measure (rows[i], 10000), large = measure (rows[i], 80000);

      g_test_message ("%u: %.3f s, %.3f s", i, small, large);
      /* Quadratic would be 64; a machine that does other things is waited for. */
      g_assert_cmpfloat (large, <, 30.0 * small + 0.3);
    }
  /* Many labels in a cell. */
  g_assert_cmpfloat (measure_one_row (160000), <, 30.0 * measure_one_row (20000) + 0.3);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/labels/label-file/strong", test_strong);
  g_test_add_func ("/labels/label-file/time-names", test_time_names);
  g_test_add_func ("/labels/label-file/headings-are-not-guessed", test_headings_are_not_guessed);
  g_test_add_func ("/labels/label-file/encodings", test_encodings);
  g_test_add_func ("/labels/label-file/decimal-commas-and-quotes", test_decimal_commas_and_quotes);
  g_test_add_func ("/labels/label-file/weak", test_weak);
  g_test_add_func ("/labels/label-file/data-sets", test_data_sets);
  g_test_add_func ("/labels/label-file/one-hot", test_one_hot);
  g_test_add_func ("/labels/label-file/audacity-frequencies", test_audacity_frequencies);
  g_test_add_func ("/labels/label-file/raven", test_raven);
  g_test_add_func ("/labels/label-file/textgrid", test_textgrid);
  g_test_add_func ("/labels/label-file/elan", test_elan);
  g_test_add_func ("/labels/label-file/jams", test_jams);
  g_test_add_func ("/labels/label-file/losses", test_losses);
  g_test_add_func ("/labels/label-file/malformed-lines-are-listed",
                   test_malformed_lines_are_listed);
  g_test_add_func ("/labels/label-file/format-is-asked-for", test_format_is_asked_for);
  g_test_add_func ("/labels/label-file/round-trips", test_round_trips);
  g_test_add_func ("/labels/label-file/weak-round-trips", test_weak_round_trips);
  g_test_add_func ("/labels/label-file/text", test_text);
  g_test_add_func ("/labels/label-file/one-clip", test_one_clip);
  g_test_add_func ("/labels/label-file/time-is-linear", test_time_is_linear);

  return g_test_run ();
}
