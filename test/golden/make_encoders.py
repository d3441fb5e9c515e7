#!/usr/bin/python3
"""Writes encoders.json: norm layers, standardised weights and whole encoders computed by PyTorch and torchvision (Debian:
python3-torch python3-torchvision). The ResNets are torchvision's own, with channels and norms exchanged.

usage: make_encoders.py [--out encoders.json]
"""
import argparse, json, math, os
import torch
import torch.nn.functional as F
from torchvision.models.resnet import BasicBlock, Bottleneck, ResNet
from make_golden import tensor

LAYER = lambda channels: torch.nn.GroupNorm(1, channels)
# 32 groups, fewer where a group would be left with a single channel
GROUP = lambda channels: torch.nn.GroupNorm(min(32, channels // 2), channels)


def flat(t):
    return [float(f"{v:.8g}") for v in t.detach().double().flatten()]


def weight(name, shape, salt):
    """He's deviation for matrices, norms near 1, biases near 0."""
    s = salt + sum(ord(c) for c in name) % 97
    if len(shape) > 1:
        bound = math.sqrt(6 / (math.prod(shape) / shape[0]))
        return tensor(shape, s, -bound, bound)
    return tensor(shape, s, 0.8, 1.2) if name.endswith("weight") else tensor(shape, s, -0.1, 0.1)


def fill(module, salt):
    with torch.no_grad():
        for name, p in module.named_parameters():
            p.copy_(weight(name, p.shape, salt))


def standardized(w):
    flat_w = w.reshape(w.shape[0], -1)
    mean = flat_w.mean(1, keepdim=True)
    deviation = ((flat_w - mean).pow(2).mean(1, keepdim=True) + 1e-10).sqrt()
    return ((flat_w - mean) / deviation).view_as(w)


class StandardizedConv(torch.nn.Conv2d):
    def forward(s, x):
        return F.conv2d(x, standardized(s.weight), None, s.stride, s.padding)


# ---- layers -----------------------------------------------------------------------------------------------------

def norms():
    result = {}
    for name, groups in (("layer", 1), ("group", 4)):
        for kind, shape in (("map", (3, 8, 4, 5)), ("vector", (5, 8))):
            x, r, d = (tensor(shape, s) for s in (71, 72, 73))
            w, b = tensor((8,), 74, 0.5, 1.5), tensor((8,), 75)
            for t in (x, r, w, b): t.requires_grad_()
            if groups == 1:
                # torch's layer_norm itself, scaled by channel
                view = (1, 8) + (1,) * (len(shape) - 2)
                y = F.layer_norm(x, shape[1:]) * w.view(view) + b.view(view)
            else:
                y = F.group_norm(x, groups, w, b)
            y = torch.relu(y + r)
            g = torch.autograd.grad((y * d).sum(), [x, r, w, b])
            result[f"{name} {kind}"] = {"shape": shape, "y": flat(y), **{n: flat(t) for n, t in zip(("gx", "gr", "gw", "gb"), g)}}
    return result


def standardization():
    result = {}
    for name, shape, x, run in (
        ("conv", (5, 3, 3, 3), tensor((2, 3, 6, 6), 76), lambda x, w: F.conv2d(x, w, stride=2, padding=1)),
        ("linear", (5, 7), tensor((3, 7), 76), lambda x, w: F.linear(x, w)),
    ):
        w = tensor(shape, 77).requires_grad_()
        y = run(x, standardized(w))
        result[name] = {"y": flat(y), "gw": flat(torch.autograd.grad((y * tensor(y.shape, 78)).sum(), [w])[0])}
    return result


# ---- ResNets ----------------------------------------------------------------------------------------------------

def resnet(block, first, plan, norm, kernel, conv=torch.nn.Conv2d):
    """torchvision's ResNet of other channels: plan = (block, planes, blocks) for each stage."""
    m = ResNet(block, [1, 1, 1, 1], norm_layer=norm)
    m.inplanes = first
    m.conv1 = torch.nn.Conv2d(3, first, kernel, 1 if kernel == 3 else 2, kernel // 2, bias=False)
    m.bn1 = norm(first)
    if kernel == 3: m.maxpool = torch.nn.Identity()
    for i, (b, planes, blocks) in enumerate(plan):
        setattr(m, f"layer{i + 1}", m._make_layer(b, planes, blocks, 1 if i == 0 else 2))
    m.fc = torch.nn.Identity()
    if conv is not torch.nn.Conv2d:
        for module in list(m.modules()):
            for name, child in list(module.named_children()):
                if type(child) is torch.nn.Conv2d:
                    new = conv(child.in_channels, child.out_channels, child.kernel_size, child.stride, child.padding, bias=False)
                    setattr(module, name, new)
    return m


def counts():
    """Parameters without the last layer."""
    plans = {18: (BasicBlock, [2, 2, 2, 2]), 34: (BasicBlock, [3, 4, 6, 3]), 50: (Bottleneck, [3, 4, 6, 3]),
             101: (Bottleneck, [3, 4, 23, 3]), 152: (Bottleneck, [3, 8, 36, 3]), 200: (Bottleneck, [3, 24, 36, 3])}
    result = {}
    for depth, (block, blocks) in plans.items():
        m = ResNet(block, blocks)
        m.fc = torch.nn.Identity()
        result[depth] = sum(p.numel() for p in m.parameters())
    return result


class WideBottleneck(Bottleneck):
    expansion = 8


RESNETS = {
    # ResNet-18 at width 2 of base 8, CIFAR stem
    "resnet18 group": (3, 16, lambda: resnet(BasicBlock, 16, [(BasicBlock, 16 * 2 ** i, 2) for i in range(4)], GROUP, 3, StandardizedConv)),
    # ResNet-50 at width 1/16, ImageNet stem
    "resnet50 layer": (2, 32, lambda: resnet(Bottleneck, 4, [(Bottleneck, 4 * 2 ** i, n) for i, n in enumerate((3, 4, 6, 3))], LAYER, 7)),
    # CPC v2's at width 1/32
    "cpc": (3, 8, lambda: resnet(Bottleneck, 2, [(Bottleneck, 2, 3), (Bottleneck, 4, 4), (WideBottleneck, 16, 46), (Bottleneck, 16, 3)], LAYER, 7)),
}


def resnets():
    result = {}
    for name, (batch, size, make) in RESNETS.items():
        m = make()
        fill(m, 900)
        y = m(tensor((batch, 3, size, size), 81))
        g, = torch.autograd.grad((y * tensor(y.shape, 82)).sum(), [m.conv1.weight])
        result[name] = {"shape": [batch, 3, size, size], "parameters": sum(p.numel() for p in m.parameters()),
                        "y": flat(y), "g": flat(g)}
    return result


# ---- AMDIM ------------------------------------------------------------------------------------------------------

def amdim(size, ndf, rkhs, depth, norm, batch):
    """Written from the paper's table; the weights by the names that Selfsame gives them."""
    def conv(name, x, out, kernel, stride=1, bias=False):
        w = weight(f"{name}.weight", (out, x.shape[1], kernel, kernel), 950)
        return F.conv2d(x, w, weight(f"{name}.bias", (out,), 950) if bias else None, stride)

    def residual(name, x, out, kernel, stride=1):
        branch = conv(f"{name}.conv2", F.relu(conv(f"{name}.conv1", x, out, kernel, stride)), out, 1)
        if out < x.shape[1]:
            return branch + conv(f"{name}.shortcut", x, out, kernel, stride, bias=True)
        beside = F.avg_pool2d(x, kernel, stride)
        zeros = torch.zeros(x.shape[0], out - x.shape[1], *beside.shape[2:])
        return branch + torch.cat([beside, zeros], 1)

    def stage(name, x, out, kernel, stride, at=0):
        x = residual(f"{name}.{at}", x, out, kernel, stride)
        for i in range(1, depth):
            x = residual(f"{name}.{at + i}", x, out, 1)
        return x

    x = tensor((batch, 3, size, size), 83)
    if size == 128:
        x = F.relu(conv("stem.0.conv", F.pad(x, (2, 2, 2, 2), mode="reflect"), ndf, 5, 2, bias=True))
        x = F.relu(conv("stem.1.conv", x, ndf, 3, bias=True))
    else:
        x = F.relu(conv("stem.0.conv", x, ndf, 3, bias=True))
    if size == 32:
        x = residual("stem.1", x, ndf, 1)
    channels = ndf
    for i, kernel in enumerate((4, 2) if size == 32 else (4, 4, 2)):
        channels *= 2
        x = stage("to7", x, channels, kernel, 2, i * depth)
    seven = x
    five = stage("to5", seven, channels, 3, 1)
    one = residual("to1", stage("to3", five, channels, 3, 1), rkhs, 3)
    w, b = weight("norm.weight", (rkhs,), 950), weight("norm.bias", (rkhs,), 950)
    if norm == "batch": one = F.batch_norm(one, None, None, w, b, training=True)
    if norm == "layer": one = F.group_norm(one, 1, w, b)
    return {"size": size, "ndf": ndf, "rkhs": rkhs, "depth": depth, "norm": norm, "batch": batch,
            "shapes": [list(m.shape) for m in (seven, five, one)], "seven": flat(seven[0, :, 3, 3]), "five": flat(five[0, :, 1, 2]),
            "one": flat(one)}


if __name__ == "__main__":
    ap = argparse.ArgumentParser()
    ap.add_argument("--out", default=os.path.join(os.path.dirname(os.path.abspath(__file__)), "encoders.json"))
    a = ap.parse_args()
    golden = {"made_by": f"torch {torch.__version__}", "norms": norms(), "standardized": standardization(), "counts": counts(),
              "resnets": resnets(),
              "amdim": [amdim(32, 3, 12, 2, "batch", 4), amdim(64, 2, 5, 2, "layer", 2), amdim(128, 2, 20, 1, "none", 2)]}
    with open(a.out, "w") as f:
        json.dump(golden, f)
        f.write("\n")
