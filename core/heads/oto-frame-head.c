/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "heads/oto-frame-head.h"

/* It computes nothing: clip probabilities, scores and weights are edges of the network. */

/* Where the edges of a specification stand among those of the head. */
#define ATT       0
#define FRAMES    1
#define MORE_ATTS (FRAMES + OTO_FRAME_HEAD_MAX_MAPS)

G_STATIC_ASSERT (MORE_ATTS + OTO_FRAME_HEAD_MAX_MAPS - 1 <= OTO_HEAD_MAX_SHOWN);

/* The value of class @k at a frame: of the step that the frame is in, or the largest of those that
 * cover it. */
static float
get_frame_value (const OtoHead *head,
                 const OtoEdge *edge,
                 const float   *clip,
                 int            frame,
                 int            k)
{
  const int n_steps = edge->shape.n_frames, n_channels = edge->shape.n_channels;
  const int step_frames = oto_head_get_frames_of_step (head, edge->shape.n_frames);
  const int channel = n_channels == 1 ? 0 : k;
  const int last = MIN (frame / step_frames, n_steps - 1);
  float value = clip[(size_t) last * n_channels + channel];

  for (int s = last - 1; s >= 0 && s * step_frames + head->support_frames > frame; s--)
    value = MAX (value, clip[(size_t) s * n_channels + channel]);
  return value;
}

static void
get_scores (const OtoHead *head,
            int            n,
            int            k,
            float         *ret_scores)
{
  const int n_frames = oto_graph_get_input (head->clip_prob->writer->graph)->shape.n_frames;
  int n_maps = 0;

  for (int t = 0; t < n_frames; t++)
    ret_scores[t] = 0.f;
  for (int i = FRAMES; i < MORE_ATTS && head->shown[i] != NULL; i++, n_maps++)
    {
      const OtoEdge *edge = head->shown[i];
      const float *clip = edge->plain + oto_edge_get_clip_pos (edge, n);

      for (int t = 0; t < n_frames; t++)
        ret_scores[t] += get_frame_value (head, edge, clip, t, k);
    }
  for (int t = 0; t < n_frames; t++)
    ret_scores[t] /= (float) n_maps;
}

/* Divides weights by their sum; none weigh alike. */
static void
normalise (float *weights,
           int    n_frames)
{
  double sum = 0.0;

  for (int t = 0; t < n_frames; t++)
    sum += weights[t];
  for (int t = 0; t < n_frames; t++)
    weights[t] = sum > 0.0 ? (float) (weights[t] / sum) : 1.f / (float) n_frames;
}

/* Adds an attention divided by its sum over the frames. */
static void
add_time_att (const OtoHead *head,
              const OtoEdge *att,
              int            n,
              int            k,
              float         *weights)
{
  const float *clip = att->plain + oto_edge_get_clip_pos (att, n);
  const int n_frames = oto_graph_get_input (head->clip_prob->writer->graph)->shape.n_frames;
  double sum = 0.0;

  for (int t = 0; t < n_frames; t++)
    sum += get_frame_value (head, att, clip, t, k);
  for (int t = 0; t < n_frames && sum > 0.0; t++)
    weights[t] += (float) (get_frame_value (head, att, clip, t, k) / sum);
}

static void
get_time_att (const OtoHead *head,
              int            n,
              int            k,
              float         *ret_weights)
{
  const int n_frames = oto_graph_get_input (head->clip_prob->writer->graph)->shape.n_frames;

  if (head->shown[ATT] == NULL)
    get_scores (head, n, k, ret_weights);
  else
    {
      for (int t = 0; t < n_frames; t++)
        ret_weights[t] = 0.f;
      add_time_att (head, head->shown[ATT], n, k, ret_weights);
      for (int i = MORE_ATTS; i < OTO_HEAD_MAX_SHOWN && head->shown[i] != NULL; i++)
        add_time_att (head, head->shown[i], n, k, ret_weights);
    }
  normalise (ret_weights, n_frames);
}

static void
get_class_map (const OtoHead *head,
               OtoPass       *pass,
               OtoMap         map,
               int            n,
               int            k,
               float         *ret_values)
{
  switch ((guint) map)
    {
    case OTO_MAP_STEP1:
      get_scores (head, n, k, ret_values);
      break;
    case OTO_MAP_TIME_ATT:
      get_time_att (head, n, k, ret_values);
      break;
    default:
      g_assert_not_reached ();
    }
}

#define MAPS (OTO_MAP_STEP1 | OTO_MAP_TIME_ATT | OTO_MAP_CLIP_PROB)

static const OtoHeadFuncs clip_funcs =
{
  .name = "clip scores", .maps = OTO_MAP_CLIP_PROB, .has_exact_positions = TRUE,
};
static const OtoHeadFuncs implied_funcs =
{
  .name = "frame scores", .maps = MAPS, .has_exact_positions = TRUE,
  .get_class_map = get_class_map,
};
static const OtoHeadFuncs derived_funcs =
{
  .name = "derived frame scores", .maps = MAPS, .has_exact_positions = TRUE,
  .get_class_map = get_class_map,
};
static const OtoHeadFuncs learned_funcs =
{
  .name = "frame attention", .maps = MAPS, .has_exact_positions = TRUE,
  .has_learned_time_att = TRUE, .get_class_map = get_class_map,
};
static const OtoHeadFuncs shared_funcs =
{
  .name = "shared frame attention", .maps = MAPS, .has_exact_positions = TRUE,
  .has_learned_time_att = TRUE, .has_shared_time_att = TRUE, .get_class_map = get_class_map,
};

static const OtoHeadFuncs *
choose_funcs (const OtoFrameHeadSpec *spec)
{
  if (spec->frames[0] == NULL)
    return &clip_funcs;
  if (spec->att == NULL || !spec->is_att_learned)
    return spec->is_derived ? &derived_funcs : &implied_funcs;
  return spec->att->shape.n_channels == 1 ? &shared_funcs : &learned_funcs;
}

/**
 * oto_frame_head_new: (skip)
 * @graph: a graph
 * @spec: what is read where
 *
 * Returns: the head
 */
OtoHead
oto_frame_head_new (OtoGraph               *graph,
                    const OtoFrameHeadSpec *spec)
{
  OtoHead self = {
    .funcs = choose_funcs (spec), .clip_prob = spec->clip_prob,
    .step_frames = spec->step_frames, .support_frames = spec->support_frames,
  };

  self.shown[ATT] = spec->att;
  for (guint i = 0; i < OTO_FRAME_HEAD_MAX_MAPS; i++)
    self.shown[FRAMES + i] = spec->frames[i];
  for (guint i = 0; i + 1 < OTO_FRAME_HEAD_MAX_MAPS; i++)
    self.shown[MORE_ATTS + i] = spec->more_atts[i];
  for (guint i = 0; i < OTO_HEAD_MAX_SHOWN; i++)
    if (self.shown[i] != NULL)
      oto_graph_show_edge (graph, self.shown[i]);
  return self;
}
