#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Gives convert-panns.py checkpoints and lists that are not what they seem.

Prints TAP. Arguments: the root of the sources, the program oto. That a sound checkpoint becomes the
right network is tested in tests/golden.
"""

import io
import json
import os
import pathlib
import pickle
import struct
import subprocess
import sys
import tempfile
import zipfile

SOURCE, OTO = pathlib.Path(sys.argv[1]), sys.argv[2]
CONVERTER = SOURCE / "data" / "help" / "convert-panns.py"
CHECKPOINT = SOURCE / "tests" / "golden" / "data" / "panns_checkpoint_att.pth"
N_CLASSES = 5


def write_classes(path, names=None, first=0):
    names = names or [f"Sound {k}" for k in range(N_CLASSES)]
    lines = [f'{first + k},/m/0{k},"{name}"\n' for k, name in enumerate(names)]
    path.write_text("index,mid,display_name\n" + "".join(lines), encoding="utf-8")
    return path


def read_members():
    with zipfile.ZipFile(CHECKPOINT) as file:
        return {name: file.read(name) for name in file.namelist()}


def write_members(path, members, compression=zipfile.ZIP_STORED):
    with zipfile.ZipFile(path, "w", compression) as file:
        for name, data in members.items():
            file.writestr(name, data)
    return path


def find(members, ending):
    return next(name for name in members if name.endswith(ending))


def replace_list(members, *pairs):
    """The same checkpoint with other bytes in its list of tensors."""
    members, name = dict(members), find(members, "data.pkl")
    for old, new in pairs:
        assert old in members[name]
        members[name] = members[name].replace(old, new, 1)
    return members


class Case:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.model = self.folder / "model.safetensors"
        self.classes = write_classes(self.folder / "classes.csv")

    def run(self, checkpoint, *options, classes=None):
        return subprocess.run([sys.executable, CONVERTER, checkpoint, classes or self.classes,
                               self.model, *options], capture_output=True, text=True, timeout=60)

    def refuse(self, checkpoint, *words, classes=None, options=()):
        """One line that names the file and all of the words, and nothing written."""
        done = self.run(checkpoint, *options, classes=classes)
        assert done.returncode == 1, (checkpoint, done)
        assert done.stderr.startswith("convert-panns.py: “") and done.stderr.count("\n") == 1, done
        for word in words:
            assert word in done.stderr, (word, done.stderr)
        left = [name for name in os.listdir(self.folder) if "model" in name or "convert" in name]
        assert left == [], left


def test_sound(case):
    done = case.run(CHECKPOINT, "--frames", "101")
    assert done.returncode == 0, done
    info = json.loads(subprocess.run([OTO, "info", "--json", case.model], check=True,
                                     stdout=subprocess.PIPE).stdout)
    text = json.dumps(info)
    assert "panns-cnn14-att" in text and "PANNs" in text, text


def test_cut_off(case):
    data = CHECKPOINT.read_bytes()
    for length in (0, 1, 100, len(data) // 2, len(data) - 1):
        path = case.folder / "cut.pth"
        path.write_bytes(data[:length])
        case.refuse(path, str(path))
    case.refuse(case.folder / "missing.pth", "missing.pth")
    case.refuse(case.folder)


def test_flipped_lists(case):
    """No byte of the list ends in anything but a model or a sentence."""
    members = read_members()
    name = find(members, "data.pkl")
    for place in range(0, len(members[name]), 311):
        changed = bytearray(members[name])
        changed[place] = (0x00, 0x52, 0xff)[place % 3]
        done = case.run(write_members(case.folder / "flipped.pth",
                                      {**members, name: bytes(changed)}))
        assert done.returncode in (0, 1) and "Traceback" not in done.stderr, (place, done)
        if done.returncode == 0:
            case.model.unlink()


class Harmful:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


def test_starts_nothing(case):
    members, target = read_members(), case.folder / "started"
    stream = io.BytesIO()
    pickle.Pickler(stream, 2).dump({"model": Harmful(target)})
    members[find(members, "data.pkl")] = stream.getvalue()
    case.refuse(write_members(case.folder / "harmful.pth", members), "no network")
    assert not target.exists()


def test_other_networks(case):
    members = read_members()
    case.refuse(write_members(case.folder / "a.pth", replace_list(members, (b"fc1.weight",
                                                                           b"fc2.weight"))),
                "fc1.weight")
    case.refuse(write_members(case.folder / "b.pth",
                              replace_list(members, (b"conv_block6.bn1.bias",
                                                     b"conv_block7.bn1.bias"))),
                "conv_block6.bn1.bias")
    case.refuse(write_members(case.folder / "c.pth", {"other": b""}), "data.pkl")
    case.refuse(CHECKPOINT, "attention", options=("--pooling", "max"))


def test_numbers(case):
    members = read_members()
    name = max((name for name in members if "/data/" in name), key=lambda name: len(members[name]))
    short = {**members, name: members[name][:-4]}
    case.refuse(write_members(case.folder / "a.pth", short), "cut off")
    gone = {key: data for key, data in members.items() if key != name}
    case.refuse(write_members(case.folder / "b.pth", gone), "missing")
    packed = write_members(case.folder / "c.pth", members, zipfile.ZIP_DEFLATED)
    case.refuse(packed, "packed")
    for value in (float("nan"), float("inf")):
        bad = members[name][:-4] + struct.pack("<f", value)
        case.refuse(write_members(case.folder / "d.pth", {**members, name: bad}), "finite")


def test_classes(case):
    path = case.folder / "other.csv"
    write_classes(path, ["a", "b"])
    case.refuse(CHECKPOINT, "shape", classes=path)
    write_classes(path, ["a", "b", "a", "c", "d"])
    case.refuse(CHECKPOINT, "other.csv", "name of another", classes=path)
    write_classes(path, first=1)
    case.refuse(CHECKPOINT, "other.csv", "count from 0", classes=path)
    path.write_text("no list\n")
    case.refuse(CHECKPOINT, "other.csv", "display_name", classes=path)
    path.write_bytes(b"\xff\xfe\x00")
    case.refuse(CHECKPOINT, "other.csv", classes=path)
    path.write_bytes(b"x" * (2 << 20))
    case.refuse(CHECKPOINT, "other.csv", "too large", classes=path)


def main():
    tests = [value for name, value in globals().items() if name.startswith("test_")]
    print(f"1..{len(tests)}")
    for number, test in enumerate(tests, 1):
        with tempfile.TemporaryDirectory() as folder:
            result = "ok"
            try:
                test(Case(folder))
            except (AssertionError, subprocess.SubprocessError) as error:
                print("#", repr(error).replace("\n", "\n# "))
                result = "not ok"
            print(result, number, "/cli/convert-panns/" + test.__name__[5:].replace("_", "-"),
                  flush=True)


if __name__ == "__main__":
    main()
