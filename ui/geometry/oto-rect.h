/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/**
 * OtoRect:
 * @x: left edge
 * @y: upper edge
 * @width: to the right
 * @height: downwards
 *
 * A rectangle in the units of a cairo context: logical pixels on screen, points on paper.
 */
typedef struct
{
  double x;
  double y;
  double width;
  double height;
} OtoRect;
