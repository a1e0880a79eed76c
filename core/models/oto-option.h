/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-types.h"

OTO_BEGIN_DECLS

typedef enum
{
  OTO_OPTION_NUMBER,
  OTO_OPTION_INTEGER,
  OTO_OPTION_SWITCH,             /* on or off */
  OTO_OPTION_CHOICE,             /* one of some names; the value is its index */
} OtoOptionKind;

/**
 * OtoOption:
 * @name: what --set and files call it
 * @kind: of its values
 * @value: its default
 * @min: smallest value of a number
 * @max: largest value of a number
 * @choices: (nullable) (array zero-terminated=1): names of a choice
 * @help: one line for people
 *
 * Something about a system that can be chosen: a constant, or a place where a paper and its
 * released program differ. A system's row points to a table of these; the command line, run
 * folders, model files, hash, dialog and model card are loops over it.
 */
typedef struct
{
  const char        *name;
  OtoOptionKind      kind;
  double             value;
  double             min, max;
  const char *const *choices;
  const char        *help;
} OtoOption;

/* Most options that a system may have. */
#define OTO_OPTION_MAX_N 24

gboolean oto_option_parse       (const OtoOption *self,
                                 const char      *text,
                                 double          *ret_value,
                                 GError         **error);
char    *oto_option_format      (const OtoOption *self,
                                 double           value);
char    *oto_option_dup_range   (const OtoOption *self);
gboolean oto_option_check       (const OtoOption *self,
                                 double           value,
                                 GError         **error);

OTO_END_DECLS
