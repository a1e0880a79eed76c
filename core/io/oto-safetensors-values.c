/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "io/oto-safetensors-private.h"

#include <string.h>

/* Half precision: sign, 5 bits of exponent, 10 bits of fraction. */
static float
float_from_half (guint16 half)
{
  guint32 sign = (guint32) (half & 0x8000) << 16;
  guint32 exponent = (half >> 10) & 0x1f;
  guint32 fraction = half & 0x3ff;
  guint32 bits;
  float value;

  if (exponent == 0)
    {
      value = (float) fraction * 0x1p-24f;
      return sign != 0 ? -value : value;
    }

  bits = sign | (exponent == 0x1f ? 0xffu : exponent + 112) << 23 | fraction << 13;
  memcpy (&value, &bits, sizeof value);
  return value;
}

/* Rounds to nearest, ties to even; what is too large becomes infinite. */
static guint16
half_from_float (float value)
{
  guint32 bits, magnitude, sign;

  memcpy (&bits, &value, sizeof bits);
  sign = (bits >> 16) & 0x8000;
  magnitude = bits & 0x7fffffff;

  if (magnitude > 0x7f800000)
    return (guint16) (sign | 0x7e00);
  if (magnitude >= 0x477ff000)
    return (guint16) (sign | 0x7c00);
  if (magnitude < 0x38800000)
    {
      /* Below 2^-14 steps are 2^-24 wide; adding 0.5 makes float's own last place that step. */
      float shifted = (sign != 0 ? -value : value) + 0.5f;

      memcpy (&bits, &shifted, sizeof bits);
      return (guint16) (sign | (bits - 0x3f000000));
    }

  magnitude += 0xfff + ((magnitude >> 13) & 1);
  return (guint16) (sign | ((magnitude - (112u << 23)) >> 13));
}

static guint16
bfloat_from_float (float value)
{
  guint32 bits;

  memcpy (&bits, &value, sizeof bits);
  if ((bits & 0x7fffffff) > 0x7f800000)
    return (guint16) ((bits >> 16) | 0x40);
  return (guint16) ((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
}

/* Documented in the private header. */
double
oto_safetensors_read_value (OtoDtype      dtype,
                            const guint8 *item)
{
  guint64 bits64;
  guint32 bits32;
  guint16 bits16;
  double f64;
  float f32;

  switch (dtype)
    {
    case OTO_DTYPE_F64:
      memcpy (&bits64, item, 8);
      bits64 = GUINT64_FROM_LE (bits64);
      memcpy (&f64, &bits64, 8);
      return f64;
    case OTO_DTYPE_I64:
      memcpy (&bits64, item, 8);
      return (double) (gint64) GUINT64_FROM_LE (bits64);
    case OTO_DTYPE_F32:
      memcpy (&bits32, item, 4);
      bits32 = GUINT32_FROM_LE (bits32);
      memcpy (&f32, &bits32, 4);
      return f32;
    case OTO_DTYPE_I32:
      memcpy (&bits32, item, 4);
      return (gint32) GUINT32_FROM_LE (bits32);
    case OTO_DTYPE_F16:
      memcpy (&bits16, item, 2);
      return float_from_half (GUINT16_FROM_LE (bits16));
    case OTO_DTYPE_BF16:
      memcpy (&bits16, item, 2);
      bits32 = (guint32) GUINT16_FROM_LE (bits16) << 16;
      memcpy (&f32, &bits32, 4);
      return f32;
    case OTO_DTYPE_I16:
      memcpy (&bits16, item, 2);
      return (gint16) GUINT16_FROM_LE (bits16);
    case OTO_DTYPE_I8:
      return (gint8) *item;
    case OTO_DTYPE_U8:
      return *item;
    case OTO_DTYPE_BOOL:
      return *item != 0;
    }
  g_assert_not_reached ();
}

/* Documented in the private header. */
void
oto_safetensors_pack_values (OtoDtype       dtype,
                             gconstpointer  values,
                             size_t         len,
                             guint8        *ret_data)
{
  const int item_bytes = oto_dtype_get_info (dtype)->item_bytes;
  const guint8 *items = values;

  if (dtype == OTO_DTYPE_F16 || dtype == OTO_DTYPE_BF16)
    for (size_t i = 0; i < len; i++)
      {
        float value = ((const float *) values)[i];
        guint16 bits = GUINT16_TO_LE (dtype == OTO_DTYPE_F16 ? half_from_float (value)
                                                             : bfloat_from_float (value));

        memcpy (ret_data + 2 * i, &bits, sizeof bits);
      }
  else if (G_BYTE_ORDER == G_LITTLE_ENDIAN)
    {
      if (len > 0)
        memcpy (ret_data, items, len * item_bytes);
    }
  else
    for (size_t i = 0; i < len * item_bytes; i++)
      ret_data[i] = items[i - i % item_bytes + item_bytes - 1 - i % item_bytes];
}
