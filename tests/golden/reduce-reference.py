#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Copies a reference file without some of its tensors.

    reduce-reference.py FROM.safetensors TO.safetensors PATTERN...

Leaves out every tensor whose name matches one of the patterns in full. The folder data/ stays within
12 MB that way; with OTO_REFERENCE_DIR set the tests read the whole files. data/ was made with

    twoapae_small_released: 'eval\\.(enc|dec).*' 'eval\\.mel_probs' 'train\\.mel_probs'
        'train\\.enc1\\.(bn|relu)[12]' 'train\\.(enc[23]|dec[12])' 'grad\\.alpha[0-9.]*\\.enc4'
    panns_small_avg: 'adam1\\..*' 'train\\.buffer\\..*' 'grad\\.(x|conv_block.*)'
    panns_small_max: 'grad\\.drop\\.(x|conv_block.*)'
    bootstrap: 'a\\..*', with case a taken out of bootstrap.json, too

The other files there are whole, JSON in places without white space. panns_checkpoint_att.pth and
panns_checkpoint_max.pth hold the weights of those two networks as torch.save() of PyTorch 1.13 writes
them, laid out as the released ones: a dictionary with "model" beside "iteration" and "sampler", and a
front end, here of a few values. Needs Python alone.
"""

import json
import re
import struct
import sys


def main(source, target, patterns):
    with open(source, "rb") as file:
        header_len = struct.unpack("<Q", file.read(8))[0]
        header = json.loads(file.read(header_len))
        data = file.read()

    kept, parts, position = {"__metadata__": header.pop("__metadata__", {})}, [], 0
    for name, entry in sorted(header.items(), key=lambda item: item[1]["data_offsets"]):
        if any(re.fullmatch(pattern, name) for pattern in patterns):
            continue
        begin, end = entry["data_offsets"]
        kept[name] = dict(entry, data_offsets=[position, position + end - begin])
        parts.append(data[begin:end])
        position += end - begin

    text = json.dumps(kept).encode()
    text += b" " * (-len(text) % 8)
    with open(target, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + b"".join(parts))


if __name__ == "__main__":
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
