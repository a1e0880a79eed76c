# SPDX-License-Identifier: GPL-3.0-or-later
"""Published systems in PyTorch, for compare-pytorch.py: layers and losses as "oto systems" has them.

Where PyTorch has no layer of its own for what a system needs, the nearest fast one stands in, in its
favour: the recurrent layers of gated-crnn are torch's (Keras' would be a loop over frames).
"""

import torch
import torch.nn.functional as F
from torch import nn


def conv_bn(c_in, c_out, kernel, dilation=1, groups=1, bias=False):
    return nn.Sequential(
        nn.Conv2d(c_in, c_out, kernel, padding=dilation * (kernel // 2), dilation=dilation,
                  groups=groups, bias=bias), nn.BatchNorm2d(c_out))


class Atrous(nn.Module):
    def __init__(self, n_classes):
        super().__init__()
        channels = [1, 64, 128, 256]
        self.blocks = nn.ModuleList(conv_bn(channels[i], channels[i + 1], 5, 2 ** i)
                                    for i in range(3))
        self.att = nn.Conv2d(256, n_classes, 1)
        self.cla = nn.Conv2d(256, n_classes, 1)

    def forward(self, x):
        for block in self.blocks:
            x = F.relu_(block(x))
        att = torch.sigmoid(self.att(x)).clamp(0.1, 0.9).flatten(2)
        cla = F.log_softmax(self.cla(x), dim=1).flatten(2)
        return torch.sigmoid((att * cla).sum(-1) / att.sum(-1))

    def loss(self, x, y):
        return F.binary_cross_entropy(self(x), y)


class DdcFap(nn.Module):
    def __init__(self, n_classes, n_mels=64):
        super().__init__()
        self.first = conv_bn(1, 32, 3)
        pairs = [(32, 32, 1), (32, 64, 2), (64, 64, 2), (64, 128, 4), (128, 128, 4), (128, 128, 8),
                 (128, 128, 8)]
        self.depthwise = nn.ModuleList(conv_bn(a, a, 3, d, a) for a, b, d in pairs)
        self.pointwise = nn.ModuleList(conv_bn(a, b, 1) for a, b, d in pairs)
        self.final = nn.Conv2d(128, n_classes, 1)
        self.alpha = nn.Parameter(torch.zeros(n_classes, n_mels))
        self.weight = nn.Parameter(torch.zeros(n_classes, n_mels))

    def forward(self, x):
        x = F.relu_(self.first(x))
        for depthwise, pointwise in zip(self.depthwise, self.pointwise):
            x = F.relu_(pointwise(depthwise(x)))
        mask = torch.sigmoid(self.final(x))
        bands = (mask * torch.softmax(self.alpha[:, None] * mask, dim=2)).sum(2)
        return (bands * torch.softmax(self.weight, dim=1)).sum(-1)

    def loss(self, x, y):
        return F.binary_cross_entropy(self(x).clamp(0, 1), y)


class GatedCrnn(nn.Module):
    def __init__(self, n_classes):
        super().__init__()
        self.blocks = nn.ModuleList(conv_bn(1 if i == 0 else 64, 128, 3) for i in range(7))
        self.conv = nn.Conv2d(64, 256, 3, padding=1)
        self.linear = nn.GRU(256, 128, batch_first=True, bidirectional=True)
        self.sigmoid = nn.GRU(256, 128, batch_first=True, bidirectional=True)
        self.loc = nn.Linear(256, n_classes)
        self.att = nn.Linear(n_classes, n_classes)

    def forward(self, x):
        for i, block in enumerate(self.blocks):
            x = F.glu(block(x), dim=1)
            if i in (1, 3, 5, 6):
                x = F.max_pool2d(x, (1, 2))
        x = F.max_pool2d(F.relu_(self.conv(x)), (1, 4)).squeeze(3).transpose(1, 2)
        x = self.linear(x)[0] * self.sigmoid(x)[0]
        frames = torch.sigmoid(self.loc(x))
        att = torch.softmax(self.att(frames), dim=-1)
        return (frames * att).sum(1) / att.clamp(1e-7, 1).sum(1)

    def loss(self, x, y):
        return F.binary_cross_entropy(self(x).clamp(0, 1), y)


class TalNet(nn.Module):
    def __init__(self, n_classes, embedding=1024, n_mels=64):
        super().__init__()
        widths = [2 * embedding // (n_mels >> i) for i in range(5)]
        channels = [1] + [w for w in widths for _ in range(2)]
        self.blocks = nn.ModuleList(conv_bn(a, b, 3, bias=True)
                                    for a, b in zip(channels, channels[1:]))
        self.gru = nn.GRU(embedding, embedding // 2, batch_first=True, bidirectional=True)
        self.fc = nn.Linear(embedding, n_classes)

    def forward(self, x):
        for i, block in enumerate(self.blocks):
            x = F.relu_(block(x))
            if i % 2 == 1:
                x = F.max_pool2d(x, (2, 2) if i < 4 else (1, 2))
        x = self.gru(x.transpose(1, 2).flatten(2))[0]
        frames = torch.sigmoid(self.fc(x)).clamp(1e-7, 1 - 1e-7)
        return (frames * frames).sum(1) / frames.sum(1)

    def loss(self, x, y):
        return F.binary_cross_entropy(self(x).clamp(1e-7, 1 - 1e-7), y)


class WldCnn(nn.Module):
    def __init__(self, n_classes):
        super().__init__()
        channels = [1, 16, 16, 32, 32, 64, 64, 128, 128, 256, 256, 512]
        self.blocks = nn.ModuleList(conv_bn(a, b, 3, bias=True)
                                    for a, b in zip(channels, channels[1:]))
        self.last = nn.Sequential(nn.Conv2d(512, 1024, 2), nn.BatchNorm2d(1024))
        self.final = nn.Conv2d(1024, n_classes, 1)

    def forward(self, x):
        for i, block in enumerate(self.blocks):
            x = F.relu_(block(x))
            if i % 2 == 1:
                x = F.max_pool2d(x, 2)
        x = F.relu_(self.last(F.max_pool2d(x, (2, 1))))
        return torch.sigmoid(self.final(x)).squeeze(3).amax(-1)

    def loss(self, x, y):
        return F.binary_cross_entropy(self(x), y)


class Block1d(nn.Module):
    def __init__(self, c_in, c_out):
        super().__init__()
        self.bn1, self.bn2 = nn.BatchNorm1d(c_in), nn.BatchNorm1d(c_out)
        self.bn3 = nn.BatchNorm1d(c_out)
        self.conv1 = nn.Conv1d(c_in, c_out, 3, padding=1)
        self.conv2 = nn.Conv1d(c_out, c_out, 3, padding=1)
        self.skip = nn.Conv1d(c_in, c_out, 1)

    def forward(self, x):
        y = F.relu_(self.bn2(self.conv1(self.bn1(x))))
        return self.bn3(self.conv2(y)) + self.skip(x)


class Mmnet(nn.Module):
    def __init__(self, n_classes, n_mels=128):
        super().__init__()
        self.bn = nn.BatchNorm1d(n_mels)
        self.conv1 = nn.Conv1d(n_mels, 128, 3, padding=1)
        self.blocks = nn.ModuleList(Block1d(a, b) for a, b in ((128, 256), (256, 384), (384, 384)))
        self.bnf = nn.BatchNorm1d(384)
        self.fcls = nn.Sequential(nn.Linear(384, 1024), nn.BatchNorm1d(1024), nn.ReLU(True),
                                  nn.Linear(1024, 1024), nn.BatchNorm1d(1024), nn.ReLU(True),
                                  nn.Linear(1024, n_classes))
        self.att = nn.Conv1d(384, 384, 3, padding=1)
        self.det = nn.Conv1d(384, n_classes, 3, padding=1)

    def run(self, x):
        x = self.conv1(self.bn(x.squeeze(1).transpose(1, 2)))
        for i, block in enumerate(self.blocks):
            x = block(x)
            if i < 2:
                x = F.max_pool1d(x, 4)
        x = F.relu_(self.bnf(x))
        logits = self.fcls(x.mean(-1))
        att = torch.softmax(self.att(x), dim=-1).sum(1)
        det = self.det(x)
        ensemble = (logits + (torch.softmax(att, dim=-1)[:, None] * det).sum(-1)) / 2
        return ensemble, det, att

    def forward(self, x):
        return torch.sigmoid(self.run(x)[0])

    def loss(self, x, y):
        ensemble, det, att = self.run(x)
        macro = F.binary_cross_entropy_with_logits(ensemble, y)
        weight = torch.where(y[:, :, None] > 0, att.detach()[:, None], torch.ones_like(det))
        micro = F.binary_cross_entropy_with_logits(det, y[:, :, None].expand_as(det), weight)
        return macro + micro


class PannsCnn14(nn.Module):
    def __init__(self, n_classes, n_mels=64):
        super().__init__()
        channels = [1, 64, 128, 256, 512, 1024, 2048]
        self.bn0 = nn.BatchNorm2d(n_mels)
        self.blocks = nn.ModuleList(
            nn.ModuleList((conv_bn(a, b, 3), conv_bn(b, b, 3)))
            for a, b in zip(channels, channels[1:]))
        self.fc1 = nn.Linear(2048, 2048)
        self.att = nn.Conv1d(2048, n_classes, 1)
        self.cla = nn.Conv1d(2048, n_classes, 1)
        # The released network has it, and never applies it.
        self.bn_att = nn.BatchNorm1d(n_classes)

    def forward(self, x):
        x = self.bn0(x.transpose(1, 3)).transpose(1, 3)
        for i, block in enumerate(self.blocks):
            for layer in block:
                x = F.relu_(layer(x))
            x = F.dropout(F.avg_pool2d(x, 2) if i < 5 else x, 0.2, self.training)
        x = x.mean(3)
        x = F.max_pool1d(x, 3, 1, 1) + F.avg_pool1d(x, 3, 1, 1)
        x = F.relu_(self.fc1(F.dropout(x, 0.5, self.training).transpose(1, 2)))
        x = F.dropout(x, 0.5, self.training).transpose(1, 2)
        att = torch.softmax(self.att(x).clamp(-10, 10), dim=-1)
        return (att * torch.sigmoid(self.cla(x))).sum(-1)

    def loss(self, x, y):
        return F.binary_cross_entropy(self(x).clamp(0, 1), y)


SYSTEMS = {
    "atrous": (Atrous, 41, 311, 64),
    "ddc-fap": (DdcFap, 41, 311, 64),
    "gated-crnn": (GatedCrnn, 41, 311, 64),
    "talnet": (TalNet, 10, 311, 64),
    "wld-cnn": (WldCnn, 41, 311, 64),
    "mmnet": (Mmnet, 17, 896, 128),
    "panns-cnn14-att": (PannsCnn14, 527, 1001, 64),
}


def make(system):
    """A network and its classes, frames and mel bins."""
    kind, n_classes, n_frames, n_mels = SYSTEMS[system]
    network = kind(n_classes)
    n_params = sum(param.numel() for param in network.parameters())
    return network, n_classes, n_frames, n_mels, n_params
