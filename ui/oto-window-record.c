/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-window-private.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <string.h>

#define SETTLE_MS   150
#define N_SETTLED   4            /* so often in a row nothing was at work */

/* --- frame times --- */

static void
before_paint_cb (GdkFrameClock *clock,
                 OtoWindow     *self)
{
  self->paint_start_us = g_get_monotonic_time ();
}

static void
after_paint_cb (GdkFrameClock *clock,
                OtoWindow     *self)
{
  const gint64 now_us = g_get_monotonic_time ();
  const gint64 frame_us = gdk_frame_clock_get_frame_time (clock);

  fprintf (self->trace,
           "{\"frame\": %" G_GINT64_FORMAT ", \"time_us\": %" G_GINT64_FORMAT
           ", \"paint_us\": %" G_GINT64_FORMAT ", \"interval_us\": %" G_GINT64_FORMAT
           ", \"busy\": %s}\n",
           gdk_frame_clock_get_frame_counter (clock), frame_us, now_us - self->paint_start_us,
           self->last_frame_us > 0 ? frame_us - self->last_frame_us : 0,
           oto_session_is_busy (self->session) ? "true" : "false");
  self->last_frame_us = frame_us;
}

static void
realized_cb (GtkWidget *widget,
             OtoWindow *self)
{
  GdkFrameClock *clock = gtk_widget_get_frame_clock (widget);

  g_signal_connect_object (clock, "before-paint", G_CALLBACK (before_paint_cb), self, 0);
  g_signal_connect_object (clock, "after-paint", G_CALLBACK (after_paint_cb), self,
                           G_CONNECT_AFTER);
}

/**
 * oto_window_start_trace:
 * @self: a window that is not on screen yet
 * @path: file for one JSON object a frame: number, time, time spent painting, time since the frame
 * before
 * @error: return location
 *
 * Records frame times until the window closes.
 *
 * Returns: %FALSE with @error set (the file cannot be written)
 */
gboolean
oto_window_start_trace (OtoWindow   *self,
                        const char  *path,
                        GError     **error)
{
  g_return_val_if_fail (OTO_IS_WINDOW (self), FALSE);
  g_return_val_if_fail (path != NULL, FALSE);

  oto_window_stop_trace (self);
  self->trace = g_fopen (path, "we");
  if (self->trace == NULL)
    {
      g_autofree char *name = g_filename_display_name (path);

      /* Translators: a file, and the system's reason. */
      g_set_error (error, OTO_IO_ERROR, OTO_IO_ERROR_WRITE,
                   _("“%s” cannot be written: %s. Choose another file for the trace."),
                   name, g_strerror (errno));

      return FALSE;
    }

  if (gtk_widget_get_realized (GTK_WIDGET (self)))
    realized_cb (GTK_WIDGET (self), self);
  else
    g_signal_connect (self, "realize", G_CALLBACK (realized_cb), self);

  return TRUE;
}

/**
 * oto_window_stop_trace:
 * @self: a window
 *
 * Closes the trace, if there is one.
 */
void
oto_window_stop_trace (OtoWindow *self)
{
  GdkFrameClock *clock = gtk_widget_get_frame_clock (GTK_WIDGET (self));

  if (self->trace == NULL)
    return;

  if (clock != NULL)
    {
      g_signal_handlers_disconnect_by_func (clock, before_paint_cb, self);
      g_signal_handlers_disconnect_by_func (clock, after_paint_cb, self);
    }
  if (fclose (g_steal_pointer (&self->trace)) != 0)
    g_printerr ("%s\n", _("The trace of frames is not complete: the disk may be full."));
}

/* --- a picture of the window --- */

static gboolean
save_picture (OtoWindow *self)
{
  GtkWidget *widget = GTK_WIDGET (self);
  const int width = gtk_widget_get_width (widget);
  const int height = gtk_widget_get_height (widget);
  g_autoptr (GdkPaintable) paintable = gtk_widget_paintable_new (widget);
  GtkSnapshot *snapshot = gtk_snapshot_new ();
  g_autoptr (GdkTexture) texture = NULL;
  g_autoptr (GBytes) bytes = NULL;
  GskRenderNode *node = NULL;

  gdk_paintable_snapshot (paintable, snapshot, width, height);
  node = gtk_snapshot_free_to_node (snapshot);
  if (node == NULL)
    return FALSE;

  texture = gsk_renderer_render_texture (gtk_native_get_renderer (GTK_NATIVE (self)), node,
                                         &GRAPHENE_RECT_INIT (0, 0, width, height));
  gsk_render_node_unref (node);

  bytes = gdk_texture_save_to_png_bytes (texture);

  return oto_file_save (self->screenshot_path, bytes, NULL);
}

static gboolean
settle_cb (gpointer user_data)
{
  OtoWindow *self = user_data;

  if (!gtk_widget_get_mapped (GTK_WIDGET (self)) || oto_session_is_busy (self->session)
      || !oto_inspect_page_is_settled (self->page))
    self->n_settled = 0;
  else
    self->n_settled++;

  if (self->n_settled < N_SETTLED)
    return G_SOURCE_CONTINUE;

  self->screenshot_id = 0;
  self->screenshot_func (self, save_picture (self), self->screenshot_data);

  return G_SOURCE_REMOVE;
}

/**
 * oto_window_save_screenshot:
 * @self: a window
 * @path: a PNG file
 * @func: told when it was saved, or could not be
 * @user_data: for @func
 *
 * Pictures the window once everything is analysed and drawn.
 */
void
oto_window_save_screenshot (OtoWindow          *self,
                            const char         *path,
                            OtoWindowSavedFunc  func,
                            gpointer            user_data)
{
  g_return_if_fail (OTO_IS_WINDOW (self));
  g_return_if_fail (path != NULL);
  g_return_if_fail (func != NULL);

  g_free (self->screenshot_path);
  self->screenshot_path = g_strdup (path);
  self->screenshot_func = func;
  self->screenshot_data = user_data;
  self->n_settled = 0;
  if (self->screenshot_id == 0)
    self->screenshot_id = g_timeout_add (SETTLE_MS, settle_cb, self);
}
