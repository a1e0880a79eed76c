/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "models/oto-model-config.h"

#include "base/oto-error.h"
#include "features/oto-scaler.h"
#include "models/oto-model-config-private.h"

#include <math.h>
#include <string.h>

/* What a file or a user may ask for. The products stay far below what overflows. */
#define MAX_CLASSES    4096
#define MAX_FRAMES     4096
#define MAX_CHANNELS   2048
#define MAX_WIDTH      8.0
#define MAX_ALPHA      1e6
#define MAX_PARAMS_LEN (G_GUINT64_CONSTANT (1) << 28)   /* 1 GiB of weights */
#define MAX_MAP_LEN    (G_GUINT64_CONSTANT (1) << 28)   /* 1 GiB for one map of one window */

/* Channels at width 1: systems.md 3.1 to 3.3. */
static const int vgg8_channels[OTO_MODEL_N_BLOCKS] = { 32, 64, 128, 128 };
static const int vgg8_ap_channels[OTO_MODEL_N_BLOCKS] = { 32, 64, 128, 256 };
static const int decoder_channels[OTO_MODEL_N_BLOCKS] = { 128, 64, 32, 1 };

static void
scale_channels (const int *channels,
                double     width,
                int       *ret_channels)
{
  for (int b = 0; b < OTO_MODEL_N_BLOCKS; b++)
    ret_channels[b] = channels[b] == 1 ? 1 : MAX (1, (int) lround (channels[b] * width));
}

/**
 * oto_model_config_init:
 * @self: (out caller-allocates): a configuration
 * @system: a row of the table of systems
 * @n_classes: number of classes (K)
 * @n_frames: frames of one window (T)
 * @n_mels: mel bins (F)
 * @width: factor on the published numbers of channels
 * @error: return location
 *
 * Fills in the defaults of @system and validates them.
 *
 * Returns: whether the configuration can be built
 */
gboolean
oto_model_config_init (OtoModelConfig  *self,
                       const OtoSystem *system,
                       int              n_classes,
                       int              n_frames,
                       int              n_mels,
                       double           width,
                       GError         **error)
{
  OtoModelConfig config = { 0 };

  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (system != NULL, FALSE);

  if (!(width > 0.0 && width <= MAX_WIDTH))
    {
      g_set_error (error, OTO_MODELS_ERROR, OTO_MODELS_ERROR_MISMATCH,
                   "A width of %g is not possible: choose one above 0, up to %g.",
                   width, MAX_WIDTH);
      return FALSE;
    }

  config.system = system;
  config.pooling_form = OTO_POOLING_FORM_RELEASED;
  config.n_classes = n_classes;
  config.n_frames = n_frames;
  config.n_mels = n_mels;
  config.width = width;
  config.alpha = system->alpha;
  config.gwrp_decay = system->gwrp_decay;
  scale_channels (system->encoder == OTO_ENCODER_VGG8 ? vgg8_channels : vgg8_ap_channels,
                  width, config.enc_channels);
  if (system->has_decoder)
    scale_channels (decoder_channels, width, config.dec_channels);

  if (!oto_model_config_validate (&config, error))
    return FALSE;
  *self = config;
  return TRUE;
}

static gboolean
check_range (const char *what,
             double      value,
             double      low,
             double      high,
             GError    **error)
{
  if (value >= low && value <= high)
    return TRUE;
  g_set_error (error, OTO_MODELS_ERROR, OTO_MODELS_ERROR_MISMATCH,
               "The model's %s is %g; it must be from %g to %g.", what, value, low, high);
  return FALSE;
}

static gboolean
check_channels (const OtoModelConfig *self,
                GError              **error)
{
  for (int b = 0; b < OTO_MODEL_N_BLOCKS; b++)
    {
      if (!check_range ("number of encoder channels", self->enc_channels[b], 1, MAX_CHANNELS,
                        error))
        return FALSE;
      if (oto_model_config_has_decoder (self) &&
          !check_range ("number of decoder channels", self->dec_channels[b], 1, MAX_CHANNELS,
                        error))
        return FALSE;
      if (!self->system->has_decoder && self->dec_channels[b] != 0)
        {
          g_set_error (error, OTO_MODELS_ERROR, OTO_MODELS_ERROR_MISMATCH,
                       "The system “%s” has no decoder, but the model names channels of one.",
                       self->system->name);
          return FALSE;
        }
    }
  if (oto_model_config_has_decoder (self) && self->dec_channels[OTO_MODEL_N_BLOCKS - 1] != 1)
    {
      g_set_error (error, OTO_MODELS_ERROR, OTO_MODELS_ERROR_MISMATCH,
                   "The decoder's last block has %d channels; it must have 1, the reconstruction.",
                   self->dec_channels[OTO_MODEL_N_BLOCKS - 1]);
      return FALSE;
    }
  return TRUE;
}

static gboolean
check_memory (const OtoModelConfig *self,
              GError              **error)
{
  g_autofree OtoParam *params = NULL;
  guint64 map_len;
  size_t params_len;
  guint n;
  int max_channels = self->n_classes;

  for (int b = 0; b < OTO_MODEL_N_BLOCKS; b++)
    max_channels = MAX (max_channels, MAX (self->enc_channels[b], self->dec_channels[b]));
  map_len = (guint64) self->n_frames * self->n_mels * max_channels;

  params = oto_model_config_list_params (self, &n, &params_len, NULL);
  if (params_len <= MAX_PARAMS_LEN && map_len <= MAX_MAP_LEN)
    return TRUE;
  g_set_error (error, OTO_MODELS_ERROR, OTO_MODELS_ERROR_MISMATCH,
               "A network with %" G_GSIZE_FORMAT " weights and maps of %" G_GUINT64_FORMAT
               " values is too large. Choose a smaller width or shorter windows.",
               params_len, map_len);
  return FALSE;
}

/**
 * oto_model_config_validate:
 * @self: a configuration, possibly read from a file
 * @error: return location
 *
 * Checks ranges, and that the memory which they imply is within reason.
 *
 * Returns: whether a network of this configuration can be built
 */
gboolean
oto_model_config_validate (const OtoModelConfig *self,
                           GError              **error)
{
  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (self->system != NULL, FALSE);

  if (self->pooling_form != OTO_POOLING_FORM_RELEASED &&
      self->system->head != OTO_HEAD_TWO_STEP)
    {
      g_set_error (error, OTO_MODELS_ERROR, OTO_MODELS_ERROR_SYSTEM,
                   "The system “%s” has one form of pooling only; leave the pooling form out.",
                   self->system->name);
      return FALSE;
    }
  return check_range ("number of classes", self->n_classes, 1, MAX_CLASSES, error) &&
         check_range ("number of frames", self->n_frames, 1, MAX_FRAMES, error) &&
         check_range ("number of mel bins", self->n_mels, 1, OTO_SCALER_MAX_MELS, error) &&
         check_range ("width", self->width, 1e-6, 1e6, error) &&
         check_range ("reconstruction weight (alpha)", self->alpha, 0.0, MAX_ALPHA, error) &&
         check_range ("rank pooling decay", self->gwrp_decay, 0.0, 1.0, error) &&
         check_channels (self, error) &&
         check_memory (self, error);
}

/**
 * oto_model_config_has_decoder:
 * @self: a configuration
 *
 * Returns: whether the network has decoder weights, trained or not
 */
gboolean
oto_model_config_has_decoder (const OtoModelConfig *self)
{
  return self->system->has_decoder && self->dec_channels[0] > 0;
}

/**
 * oto_model_config_get_maps:
 * @self: a configuration
 *
 * A decoder that was left out of training has nothing to show.
 *
 * Returns: the #OtoMap flags that a network of this configuration can show
 */
guint
oto_model_config_get_maps (const OtoModelConfig *self)
{
  guint maps = self->system->maps;

  if (!oto_model_config_has_decoder (self) || self->alpha == 0.0)
    maps &= ~OTO_MAP_RECON;
  return maps;
}

/* The list of parameters while it is made. */
typedef struct
{
  GArray *params;
  size_t  params_len;
  size_t  buffers_len;
} ParamList;

static void
list_add (ParamList    *list,
          const char   *prefix,
          const char   *name,
          gboolean      is_buffer,
          OtoParamInit  init,
          double        init_bound,
          int           n_dims,
          const gint64 *shape)
{
  OtoParam param = { .n_dims = n_dims, .is_buffer = is_buffer, .init = init };
  size_t *len = is_buffer ? &list->buffers_len : &list->params_len;

  g_snprintf (param.name, sizeof param.name, "%s%s", prefix, name);
  param.init_bound = init_bound;
  param.pos = *len;
  param.len = 1;
  for (int d = 0; d < n_dims; d++)
    {
      param.shape[d] = shape[d];
      param.len *= (size_t) shape[d];
    }
  *len += param.len;
  g_array_append_val (list->params, param);
}

static void
list_add_conv (ParamList  *list,
               const char *prefix,
               const char *name,
               int         c_in,
               int         c_out,
               int         kernel)
{
  const gint64 shape[4] = { c_out, c_in, kernel, kernel };

  /* He's uniform bound: sqrt (6 / fan_in). */
  list_add (list, prefix, name, FALSE, OTO_PARAM_INIT_UNIFORM,
            sqrt (6.0 / ((double) c_in * kernel * kernel)), 4, shape);
}

static void
list_add_vector (ParamList    *list,
                 const char   *prefix,
                 const char   *name,
                 gboolean      is_buffer,
                 OtoParamInit  init,
                 double        init_bound,
                 int           len)
{
  const gint64 shape[1] = { len };

  list_add (list, prefix, name, is_buffer, init, init_bound, 1, shape);
}

/* Four blocks of (conv 3x3, BN, ReLU) x 2. The order in a block is that of the reference data. */
static void
list_add_blocks (ParamList  *list,
                 const char *prefix_format,
                 int         c_in,
                 const int  *channels)
{
  for (int b = 0; b < OTO_MODEL_N_BLOCKS; b++)
    {
      const int c_out = channels[b];
      char prefix[32];

      g_snprintf (prefix, sizeof prefix, "%s%d.", prefix_format, b + 1);
      list_add_conv (list, prefix, "conv1.weight", c_in, c_out, 3);
      list_add_conv (list, prefix, "conv2.weight", c_out, c_out, 3);
      list_add_vector (list, prefix, "bn1.weight", FALSE, OTO_PARAM_INIT_CONSTANT, 1.0, c_out);
      list_add_vector (list, prefix, "bn1.bias", FALSE, OTO_PARAM_INIT_CONSTANT, 0.0, c_out);
      list_add_vector (list, prefix, "bn2.weight", FALSE, OTO_PARAM_INIT_CONSTANT, 1.0, c_out);
      list_add_vector (list, prefix, "bn2.bias", FALSE, OTO_PARAM_INIT_CONSTANT, 0.0, c_out);
      list_add_vector (list, prefix, "bn1.running_mean", TRUE, OTO_PARAM_INIT_CONSTANT, 0.0, c_out);
      list_add_vector (list, prefix, "bn1.running_var", TRUE, OTO_PARAM_INIT_CONSTANT, 1.0, c_out);
      list_add_vector (list, prefix, "bn2.running_mean", TRUE, OTO_PARAM_INIT_CONSTANT, 0.0, c_out);
      list_add_vector (list, prefix, "bn2.running_var", TRUE, OTO_PARAM_INIT_CONSTANT, 1.0, c_out);
      c_in = c_out;
    }
}

/* One of the four linear maps of two-step attention, (size, size) and (size). */
static void
list_add_linear (ParamList            *list,
                 const OtoModelConfig *config,
                 const char           *name,
                 gboolean              is_att,
                 gboolean              is_second_step)
{
  const gboolean is_local = config->system->head == OTO_HEAD_TWO_STEP_LOCAL;
  const int size = is_local ? config->n_classes
                            : is_second_step ? config->n_frames : config->n_mels;
  const gint64 shape[2] = { size, size };
  g_autofree char *prefix = g_strdup_printf ("dsa.fc_%s.", name);

  if (is_local)
    {
      /* systems.md 6.0: A = I + noise, B = 4 I + noise, and classes that start out unlikely. */
      list_add (list, prefix, "weight", FALSE, OTO_PARAM_INIT_IDENTITY, is_second_step ? 4.0 : 1.0,
                2, shape);
      list_add_vector (list, prefix, "bias", FALSE, OTO_PARAM_INIT_CONSTANT,
                       is_att ? 0.0 : -2.0, size);
    }
  else
    {
      const double bound = 1.0 / sqrt (size);

      list_add (list, prefix, "weight", FALSE, OTO_PARAM_INIT_UNIFORM, bound, 2, shape);
      list_add_vector (list, prefix, "bias", FALSE, OTO_PARAM_INIT_UNIFORM, bound, size);
    }
}

/**
 * oto_model_config_list_params:
 * @self: a configuration
 * @ret_n: (out): length of the list
 * @ret_params_len: (out) (optional): floats of the parameter block
 * @ret_buffers_len: (out) (optional): floats of the buffer block
 *
 * Lists every tensor of the network, in the order of its blocks: encoder, class convolution,
 * decoder, pooling. Names are those of the released checkpoints.
 *
 * Returns: (transfer full) (array length=ret_n): the tensors; free with g_free()
 */
OtoParam *
oto_model_config_list_params (const OtoModelConfig *self,
                              guint                *ret_n,
                              size_t               *ret_params_len,
                              size_t               *ret_buffers_len)
{
  const int c_last = self->enc_channels[OTO_MODEL_N_BLOCKS - 1];
  ParamList list = { g_array_new (FALSE, FALSE, sizeof (OtoParam)), 0, 0 };

  if (self->system->encoder == OTO_ENCODER_VGG8)
    {
      list_add_blocks (&list, "block", 1, self->enc_channels);
      list_add_conv (&list, "", "final_conv.weight", c_last, self->n_classes, 1);
      list_add_vector (&list, "", "final_conv.bias", FALSE, OTO_PARAM_INIT_CONSTANT, 0.0,
                       self->n_classes);
    }
  else
    {
      list_add_blocks (&list, "enc.cb", 1, self->enc_channels);
      list_add_conv (&list, "", "enc.class_conv.weight", c_last, self->n_classes, 1);
      list_add_vector (&list, "", "enc.class_conv.bias", FALSE, OTO_PARAM_INIT_CONSTANT, 0.0,
                       self->n_classes);
      if (oto_model_config_has_decoder (self))
        list_add_blocks (&list, "dec.cb", c_last, self->dec_channels);
      list_add_linear (&list, self, "mel_prob", FALSE, FALSE);
      list_add_linear (&list, self, "mel_att", TRUE, FALSE);
      list_add_linear (&list, self, "time_prob", FALSE, TRUE);
      list_add_linear (&list, self, "time_att", TRUE, TRUE);
    }

  *ret_n = list.params->len;
  if (ret_params_len != NULL)
    *ret_params_len = list.params_len;
  if (ret_buffers_len != NULL)
    *ret_buffers_len = list.buffers_len;
  return (OtoParam *) (void *) g_array_free (list.params, FALSE);
}

/**
 * oto_param_init:
 * @self: a tensor of the list
 * @rng: where random values come from
 * @values: (out caller-allocates) (array): its values
 *
 * Draws the initial values of one tensor.
 */
void
oto_param_init (const OtoParam *self,
                OtoRng         *rng,
                float          *values)
{
  const size_t size = self->n_dims > 1 ? (size_t) self->shape[1] : 1;
  const double noise = 0.1 / sqrt ((double) size);

  switch ((OtoParamInit) self->init)
    {
    case OTO_PARAM_INIT_CONSTANT:
      for (size_t i = 0; i < self->len; i++)
        values[i] = (float) self->init_bound;
      break;
    case OTO_PARAM_INIT_UNIFORM:
      for (size_t i = 0; i < self->len; i++)
        values[i] = (float) oto_rng_range (rng, -self->init_bound, self->init_bound);
      break;
    case OTO_PARAM_INIT_IDENTITY:
      for (size_t i = 0; i < self->len; i++)
        values[i] = (float) ((i / size == i % size ? self->init_bound : 0.0) +
                             oto_rng_range (rng, -noise, noise));
      break;
    }
}

/**
 * oto_model_config_get_n_macs:
 * @self: a configuration
 *
 * Returns: multiply-adds of convolutions and matrix products, for one window forward
 */
guint64
oto_model_config_get_n_macs (const OtoModelConfig *self)
{
  const guint64 n_bins = (guint64) self->n_frames * self->n_mels;
  g_autofree OtoParam *params = NULL;
  guint64 n_macs = 0;
  guint n;

  params = oto_model_config_list_params (self, &n, NULL, NULL);
  for (guint i = 0; i < n; i++)
    {
      /* A step of the attention runs over every bin and class, or over every frame and class. */
      if (params[i].n_dims == 4)
        n_macs += n_bins * params[i].len;
      else if (params[i].n_dims == 2 && self->system->head == OTO_HEAD_TWO_STEP_LOCAL)
        n_macs += params[i].len * (strstr (params[i].name, "mel") != NULL
                                   ? n_bins : (guint64) self->n_frames);
      else if (params[i].n_dims == 2)
        n_macs += params[i].len * self->n_classes * (strstr (params[i].name, "mel") != NULL
                                                     ? (guint64) self->n_frames : 1);
    }
  return n_macs;
}
