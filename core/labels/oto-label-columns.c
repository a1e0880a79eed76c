/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "labels/oto-label-columns.h"

#include "base/oto-error.h"
#include "labels/oto-label-format-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* So many names of a column with a label mean nothing else; the others give way to a list of
 * labels. */
#define N_CLEAR_LABELS 10

/* Names of a column without case, spaces, underscores, hyphens and units; those before win. */
typedef struct
{
  const char * const *names;
} Names;

#define NAMES(...) { (const char * const[]) { __VA_ARGS__, NULL } }

static const Names known[OTO_LABEL_N_COLUMNS] =
{
  [OTO_LABEL_COLUMN_FILE] =
    NAMES ("filename", "file", "path", "fname", "filepath", "slicefilename", "notatedpath",
           "segmentid", "beginfile", "beginpath", "audiofilename", "audiofile", "audiopath",
           "audiofilepath", "audioname", "audio", "wavfilename", "wavfile", "wavpath", "wavname",
           "wav", "soundfile", "soundfilename", "soundpath", "clipname", "clipfile", "clippath",
           "clipid", "clip", "recordingfile", "recordingname", "recordingpath", "recording",
           "relativepath", "inputfile", "infile", "basename", "ytid", "youtubeid", "videoid",
           "trackname", "track", "itemid", "files", "filenames", "fileid", "audioid"),
  [OTO_LABEL_COLUMN_ONSET] =
    NAMES ("onset", "start", "begin", "starttime", "begintime", "onsettime", "eventonset",
           "eventstart", "eventstarttime", "starttimes", "startseconds", "startsec", "segmentstart",
           "startoffset", "tmin", "tstart", "tbegin", "xmin", "from", "beg", "onsets", "starts"),
  [OTO_LABEL_COLUMN_OFFSET] =
    NAMES ("offset", "end", "stop", "endtime", "stoptime", "offsettime", "eventoffset", "eventend",
           "eventendtime", "endtimes", "endseconds", "endsec", "segmentend", "endoffset", "tmax",
           "tend", "tstop", "xmax", "finish", "to", "offsets", "ends"),
  [OTO_LABEL_COLUMN_DURATION] =
    NAMES ("duration", "eventduration", "dur", "deltatime", "length"),
  [OTO_LABEL_COLUMN_FILE_OFFSET] = NAMES ("fileoffset"),
  [OTO_LABEL_COLUMN_LABEL] =
    NAMES ("eventlabel", "label", "class", "category", "species", "commonname", "event",
           "annotation", "annotations", "tag", "classname", "labelname", "soundclass", "eventclass",
           "soundevent", "eventtype", "eventname", "soundtype", "categoryname", "displayname",
           "primarylabel", "speciesname", "scientificname", "speciescode", "ebirdcode", "calltype",
           "call", "sound", "text", "value", "type", "target", "classid", "classindex", "labelid",
           "mid"),
  [OTO_LABEL_COLUMN_LABELS] =
    NAMES ("eventlabels", "labels", "tags", "positivelabels", "classes", "categories", "events",
           "classnames", "labelnames", "mids"),
  [OTO_LABEL_COLUMN_LOW] =
    NAMES ("lowfreq", "lowfrequency", "minfreq", "minfrequency", "freqmin", "frequencymin",
           "freqlow", "frequencylow", "lowerfreq", "lowerfrequency", "fmin", "flow", "lowf",
           "low", "startfrequency", "minimumfrequency"),
  [OTO_LABEL_COLUMN_HIGH] =
    NAMES ("highfreq", "highfrequency", "maxfreq", "maxfrequency", "freqmax", "frequencymax",
           "freqhigh", "frequencyhigh", "upperfreq", "upperfrequency", "fmax", "fhigh", "highf",
           "high", "endfrequency", "maximumfrequency"),
  [OTO_LABEL_COLUMN_SCORE] = NAMES ("score", "confidence", "probability", "prob", "conf"),
  [OTO_LABEL_COLUMN_FOLD] =
    NAMES ("fold", "folds", "foldid", "foldnumber", "split", "subset", "partition"),
};

/* What may stand behind a name, and what 1 of it is. */
static const struct { const char *name; double factor; } units[] =
{
  { "s", 1.0 }, { "sec", 1.0 }, { "secs", 1.0 }, { "second", 1.0 }, { "seconds", 1.0 },
  { "ms", 1e-3 }, { "msec", 1e-3 }, { "msecs", 1e-3 }, { "millis", 1e-3 },
  { "millisecond", 1e-3 }, { "milliseconds", 1e-3 }, { "us", 1e-6 }, { "microseconds", 1e-6 },
  { "min", 60.0 }, { "minutes", 60.0 },
  { "hz", 1.0 }, { "khz", 1000.0 },
};

/* A heading in one piece. @ret_unit is 1 where it names none. */
static char *
fold_heading (const char *heading,
              double     *ret_unit)
{
  g_autofree char *folded = g_utf8_casefold (heading, -1);
  g_auto (GStrv) parts = g_strsplit_set (folded, " _-\t\r\n/.:#()[]", -1);
  GPtrArray *words = g_ptr_array_new ();
  char *joined;

  for (guint i = 0; parts[i] != NULL; i++)
    if (parts[i][0] != '\0')
      g_ptr_array_add (words, parts[i]);

  *ret_unit = 1.0;
  for (guint u = 0; words->len > 1 && u < G_N_ELEMENTS (units); u++)
    if (strcmp (words->pdata[words->len - 1], units[u].name) == 0)
      {
        *ret_unit = units[u].factor;
        g_ptr_array_set_size (words, (int) words->len - 1);
        if (words->len > 1 && strcmp (words->pdata[words->len - 1], "in") == 0)
          g_ptr_array_set_size (words, (int) words->len - 1);
        break;
      }
  g_ptr_array_add (words, NULL);
  joined = g_strjoinv ("", (char **) words->pdata);
  g_ptr_array_unref (words);
  return joined;
}

/* Place of @name among @names, or -1. */
static int
find_rank (const char * const *names,
           const char         *name)
{
  for (int i = 0; names[i] != NULL; i++)
    if (strcmp (names[i], name) == 0)
      return i;
  return -1;
}

/* Whether a heading that no column has may name files all the same. */
static gboolean
is_stray_file (const char *name)
{
  static const char * const suffixes[] = { "id", "name", "key", "number", NULL };
  static const char * const endings[] = { "file", "path", "wav", "audio", "recording", "clip",
                                          "segment", "track", "uri", "url", NULL };
  size_t len = strlen (name);

  for (guint i = 0; suffixes[i] != NULL; i++)
    if (g_str_has_suffix (name, suffixes[i]))
      {
        len -= strlen (suffixes[i]);
        break;
      }
  for (guint i = 0; endings[i] != NULL; i++)
    if (len >= strlen (endings[i])
        && strncmp (name + len - strlen (endings[i]), endings[i], strlen (endings[i])) == 0)
      return TRUE;
  return FALSE;
}

/* Whether a heading that no column has may be a time all the same: of frames, of samples. */
static gboolean
is_stray_time (const char *name)
{
  static const char * const beginnings[] = { "onset", "offset", "start", "begin", "endtime", "stop",
                                             NULL };

  for (guint i = 0; beginnings[i] != NULL; i++)
    if (g_str_has_prefix (name, beginnings[i]))
      return TRUE;
  return g_str_has_prefix (name, "endframe") || g_str_has_prefix (name, "endsample");
}

/**
 * oto_label_columns_find:
 * @csv: a table
 * @row: the row that names its columns
 * @ret_columns: (out caller-allocates): what they hold
 *
 * Reads a heading, in time that grows with its length.
 */
void
oto_label_columns_find (OtoCsv          *csv,
                        guint            row,
                        OtoLabelColumns *ret_columns)
{
  const guint n_cells = oto_csv_get_n_cells (csv, row);
  int ranks[OTO_LABEL_N_COLUMNS];
  const char *time = NULL;
  gboolean has_date = FALSE;

  *ret_columns = (OtoLabelColumns) { .stray = NULL };
  for (guint c = 0; c < OTO_LABEL_N_COLUMNS; c++)
    {
      ranks[c] = G_MAXINT;
      ret_columns->places[c] = -1;
      ret_columns->units[c] = 1.0;
    }

  for (guint place = 0; place < n_cells; place++)
    {
      const char *cell = oto_csv_get (csv, row, (int) place);
      double unit;
      g_autofree char *name = fold_heading (cell, &unit);
      gboolean is_known = FALSE;

      for (guint c = 0; c < OTO_LABEL_N_COLUMNS; c++)
        {
          int rank = find_rank (known[c].names, name);

          is_known = is_known || rank >= 0;
          if (rank < 0 || rank >= ranks[c])
            continue;
          ranks[c] = rank;
          ret_columns->places[c] = (int) place;
          ret_columns->units[c] = unit;
        }
      if (!is_known && ret_columns->stray == NULL && is_stray_time (name))
        ret_columns->stray = cell;
      if (!is_known && ret_columns->stray_file == NULL && is_stray_file (name))
        ret_columns->stray_file = cell;
      if (strcmp (name, "time") == 0)
        time = cell;
      has_date = has_date || strcmp (name, "date") == 0;
      ret_columns->is_piece = ret_columns->is_piece || strcmp (name, "slicefilename") == 0
                              || strcmp (name, "positivelabels") == 0;
    }
  /* Beside a date it is that of the day. */
  if (ret_columns->stray == NULL && !has_date)
    ret_columns->stray = time;
  ret_columns->is_clear = ranks[OTO_LABEL_COLUMN_LABEL] < N_CLEAR_LABELS;
  if (ret_columns->places[OTO_LABEL_COLUMN_LABELS] >= 0 && !ret_columns->is_clear)
    ret_columns->places[OTO_LABEL_COLUMN_LABEL] = -1;
}

/* Whether no cell is a number: data of every kind have some. */
static gboolean
is_all_words (OtoCsv *csv,
              guint   row)
{
  for (guint place = 0; place < oto_csv_get_n_cells (csv, row); place++)
    {
      g_autofree char *cell = oto_label_dup_cell (csv, row, (int) place);
      double value;

      if (oto_label_parse_seconds (cell, &value) || oto_label_parse_number (cell, &value))
        return FALSE;
    }
  return TRUE;
}

/**
 * oto_label_columns_find_heading:
 * @csv: a table
 * @ret_columns: (out caller-allocates): what its columns hold
 *
 * Looks for a heading: the first line, or the last of the comments that begin with “#” at its top,
 * or the one behind them.
 *
 * Returns: its row; -1 if there is none, or the first row is no heading
 */
int
oto_label_columns_find_heading (OtoCsv          *csv,
                                OtoLabelColumns *ret_columns)
{
  const guint n_rows = oto_csv_get_n_rows (csv);
  guint row = 0, n_known = 0;

  while (row < n_rows && oto_csv_get (csv, row, 0)[0] == '#')
    row++;
  if (row > 0)
    {
      oto_label_columns_find (csv, row - 1, ret_columns);
      if (oto_label_columns_has (ret_columns, OTO_LABEL_COLUMN_LABEL)
          || oto_label_columns_has (ret_columns, OTO_LABEL_COLUMN_LABELS))
        return (int) row - 1;
    }
  if (row == n_rows)
    return -1;

  oto_label_columns_find (csv, row, ret_columns);
  for (guint c = 0; c < OTO_LABEL_N_COLUMNS; c++)
    n_known += ret_columns->places[c] >= 0;
  return n_known >= 2 || oto_label_columns_has (ret_columns, OTO_LABEL_COLUMN_FILE)
         || is_all_words (csv, row) ? (int) row : -1;
}

/**
 * oto_label_columns_has:
 * @self: columns
 * @column: one of them
 *
 * Returns: whether the table has it
 */
gboolean
oto_label_columns_has (const OtoLabelColumns *self,
                       OtoLabelColumn         column)
{
  return self->places[column] >= 0;
}

/**
 * oto_label_columns_is_taken:
 * @self: columns
 * @place: index of a column of the table
 *
 * Returns: whether it is one of those that are understood
 */
gboolean
oto_label_columns_is_taken (const OtoLabelColumns *self,
                            guint                  place)
{
  for (guint c = 0; c < OTO_LABEL_N_COLUMNS; c++)
    if (self->places[c] == (int) place)
      return TRUE;
  return FALSE;
}

/**
 * oto_label_columns_is_no_time:
 * @heading: of a column that is not understood
 *
 * Returns: whether its name says that it holds other numbers: identifiers, marks, places
 */
gboolean
oto_label_columns_is_no_time (const char *heading)
{
  static const char * const endings[] = { "id", "ids", "verified", "index", "count", "number",
                                          "rating", "year", "latitude", "longitude", "lat", "lon",
                                          "rate", "channel", "channels", "take", "salience", NULL };
  double unit;
  g_autofree char *name = fold_heading (heading, &unit);

  for (guint i = 0; endings[i] != NULL; i++)
    if (g_str_has_suffix (name, endings[i]))
      return TRUE;
  return FALSE;
}

/**
 * oto_label_columns_describe:
 * @column: a column
 *
 * Returns: (transfer none): the most usual of its names, for a message
 */
const char *
oto_label_columns_describe (OtoLabelColumn column)
{
  switch (column)
    {
    case OTO_LABEL_COLUMN_FILE:
      return "filename, file, fname, path";
    case OTO_LABEL_COLUMN_ONSET:
      return "onset, start, start_time, Begin Time (s)";
    case OTO_LABEL_COLUMN_OFFSET:
      return "offset, end, end_time, End Time (s), duration";
    case OTO_LABEL_COLUMN_LABEL:
      return "event_label, label, class, category, species, event_labels";
    case OTO_LABEL_COLUMN_DURATION:
    case OTO_LABEL_COLUMN_FILE_OFFSET:
    case OTO_LABEL_COLUMN_LABELS:
    case OTO_LABEL_COLUMN_LOW:
    case OTO_LABEL_COLUMN_HIGH:
    case OTO_LABEL_COLUMN_SCORE:
    case OTO_LABEL_COLUMN_FOLD:
      return known[column].names[0];
    case OTO_LABEL_N_COLUMNS:
      break;
    }
  return NULL;
}

/* --- what a user calls them ---------------------------------------------------------------- */

/* The column that is meant by the left side of a mapping; OTO_LABEL_N_COLUMNS if none is. */
static OtoLabelColumn
find_column (const char *text)
{
  double unit;
  g_autofree char *name = fold_heading (text, &unit);

  for (guint c = 0; c < OTO_LABEL_N_COLUMNS; c++)
    if (find_rank (known[c].names, name) >= 0)
      return (OtoLabelColumn) c;
  return OTO_LABEL_N_COLUMNS;
}

/* Place of a heading in a row; where there is none that is called so, of the column of that
 * number. -1 if there is neither. */
static int
find_place (OtoCsv     *csv,
            guint       row,
            const char *heading)
{
  const guint n_cells = oto_csv_get_n_cells (csv, row);
  g_autofree char *folded = g_utf8_casefold (heading, -1);
  guint64 number;

  for (guint place = 0; place < n_cells; place++)
    {
      g_autofree char *cell = oto_label_dup_cell (csv, row, (int) place);
      g_autofree char *folded_cell = g_utf8_casefold (cell[0] == '#' ? g_strchug (cell + 1) : cell,
                                                      -1);

      if (strcmp (folded_cell, folded) == 0)
        return (int) place;
    }
  return g_ascii_string_to_unsigned (heading, 10, 1, n_cells, &number, NULL) ? (int) number - 1
                                                                             : -1;
}

static gboolean
is_number (const char *text)
{
  return text[0] != '\0' && text[strspn (text, "0123456789")] == '\0';
}

/* Splits “column=heading”. */
static gboolean
parse_part (const char      *part,
            OtoLabelColumn  *ret_column,
            char           **ret_heading,
            GError         **error)
{
  const char *sign = strchr (part, '=');
  g_autofree char *column = sign != NULL ? g_strndup (part, (size_t) (sign - part)) : NULL;
  g_autofree char *heading = sign != NULL ? g_strstrip (g_strdup (sign + 1)) : NULL;

  *ret_column = column != NULL ? find_column (column) : OTO_LABEL_N_COLUMNS;
  if (*ret_column == OTO_LABEL_N_COLUMNS || heading[0] == '\0')
    {
      g_set_error (error, OTO_IO_ERROR, OTO_IO_ERROR_FORMAT,
                   _("“%s” does not say what a column holds. Give filename, onset, offset, "
                     "duration, label, labels, low_freq, high_freq, score or fold, then = and the "
                     "column’s heading or number, with commas between."), part);
      return FALSE;
    }
  *ret_heading = g_steal_pointer (&heading);
  return TRUE;
}

/* The row that names the columns, or a new one where none does. */
static guint
find_named_row (OtoCsv  *csv,
                char   **parts)
{
  OtoLabelColumns columns;
  const int heading = oto_label_columns_find_heading (csv, &columns);
  gboolean is_by_number = TRUE;

  for (guint i = 0; parts[i] != NULL; i++)
    {
      const char *sign = strchr (parts[i], '=');

      is_by_number = is_by_number && sign != NULL && is_number (g_strchug ((char *) sign + 1));
    }
  if (heading >= 0)
    return (guint) heading;
  if (is_by_number)
    oto_csv_add_heading (csv);
  return 0;
}

/* Whether what only looks like a column is another, as the user names that one, or what stands in
 * its place. */
static gboolean
is_replaced (OtoLabelColumn  column,
             const int      *places)
{
  return places[column] >= 0
         || (column == OTO_LABEL_COLUMN_LABEL && places[OTO_LABEL_COLUMN_LABELS] >= 0)
         || (column == OTO_LABEL_COLUMN_OFFSET && places[OTO_LABEL_COLUMN_DURATION] >= 0);
}

/**
 * oto_label_columns_rename:
 * @csv: a table of at least one row
 * @mapping: “filename=heading,onset=heading”: what columns hold; a number stands for a place, from
 *   1; without a heading in the table these are numbers
 * @name: of the table, for messages
 * @error: return location for a #GError
 *
 * Gives columns the names by which they are understood.
 *
 * Returns: %FALSE with %OTO_IO_ERROR_FORMAT
 */
gboolean
oto_label_columns_rename (OtoCsv      *csv,
                          const char  *mapping,
                          const char  *name,
                          GError     **error)
{
  g_auto (GStrv) parts = g_strsplit (mapping, ",", -1);
  const guint row = find_named_row (csv, parts);
  int places[OTO_LABEL_N_COLUMNS];

  for (guint c = 0; c < OTO_LABEL_N_COLUMNS; c++)
    places[c] = -1;
  for (guint i = 0; parts[i] != NULL; i++)
    {
      g_autofree char *heading = NULL;
      OtoLabelColumn column;

      if (!parse_part (parts[i], &column, &heading, error))
        return FALSE;
      places[column] = find_place (csv, row, heading);
      if (places[column] < 0)
        {
          g_set_error (error, OTO_IO_ERROR, OTO_IO_ERROR_FORMAT,
                       _("“%s”, line %u has no column “%s”. Give one of its headings, or a "
                         "number."), name, oto_csv_get_line (csv, row), heading);
          return FALSE;
        }
    }

  for (guint place = 0; place < oto_csv_get_n_cells (csv, row); place++)
    {
      g_autofree char *cell = oto_label_dup_cell (csv, row, (int) place);
      const OtoLabelColumn column = find_column (cell);
      g_autofree char *other = g_strconcat (cell, " (other)", NULL);

      if (column != OTO_LABEL_N_COLUMNS && is_replaced (column, places)
          && places[column] != (int) place)
        oto_csv_rename (csv, row, place, other);
    }
  for (guint c = 0; c < OTO_LABEL_N_COLUMNS; c++)
    if (places[c] >= 0)
      oto_csv_rename (csv, row, (guint) places[c], known[c].names[0]);
  return TRUE;
}
