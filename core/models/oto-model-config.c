/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "models/oto-model-config.h"

#include "base/oto-error.h"
#include "features/oto-front-end.h"
#include "features/oto-scaler.h"
#include "models/oto-model-config-private.h"
#include "models/oto-network.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

/* What a file or a user may ask for. The products stay far below what overflows. */
#define MAX_CLASSES    4096
#define MAX_FRAMES     4096
#define MAX_CHANNELS   4096
#define MAX_WIDTH      8.0
#define MAX_PARAMS_LEN (G_GUINT64_CONSTANT (1) << 28)   /* 1 GiB of weights */
#define MAX_MAP_LEN    (G_GUINT64_CONSTANT (1) << 28)   /* 1 GiB for one map of one window */

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
                   _("A width of %g is not possible: choose one above 0, up to %g."),
                   width, MAX_WIDTH);
      return FALSE;
    }

  config.system = system;
  config.n_classes = n_classes;
  config.n_frames = n_frames;
  config.n_mels = n_mels;
  config.width = width;
  for (guint i = 0; i < system->n_widths; i++)
    config.widths[i] = system->widths[i] == 1
                       ? 1 : MAX (1, (int) lround (system->widths[i] * width));
  for (guint i = 0; i < system->n_options; i++)
    config.options[i] = system->options[i].value;

  if (!oto_model_config_validate (&config, error))
    return FALSE;
  *self = config;
  return TRUE;
}

/**
 * oto_model_config_init_published:
 * @self: (out caller-allocates): a configuration
 * @system: a row of the table of systems
 * @width: factor on the published numbers of channels
 * @error: return location
 *
 * Like oto_model_config_init(), with the classes, frames and mel bins of the protocol that the
 * system's published sizes are of.
 *
 * Returns: whether the configuration can be built
 */
gboolean
oto_model_config_init_published (OtoModelConfig  *self,
                                 const OtoSystem *system,
                                 double           width,
                                 GError         **error)
{
  const OtoFrontEnd *front_end;

  g_return_val_if_fail (system != NULL, FALSE);

  front_end = oto_front_end_find (system->front_end);
  g_return_val_if_fail (front_end != NULL, FALSE);

  return oto_model_config_init (self, system, system->n_classes, front_end->n_frames,
                                front_end->config.n_mels, width, error);
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
               _("The model's %s is %g; it must be from %g to %g."), what, value, low, high);
  return FALSE;
}

/* The last widths of some systems are of a decoder that may be left out. */
static gboolean
check_widths (const OtoModelConfig *self,
              GError              **error)
{
  const OtoSystem *system = self->system;
  const guint n_needed = system->n_widths - system->n_optional;
  const gboolean has_optional = system->n_optional > 0 && self->widths[n_needed] > 0;

  for (guint i = 0; i < OTO_MODEL_MAX_WIDTHS; i++)
    {
      const int width = self->widths[i];

      if (i < n_needed || (i < system->n_widths && has_optional))
        {
          if (!check_range (_("number of channels"), width, 1, MAX_CHANNELS, error))
            return FALSE;
          if (system->widths[i] == 1 && width != 1)
            {
              g_set_error (error, OTO_MODELS_ERROR, OTO_MODELS_ERROR_MISMATCH,
                           _("Width %u of the system “%s” is %d; it must be 1."), i + 1,
                           system->name, width);
              return FALSE;
            }
        }
      else if (width != 0)
        {
          g_set_error (error, OTO_MODELS_ERROR, OTO_MODELS_ERROR_MISMATCH,
                       _("The system “%s” has %u widths, but the model names more, or only some "
                         "of its decoder's."), system->name, system->n_widths);
          return FALSE;
        }
    }
  return TRUE;
}

static gboolean
check_options (const OtoModelConfig *self,
               GError              **error)
{
  for (guint i = 0; i < self->system->n_options; i++)
    if (!oto_option_check (&self->system->options[i], self->options[i], error))
      return FALSE;
  return TRUE;
}

static gboolean
check_network (const OtoModelConfig *self,
               GError              **error)
{
  g_autoptr (OtoNetwork) network = oto_network_new (self);
  const size_t params_len = oto_graph_get_params_len (network->graph);
  const size_t map_len = oto_graph_get_largest_map_len (network->graph);

  if (!oto_graph_check (network->graph, error))
    return FALSE;
  if (params_len <= MAX_PARAMS_LEN && map_len <= MAX_MAP_LEN)
    return TRUE;
  g_set_error (error, OTO_MODELS_ERROR, OTO_MODELS_ERROR_MISMATCH,
               _("A network with %zu weights and maps of %zu values is too large. Choose a smaller "
                 "width or shorter windows."), params_len, map_len);
  return FALSE;
}

/**
 * oto_model_config_validate:
 * @self: a configuration, possibly read from a file
 * @error: return location
 *
 * Checks ranges, whether the parts fit together, and that the memory which they imply is within
 * reason.
 *
 * Returns: whether a network of this configuration can be built
 */
gboolean
oto_model_config_validate (const OtoModelConfig *self,
                           GError              **error)
{
  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (self->system != NULL, FALSE);

  return check_range (_("number of classes"), self->n_classes, 1, MAX_CLASSES, error)
         && check_range (_("number of frames"), self->n_frames, 1, MAX_FRAMES, error)
         && check_range (_("number of mel bins"), self->n_mels, 1, OTO_SCALER_MAX_MELS, error)
         && check_range (_("width"), self->width, 1e-6, 1e6, error)
         && check_options (self, error)
         && check_widths (self, error)
         && check_network (self, error);
}

/**
 * oto_model_config_has_option:
 * @self: a configuration
 * @name: name of an option
 *
 * Returns: whether its system has the option
 */
gboolean
oto_model_config_has_option (const OtoModelConfig *self,
                             const char           *name)
{
  return oto_system_find_option (self->system, name) >= 0;
}

/**
 * oto_model_config_get_option:
 * @self: a configuration
 * @name: name of an option that its system has
 *
 * Returns: the option's value: a number, 0 or 1 for a switch, the index of a choice
 */
double
oto_model_config_get_option (const OtoModelConfig *self,
                             const char           *name)
{
  const int i = oto_system_find_option (self->system, name);

  g_return_val_if_fail (i >= 0, 0.0);

  return self->options[i];
}

static int
find_option (const OtoModelConfig *self,
             const char           *name,
             GError              **error)
{
  const OtoSystem *system = self->system;
  const int i = oto_system_find_option (system, name);
  g_autoptr (GString) names = NULL;

  if (i >= 0)
    return i;
  names = g_string_new (NULL);
  for (guint j = 0; j < system->n_options; j++)
    g_string_append_printf (names, "%s%s", j > 0 ? ", " : "", system->options[j].name);
  if (system->n_options > 0)
    g_set_error (error, OTO_MODELS_ERROR, OTO_MODELS_ERROR_OPTION,
                 _("The system “%s” has no option “%s”. It has: %s."), system->name, name,
                 names->str);
  else
    g_set_error (error, OTO_MODELS_ERROR, OTO_MODELS_ERROR_OPTION,
                 _("The system “%s” has no option “%s”, nor any other: leave it out."),
                 system->name, name);
  return -1;
}

/**
 * oto_model_config_set_option:
 * @self: a configuration
 * @name: name of an option
 * @value: its value
 * @error: return location
 *
 * Returns: %FALSE when the system has no such option, or the option not that value
 */
gboolean
oto_model_config_set_option (OtoModelConfig *self,
                             const char     *name,
                             double          value,
                             GError        **error)
{
  const int i = find_option (self, name, error);

  if (i < 0 || !oto_option_check (&self->system->options[i], value, error))
    return FALSE;
  self->options[i] = value;
  return TRUE;
}

/**
 * oto_model_config_parse_option:
 * @self: a configuration
 * @name: name of an option
 * @text: its value, as a user writes it
 * @error: return location
 *
 * Returns: %FALSE when the system has no such option, or the option not that value
 */
gboolean
oto_model_config_parse_option (OtoModelConfig *self,
                               const char     *name,
                               const char     *text,
                               GError        **error)
{
  const int i = find_option (self, name, error);

  return i >= 0
         && oto_option_parse (&self->system->options[i], text, &self->options[i], error);
}

/**
 * oto_model_config_dup_options_json:
 * @self: a configuration
 *
 * Returns: (transfer full): all options of its system, a JSON object: numbers, true or false, names
 *   of choices
 */
char *
oto_model_config_dup_options_json (const OtoModelConfig *self)
{
  g_autoptr (JsonNode) root = json_node_new (JSON_NODE_OBJECT);
  g_autoptr (JsonObject) object = json_object_new ();

  json_node_set_object (root, object);
  for (guint i = 0; i < self->system->n_options; i++)
    {
      const OtoOption *option = &self->system->options[i];
      const double value = self->options[i];

      switch (option->kind)
        {
        case OTO_OPTION_NUMBER:
          json_object_set_double_member (object, option->name, value);
          break;
        case OTO_OPTION_INTEGER:
          json_object_set_int_member (object, option->name, (gint64) value);
          break;
        case OTO_OPTION_SWITCH:
          json_object_set_boolean_member (object, option->name, value != 0.0);
          break;
        case OTO_OPTION_CHOICE:
          json_object_set_string_member (object, option->name, option->choices[(int) value]);
          break;
        }
    }
  return oto_json_to_text (root, FALSE);
}

static gboolean
parse_json_option (OtoModelConfig *self,
                   const char     *name,
                   JsonNode       *node,
                   GError        **error)
{
  const GType type = JSON_NODE_HOLDS_VALUE (node) ? json_node_get_value_type (node)
                                                  : G_TYPE_INVALID;
  const int i = find_option (self, name, error);
  const OtoOptionKind kind = i >= 0 ? self->system->options[i].kind : OTO_OPTION_NUMBER;

  if (i < 0)
    return FALSE;
  if (type == G_TYPE_STRING && kind == OTO_OPTION_CHOICE)
    return oto_option_parse (&self->system->options[i], json_node_get_string (node),
                             &self->options[i], error);
  if (type == G_TYPE_BOOLEAN && kind == OTO_OPTION_SWITCH)
    return oto_model_config_set_option (self, name, json_node_get_boolean (node), error);
  if ((type == G_TYPE_INT64 || type == G_TYPE_DOUBLE)
      && (kind == OTO_OPTION_NUMBER || kind == OTO_OPTION_INTEGER))
    return oto_model_config_set_option (self, name, json_node_get_double (node), error);
  {
    g_autofree char *range = oto_option_dup_range (&self->system->options[i]);

    g_set_error (error, OTO_MODELS_ERROR, OTO_MODELS_ERROR_OPTION,
                 _("The option “%s” has a value of another type. It can be: %s."), name, range);
  }
  return FALSE;
}

/* Options that are not there keep their values; unknown ones are told. */
gboolean
oto_model_config_parse_options_json (OtoModelConfig  *self,
                                     JsonObject      *object,
                                     GError         **error)
{
  g_autoptr (GList) names = json_object_get_members (object);

  for (GList *l = names; l != NULL; l = l->next)
    if (!parse_json_option (self, l->data, json_object_get_member (object, l->data), error))
      return FALSE;
  return TRUE;
}

/**
 * oto_model_config_is_same:
 * @self: a configuration
 * @other: another one
 *
 * Returns: whether both are of the same network, whatever width it was made with
 */
gboolean
oto_model_config_is_same (const OtoModelConfig *self,
                          const OtoModelConfig *other)
{
  if (self->system != other->system || self->n_classes != other->n_classes
      || self->n_frames != other->n_frames || self->n_mels != other->n_mels
      || memcmp (self->widths, other->widths, sizeof self->widths) != 0)
    return FALSE;
  for (guint i = 0; i < self->system->n_options; i++)
    if (self->options[i] != other->options[i])
      return FALSE;
  return TRUE;
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
  const OtoSystem *system = self->system;

  return system->n_optional > 0 && self->widths[system->n_widths - system->n_optional] > 0;
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
  g_autoptr (OtoNetwork) network = oto_network_new (self);

  return oto_network_get_maps (network);
}

/**
 * oto_model_config_has_learned_time_att:
 * @self: a configuration
 *
 * Returns: whether its time attention is learned, or implied by the pooling
 */
gboolean
oto_model_config_has_learned_time_att (const OtoModelConfig *self)
{
  g_autoptr (OtoNetwork) network = oto_network_new (self);

  return network->head.funcs->has_learned_time_att;
}

/**
 * oto_model_config_has_shared_time_att:
 * @self: a configuration
 *
 * Returns: whether all classes share one time attention
 */
gboolean
oto_model_config_has_shared_time_att (const OtoModelConfig *self)
{
  g_autoptr (OtoNetwork) network = oto_network_new (self);

  return network->head.funcs->has_shared_time_att;
}

/**
 * oto_model_config_has_exact_positions:
 * @self: a configuration
 *
 * Returns: whether an index of its attention is a mel bin or frame, or only nominally so
 */
gboolean
oto_model_config_has_exact_positions (const OtoModelConfig *self)
{
  g_autoptr (OtoNetwork) network = oto_network_new (self);

  return network->head.funcs->has_exact_positions;
}

/**
 * oto_model_config_get_step_frames:
 * @self: a configuration
 *
 * Returns: frames from one of its frame scores to the next; above 1 each is held until then
 */
int
oto_model_config_get_step_frames (const OtoModelConfig *self)
{
  g_autoptr (OtoNetwork) network = oto_network_new (self);

  return oto_head_get_step_frames (&network->head);
}

/**
 * oto_model_config_list_terms: (skip)
 * @self: a configuration
 * @ret_names: (out caller-allocates): names of the terms of its loss, %OTO_MODEL_MAX_TERMS at most
 * @ret_weights: (out caller-allocates): their weights
 *
 * Returns: number of terms
 */
guint
oto_model_config_list_terms (const OtoModelConfig *self,
                             const char          **ret_names,
                             double               *ret_weights)
{
  g_autoptr (OtoNetwork) network = oto_network_new (self);

  for (guint i = 0; i < network->n_terms; i++)
    {
      ret_names[i] = network->terms[i].name;
      ret_weights[i] = network->terms[i].weight;
    }
  return network->n_terms;
}

/**
 * oto_model_config_list_params: (skip)
 * @self: a configuration
 * @ret_n: (out): length of the list
 * @ret_params_len: (out) (optional): floats of the parameter block
 * @ret_buffers_len: (out) (optional): floats of the buffer block
 *
 * Lists every tensor of the network, in the order in which its builder adds them. Names are those
 * of the released checkpoints.
 *
 * Returns: (transfer full) (array length=ret_n): the tensors; free with g_free()
 */
OtoParam *
oto_model_config_list_params (const OtoModelConfig *self,
                              guint                *ret_n,
                              size_t               *ret_params_len,
                              size_t               *ret_buffers_len)
{
  g_autoptr (OtoNetwork) network = oto_network_new (self);
  const OtoParam *params = oto_graph_get_params (network->graph, ret_n);

  if (ret_params_len != NULL)
    *ret_params_len = oto_graph_get_params_len (network->graph);
  if (ret_buffers_len != NULL)
    *ret_buffers_len = oto_graph_get_buffers_len (network->graph);
  return g_memdup2 (params, *ret_n * sizeof *params);
}

/**
 * oto_model_config_get_n_params:
 * @self: a configuration
 *
 * Returns: trained values, without running statistics
 */
guint64
oto_model_config_get_n_params (const OtoModelConfig *self)
{
  g_autoptr (OtoNetwork) network = oto_network_new (self);

  return oto_graph_get_params_len (network->graph);
}

/**
 * oto_model_config_get_n_macs:
 * @self: a configuration
 *
 * Returns: multiply-adds of convolutions, matrix and recurrent products, for one window forward
 */
guint64
oto_model_config_get_n_macs (const OtoModelConfig *self)
{
  g_autoptr (OtoNetwork) network = oto_network_new (self);

  return oto_graph_count_macs (network->graph);
}
