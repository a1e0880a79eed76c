/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "oto-golden.h"

G_BEGIN_DECLS

/* Reference values in JSON. A number that is none is null, or the record of an error; infinities
 * are strings. */

double oto_golden_json_value  (JsonNode   *node);
double oto_golden_json_number (JsonObject *object,
                               const char *name);
/* On failure they name the value and both figures and let the test go on. */
void   oto_golden_check_abs_value (const char *what,
                                   double      value,
                                   double      expected,
                                   double      limit);
void   oto_golden_check_rel_value (const char *what,
                                   double      value,
                                   double      expected,
                                   double      limit);

/* "onset", "offset", "label" as objects or as rows of three; labels are those of @labels. */
GArray *oto_golden_dup_intervals (JsonArray *events,
                                  JsonArray *labels) G_GNUC_WARN_UNUSED_RESULT;
int     oto_golden_find_label    (JsonArray  *labels,
                                  const char *label);
/* Runs @func on each object of the array @member. */
void    oto_golden_for_each_case (JsonNode    *root,
                                  const char  *member,
                                  void       (*func) (JsonObject *root, JsonObject *item));
/* (rows, columns) of a list of lists; the sizes are those that it has. */
float  *oto_golden_dup_rows      (JsonArray *rows,
                                  guint     *ret_n_rows,
                                  guint     *ret_n_columns) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
