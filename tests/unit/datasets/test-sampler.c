/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test.h"

#include <string.h>

#define N_CLIPS   7
#define N_CLASSES 4
#define SEED      15213

/* Class 0 has clips 0, 1, 3, 5; class 1 has 1, 6; class 2 has none; class 3 has 3. Clips 2 and 4
 * have no label. */
static const guint label_ends[N_CLIPS] = { 1, 3, 3, 5, 5, 6, 7 };
static const guint labels[] = { 0, 0, 1, 0, 3, 0, 1 };

static gboolean
has_label (guint32 clip,
           guint   k)
{
  for (guint i = clip > 0 ? label_ends[clip - 1] : 0; i < label_ends[clip]; i++)
    if (labels[i] == k)
      return TRUE;
  return FALSE;
}

static OtoSampler *
make (OtoSampling sampling,
      guint64     seed)
{
  g_autoptr (GError) error = NULL;
  OtoSampler *sampler = oto_sampler_new (sampling, N_CLASSES, N_CLIPS, label_ends, labels, seed,
                                         &error);

  g_assert_no_error (error);
  return sampler;
}

static void
test_shuffle_has_every_clip_once (void)
{
  g_autoptr (OtoSampler) sampler = make (OTO_SAMPLING_SHUFFLE, SEED);
  guint32 first[N_CLIPS];

  for (guint epoch = 1; epoch <= 20; epoch++)
    {
      guint32 order[N_CLIPS];
      guint n_times[N_CLIPS] = { 0 };

      oto_sampler_fill_epoch (sampler, epoch, N_CLIPS, order);
      for (int i = 0; i < N_CLIPS; i++)
        n_times[order[i]]++;
      for (int i = 0; i < N_CLIPS; i++)
        g_assert_cmpuint (n_times[i], ==, 1);
      if (epoch == 1)
        memcpy (first, order, sizeof first);
      if (epoch == 2)
        g_assert_cmpint (memcmp (first, order, sizeof first), !=, 0);
    }
}

/* With the last batch dropped an epoch is the beginning of the same order. */
static void
test_shuffle_can_be_cut (void)
{
  g_autoptr (OtoSampler) sampler = make (OTO_SAMPLING_SHUFFLE, SEED);
  guint32 whole[N_CLIPS], cut[N_CLIPS - 2];

  oto_sampler_fill_epoch (sampler, 3, N_CLIPS, whole);
  oto_sampler_fill_epoch (sampler, 3, N_CLIPS - 2, cut);
  g_assert_cmpmem (cut, sizeof cut, whole, sizeof cut);
}

/* Three classes have clips: three items are a round, in which each of them has one turn. Turns are
 * told by clips, where a clip of two classes may stand for either. */
static void
test_balanced_rounds (void)
{
  g_autoptr (OtoSampler) sampler = make (OTO_SAMPLING_BALANCED, SEED);
  guint32 order[3 * 40];
  guint n_times[N_CLIPS] = { 0 };

  oto_sampler_fill_epoch (sampler, 1, G_N_ELEMENTS (order), order);
  for (guint i = 0; i < G_N_ELEMENTS (order); i++)
    n_times[order[i]]++;
  for (guint round = 0; round < 40; round++)
    {
      guint n_of_class[N_CLASSES] = { 0 };

      for (guint i = 3 * round; i < 3 * round + 3; i++)
        for (guint k = 0; k < N_CLASSES; k++)
          n_of_class[k] += has_label (order[i], k);
      g_assert_true (n_of_class[0] >= 1 && n_of_class[1] >= 1 && n_of_class[3] >= 1);
    }
  /* Class 0 comes 40 times, ten times to each of its clips, class 1 twenty times to each of two,
   * class 3 forty times to the one it has. */
  g_assert_cmpuint (n_times[0], ==, 10);
  g_assert_cmpuint (n_times[1], ==, 10 + 20);
  g_assert_cmpuint (n_times[3], ==, 10 + 40);
  g_assert_cmpuint (n_times[5], ==, 10);
  g_assert_cmpuint (n_times[6], ==, 20);
  g_assert_cmpuint (n_times[2] + n_times[4], ==, 0);
}

/* Epochs that end within a round and within a pass are the pieces of one long epoch. */
static void
check_resumes (OtoSampling sampling)
{
  g_autoptr (OtoSampler) one = make (sampling, SEED), other = make (sampling, SEED);
  guint32 whole[11 * 9], piece[11];

  oto_sampler_fill_epoch (one, 1, G_N_ELEMENTS (whole), whole);
  for (guint epoch = 9; epoch >= 1; epoch--)
    {
      oto_sampler_fill_epoch (other, epoch, 11, piece);
      g_assert_cmpmem (piece, sizeof piece, whole + 11 * (epoch - 1), sizeof piece);
    }
}

static void
test_epochs_follow_each_other (void)
{
  check_resumes (OTO_SAMPLING_BALANCED);
  check_resumes (OTO_SAMPLING_QUOTA);
}

static void
test_same_seed_same_order (void)
{
  for (int sampling = OTO_SAMPLING_SHUFFLE; sampling <= OTO_SAMPLING_QUOTA; sampling++)
    {
      g_autoptr (OtoSampler) one = make (sampling, 7), same = make (sampling, 7);
      g_autoptr (OtoSampler) other = make (sampling, 8);
      guint32 order[3][N_CLIPS * 2];
      const guint n = sampling == OTO_SAMPLING_SHUFFLE ? N_CLIPS : N_CLIPS * 2;

      oto_sampler_fill_epoch (one, 5, n, order[0]);
      oto_sampler_fill_epoch (same, 5, n, order[1]);
      oto_sampler_fill_epoch (other, 5, n, order[2]);
      g_assert_cmpmem (order[0], n * sizeof **order, order[1], n * sizeof **order);
      g_assert_cmpint (memcmp (order[0], order[2], n * sizeof **order), !=, 0);
    }
}

/* Clips of one label each, so many of every class that all quotas occur, at their bounds. */
static void
test_quotas (void)
{
  static const guint sizes[] = { 1, 999, 1000, 1999, 2000, 3999, 4000, 9000 };
  static const guint quotas[] = { 1, 1, 2, 2, 3, 4, 5, 5 };
  enum { N = G_N_ELEMENTS (sizes), ROUND = 23, N_ROUNDS = 300 };
  g_autoptr (GArray) ends = g_array_new (FALSE, FALSE, sizeof (guint));
  g_autoptr (GArray) classes = g_array_new (FALSE, FALSE, sizeof (guint));
  g_autofree guint32 *order = g_new (guint32, ROUND * N_ROUNDS);
  g_autoptr (OtoSampler) sampler = NULL;
  guint n_turns[N] = { 0 };

  for (guint k = 0; k < N; k++)
    for (guint i = 0; i < sizes[k]; i++)
      {
        g_array_append_val (classes, k);
        g_array_append_val (ends, classes->len);
      }
  sampler = oto_sampler_new (OTO_SAMPLING_QUOTA, N, ends->len,
                             (const guint *) (gpointer) ends->data,
                             (const guint *) (gpointer) classes->data, SEED, NULL);
  oto_sampler_fill_epoch (sampler, 2, ROUND * N_ROUNDS, order);
  for (guint i = 0; i < ROUND * N_ROUNDS; i++)
    n_turns[g_array_index (classes, guint, order[i])]++;
  for (guint k = 0; k < N; k++)
    g_assert_cmpuint (n_turns[k], ==, quotas[k] * N_ROUNDS);
}

/* A class comes to all of its clips before it comes to one again. */
static void
test_passes_are_whole (void)
{
  enum { N = 6 };
  const guint ends[N] = { 1, 2, 3, 4, 5, 6 }, all_0[N] = { 0 };
  g_autoptr (OtoSampler) sampler = oto_sampler_new (OTO_SAMPLING_BALANCED, 1, N, ends, all_0, SEED,
                                                    NULL);
  guint32 order[N * 10];
  gboolean differs = FALSE;

  oto_sampler_fill_epoch (sampler, 1, N * 10, order);
  for (int pass = 0; pass < 10; pass++)
    {
      guint seen = 0;

      for (int i = 0; i < N; i++)
        seen |= 1u << order[N * pass + i];
      g_assert_cmpuint (seen, ==, (1u << N) - 1);
      differs |= memcmp (order, order + N * pass, N * sizeof *order) != 0;
    }
  g_assert_true (differs);
}

static void
test_without_labels_is_an_error (void)
{
  const guint none[2] = { 0, 0 };

  for (int sampling = OTO_SAMPLING_BALANCED; sampling <= OTO_SAMPLING_QUOTA; sampling++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (oto_sampler_new (sampling, 3, 2, none, NULL, SEED, &error));
      g_assert_error (error, OTO_DATASETS_ERROR, OTO_DATASETS_ERROR_LAYOUT);
    }
}

static void
test_without_clips_is_an_error (void)
{
  for (int sampling = OTO_SAMPLING_SHUFFLE; sampling <= OTO_SAMPLING_QUOTA; sampling++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (oto_sampler_new (sampling, 3, 0, NULL, NULL, SEED, &error));
      g_assert_error (error, OTO_DATASETS_ERROR, OTO_DATASETS_ERROR_FOLD);
    }
}

static void
put (const char *dir,
     const char *name,
     const char *text)
{
  g_autofree char *path = g_build_filename (dir, name, NULL);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

/* Items are places in the list of clips, not clips of the data set. */
static void
test_dataset (void)
{
  char *dir = oto_test_make_dir ();
  g_autoptr (GArray) clips = g_array_new (FALSE, FALSE, sizeof (guint));
  g_autoptr (OtoSampler) sampler = NULL;
  g_autoptr (OtoDataset) dataset = NULL;
  const guint last = 2, first = 0;
  guint32 order[20];
  guint n_times[2] = { 0 };

  put (dir, "a.wav", "");
  put (dir, "b.wav", "");
  put (dir, "c.wav", "");
  put (dir, "labels.tsv", "filename\tevent_labels\na.wav\tBark\nb.wav\tMeow\nc.wav\tBark,Meow\n");
  dataset = oto_dataset_load (dir, NULL);
  g_assert_nonnull (dataset);
  g_array_append_val (clips, last);
  g_array_append_val (clips, first);

  sampler = oto_sampler_new_for_dataset (OTO_SAMPLING_BALANCED, dataset, clips, SEED, NULL);
  oto_sampler_fill_epoch (sampler, 1, 20, order);
  for (int i = 0; i < 20; i++)
    n_times[order[i]]++;
  /* Ten times Meow, which is c; ten times Bark, which is c or a. */
  g_assert_cmpuint (n_times[0], ==, 15);
  g_assert_cmpuint (n_times[1], ==, 5);
  oto_test_remove_dir (dir);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/datasets/sampler/shuffle/every-clip-once", test_shuffle_has_every_clip_once);
  g_test_add_func ("/datasets/sampler/shuffle/can-be-cut", test_shuffle_can_be_cut);
  g_test_add_func ("/datasets/sampler/balanced/rounds", test_balanced_rounds);
  g_test_add_func ("/datasets/sampler/epochs-follow-each-other", test_epochs_follow_each_other);
  g_test_add_func ("/datasets/sampler/same-seed-same-order", test_same_seed_same_order);
  g_test_add_func ("/datasets/sampler/quota/by-clips", test_quotas);
  g_test_add_func ("/datasets/sampler/passes-are-whole", test_passes_are_whole);
  g_test_add_func ("/datasets/sampler/without-labels-is-an-error",
                   test_without_labels_is_an_error);
  g_test_add_func ("/datasets/sampler/without-clips-is-an-error", test_without_clips_is_an_error);
  g_test_add_func ("/datasets/sampler/dataset", test_dataset);
  return g_test_run ();
}
