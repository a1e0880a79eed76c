#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Turns a released checkpoint of PANNs into a model file of Otoscope.

    convert-panns.py CHECKPOINT.pth CLASSES.csv MODEL.safetensors [--frames 1001]

CHECKPOINT.pth is one of the decision-level networks of https://zenodo.org/record/3987831:

    Cnn14_DecisionLevelMax_mAP=0.385.pth     panns-cnn14-max, or panns-cnn14-avg with --pooling avg
    Cnn14_DecisionLevelAtt_mAP=0.425.pth     panns-cnn14-att

CLASSES.csv is AudioSet's class_labels_indices.csv (index,mid,display_name), which comes with the
program https://github.com/qiuqiangkong/audioset_tagging_cnn, in its folder metadata.

Put MODEL.safetensors into ~/.local/share/otoscope/models/, or name its path; oto info
MODEL.safetensors checks it. A window has 10 s unless --frames asks for others; 100 frames are 1 s.

Needs Python 3.7 alone, not PyTorch. The checkpoint is read as what it is, a zip archive of raw
numbers with a pickle that says which is which. Of the pickle only lists of tensors are made, and
nothing that it names is called: it can start no program, whoever wrote it.

What is kept: every weight and running statistic, under the name that it has in the checkpoint:

    bn0.weight                       (F)                 also bias, running_mean, running_var
    conv_block1.conv1.weight         (C_out, C_in, 3, 3) blocks 1 to 6, conv1 and conv2
    conv_block1.bn1.weight           (C_out)             also bias, running_mean, running_var; bn2
    fc1.weight                       (C, C)              also bias
    fc_audioset.weight               (K, C)              also bias
    att_block.att.weight             (K, C, 1)           also bias; att_block.cla
    att_block.bn_att.weight          (K)                 also bias, running_mean, running_var

A leading "module." is taken off; num_batches_tracked and the matrices of the front end, which
Otoscope has, are left out; other tensors are an error. Widths and class count are read from the
shapes.
"""

import argparse
import array
import csv
import json
import math
import os
import pickletools
import struct
import sys
import tempfile
import zipfile

N_BLOCKS = 6
N_MELS = 64
PUBLISHED_WIDTH = 64            # channels of the first block
MAX_PICKLE = 16 << 20           # bytes; that of a released checkpoint has 20 KB
MAX_FLOATS = 1 << 28            # of all tensors; a released checkpoint has 82 million
MAX_CLASSES_BYTES = 1 << 20     # AudioSet's list has 15 KB
FRONT_END = {
    "sample_rate_hz": 32000, "window_len": 1024, "hop_len": 320, "n_mels": N_MELS, "min_hz": 50,
    "max_hz": 14000, "window": "hann", "floor": 1e-10, "framing": "centred",
    "spectrum": "power", "compression": "decibels"}
FRONT_END_TENSORS = ("spectrogram_extractor.", "logmel_extractor.")
NORM_PARTS = ("weight", "bias", "running_mean", "running_var")
SYSTEMS = {"max": "panns-cnn14-max", "avg": "panns-cnn14-avg", "att": "panns-cnn14-att"}


UNREADABLE = "its list of tensors cannot be read; fetch it again"
MARK = object()


class Failure(Exception):
    """What is wrong, for people."""


# --- reading a checkpoint ---

# How a type of PyTorch's storages is written: bytes of an element, and the array that holds them.
# What is no float is known only to be passed over.
STORAGES = {"FloatStorage": ("f", 4), "DoubleStorage": ("d", 8), "LongStorage": (None, 8),
            "IntStorage": (None, 4), "ShortStorage": (None, 2), "CharStorage": (None, 1),
            "ByteStorage": (None, 1), "BoolStorage": (None, 1)}


class Storage:
    """Numbers of the archive that tensors are parts of."""

    def __init__(self, kind, key, length):
        if kind not in STORAGES:
            raise Failure("it has numbers of the type %s, which released checkpoints do not have"
                          % kind)
        if not isinstance(key, str) or not is_count(length):
            raise Failure(UNREADABLE)
        self.code, self.size = STORAGES[kind]
        self.key, self.length = key, length


class Tensor:
    """A part of a storage."""

    def __init__(self, storage, offset, shape, strides):
        if not (isinstance(storage, Storage) and is_count(offset) and isinstance(shape, tuple)
                and isinstance(strides, tuple) and len(shape) == len(strides) <= 8
                and all(map(is_count, shape + strides))):
            raise Failure(UNREADABLE)
        self.storage, self.offset, self.shape = storage, offset, list(shape)
        self.length, step = 1, 1
        for size, stride in zip(reversed(shape), reversed(strides)):
            if size > 1 and stride != step:
                raise Failure("a tensor does not stand in one piece; save the checkpoint again "
                              "with contiguous tensors")
            step *= size
        for size in shape:
            self.length *= size
        if offset + self.length > storage.length:
            raise Failure("a tensor is longer than its numbers")


def is_count(value):
    return type(value) is int and 0 <= value < 1 << 40


class Opaque:
    """Stands for what is no tensor: nothing is made of it, and nobody called."""


OPAQUE = Opaque()
REBUILDS = ("torch._utils _rebuild_tensor", "torch._utils _rebuild_tensor_v2")


class ListReader:
    """Reads the pickle of a checkpoint, of which it knows what torch.save() writes. A stack of
    values and numbered memories of them; it calls no function that the file names."""

    PLAIN = {"BININT", "BININT1", "BININT2", "LONG1", "LONG4", "BINFLOAT", "BINUNICODE",
             "SHORT_BINUNICODE", "SHORT_BINSTRING", "BINSTRING", "SHORT_BINBYTES", "BINBYTES"}
    MADE = {"NONE": lambda: None, "NEWTRUE": lambda: True, "NEWFALSE": lambda: False,
            "EMPTY_TUPLE": tuple, "EMPTY_LIST": list, "EMPTY_DICT": dict, "MARK": lambda: MARK}
    TUPLES = {"TUPLE1": 1, "TUPLE2": 2, "TUPLE3": 3}

    def __init__(self, data):
        self.stack, self.memory = [], {}
        for code, argument, _ in pickletools.genops(data):
            self.take(code.name, argument)

    def pop(self, n):
        if len(self.stack) < n:
            raise Failure(UNREADABLE)
        items = self.stack[len(self.stack) - n:]
        del self.stack[len(self.stack) - n:]
        return items

    def pop_to_mark(self):
        for i in reversed(range(len(self.stack))):
            if self.stack[i] is MARK:
                items = self.stack[i + 1:]
                del self.stack[i:]
                return items
        raise Failure(UNREADABLE)

    def set_items(self, items):
        target = self.stack[-1] if self.stack else None
        if isinstance(target, dict):
            for key, value in zip(items[::2], items[1::2]):
                if isinstance(key, str):
                    target[key] = value

    def take(self, code, argument):
        stack = self.stack
        if code in self.PLAIN:
            stack.append(argument)
        elif code in self.MADE:
            stack.append(self.MADE[code]())
        elif code in self.TUPLES:
            stack.append(tuple(self.pop(self.TUPLES[code])))
        elif code == "TUPLE":
            stack.append(tuple(self.pop_to_mark()))
        elif code == "GLOBAL":
            stack.append(Name(argument))
        elif code == "BINPERSID":
            stack.append(make_storage(self.pop(1)[0]))
        elif code == "REDUCE":
            stack.append(call(*self.pop(2)))
        elif code == "BUILD":
            self.pop(1)
        elif code in ("BINPUT", "LONG_BINPUT") and stack:
            self.memory[argument] = stack[-1]
        elif code in ("BINGET", "LONG_BINGET") and argument in self.memory:
            stack.append(self.memory[argument])
        elif code == "SETITEM":
            self.set_items(self.pop(2))
        elif code == "SETITEMS":
            self.set_items(self.pop_to_mark())
        elif code == "APPEND":
            self.pop(1)
        elif code == "APPENDS":
            self.pop_to_mark()
        elif code not in ("PROTO", "STOP"):
            raise Failure(UNREADABLE)


class Name(str):
    """Of a function or type that the file asks for, as "module name"."""


def make_storage(pid):
    if not isinstance(pid, tuple) or len(pid) < 5 or pid[0] != "storage":
        raise Failure(UNREADABLE)
    kind = pid[1][len("torch "):] if isinstance(pid[1], Name) else None
    return Storage(kind, pid[2], pid[4])


def call(name, arguments):
    """What a function would make of its arguments, if it is one of those that make tensors."""
    if isinstance(name, Name) and isinstance(arguments, tuple):
        if name == "collections OrderedDict" and not arguments:
            return {}
        if name in REBUILDS and len(arguments) >= 4:
            return Tensor(*arguments[:4])
        if name == "torch._utils _rebuild_parameter" and arguments:
            return arguments[0]
    return OPAQUE


class Archive:
    """A checkpoint: what its pickle lists, and where the numbers stand."""

    def __init__(self, path):
        try:
            self.file = zipfile.ZipFile(path)
        except zipfile.BadZipFile:
            raise Failure("it is no zip archive. Checkpoints saved by PyTorch before 1.6 are not: "
                          "load and save it with a newer one")
        pickles = [name for name in self.file.namelist()
                   if name == "data.pkl" or name.endswith("/data.pkl")]
        if len(pickles) != 1:
            raise Failure("it is no checkpoint of PyTorch: it has no data.pkl")
        self.folder = pickles[0][:-len("data.pkl")]
        self.is_big = self.read_text("byteorder", "little") == "big"

    def read_text(self, name, default):
        try:
            info = self.file.getinfo(self.folder + name)
        except KeyError:
            return default
        return self.read(info).decode("ascii", "replace") if info.file_size < 100 else default

    def read(self, info, begin=0, length=None):
        """Bytes of a member. PyTorch packs none, so that nothing grows as it is read."""
        if info.compress_type != zipfile.ZIP_STORED:
            raise Failure("its parts are packed, which those of PyTorch are not; fetch it again")
        with self.file.open(info) as stream:
            stream.seek(begin)
            return stream.read(info.file_size if length is None else length)

    def read_list(self):
        info = self.file.getinfo(self.folder + "data.pkl")
        if info.file_size > MAX_PICKLE:
            raise Failure("its list of tensors is too long to be one")
        try:
            stack = ListReader(self.read(info)).stack
        except ValueError:
            raise Failure(UNREADABLE)
        return stack[-1] if stack else None

    def read_floats(self, tensor):
        """The numbers of a tensor, as an array of floats."""
        storage = tensor.storage
        if storage.code is None:
            raise Failure("a weight is a whole number")
        begin, length = tensor.offset * storage.size, tensor.length * storage.size
        try:
            info = self.file.getinfo(self.folder + "data/" + storage.key)
        except KeyError:
            raise Failure("the numbers of a tensor are missing; fetch it again")
        if info.file_size != storage.length * storage.size:
            raise Failure("the numbers of a tensor are cut off; fetch it again")
        data = self.read(info, begin, length)
        if len(data) != length:
            raise Failure("the numbers of a tensor are cut off; fetch it again")
        values = array.array(storage.code, data)
        if self.is_big != (sys.byteorder == "big"):
            values.byteswap()
        return values if storage.code == "f" else array.array("f", values)


def find_tensors(content):
    """The tensors of a network by name: as such, or under one of the usual names."""
    for key in ("model", "state_dict", "model_state_dict"):
        if isinstance(content, dict) and isinstance(content.get(key), dict):
            content = content[key]
    if not isinstance(content, dict):
        raise Failure("it holds no network")
    tensors = {}
    for name, tensor in content.items():
        if not isinstance(name, str) or not isinstance(tensor, Tensor):
            continue
        if name.startswith("module."):
            name = name[len("module."):]
        if not name.endswith("num_batches_tracked") and not name.startswith(FRONT_END_TENSORS):
            tensors[name] = tensor
    if not tensors:
        raise Failure("it holds no network")
    if sum(tensor.length for tensor in tensors.values()) > MAX_FLOATS:
        raise Failure("it is larger than any network of PANNs")
    return tensors


# --- the network ---

def list_shapes(is_attention, n_classes, widths):
    """Name to shape of every tensor, in the order of the network's layers."""
    shapes = {}

    def add_norm(name, n_channels):
        for part in NORM_PARTS:
            shapes["%s.%s" % (name, part)] = [n_channels]

    add_norm("bn0", N_MELS)
    c_in = 1
    for block, c_out in enumerate(widths[:N_BLOCKS], 1):
        for layer, n_read in ((1, c_in), (2, c_out)):
            shapes["conv_block%d.conv%d.weight" % (block, layer)] = [c_out, n_read, 3, 3]
            add_norm("conv_block%d.bn%d" % (block, layer), c_out)
        c_in = c_out
    n_out = widths[N_BLOCKS]
    shapes["fc1.weight"], shapes["fc1.bias"] = [n_out, c_in], [n_out]
    if is_attention:
        for name in ("att_block.att", "att_block.cla"):
            shapes[name + ".weight"], shapes[name + ".bias"] = [n_classes, n_out, 1], [n_classes]
        add_norm("att_block.bn_att", n_classes)
    else:
        shapes["fc_audioset.weight"] = [n_classes, n_out]
        shapes["fc_audioset.bias"] = [n_classes]
    return shapes


def read_widths(tensors):
    widths = []
    names = ["conv_block%d.conv1.weight" % (block + 1) for block in range(N_BLOCKS)]
    for name in names + ["fc1.weight"]:
        if name not in tensors or not tensors[name].shape:
            raise Failure("it has no tensor “%s”: it is no CNN14 of PANNs" % name)
        widths.append(tensors[name].shape[0])
    return widths


def choose_kind(tensors, asked):
    is_attention = "att_block.att.weight" in tensors
    if is_attention != (asked == "att") and asked is not None:
        raise Failure("it is a network %s attention, not what --pooling asks for"
                      % ("with" if is_attention else "without"))
    return asked or ("att" if is_attention else "max")


def check_tensors(tensors, shapes):
    for name, shape in shapes.items():
        if name not in tensors:
            raise Failure("it has no tensor “%s”: it is no decision-level network of PANNs" % name)
        if tensors[name].shape != shape:
            raise Failure("its tensor “%s” has shape %s instead of %s"
                          % (name, tensors[name].shape, shape))
    for name in tensors:
        if name not in shapes:
            raise Failure("it has a tensor “%s” that a decision-level network of PANNs does not"
                          % name)


def read_classes(path):
    """Names in the order of the network's outputs."""
    if os.path.getsize(path) > MAX_CLASSES_BYTES:
        raise Failure("it is too large for a list of classes")
    with open(path, encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    try:
        classes = [row["display_name"].strip() for row in rows]
        places = [int(row["index"]) for row in rows]
    except (KeyError, ValueError, AttributeError, TypeError):
        classes = []
    if not classes:
        raise Failure("it must have the columns index and display_name")
    if places != list(range(len(classes))):
        raise Failure("its indices do not count from 0")
    if not all(classes) or len(set(classes)) != len(classes):
        raise Failure("a class has no name, or the name of another")
    return classes


# --- writing ---

def write_model(path, metadata, archive, tensors, shapes):
    """A safetensors file, beside @path and then renamed: a length, JSON, the tensors' bytes."""
    header, position = {"__metadata__": metadata}, 0
    for name, shape in list(shapes.items()) + [("scaler.mean", [N_MELS]), ("scaler.std", [N_MELS])]:
        length = 4
        for size in shape:
            length *= size
        header[name] = {"dtype": "F32", "shape": shape,
                        "data_offsets": [position, position + length]}
        position += length
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)

    handle, beside = tempfile.mkstemp(dir=os.path.dirname(path) or ".", prefix=".convert-panns-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(struct.pack("<Q", len(text)) + text)
            for name in shapes:
                write_floats(file, archive.read_floats(tensors[name]), name)
            for value in (0.0, 1.0):
                write_floats(file, array.array("f", [value] * N_MELS), "scaler")
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(beside, 0o666 & ~mask)
        os.replace(beside, path)
    except BaseException:
        os.unlink(beside)
        raise


def write_floats(file, values, name):
    # Floats are too small for a sum of Python's to overflow.
    if not math.isfinite(sum(values)):
        raise Failure("its tensor “%s” has a value that is no finite number" % name)
    if sys.byteorder == "big":
        values.byteswap()
    values.tofile(file)


def convert(args):
    source = args.checkpoint
    try:
        archive = Archive(args.checkpoint)
        tensors = find_tensors(archive.read_list())
        kind = choose_kind(tensors, args.pooling)
        widths = read_widths(tensors)
        source = args.classes
        classes = read_classes(args.classes)
        source = args.checkpoint
        shapes = list_shapes(kind == "att", len(classes), widths)
        check_tensors(tensors, shapes)
        metadata = {
            "format": "otoscope-model",
            "format_version": "2",
            "system": SYSTEMS[kind],
            "classes": json.dumps(classes, ensure_ascii=False),
            "front_end": json.dumps(FRONT_END),
            "n_frames": str(args.frames),
            "n_mels": str(N_MELS),
            "width": repr(widths[0] / PUBLISHED_WIDTH),
            "widths": json.dumps(widths),
            "options": json.dumps({"block-dropout": 0.2, "dropout": 0.5}),
            "training": json.dumps({"converted_from": os.path.basename(args.checkpoint)},
                                   ensure_ascii=False),
        }
        write_model(args.model, metadata, archive, tensors, shapes)
    except Failure as failure:
        sys.exit("convert-panns.py: “%s” cannot be converted: %s." % (source, failure))
    except (OSError, EOFError, NotImplementedError, RuntimeError, UnicodeDecodeError,
            zipfile.BadZipFile, csv.Error) as error:
        sys.exit("convert-panns.py: “%s”: %s." % (source, error))
    print("%s: %s, %d classes, windows of %d frames"
          % (args.model, SYSTEMS[kind], len(classes), args.frames))


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint", metavar="CHECKPOINT.pth")
    parser.add_argument("classes", metavar="CLASSES.csv")
    parser.add_argument("model", metavar="MODEL.safetensors")
    parser.add_argument("--pooling", choices=sorted(SYSTEMS),
                        help="of the segments (max; att for a network with attention)")
    parser.add_argument("--frames", type=int, default=1001, help="frames of a window (%(default)s)")
    args = parser.parse_args()
    if not 32 <= args.frames <= 4096:
        parser.error("--frames takes 32 to 4096: a window has at least one segment of 32 frames")
    convert(args)


if __name__ == "__main__":
    main()
