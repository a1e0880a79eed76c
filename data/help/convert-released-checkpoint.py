#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Turns a released PyTorch checkpoint into a model file of Otoscope.

    convert-released-checkpoint.py CHECKPOINT.pth MODEL.safetensors
        --classes CLASSES.txt --scaler SCALER.txt
        [--system 2apae|gap|gmp|gwrp] [--pooling-form released|equations]
        [--alpha 0.001] [--gwrp-decay 0.9998] [--frames 311]

For checkpoints of the authors' programs, on a computer that has PyTorch (nothing else is needed):

  * https://github.com/soham97/MTL_Weakly_labelled_audio_data: 2apae (the default), gap, gmp, gwrp
  * https://github.com/qiuqiangkong/sed_time_freq_segmentation: gap, gmp, gwrp

CLASSES.txt has the name of one class a line, in the order of the network's outputs (the program's
list of labels). SCALER.txt has a line a mel bin, lowest first: mean and standard deviation of the
log-mel over the training clips, separated by a space or comma. The authors' programs compute both
when training starts; print them there.

What is kept: every weight and running statistic, under the name that it has in the checkpoint:

    enc.cb1.conv1.weight     (C_out, C_in, 3, 3)     encoder, blocks cb1 to cb4, conv1 and conv2
    enc.cb1.bn1.weight       (C)                     also bias, running_mean, running_var; bn1, bn2
    enc.class_conv.weight    (K, C, 1, 1)            also bias
    dec.cb1.conv1.weight ...                         decoder, the same
    dsa.fc_mel_att.weight    (F, F)                  also bias; fc_mel_prob
    dsa.fc_time_att.weight   (T, T)                  also bias; fc_time_prob
    block1.conv1.weight ...  final_conv.weight       the networks without attention

A leading "module." (of training on several cards) is taken off, num_batches_tracked is left out,
and other tensors are an error. Widths and class count are read from the shapes. Put
MODEL.safetensors into ~/.local/share/otoscope/models/, or name its path; oto info MODEL.safetensors
checks it.

Only load checkpoints that you trust: PyTorch files can run programs.
"""

import argparse
import array
import json
import struct
import sys

BLOCKS = range(1, 5)


def fail(message):
    sys.exit("convert-released-checkpoint.py: " + message)


def load_tensors(path):
    import torch

    content = torch.load(path, map_location="cpu")
    for key in ("state_dict", "model_state_dict", "model"):
        if isinstance(content, dict) and key in content:
            content = content[key]
    if hasattr(content, "state_dict"):
        content = content.state_dict()
    tensors = {}
    for name, tensor in content.items():
        if name.startswith("module."):
            name = name[len("module."):]
        if not name.endswith("num_batches_tracked"):
            tensors[name] = (list(tensor.shape), tensor.detach().float().flatten().tolist())
    return tensors


def expected_shapes(is_attention, k, t, f, enc, dec):
    """Name to shape of every tensor of the network."""
    shapes = {}

    def add_blocks(prefix, c_in, channels):
        for block, c_out in zip(BLOCKS, channels):
            for layer, c in ((1, c_in), (2, c_out)):
                name = "%s%d." % (prefix, block)
                shapes[name + "conv%d.weight" % layer] = [c_out, c, 3, 3]
                for part in ("weight", "bias", "running_mean", "running_var"):
                    shapes[name + "bn%d.%s" % (layer, part)] = [c_out]
            c_in = c_out

    add_blocks("enc.cb" if is_attention else "block", 1, enc)
    conv = "enc.class_conv" if is_attention else "final_conv"
    shapes[conv + ".weight"], shapes[conv + ".bias"] = [k, enc[-1], 1, 1], [k]
    if is_attention:
        if dec[0] > 0:
            add_blocks("dec.cb", enc[-1], dec)
        for name, size in (("mel_prob", f), ("mel_att", f), ("time_prob", t), ("time_att", t)):
            shapes["dsa.fc_%s.weight" % name] = [size, size]
            shapes["dsa.fc_%s.bias" % name] = [size]
    return shapes


def read_channels(tensors, prefix):
    names = ["%s%d.conv2.weight" % (prefix, block) for block in BLOCKS]
    if not any(name in tensors for name in names):
        return [0, 0, 0, 0]
    missing = [name for name in names if name not in tensors]
    if missing:
        fail("the checkpoint has no tensor " + missing[0])
    return [tensors[name][0][0] for name in names]


def read_scaler(path):
    with open(path, encoding="utf-8") as file:
        rows = [line.replace(",", " ").split() for line in file if line.strip()]
    if any(len(row) != 2 for row in rows):
        fail(path + " must have two numbers a line: mean and standard deviation of a mel bin")
    return [float(row[0]) for row in rows], [float(row[1]) for row in rows]


def read_classes(path):
    with open(path, encoding="utf-8") as file:
        return [line.strip() for line in file if line.strip()]


def write_safetensors(path, metadata, tensors):
    header, parts, position = {"__metadata__": metadata}, [], 0
    for name, (shape, values) in tensors.items():
        floats = array.array("f", values)
        if sys.byteorder == "big":
            floats.byteswap()
        part = floats.tobytes()
        header[name] = {"dtype": "F32", "shape": shape,
                        "data_offsets": [position, position + len(part)]}
        parts.append(part)
        position += len(part)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + b"".join(parts))


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint")
    parser.add_argument("model")
    parser.add_argument("--classes", required=True)
    parser.add_argument("--scaler", required=True)
    parser.add_argument("--system", choices=("2apae", "gap", "gmp", "gwrp"), default="2apae")
    parser.add_argument("--pooling-form", choices=("released", "equations"), default="released")
    parser.add_argument("--alpha", type=float, default=0.001)
    parser.add_argument("--gwrp-decay", type=float, default=0.9998)
    parser.add_argument("--frames", type=int, default=311)
    return parser.parse_args()


def main():
    args = parse_arguments()
    is_attention = args.system == "2apae"
    tensors = load_tensors(args.checkpoint)
    classes = read_classes(args.classes)
    mean, std = read_scaler(args.scaler)
    enc = read_channels(tensors, "enc.cb" if is_attention else "block")
    dec = read_channels(tensors, "dec.cb") if is_attention else [0, 0, 0, 0]
    frames = tensors.get("dsa.fc_time_att.bias", ([args.frames],))[0][0]

    shapes = expected_shapes(is_attention, len(classes), frames, len(mean), enc, dec)
    for name, shape in shapes.items():
        if name not in tensors:
            fail("the checkpoint has no tensor %s; is it of another system?" % name)
        if tensors[name][0] != shape:
            fail("tensor %s has shape %s instead of %s" % (name, tensors[name][0], shape))
    for name in tensors:
        if name not in shapes:
            fail("the checkpoint has a tensor %s that %s does not have" % (name, args.system))

    decay = {"gap": 1.0, "gmp": 0.0, "gwrp": args.gwrp_decay, "2apae": 0.0}[args.system]
    metadata = {
        "format": "otoscope-model",
        "format_version": "1",
        "system": args.system,
        "pooling_form": args.pooling_form if is_attention else "released",
        "classes": json.dumps(classes, ensure_ascii=False),
        "front_end": json.dumps({
            "sample_rate_hz": 32000, "window_len": 2048, "hop_len": 1024, "n_mels": len(mean),
            "min_hz": 50, "max_hz": 16000, "window": "hamming", "floor": 1e-8}),
        "n_frames": str(frames),
        "n_mels": str(len(mean)),
        "width": repr(enc[0] / 32),
        "alpha": repr(args.alpha if is_attention else 0.0),
        "gwrp_decay": repr(decay),
        "enc_channels": json.dumps(enc),
        "dec_channels": json.dumps(dec),
        "training": json.dumps({"converted_from": args.checkpoint}),
    }
    ordered = {name: tensors[name] for name in shapes}
    ordered["scaler.mean"] = ([len(mean)], mean)
    ordered["scaler.std"] = ([len(std)], std)
    write_safetensors(args.model, metadata, ordered)
    print("%s: %s, %d classes, %d x %d"
          % (args.model, args.system, len(classes), frames, len(mean)))


if __name__ == "__main__":
    main()
