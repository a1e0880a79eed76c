/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "io/oto-csv.h"
#include "labels/oto-label-file.h"

G_BEGIN_DECLS

/* What a reader reads: the text or, where that is a table, its cells. */
typedef struct
{
  const char *text;              /* with a zero behind; NULL once it is a table */
  size_t      len;
  OtoCsv     *csv;               /* NULL before it is a table */
  const char *name;              /* for messages */
  gboolean    is_asked_for;      /* the caller chose the format */
  gboolean    is_mapped;         /* the caller said what columns hold */
} OtoLabelSource;

/* What a format has a place for beside events. */
typedef enum
{
  OTO_LABEL_KEEPS_WEAK = 1 << 0,     /* labels and clips without events */
  OTO_LABEL_KEEPS_SCORES = 1 << 1,
  OTO_LABEL_KEEPS_FIELDS = 1 << 2,
} OtoLabelKeeps;

/**
 * OtoLabelFormat:
 * @name: what a user types
 * @title: what it is, in words
 * @endings: (array zero-terminated=1): of file names, the most usual first; empty: none of its own
 * @separator: of a table: comma, tab, or 0 for either; meaningless for text
 * @is_text: whether it is no table
 * @is_of_clip: whether a file holds the labels of one clip and has no place for its name
 * @keeps: what its writer has a place for
 * @sniff: (nullable): whether a source looks like it; %NULL: only when asked for
 * @read: adds what a source holds; %NULL with @error: not a file of this kind
 * @write: (nullable): appends a list; %FALSE with @error when it has no place for something
 */
struct _OtoLabelFormat
{
  const char         *name;
  const char         *title;
  const char * const *endings;
  char                separator;
  gboolean            is_text;
  gboolean            is_of_clip;
  OtoLabelKeeps       keeps;
  gboolean          (*sniff) (const OtoLabelSource *source);
  gboolean          (*read)  (const OtoLabelSource *source,
                              OtoLabelFile         *file,
                              GError              **error);
  gboolean          (*write) (const OtoLabelFile   *file,
                              GString              *text,
                              GError              **error);
};

extern const OtoLabelFormat oto_label_jams;
extern const OtoLabelFormat oto_label_textgrid;
extern const OtoLabelFormat oto_label_elan;
extern const OtoLabelFormat oto_label_tsv;
extern const OtoLabelFormat oto_label_csv;
extern const OtoLabelFormat oto_label_audacity;
extern const OtoLabelFormat oto_label_list;
extern const OtoLabelFormat oto_label_weak_list;
extern const OtoLabelFormat oto_label_raven;
extern const OtoLabelFormat oto_label_one_hot;

/* What readers call. */

void     oto_label_file_set_line    (OtoLabelFile         *self,
                                     guint                 line);
guint    oto_label_file_add_column  (OtoLabelFile         *self,
                                     const char           *column);
void     oto_label_file_add_event   (OtoLabelFile         *self,
                                     OtoEvent             *event);
void     oto_label_file_add_labels  (OtoLabelFile         *self,
                                     const OtoEvent       *event,
                                     const char           *labels);
void     oto_label_file_add_empty   (OtoLabelFile         *self,
                                     const char           *filename);
void     oto_label_file_set_fold    (OtoLabelFile         *self,
                                     const char           *filename,
                                     const char           *fold);
void     oto_label_file_add_good    (OtoLabelFile         *self);
void     oto_label_file_add_problem (OtoLabelFile         *self,
                                     guint                 line,
                                     const char           *problem);

/* Numbers and cells of label files. */

gboolean oto_label_parse_number     (const char           *text,
                                     double               *ret_value);
gboolean oto_label_parse_seconds    (const char           *text,
                                     double               *ret_seconds);
char    *oto_label_dup_cell         (OtoCsv               *csv,
                                     guint                 row,
                                     int                   column) G_GNUC_WARN_UNUSED_RESULT;
void     oto_label_append_number    (GString              *text,
                                     double                value,
                                     int                   n_decimals);
void     oto_label_append_cell      (GString              *text,
                                     const char           *cell,
                                     char                  separator);

G_END_DECLS
