/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "audio/oto-channel.h"
#include "audio/oto-clip.h"
#include "base/oto-error.h"

#include <math.h>
#include <string.h>

static void
test_parse (void)
{
  const char * const good[] = { "mean", "left", "Right", "MID", "side", "1", "17" };
  const char * const bad[] = { "", "middle", "0", "-1", "1.5", "2 ", "99999999999" };
  const int expected[] = { OTO_CHANNEL_MEAN, OTO_CHANNEL_LEFT, OTO_CHANNEL_RIGHT, OTO_CHANNEL_MID,
                           OTO_CHANNEL_SIDE, 1, 17 };

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autofree char *name = NULL;
      int channel = -99;

      g_assert_true (oto_channel_parse (good[i], &channel));
      g_assert_cmpint (channel, ==, expected[i]);
      name = oto_channel_dup_name (channel);
      g_assert_cmpint (g_ascii_strcasecmp (name, good[i]), ==, 0);
    }
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      int channel = -99;

      g_assert_false (oto_channel_parse (bad[i], &channel));
      g_assert_cmpint (channel, ==, -99);
    }
}

static void
check (OtoClip     *clip,
       int          channel,
       const float *expected,
       gint64       n_samples)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (OtoClip) one = oto_channel_take (clip, channel, &error);
  g_autofree float *read = g_new (float, (size_t) n_samples);

  g_assert_no_error (error);
  g_assert_cmpint (oto_clip_get_n_channels (one), ==, 1);
  g_assert_cmpint (oto_clip_get_n_samples (one), ==, n_samples);
  g_assert_cmpint (oto_clip_get_rate_hz (one), ==, oto_clip_get_rate_hz (clip));
  g_assert_cmpstr (oto_clip_get_name (one), ==, oto_clip_get_name (clip));
  /* From the middle as from the start. */
  g_assert_true (oto_clip_read (one, 1, n_samples - 1, read, NULL));
  for (gint64 i = 1; i < n_samples; i++)
    g_assert_cmpfloat (read[i - 1], ==, expected[i]);
  g_assert_true (oto_clip_read (one, 0, n_samples, read, NULL));
  for (gint64 i = 0; i < n_samples; i++)
    g_assert_cmpfloat (read[i], ==, expected[i]);
}

static void
test_take (void)
{
  const float samples[] = { 0.5f, 0.25f, -1.f, 1.f, 0.f, 0.75f };
  const float left[] = { 0.5f, -1.f, 0.f }, right[] = { 0.25f, 1.f, 0.75f };
  const float mid[] = { 0.375f, 0.f, 0.375f }, side[] = { 0.125f, -1.f, -0.375f };
  g_autoptr (OtoClip) clip = oto_clip_new_from_samples ("two", samples, 3, 2, 8000);
  g_autoptr (OtoClip) mean = oto_channel_take (clip, OTO_CHANNEL_MEAN, NULL);
  g_autoptr (OtoClip) chosen = oto_channel_take (clip, OTO_CHANNEL_LEFT, NULL);
  g_autofree char *hash = oto_clip_dup_hash (clip, NULL, NULL);
  g_autofree char *chosen_hash = oto_clip_dup_hash (chosen, NULL, NULL);

  g_assert_true (mean == clip);
  check (clip, OTO_CHANNEL_LEFT, left, 3);
  check (clip, OTO_CHANNEL_RIGHT, right, 3);
  check (clip, OTO_CHANNEL_MID, mid, 3);
  check (clip, OTO_CHANNEL_SIDE, side, 3);
  check (clip, 1, left, 3);
  check (clip, 2, right, 3);
  /* Or analyses of one would be taken for those of the other. */
  g_assert_cmpstr (hash, !=, chosen_hash);
}

/* Longer than what is read at once. */
static void
test_many_channels (void)
{
  const int n_channels = 700, n_samples = 500;
  g_autofree float *samples = g_new (float, (size_t) (n_samples * n_channels));
  g_autofree float *expected = g_new (float, (size_t) n_samples);
  g_autoptr (OtoClip) clip = NULL;

  for (int i = 0; i < n_samples * n_channels; i++)
    samples[i] = (float) i / 1e6f;
  for (int i = 0; i < n_samples; i++)
    expected[i] = samples[i * n_channels + 699];
  clip = oto_clip_new_from_samples ("many", samples, n_samples, n_channels, 8000);
  check (clip, 700, expected, n_samples);
}

static void
test_not_there (void)
{
  const float samples[] = { 0.5f, 0.25f, -1.f };
  const struct { int n_channels, channel; gboolean is_there; } cases[] = {
    { 1, OTO_CHANNEL_LEFT, TRUE }, { 1, OTO_CHANNEL_RIGHT, FALSE }, { 1, OTO_CHANNEL_MID, FALSE },
    { 1, OTO_CHANNEL_SIDE, FALSE }, { 1, 1, TRUE }, { 1, 2, FALSE }, { 3, OTO_CHANNEL_RIGHT, TRUE },
    { 3, OTO_CHANNEL_SIDE, FALSE }, { 3, 3, TRUE }, { 3, 4, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (OtoClip) clip = oto_clip_new_from_samples ("few", samples, 1, cases[i].n_channels,
                                                            8000);
      g_autoptr (GError) error = NULL;
      g_autoptr (OtoClip) one = oto_channel_take (clip, cases[i].channel, &error);

      g_assert_true ((one != NULL) == cases[i].is_there);
      if (one == NULL)
        {
          g_assert_error (error, OTO_ANALYSIS_ERROR, OTO_ANALYSIS_ERROR_CLIP);
          g_assert_nonnull (strstr (error->message, "“few”"));
        }
    }
}

static void
test_not_a_number (void)
{
  const float samples[] = { NAN, 0.25f, -1.f, 0.5f };
  g_autoptr (OtoClip) clip = oto_clip_new_from_samples ("nan", samples, 2, 2, 8000);
  g_autoptr (OtoClip) left = oto_channel_take (clip, OTO_CHANNEL_LEFT, NULL);
  g_autoptr (OtoClip) right = oto_channel_take (clip, OTO_CHANNEL_RIGHT, NULL);
  float read[2];

  g_assert_true (oto_clip_read (left, 0, 2, read, NULL));
  g_assert_true (oto_clip_read (right, 0, 2, read, NULL));
  g_assert_cmpuint (oto_clip_get_n_invalid (left), ==, 1);
  g_assert_cmpuint (oto_clip_get_n_invalid (right), ==, 0);
}

/* Crossed wires are told; sounds that have nothing to do with each other, one silent channel, and
 * silence are not. */
static void
test_cancelling (void)
{
  const struct { float second; gboolean is_cancelling; } cases[] = {
    { -1.f, TRUE }, { -0.9f, TRUE }, { -0.5f, FALSE }, { 0.f, FALSE }, { 1.f, FALSE },
  };
  float samples[2000], read[2000];

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (OtoClip) clip = NULL;
      g_autoptr (OtoClip) left = NULL;

      for (int t = 0; t < 1000; t++)
        {
          samples[2 * t] = 0.5f * sinf (0.1f * (float) t);
          samples[2 * t + 1] = cases[i].second * samples[2 * t];
        }
      clip = oto_clip_new_from_samples ("pair", samples, 1000, 2, 8000);
      g_assert_false (oto_clip_is_cancelling (clip));
      g_assert_true (oto_clip_read (clip, 0, 600, read, NULL));
      g_assert_true (oto_clip_read (clip, 400, 600, read, NULL));
      g_assert_true (oto_clip_is_cancelling (clip) == cases[i].is_cancelling);
      left = oto_channel_take (clip, OTO_CHANNEL_LEFT, NULL);
      g_assert_true (oto_clip_read (left, 0, 1000, read, NULL));
      g_assert_false (oto_clip_is_cancelling (left));
    }

  memset (samples, 0, sizeof samples);
  {
    g_autoptr (OtoClip) silence = oto_clip_new_from_samples ("zeros", samples, 1000, 2, 8000);

    g_assert_true (oto_clip_read (silence, 0, 1000, read, NULL));
    g_assert_false (oto_clip_is_cancelling (silence));
  }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/audio/channel/parse", test_parse);
  g_test_add_func ("/audio/channel/take", test_take);
  g_test_add_func ("/audio/channel/many-channels", test_many_channels);
  g_test_add_func ("/audio/channel/not-there", test_not_there);
  g_test_add_func ("/audio/channel/not-a-number-is-counted", test_not_a_number);
  g_test_add_func ("/audio/channel/cancelling", test_cancelling);
  return g_test_run ();
}
