/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-types.h"
#include "heads/oto-map.h"
#include "models/oto-option.h"

OTO_BEGIN_DECLS

/* The table of systems: a published system is one row and a short builder, a composition of front
 * end, encoder, head, losses and recipe (systems.md 1.2). */

typedef struct _OtoNetwork OtoNetwork;

/**
 * OtoEvidence:
 * @OTO_EVIDENCE_CODE: read in the authors' program
 * @OTO_EVIDENCE_PAPER: stated in the paper
 * @OTO_EVIDENCE_INFERRED: inferred from parameter counts, figures or neighbouring programs
 * @OTO_EVIDENCE_RECONSTRUCTED: without a source text
 * @OTO_EVIDENCE_OURS: in no published row
 *
 * What a system's composition is known from: its weakest part.
 */
typedef enum
{
  OTO_EVIDENCE_CODE,
  OTO_EVIDENCE_PAPER,
  OTO_EVIDENCE_INFERRED,
  OTO_EVIDENCE_RECONSTRUCTED,
  OTO_EVIDENCE_OURS,
} OtoEvidence;

/**
 * OtoSystem:
 * @row: row of the published tables; 0: in none of them
 * @name: what --system takes
 * @title: one line for people
 * @source: paper and row, or "ours"
 * @evidence: what it is known from
 * @note: (nullable): what a user must know to read its results; for the model card
 * @front_end: name of a row of the table of front ends
 * @recipe: name of a row of the table of recipes
 * @n_classes: classes of its published tables, for its numbers of parameters
 * @widths: (array length=n_widths): published numbers of channels; 1 stays 1 at any width
 * @n_widths: their number
 * @n_optional: how many of the last widths may all be 0: a decoder that is left out
 * @options: (nullable) (array length=n_options): what can be chosen
 * @n_options: their number
 * @build: adds layers, head and losses to an empty network
 *
 * One row.
 */
struct _OtoSystem
{
  int              row;
  const char      *name;
  const char      *title;
  const char      *source;
  OtoEvidence      evidence;
  const char      *note;
  const char      *front_end;
  const char      *recipe;
  int              n_classes;
  const int       *widths;
  guint            n_widths;
  guint            n_optional;
  const OtoOption *options;
  guint            n_options;
  void           (*build) (OtoNetwork           *network,
                           const OtoModelConfig *config);
};

const OtoSystem *oto_systems_get          (guint            i);      /* (nullable): past the last */
const OtoSystem *oto_systems_find         (const char      *name);   /* (nullable) */
char            *oto_systems_dup_names    (void);    /* "2apae-local, gap, …" for messages */
const char      *oto_evidence_get_words   (OtoEvidence      evidence);
int              oto_system_find_option   (const OtoSystem *self,
                                           const char      *name);   /* -1: none */

OTO_END_DECLS
