/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "paint/oto-lane-painter.h"

#include "geometry/oto-reading.h"

#include <math.h>

/* More rows than this share the lane's height without names. */
#define MIN_TEXT_ROW_PX 8.0

#define ROW_GAP_PX      2.0
#define MIN_EVENT_PX    3.0

static gboolean
is_placed (const OtoEvent *event)
{
  return isfinite (event->onset_s) && isfinite (event->offset_s)
         && event->offset_s >= event->onset_s;
}

static int
compare_onsets (gconstpointer a,
                gconstpointer b,
                gpointer      user_data)
{
  OtoEventList *events = user_data;
  guint i = *(const guint *) a, k = *(const guint *) b;
  const OtoEvent *x = oto_event_list_get (events, i), *y = oto_event_list_get (events, k);

  if (x->onset_s != y->onset_s)
    return x->onset_s < y->onset_s ? -1 : 1;
  return i < k ? -1 : i > k;
}

/* Puts every event with times, by onset, into the first row that is free; weak labels get none
 * (-1). Returns the number of rows; @ret_rows: (array) of one row an event. */
static guint
assign_rows (OtoEventList *events,
             int         **ret_rows)
{
  guint n = oto_event_list_get_n (events), n_rows = 0;
  g_autofree guint *order = g_new (guint, MAX (n, 1));
  g_autofree double *free_from_s = g_new (double, MAX (n, 1));
  int *rows = g_new (int, MAX (n, 1));

  for (guint i = 0; i < n; i++)
    order[i] = i;
  g_qsort_with_data (order, (int) n, sizeof (guint), compare_onsets, events);
  for (guint i = 0; i < n; i++)
    {
      const OtoEvent *event = oto_event_list_get (events, order[i]);
      guint row = 0;

      rows[order[i]] = -1;
      if (!is_placed (event))
        continue;
      while (row < n_rows && free_from_s[row] > event->onset_s + 1e-9)
        row++;
      n_rows = MAX (n_rows, row + 1);
      free_from_s[row] = event->offset_s;
      rows[order[i]] = (int) row;
    }
  *ret_rows = rows;
  return MAX (n_rows, 1);
}

/**
 * oto_lane_painter_count_rows:
 * @events: (nullable): events of one clip
 *
 * Returns: how many rows keep events of a row apart; at least 1
 */
guint
oto_lane_painter_count_rows (OtoEventList *events)
{
  g_autofree int *rows = NULL;

  return events == NULL ? 1 : assign_rows (events, &rows);
}

static gboolean
is_free (GPtrArray      *row,
         const OtoEvent *event)
{
  for (guint i = 0; i < row->len; i++)
    {
      const OtoEvent *other = g_ptr_array_index (row, i);

      if (other->onset_s < event->offset_s - 1e-9 && event->onset_s < other->offset_s - 1e-9)
        return FALSE;
    }

  return TRUE;
}

static gboolean
is_in_free_row (GPtrArray **rows,
                guint       n_rows,
                OtoEvent   *event)
{
  for (guint row = 0; row < n_rows; row++)
    if (is_free (rows[row], event))
      {
        g_ptr_array_add (rows[row], event);

        return TRUE;
      }

  return FALSE;
}

/**
 * oto_lane_painter_select:
 * @events: events of one clip
 * @labels: (array length=n_labels): classes, the most important first
 * @n_labels: how many
 * @n_rows: how many rows there are
 *
 * Leaves out other classes, and what finds no room beside events of more important classes.
 *
 * Returns: (transfer full): events that @n_rows rows keep apart, sorted
 */
OtoEventList *
oto_lane_painter_select (OtoEventList       *events,
                         const char * const *labels,
                         guint               n_labels,
                         guint               n_rows)
{
  g_autofree GPtrArray **rows = g_new (GPtrArray *, n_rows);
  OtoEventList *selection = oto_event_list_new ();

  for (guint row = 0; row < n_rows; row++)
    rows[row] = g_ptr_array_new ();

  for (guint k = 0; k < n_labels; k++)
    for (guint i = 0; i < oto_event_list_get_n (events); i++)
      {
        const OtoEvent *event = oto_event_list_get (events, i);

        if (is_placed (event) && strcmp (event->label, labels[k]) == 0
            && is_in_free_row (rows, n_rows, (OtoEvent *) event))
          oto_event_list_add (selection, oto_event_copy (event));
      }

  for (guint row = 0; row < n_rows; row++)
    g_ptr_array_unref (rows[row]);
  oto_event_list_sort (selection);

  return selection;
}

static OtoRect
place_event (const OtoEvent *event,
             int             row,
             guint           n_rows,
             const OtoRect  *lane,
             double          start_s,
             double          end_s)
{
  double px_per_s = lane->width / (end_s - start_s);
  double row_height = lane->height / n_rows;
  double gap = MIN (ROW_GAP_PX, row_height * 0.2);
  double x = lane->x + (event->onset_s - start_s) * px_per_s;

  return (OtoRect) {
    x, lane->y + row * row_height + gap / 2.0,
    MAX ((event->offset_s - event->onset_s) * px_per_s, MIN_EVENT_PX), row_height - gap,
  };
}

/**
 * oto_lane_painter_find:
 * @events: (nullable): events of one clip
 * @lane: where they are drawn
 * @start_s: time at its left edge
 * @end_s: time at its right edge
 * @x: a point
 * @y: likewise
 *
 * Returns: (transfer none) (nullable): the event at that point
 */
const OtoEvent *
oto_lane_painter_find (OtoEventList  *events,
                       const OtoRect *lane,
                       double         start_s,
                       double         end_s,
                       double         x,
                       double         y)
{
  g_autofree int *rows = NULL;
  guint n_rows;

  if (events == NULL || !(end_s > start_s))
    return NULL;
  n_rows = assign_rows (events, &rows);
  for (guint i = 0; i < oto_event_list_get_n (events); i++)
    {
      const OtoEvent *event = oto_event_list_get (events, i);
      OtoRect place;

      if (rows[i] < 0)
        continue;
      place = place_event (event, rows[i], n_rows, lane, start_s, end_s);
      if (x >= place.x && x < place.x + place.width && y >= place.y && y < place.y + place.height)
        return event;
    }
  return NULL;
}

static void
add_box (cairo_t       *cr,
         const OtoRect *box,
         double         inset)
{
  double radius = CLAMP (MIN (box->width, box->height) / 2.0 - inset, 0.0, 3.0);
  double x = box->x + inset, y = box->y + inset;
  double right = box->x + box->width - inset, bottom = box->y + box->height - inset;

  cairo_new_sub_path (cr);
  cairo_arc (cr, right - radius, y + radius, radius, -G_PI_2, 0.0);
  cairo_arc (cr, right - radius, bottom - radius, radius, 0.0, G_PI_2);
  cairo_arc (cr, x + radius, bottom - radius, radius, G_PI_2, G_PI);
  cairo_arc (cr, x + radius, y + radius, radius, G_PI, 1.5 * G_PI);
  cairo_close_path (cr);
}

/* Stripes that tell the ninth class from the first. */
static void
paint_hatching (cairo_t       *cr,
                const OtoRect *box,
                guint32        rgb)
{
  cairo_save (cr);
  add_box (cr, box, 0.0);
  cairo_clip (cr);
  oto_theme_set_source (cr, rgb, 0.45);
  cairo_set_line_width (cr, 1.5);
  for (double x = box->x - box->height; x < box->x + box->width; x += 6.0)
    {
      cairo_move_to (cr, x, box->y + box->height);
      cairo_line_to (cr, x + box->height, box->y);
    }
  cairo_stroke (cr);
  cairo_restore (cr);
}

static void
paint_name (cairo_t             *cr,
            const char          *name,
            guint32              rgb,
            gint64               ground,
            const OtoRect       *box,
            const OtoRect       *lane,
            const OtoPaintStyle *style)
{
  /* Of an event that is half outside, the visible part is named; a name that does not fit is left
   * out. */
  double left = MAX (box->x, lane->x) + 5.0;
  double right = MIN (box->x + box->width, lane->x + lane->width) - 4.0;
  OtoTextLook look = {
    .rgb = rgb, .size_px = CLAMP (box->height * 0.75, style->font_px * 0.7, style->font_px),
    .is_bold = TRUE, .align_y = 0.5,
  };
  double width = oto_text_painter_measure (cr, name, &look, style);

  if (width > right - left || box->height < MIN_TEXT_ROW_PX)
    return;
  /* Hatching would run through the letters. */
  if (ground >= 0)
    {
      oto_theme_set_source (cr, (guint32) ground, 1.0);
      cairo_rectangle (cr, left - 2.0, box->y, width + 4.0, box->height);
      cairo_fill (cr);
    }
  oto_text_painter_paint (cr, name, left, box->y + box->height / 2.0, &look, style);
}

/**
 * oto_lane_painter_is_matched:
 * @event: an event with times
 * @other: what it is held against
 *
 * Returns: whether @other has an event of the same class that overlaps @event in time
 */
gboolean
oto_lane_painter_is_matched (const OtoEvent *event,
                             OtoEventList   *other)
{
  for (guint i = 0; i < oto_event_list_get_n (other); i++)
    {
      const OtoEvent *candidate = oto_event_list_get (other, i);

      if (candidate->onset_s < event->offset_s && event->onset_s < candidate->offset_s
          && oto_class_map_is_same (event->label, candidate->label))
        return TRUE;
    }

  return FALSE;
}

static const char *
get_mark (OtoLaneLook look,
          gboolean    is_matched)
{
  if (look == OTO_LANE_EVENTS)
    return is_matched ? "" : "! ";

  return is_matched ? "✓ " : "✗ ";
}

static void
paint_event (cairo_t             *cr,
             const OtoEvent      *event,
             OtoEventList        *other,
             OtoLaneLook          look,
             const OtoRect       *box,
             const OtoRect       *lane,
             const OtoPaintStyle *style)
{
  g_autofree char *name = oto_reading_format_class (event->label);
  gboolean is_matched = other == NULL || oto_lane_painter_is_matched (event, other);
  g_autofree char *text = g_strconcat (other != NULL ? get_mark (look, is_matched) : "",
                                                 name, NULL);
  int slot = oto_class_colors_find (style->colors, name);
  guint32 rgb = oto_theme_get_class_rgb (style->theme, slot);
  gboolean is_hatched = oto_theme_is_hatched (slot) || !is_matched;
  guint32 words = look == OTO_LANE_EVENTS ? oto_theme_get_text_on_rgb (rgb)
                                          : oto_theme_get_class_text_rgb (style->theme, slot);

  if (look == OTO_LANE_EVENTS)
    {
      add_box (cr, box, 0.0);
      oto_theme_set_source (cr, rgb, 1.0);
      cairo_fill (cr);
      if (is_hatched)
        paint_hatching (cr, box, style->theme->background);
    }
  else
    {
      add_box (cr, box, 0.75);
      oto_theme_set_source (cr, words, 1.0);
      cairo_set_line_width (cr, 1.5);
      if (is_hatched)
        cairo_set_dash (cr, (const double[]) { 4.0, 2.0 }, 2, 0.0);
      cairo_stroke (cr);
      cairo_set_dash (cr, NULL, 0, 0.0);
    }
  paint_name (cr, text, words, is_hatched && look == OTO_LANE_EVENTS ? (gint64) rgb : -1, box, lane,
              style);
}

/**
 * oto_lane_painter_paint:
 * @cr: a context
 * @events: (nullable): events of one clip; those without times are left out
 * @other: (nullable): the other lane's events, that these are held against
 * @look: filled or outlined
 * @title: (nullable): what stands left of the lane
 * @lane: the lane
 * @margin_px: room left of it
 * @start_s: time at its left edge
 * @end_s: time at its right edge
 * @style: colours and font
 *
 * Draws events as boxes with the names of their classes.
 */
void
oto_lane_painter_paint (cairo_t             *cr,
                        OtoEventList        *events,
                        OtoEventList        *other,
                        OtoLaneLook          look,
                        const char          *title,
                        const OtoRect       *lane,
                        double               margin_px,
                        double               start_s,
                        double               end_s,
                        const OtoPaintStyle *style)
{
  g_autofree int *rows = NULL;
  guint n_rows;

  g_return_if_fail (cr != NULL && lane != NULL && style != NULL);

  if (title != NULL)
    oto_text_painter_paint (cr, title, lane->x - margin_px, lane->y + lane->height / 2.0,
                            &(OtoTextLook) {
                              .rgb = style->theme->dim, .size_px = style->font_px, .align_y = 0.5,
                            }, style);
  if (events == NULL || !(end_s > start_s))
    return;

  n_rows = assign_rows (events, &rows);
  cairo_save (cr);
  cairo_rectangle (cr, lane->x, lane->y, lane->width, lane->height);
  cairo_clip (cr);
  for (guint i = 0; i < oto_event_list_get_n (events); i++)
    {
      const OtoEvent *event = oto_event_list_get (events, i);
      OtoRect box;

      if (rows[i] < 0 || event->offset_s < start_s || event->onset_s > end_s)
        continue;
      box = place_event (event, rows[i], n_rows, lane, start_s, end_s);
      paint_event (cr, event, other, look, &box, lane, style);
    }
  cairo_restore (cr);
}
