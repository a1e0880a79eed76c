/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-types.h"

G_BEGIN_DECLS

/* A list that says in which fold each file of a data set is: folds.tsv. */

#define OTO_FOLD_LIST_MAX 1000       /* highest fold */

/**
 * OtoFoldRow:
 * @filename: a file, as the list calls it
 * @text: its fold, as it stands there
 * @fold: its fold, from 1; 0: @text is none
 * @line: of the list, from 1
 */
typedef struct
{
  char  *filename;
  char  *text;
  int    fold;
  guint  line;
} OtoFoldRow;

GArray *oto_fold_list_load  (const char  *path,
                             GError     **error) G_GNUC_WARN_UNUSED_RESULT;
int     oto_fold_list_guess (const char  *filename);

G_END_DECLS
