/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-types.h"

OTO_BEGIN_DECLS

/* OtoCsv: a table of text, with or without a heading row: commas or semicolons and quotes as in
 * RFC 4180, or tabs; UTF-8 or UTF-16; any line end. */

typedef struct _OtoCsv OtoCsv;

/* Every cell costs a pointer, so a list larger than this is a mistake. */
#define OTO_CSV_MAX_BYTES (256 * 1000 * 1000)

OtoCsv     *oto_csv_load          (const char  *path,
                                   char         separator,
                                   gboolean     has_header,
                                   GError     **error) G_GNUC_WARN_UNUSED_RESULT;
OtoCsv     *oto_csv_parse         (char        *text,
                                   size_t       len,
                                   char         separator,
                                   gboolean     has_header,
                                   const char  *name,
                                   GError     **error) G_GNUC_WARN_UNUSED_RESULT;
void        oto_csv_free          (OtoCsv      *self);
guint       oto_csv_get_n_rows    (OtoCsv      *self);
guint       oto_csv_get_n_columns (OtoCsv      *self);
guint       oto_csv_get_n_cells   (OtoCsv      *self,
                                   guint        row);
char        oto_csv_get_separator (OtoCsv      *self);
const char *oto_csv_get_heading   (OtoCsv      *self,
                                   int          column);
int         oto_csv_find          (OtoCsv      *self,
                                   const char  *column);
const char *oto_csv_get           (OtoCsv      *self,
                                   guint        row,
                                   int          column);
guint       oto_csv_get_line      (OtoCsv      *self,
                                   guint        row);
void        oto_csv_rename        (OtoCsv      *self,
                                   guint        row,
                                   guint        column,
                                   const char  *name);
void        oto_csv_add_heading   (OtoCsv      *self);
char       *oto_csv_quote         (const char  *field) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OtoCsv, oto_csv_free)

OTO_END_DECLS
