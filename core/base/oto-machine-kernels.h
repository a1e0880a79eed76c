/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stddef.h>

/* Multiplies and adds n times in each of many independent registers; returns how many operations
 * that was. ret_value keeps the compiler from leaving the work out. */
double oto_machine_multiply_add (size_t  n,
                                 float  *ret_value);
