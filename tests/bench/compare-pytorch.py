#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures the engine against PyTorch on this machine, in pairs. Neither passes nor fails.

    tests/bench/compare-pytorch.py --only infer,start --runs 3

Both sides do the same work at the same size: one clip through the whole network and to its
probabilities alone, a training step (forward, backward, Adam), features of a clip, and the way from
starting a process to the first probabilities. They take turns, each run a process of its own, so
that memory is each one's own and neither slows the other. A process warms up, then measures at
least three times and a second and a half. The table has medians of the processes and, as a
machine's speed drifts, the ratio within each pair. Let the machine do nothing else: PyTorch's
threads wait for each other actively and lose more by company.

PyTorch has what makes it fast: no gradients in inference, ReLU in place, gradients set to None, the
threads asked for, and the faster order of its maps: channels first and channels last are tried in
the first turn. Its memory includes Python and its libraries, which is what its user needs.

OpenBLAS reads OPENBLAS_CORETYPE and OPENBLAS_L2_SIZE. They are taken out for both sides: Otoscope
chooses kernels itself, and PyTorch's convolutions come from oneDNN. --keep-environment leaves them.

Needs PyTorch, NumPy and SciPy beside Python; without them it says so and ends.
"""

import argparse
import importlib.util
import json
import math
import os
import pathlib
import platform
import random
import re
import statistics
import struct
import subprocess
import sys
import tempfile
import time
import wave

ROOT = pathlib.Path(__file__).resolve().parents[2]
MODEL = ROOT / "data" / "models" / "2apae.safetensors"

N_FRAMES, N_MELS, N_CLASSES = 311, 64, 41
RATE_HZ, N_SAMPLES, WINDOW_LEN, HOP_LEN = 32000, 320000, 2048, 1024
GWRP_DECAY = 0.9998
ALPHA = 1e-3

# As "oto bench" measures.
MEASURE_S, MIN_RUNS, MAX_RUNS = 1.5, 3, 200

ORDERS = ["channels first", "channels last"]
WHATS = ["infer", "probs", "train", "logmel", "start"]
TITLES = {"infer": "inference", "probs": "inference without reconstruction",
          "train": "training step", "logmel": "log-mel", "start": "start"}


# --- PyTorch's side, in processes of its own ---

def make_network(system, enc_channels, dec_channels, n_classes, n_frames, n_mels):
    """The published networks; modules are called as in model files."""
    import torch
    import torch.nn.functional as F
    from torch import nn

    class Block(nn.Module):
        def __init__(self, c_in, c_out, pools):
            super().__init__()
            self.pools = pools
            self.conv1 = nn.Conv2d(c_in, c_out, 3, padding=1, bias=False)
            self.conv2 = nn.Conv2d(c_out, c_out, 3, padding=1, bias=False)
            self.bn1 = nn.BatchNorm2d(c_out)
            self.bn2 = nn.BatchNorm2d(c_out)
            for conv in (self.conv1, self.conv2):
                nn.init.kaiming_uniform_(conv.weight)

        def forward(self, x):
            x = F.relu_(self.bn1(self.conv1(x)))
            x = F.relu_(self.bn2(self.conv2(x)))
            return F.avg_pool2d(x, 3, stride=1, padding=1) if self.pools else x

    class Stack(nn.Module):
        def __init__(self, channels, pools, n_classes=0):
            super().__init__()
            for i, (c_in, c_out) in enumerate(zip(channels, channels[1:])):
                self.add_module(f"cb{i + 1}", Block(c_in, c_out, pools))
            if n_classes > 0:
                self.class_conv = nn.Conv2d(channels[-1], n_classes, 1)

        def forward(self, x):
            for block in (self.cb1, self.cb2, self.cb3, self.cb4):
                x = block(x)
            return x

    class TwoStepAttention(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc_mel_prob = nn.Linear(n_mels, n_mels)
            self.fc_mel_att = nn.Linear(n_mels, n_mels)
            self.fc_time_prob = nn.Linear(n_frames, n_frames)
            self.fc_time_att = nn.Linear(n_frames, n_frames)

        def forward(self, z):
            mel_att = torch.softmax(self.fc_mel_att(z), dim=-1)
            mel_x = (torch.sigmoid(self.fc_mel_prob(z)) * mel_att).sum(dim=-1)
            time_att = torch.softmax(self.fc_time_att(mel_x), dim=-1)
            time_x = (torch.sigmoid(self.fc_time_prob(mel_x)) * time_att).sum(dim=-1)
            return time_x.clamp(0, 1)

    class TwoStepAutoencoder(nn.Module):
        def __init__(self):
            super().__init__()
            self.enc = Stack([1, *enc_channels], True, n_classes)
            self.dec = Stack([enc_channels[-1], *dec_channels], True)
            self.dsa = TwoStepAttention()

        def forward(self, x, with_reconstruction=False):
            encoded = self.enc(x)
            clip = self.dsa(self.enc.class_conv(encoded))
            return clip, self.dec(encoded) if with_reconstruction else None

    class VggGwrp(nn.Module):
        def __init__(self):
            super().__init__()
            self.enc = Stack([1, *enc_channels], False, n_classes)
            weights = GWRP_DECAY ** torch.arange(n_frames * n_mels, dtype=torch.float64)
            self.register_buffer("weights", (weights / weights.sum()).float(), persistent=False)

        def forward(self, x, with_reconstruction=False):
            mask = torch.sigmoid(self.enc.class_conv(self.enc(x)))
            values = torch.sort(mask.flatten(2), dim=-1, descending=True)[0]
            return (values * self.weights).sum(dim=-1), None

    return TwoStepAutoencoder() if system == "2apae" else VggGwrp()


def load_safetensors(path):
    """Arrays by name and the metadata; the format is a length, JSON and the tensors' bytes."""
    import numpy as np

    types = {"F32": np.float32, "F64": np.float64, "I32": np.int32}
    data = pathlib.Path(path).read_bytes()
    header_len = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8:8 + header_len])
    metadata = header.pop("__metadata__", {})
    arrays = {}
    for name, entry in header.items():
        begin, end = (8 + header_len + position for position in entry["data_offsets"])
        arrays[name] = np.frombuffer(data[begin:end], types[entry["dtype"]]).reshape(entry["shape"])
    return arrays, metadata


def make_mel_matrix():
    """(F, bins): triangles on the Slaney scale, 50 Hz to half the rate, of equal area."""
    import numpy as np

    def to_mel(hz):
        return hz * 3 / 200 if hz < 1000 else 15 + 27 * math.log(hz / 1000) / math.log(6.4)

    mels = np.linspace(to_mel(50.0), to_mel(RATE_HZ / 2), N_MELS + 2)
    edges = np.where(mels < 15, mels * 200 / 3, 1000 * 6.4 ** ((mels - 15) / 27))
    bins = np.arange(WINDOW_LEN // 2 + 1) * (RATE_HZ / WINDOW_LEN)
    left, centre, right = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    rising, falling = (bins - left) / (centre - left), (right - bins) / (right - centre)
    return np.maximum(0, np.minimum(rising, falling)) * 2 / (right - left)


def compute_logmel(samples, window, mel_matrix):
    """(T, F), as the published program computes it."""
    import numpy as np
    import scipy.signal

    magnitude = scipy.signal.spectrogram(samples, window=window, nperseg=WINDOW_LEN,
                                         noverlap=WINDOW_LEN - HOP_LEN, detrend=False,
                                         return_onesided=True, mode="magnitude")[2].T
    return np.log(np.dot(magnitude, mel_matrix.T) + 1e-8).astype(np.float32)


def get_peak_mib():
    with open("/proc/self/status") as file:
        return int(re.search(r"VmHWM:\s*(\d+)", file.read()).group(1)) / 1024


def measure(run, n_clips, clock=time.perf_counter, min_runs=MIN_RUNS):
    """As "oto bench": once to warm up, then the median."""
    seconds = []
    run()
    while len(seconds) < MAX_RUNS and (len(seconds) < min_runs or sum(seconds) < MEASURE_S):
        begin = clock()
        run()
        seconds.append(clock() - begin)
    return {"median_s": statistics.median(seconds) / n_clips, "peak_mib": get_peak_mib()}


def worker_network(args):
    import torch
    import torch.nn.functional as F

    torch.set_num_threads(args.threads)
    torch.manual_seed(1)
    order = torch.channels_last if args.order == ORDERS[1] else torch.contiguous_format
    if args.system not in ("2apae", "gwrp"):
        return measure_system(args, order)
    channels = [32, 64, 128, 256] if args.system == "2apae" else [32, 64, 128, 128]
    network = make_network(args.system, channels, [128, 64, 32, 1], N_CLASSES, N_FRAMES, N_MELS)
    network = network.to(memory_format=order)
    x = torch.randn(args.batch, 1, N_FRAMES, N_MELS).contiguous(memory_format=order)

    # Three events a clip.
    y = torch.zeros(args.batch, N_CLASSES)
    for n in range(args.batch):
        y[n, torch.randperm(N_CLASSES)[:3]] = 1

    if args.worker != "train":
        network.eval()

        def infer():
            with torch.no_grad():
                network(x, with_reconstruction=args.worker == "infer")

        return measure(infer, args.batch)

    optimiser = torch.optim.Adam(network.parameters(), lr=1e-3)

    def train():
        optimiser.zero_grad(set_to_none=True)
        clip, reconstruction = network(x, with_reconstruction=True)
        loss = F.binary_cross_entropy(clip, y)
        if reconstruction is not None:
            loss = loss + ALPHA * F.mse_loss(reconstruction, x)
        loss.backward()
        optimiser.step()

    return measure(train, args.batch, min_runs=args.min_steps)


def measure_system(args, order):
    """One of pytorch_systems.py: its own sizes, its own loss."""
    import torch

    import pytorch_systems

    network, n_classes, n_frames, n_mels, _ = pytorch_systems.make(args.system)
    network = network.to(memory_format=order)
    x = torch.randn(args.batch, 1, n_frames, n_mels).contiguous(memory_format=order)
    y = torch.zeros(args.batch, n_classes)
    for n in range(args.batch):
        y[n, torch.randperm(n_classes)[:3]] = 1

    if args.worker != "train":
        network.eval()

        def infer():
            with torch.no_grad():
                network(x)

        return measure(infer, args.batch)

    optimiser = torch.optim.Adam(network.parameters(), lr=1e-3)

    def train():
        optimiser.zero_grad(set_to_none=True)
        network.loss(x, y).backward()
        optimiser.step()

    return measure(train, args.batch, min_runs=args.min_steps)


def worker_logmel(_args):
    import numpy as np

    samples = np.random.default_rng(1).uniform(-0.5, 0.5, N_SAMPLES).astype(np.float32)
    window, mel_matrix = np.hamming(WINDOW_LEN), make_mel_matrix()
    # Processor time, as "oto bench" counts for what one core does.
    return measure(lambda: compute_logmel(samples, window, mel_matrix), 1, time.process_time)


def worker_start(args):
    """The probabilities of a clip, by class."""
    import numpy as np
    import torch

    torch.set_num_threads(args.threads)
    order = torch.channels_last if args.order == ORDERS[1] else torch.contiguous_format
    arrays, metadata = load_safetensors(MODEL)
    classes = json.loads(metadata["classes"])
    network = make_network("2apae", json.loads(metadata["enc_channels"]),
                           json.loads(metadata["dec_channels"]), len(classes), N_FRAMES, N_MELS)
    mean, std = arrays.pop("scaler.mean"), arrays.pop("scaler.std")
    # Files have no count of batches; it plays no part in the results.
    missing, unexpected = network.load_state_dict(
        {name: torch.from_numpy(array.copy()) for name, array in arrays.items()}, strict=False)
    assert not unexpected and all(name.endswith("num_batches_tracked") for name in missing)
    network.eval().to(memory_format=order)

    with wave.open(args.clip) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2") / np.float32(32768)
    logmel = compute_logmel(samples, np.hamming(WINDOW_LEN), make_mel_matrix())
    x = torch.from_numpy((logmel - mean) / std)[None, None].contiguous(memory_format=order)
    with torch.no_grad():
        clip = network(x)[0][0]
    return {"probs": dict(zip(classes, clip.tolist()))}


def worker_versions(_args):
    import numpy
    import scipy
    import torch

    config = torch.__config__.show()
    one_dnn = re.search(r"MKL-DNN v([0-9.]+)", config)
    return {"PyTorch": torch.__version__, "oneDNN": one_dnn.group(1) if one_dnn else "none",
            "NumPy": numpy.__version__, "SciPy": scipy.__version__}


def run_worker(args):
    workers = {"infer": worker_network, "probs": worker_network, "train": worker_network,
               "logmel": worker_logmel, "start": worker_start, "versions": worker_versions}
    print(json.dumps(workers[args.worker](args)), flush=True)
    # Nobody waits for an interpreter to take itself down.
    os._exit(0)


# --- the comparison ---

def run_process(command, environment):
    """What it printed, its seconds and its peak memory. Ends everything when it fails."""
    begin = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, env=environment)
    output = process.stdout.read()
    seconds = time.perf_counter() - begin
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"“{' '.join(command)}” ended with {process.returncode}.")
    return json.loads(output), seconds, usage.ru_maxrss / 1024


class Comparison:
    def __init__(self, args, folder):
        self.args = args
        self.clip = os.path.join(folder, "clip.wav")
        self.environment = dict(os.environ, OMP_NUM_THREADS=str(args.threads))
        if not args.keep_environment:
            for name in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "OTO_PORTABLE"):
                self.environment.pop(name, None)
        self.probs = {}

    def write_clip(self):
        """Tones that come and go over noise, the same in every run."""
        rng = random.Random(1)
        samples = []
        for i in range(N_SAMPLES):
            t = i / RATE_HZ
            tone = 0.3 * math.sin(2 * math.pi * 440 * t) * (1 if t % 2 < 1 else 0)
            samples.append(int(32767 * (tone + rng.uniform(-0.05, 0.05))))
        with wave.open(self.clip, "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE_HZ)
            file.writeframes(struct.pack(f"<{N_SAMPLES}h", *samples))

    def run_worker(self, what, *options):
        command = [sys.executable, __file__, "--worker", what,
                   "--threads", str(self.args.threads), *options]
        environment = self.environment
        if what == "logmel":
            environment = dict(environment, OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")
        return run_process(command, environment)

    def run_oto(self, case):
        """Seconds per clip and MiB."""
        threads = ["--threads", str(self.args.threads)]
        if case["what"] == "start":
            command = [self.args.oto, "probs", "--json", "--quiet", *threads,
                       "--model", str(MODEL), self.clip]
            answer, seconds, mib = run_process(command, self.environment)
            classes = answer["clips"][0]["classes"]
            self.probs["Otoscope"] = {item["name"]: item["prob"] for item in classes}
            return seconds, mib

        # Rows of probabilities come with those of inference.
        what = "infer" if case["what"] == "probs" else case["what"]
        command = [self.args.oto, "bench", "--json", "--quiet", "--what", what, *threads]
        if case["what"] != "logmel":
            command += ["--system", case["system"], "--width", "1", "--batch", str(case["batch"])]
        answer, _, _ = run_process(command, self.environment)
        result = next(row for row in answer["results"] if row["what"] == case["what"])
        return result["median_s_per_clip"], result["peak_rss_mib"]

    def run_torch(self, case, order):
        options = ["--order", order]
        if case["what"] == "start":
            answer, seconds, mib = self.run_worker("start", "--clip", self.clip, *options)
            self.probs["PyTorch"] = answer["probs"]
            return seconds, mib

        if case["what"] != "logmel":
            options += ["--system", case["system"], "--batch", str(case["batch"]),
                        "--min-steps", str(self.args.min_steps)]
        answer, _, _ = self.run_worker(case["what"], *options)
        return answer["median_s"], answer["peak_mib"]

    def run_case(self, case):
        """Takes turns. The first turn tells which order of its maps is faster for PyTorch; the
        others have that one alone."""
        orders = ORDERS[:1] if case["what"] == "logmel" else self.args.orders
        runs = {side: [] for side in ["Otoscope", *orders]}
        title = " ".join(str(case[key]) for key in ("what", "system", "batch") if key in case)

        if case["what"] == "start":
            self.run_oto(case)
            self.run_torch(case, orders[0])
        order = orders[0] if len(orders) == 1 else None
        for i in range(self.args.runs):
            for side in ["Otoscope", *(orders if order is None else [order])]:
                print(f"{title}, run {i + 1} of {self.args.runs}: {side}", file=sys.stderr)
                run = self.run_oto(case) if side == "Otoscope" else self.run_torch(case, side)
                runs[side].append(run)
            order = order or min(orders, key=lambda side: runs[side][0][0])

        medians = {side: statistics.median(run[0] for run in runs[side]) for side in runs}
        ratios = [torch[0] / oto[0] for oto, torch in zip(runs["Otoscope"], runs[order])]
        result = dict(case, oto_s=medians["Otoscope"], torch_s=medians[order], ratios=ratios,
                      ratio=statistics.median(ratios),
                      oto_mib=statistics.median(run[1] for run in runs["Otoscope"]),
                      torch_mib=statistics.median(run[1] for run in runs[order]),
                      oto_runs_s=[run[0] for run in runs["Otoscope"]],
                      torch_runs_s={side: [run[0] for run in runs[side]] for side in orders})
        if case["what"] != "logmel":
            result["torch_order"] = order
        if case["what"] == "start":
            result["largest_difference"] = max(
                abs(prob - self.probs["PyTorch"][name])
                for name, prob in self.probs["Otoscope"].items())
        return result


def list_cases(args):
    cases = []
    for what in ("infer", "probs"):
        if what in args.only and "2apae" in args.systems:
            cases += [{"what": what, "system": "2apae", "batch": batch}
                      for batch in args.infer_batches]
    if "infer" in args.only:
        cases += [{"what": "infer", "system": system, "batch": batch}
                  for system in args.systems if system != "2apae" for batch in args.infer_batches]
    if "train" in args.only:
        cases += [{"what": "train", "system": system, "batch": batch}
                  for system in args.systems for batch in args.batches]
    if "logmel" in args.only:
        cases.append({"what": "logmel"})
    if "start" in args.only:
        cases.append({"what": "start"})
    return cases


def describe_machine(args, comparison):
    with open("/proc/cpuinfo") as file:
        cpu = re.search(r"model name\s*:\s*(.*)", file.read())
    versions = comparison.run_worker("versions")[0]
    oto = subprocess.run([args.oto, "--version"], stdout=subprocess.PIPE, check=True, text=True)
    return {"cpu": cpu.group(1) if cpu else platform.machine(), "cpus": os.cpu_count(),
            "threads": args.threads, "load_before": round(os.getloadavg()[0], 1),
            "Otoscope": oto.stdout.split("\n")[0].split()[-1],
            "Python": platform.python_version(), **versions,
            "environment": {name: value for name, value in sorted(comparison.environment.items())
                            if name.startswith(("GOMP_", "KMP_", "MALLOC_", "OMP_", "OPENBLAS_",
                                                "OTO_"))}}


def print_table(machine, results):
    names = ["Otoscope", "Python", "PyTorch", "oneDNN", "NumPy", "SciPy"]
    orders = {result["torch_order"] for result in results if "torch_order" in result}

    print(f"{machine['cpu']}, {machine['cpus']} processors, {machine['threads']} threads; "
          f"load {machine['load_before']} before, {machine['load_after']} after.")
    print(", ".join(f"{name} {machine[name]}" for name in names) + ".")
    settings = "".join(f"{name}={value} " for name, value in machine["environment"].items())
    print(f"Command: `{settings}{machine['command']}`\n")
    print("| | batch | Otoscope, s a clip | PyTorch, s a clip | ratio (pairs) "
          "| Otoscope, MiB | PyTorch, MiB |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for result in results:
        title = TITLES[result["what"]]
        if "system" in result:
            title += f", {'VGG-8, GWRP' if result['system'] == 'gwrp' else result['system']}"
        note = f" ({result['torch_order']})" if len(orders) > 1 and "torch_order" in result else ""
        # A process that has just begun still counts the memory of the one that started it.
        mib = ["–", "–"] if result["what"] == "start" else [
            f"{result[side]:.0f}" for side in ("oto_mib", "torch_mib")]
        print(f"| {title} | {result.get('batch', 1)} | {result['oto_s']:.4g} "
              f"| {result['torch_s']:.4g}{note} | {result['ratio']:.2f} "
              f"({min(result['ratios']):.2f} to {max(result['ratios']):.2f}) "
              f"| {mib[0]} | {mib[1]} |")

    print()
    print("Ratio: PyTorch's seconds through Otoscope's; above 1, Otoscope is faster.")
    if len(orders) == 1:
        print(f"PyTorch's maps: {orders.pop()}.")
    for result in results:
        if "largest_difference" in result:
            print("The largest difference between the two in a probability of the clip: "
                  f"{result['largest_difference']:.1e}.")


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--oto", default=str(ROOT / "_build" / "app" / "cli" / "oto"),
                        help="the program (_build/app/cli/oto)")
    parser.add_argument("--runs", type=int, default=3, help="pairs of processes (3)")
    parser.add_argument("--threads", type=int, default=2, help="threads of both sides (2)")
    parser.add_argument("--only", default=",".join(WHATS), help="what to measure (%(default)s)")
    parser.add_argument("--batches", default="4,8,24", help="clips of a step (%(default)s)")
    parser.add_argument("--infer-batches", default="1", help="clips of an inference (%(default)s)")
    parser.add_argument("--systems", default="2apae,gwrp",
                        help="systems to measure, also atrous, ddc-fap, gated-crnn, talnet, "
                             "wld-cnn, mmnet, panns-cnn14-att (%(default)s)")
    parser.add_argument("--orders", default="first,last",
                        help="orders of PyTorch's maps to try (%(default)s)")
    parser.add_argument("--min-steps", type=int, default=MIN_RUNS,
                        help="steps that PyTorch trains at least, after the first (%(default)s)")
    parser.add_argument("--json", action="store_true", help="print JSON instead of the table")
    parser.add_argument("--keep-environment", action="store_true", help="leave OpenBLAS's")
    for name in ("--worker", "--order", "--system", "--clip"):
        parser.add_argument(name, help=argparse.SUPPRESS)
    parser.add_argument("--batch", type=int, help=argparse.SUPPRESS)
    args = parser.parse_args()

    args.only = args.only.split(",")
    args.systems = args.systems.split(",")
    if not set(args.only) <= set(WHATS):
        parser.error(f"--only takes {', '.join(WHATS)}, with commas between them.")
    try:
        args.batches = [int(text) for text in args.batches.split(",")]
        args.infer_batches = [int(text) for text in args.infer_batches.split(",")]
    except ValueError:
        parser.error("--batches and --infer-batches take numbers with commas between them.")
    names = args.orders.split(",")
    args.orders = [order for order in ORDERS if order.split()[1] in names]
    if len(args.orders) != len(names):
        parser.error("--orders takes first, last or both.")
    if min(args.batches + args.infer_batches + [args.runs, args.threads, args.min_steps]) < 1:
        parser.error("--runs, --threads, --batches, --infer-batches and --min-steps are positive.")
    return args


def main():
    args = parse_arguments()
    if args.worker is not None:
        run_worker(args)

    missing = [name for name in ("torch", "numpy", "scipy")
               if importlib.util.find_spec(name) is None]
    if missing:
        print(f"Nothing to compare: {sys.executable} has no {', '.join(missing)}.")
        return
    if not os.access(args.oto, os.X_OK):
        sys.exit(f"There is no program “{args.oto}”. Build it, or name it with --oto.")

    with tempfile.TemporaryDirectory() as folder:
        comparison = Comparison(args, folder)
        comparison.write_clip()
        machine = describe_machine(args, comparison)
        machine["command"] = " ".join([os.path.relpath(__file__, ROOT), *sys.argv[1:]])
        results = [comparison.run_case(case) for case in list_cases(args)]
        machine["load_after"] = round(os.getloadavg()[0], 1)

    if args.json:
        print(json.dumps({"machine": machine, "results": results}, indent=2))
    else:
        print_table(machine, results)


if __name__ == "__main__":
    main()
