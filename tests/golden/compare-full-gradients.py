#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compares the gradients of the full-width 2apae with PyTorch's in double precision. By hand.

    compare-full-gradients.py _build/tests/golden/write-full-gradients [--save OUT.safetensors]

Weights, input and targets are those of data/twoapae_full_forward.safetensors, in training mode with
its batch of 2 and the reconstruction weighted by 0.001. PyTorch computes all gradients in float64
and in float32; the program given computes them as the engine chooses (Winograd's transform where it
is possible) and with direct sums alone. A table has, for each group of parameters, the largest
difference from float64 over the largest magnitude of a tensor, for the worst tensor of the group.

There are two tables. With the weights as they are, some of the tens of millions of inputs of ReLUs
are so near to zero that float32 takes them for the other sign: each such ReLU changes the gradients
of its channel by about a thousandth, whatever computed it. In the second, 12 is added to the biases
of all batch norms of several channels. (With one channel the loss would hardly depend on what is
before the batch norm.) No input is near enough to zero then, which of the shifts 4, 5, 6, 7, 8, 10
and 12 holds for 12 alone, and what is left is the rounding of the sums. Few ReLUs close then: the
second table tells of sums, batch norm and pooling, not of a natural network.

--save writes the second case for /golden/full-width; data/full_gradients.safetensors is it:

    y                   (N, K)   targets, as in twoapae_full_forward
    loss                (3)      BCE, MSE, BCE + alpha MSE, float64
    grad.NAME           (n)      elements floor (i len / n) of a gradient in row-major order,
                                 float64; n = 251, or all where there are no more. A prime number,
                                 so that all taps and channels have their turn
    scale.NAME          (2)      largest magnitude and L2 norm of the whole gradient, float64

Needs PyTorch and NumPy. Takes some minutes and 3 GB.
"""

import argparse
import importlib.util
import json
import pathlib
import struct
import subprocess
import tempfile

import numpy as np
import torch
import torch.nn.functional as F

FOLDER = pathlib.Path(__file__).resolve().parent
FORWARD = FOLDER / "data" / "twoapae_full_forward.safetensors"
ALPHA = 1e-3
BN_SHIFT = 12.0
N_PROBES = 251
ENC_CHANNELS, DEC_CHANNELS = [32, 64, 128, 256], [128, 64, 32, 1]


def load_bench():
    """The networks are those of the comparison of speed."""
    path = FOLDER.parent / "bench" / "compare-pytorch.py"
    spec = importlib.util.spec_from_file_location("compare_pytorch", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def save_safetensors(path, arrays, metadata):
    types = {"float32": "F32", "float64": "F64"}
    header, position = {"__metadata__": metadata}, 0
    for name, array in arrays.items():
        header[name] = {"dtype": types[array.dtype.name], "shape": list(array.shape),
                        "data_offsets": [position, position + array.nbytes]}
        position += array.nbytes
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for array in arrays.values():
            file.write(array.tobytes())


class Draws:
    """The generator of the reference README, section 2."""

    def __init__(self, seed):
        self.seed = np.uint64(seed)
        self.n = 0

    def take(self, shape):
        count = int(np.prod(shape))
        index = np.arange(self.n + 1, self.n + count + 1, dtype=np.uint64)
        self.n += count
        z = self.seed + index * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z ^= z >> np.uint64(31)
        return ((z >> np.uint64(40)).astype(np.float64) * 2.0 ** -23 - 1).reshape(shape)


def scale_draw(name, shape, u, bn_shift):
    """The value of a drawn number, README section 2, rounded to float32."""
    if len(shape) == 4:
        values = u * np.sqrt(6 / np.prod(shape[1:]))
    elif len(shape) == 2:
        values = u * ((10 if "time" in name else 1) * np.sqrt(6 / shape[1]))
    elif name.endswith("running_var"):
        values = 1 + 0.5 * u
    elif ".bn" in name and name.endswith(".weight"):
        values = 1 + 0.2 * u
    elif ".bn" in name and name.endswith(".bias") and shape[0] > 1:
        values = bn_shift + 0.1 * u
    else:
        values = 0.1 * u
    return values.astype(np.float32)


def list_draws(network):
    """Names in the order of the draws."""
    def list_blocks(stack):
        for block in range(1, 5):
            for part in ("conv1.weight", "conv2.weight", "bn1.weight", "bn1.bias", "bn2.weight",
                         "bn2.bias", "bn1.running_mean", "bn1.running_var", "bn2.running_mean",
                         "bn2.running_var"):
                yield f"{stack}.cb{block}.{part}"

    names = [*list_blocks("enc"), "enc.class_conv.weight", "enc.class_conv.bias",
             *list_blocks("dec")]
    names += [f"dsa.fc_{part}.{kind}" for part in ("mel_prob", "mel_att", "time_prob", "time_att")
              for kind in ("weight", "bias")]
    assert set(names) == {name for name in network.state_dict()
                          if not name.endswith("num_batches_tracked")}
    return names


def make_reference_name(name):
    """"enc.cb1.conv1.weight" is "enc.0.conv1.weight" in reference files."""
    for block in range(1, 5):
        name = name.replace(f".cb{block}.", f".{block - 1}.")
    return name.removeprefix("dsa.fc_").replace("enc.class_conv", "class_conv")


def fill_network(network, metadata, bn_shift):
    """The input (N, T, F), drawn after the weights."""
    state, draws = network.state_dict(), Draws(int(metadata["seed"]))
    for name in list_draws(network):
        shape = tuple(state[name].shape)
        state[name].copy_(torch.from_numpy(scale_draw(name, shape, draws.take(shape), bn_shift)))
    assert draws.n == int(metadata["parameter_draws"])
    shape = tuple(int(metadata[key]) for key in ("batch", "frames", "mel"))
    return (draws.take(shape) * np.sqrt(3)).astype(np.float32)


def compute_gradients(network, x, y, dtype):
    """Losses, gradients by name and the smallest magnitude of a ReLU's input, in training mode."""
    nearest = []

    def look(_module, _inputs, output):
        nearest.append(output.detach().abs().min().item())

    hooks = [module.register_forward_hook(look) for module in network.modules()
             if isinstance(module, torch.nn.BatchNorm2d)]
    network.to(dtype).train()
    network.zero_grad(set_to_none=True)
    x, y = torch.from_numpy(x).to(dtype)[:, None], torch.from_numpy(y).to(dtype)
    clip, reconstruction = network(x, with_reconstruction=True)
    bce, mse = F.binary_cross_entropy(clip, y), F.mse_loss(reconstruction, x)
    loss = bce + ALPHA * mse
    loss.backward()
    for hook in hooks:
        hook.remove()
    gradients = {make_reference_name(name): parameter.grad.numpy().copy()
                 for name, parameter in network.named_parameters()}
    return np.array([bce.item(), mse.item(), loss.item()]), gradients, min(nearest)


def run_engine(bench, writer, bn_shift, options):
    """Gradients by name."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "gradients.safetensors"
        subprocess.run([writer, str(FORWARD), str(path), str(bn_shift), *options], check=True)
        arrays, _ = bench.load_safetensors(path)
    return {name.removeprefix("grad."): array for name, array in arrays.items()
            if name.startswith("grad.")}


def get_rel_error(values, reference):
    return np.abs(values - reference).max() / np.abs(reference).max()


def get_group(name):
    """"enc.0.bn1.bias" is of the group "enc.0 bn"."""
    parts = name.split(".")
    if parts[0] in ("enc", "dec"):
        return f"{parts[0]}.{parts[1]} {parts[2].rstrip('12')}"
    return parts[0]


def print_table(reference, sides):
    groups = {}
    for name in reference:
        groups.setdefault(get_group(name), []).append(name)

    print("| gradients of | " + " | ".join(sides) + " |")
    print("| --- |" + " --- |" * len(sides))
    for group, names in groups.items():
        errors = [max(get_rel_error(gradients[name], reference[name]) for name in names)
                  for gradients in sides.values()]
        print(f"| {group} | " + " | ".join(f"{error:.1e}" for error in errors) + " |")
    norm = np.sqrt(sum((array ** 2).sum() for array in reference.values()))
    errors = [np.sqrt(sum(((gradients[name] - reference[name]) ** 2).sum() for name in reference))
              / norm for gradients in sides.values()]
    print("| all, L2 | " + " | ".join(f"{error:.1e}" for error in errors) + " |")


def save_probes(path, metadata, y, losses, gradients):
    arrays = {"y": y, "loss": losses}
    for name, gradient in gradients.items():
        n = min(gradient.size, N_PROBES)
        arrays[f"grad.{name}"] = gradient.ravel()[np.arange(n) * gradient.size // n]
        arrays[f"scale.{name}"] = np.array([np.abs(gradient).max(), np.sqrt((gradient ** 2).sum())])
    save_safetensors(path, arrays, metadata)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("writer", help="the program write-full-gradients")
    parser.add_argument("--save", metavar="OUT", help="write losses and probes of float64")
    args = parser.parse_args()

    bench = load_bench()
    forward, metadata = bench.load_safetensors(FORWARD)
    y = forward["y"].copy()
    for bn_shift in (0.0, BN_SHIFT):
        network = bench.make_network("2apae", ENC_CHANNELS, DEC_CHANNELS, y.shape[1],
                                     int(metadata["frames"]), int(metadata["mel"]))
        x = fill_network(network, metadata, bn_shift)
        assert np.array_equal(x.ravel()[:16], forward["x_head"])
        losses, reference, nearest = compute_gradients(network, x, y, torch.float64)
        if bn_shift == 0:
            assert np.allclose(losses[:2], forward["train.loss_bce_mse"], rtol=1e-12, atol=0)
        sides = {"Otoscope, Winograd": run_engine(bench, args.writer, bn_shift, []),
                 "Otoscope, direct": run_engine(bench, args.writer, bn_shift, ["--direct"]),
                 "PyTorch float32": compute_gradients(network, x, y, torch.float32)[1]}
        print(f"Batch norms' biases + {bn_shift:g}; nearest to zero before a ReLU: {nearest:.1e}.")
        print()
        print_table(reference, sides)
        print(flush=True)

    if args.save is not None:
        keys = ("seed", "batch", "frames", "mel", "classes", "parameter_draws")
        save_probes(args.save, {**{key: metadata[key] for key in keys}, "alpha": str(ALPHA),
                                "bn_shift": str(BN_SHIFT), "computed_in": "float64",
                                "computed_with": f"PyTorch {torch.__version__}",
                                "written_by": "compare-full-gradients.py"},
                    y, losses, reference)


if __name__ == "__main__":
    main()
