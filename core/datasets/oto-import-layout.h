/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "datasets/oto-clip-finder.h"

G_BEGIN_DECLS

/* OtoImportLayout: how a published data set lays its files; the rows are in the .c file. */

typedef enum
{
  OTO_IMPORT_ELSE = 1 << 0,      /* counts only where the list before it is not there */
  OTO_IMPORT_WHOLE = 1 << 1,     /* times are those of the clip in its source: labels are weak */
} OtoImportFlags;

/**
 * OtoImportList:
 * @pattern: the list's name, with folders before it or not; * and ? as usual
 * @hint: (nullable): word in the folder of its clips
 * @fold: (nullable): what its clips are published as; %NULL: as its column says
 * @flags: what is special about it
 */
typedef struct
{
  const char     *pattern;
  const char     *hint;
  const char     *fold;
  OtoImportFlags  flags;
} OtoImportList;

#define OTO_IMPORT_MAX_LISTS 12

/**
 * OtoImportLayout:
 * @name: what a user types
 * @title: what it is called
 * @match: how far names in its lists differ from those of files
 * @classes: (nullable): pattern of the list that names classes which the lists call by identifiers
 * @lists: its lists; the first %NULL pattern ends them
 */
typedef struct
{
  const char         *name;
  const char         *title;
  OtoClipFinderMatch  match;
  const char         *classes;
  OtoImportList       lists[OTO_IMPORT_MAX_LISTS];
} OtoImportLayout;

extern const OtoImportLayout oto_import_folders;
extern const OtoImportLayout oto_import_list;

const OtoImportLayout *oto_import_layout_find   (const char            *name,
                                                 GError               **error);
const OtoImportLayout *oto_import_layout_sniff  (GPtrArray             *tables);
const char            *oto_import_layout_match  (const char            *pattern,
                                                 GPtrArray             *tables);
GPtrArray             *oto_import_list_tables   (const char            *dir)
                                                 G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
