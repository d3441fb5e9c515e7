#!/usr/bin/python3
"""Writes the golden values that Selfsame's tests compare against, computed by PyTorch (Debian: python3-torch python3-torchvision).

usage: make_golden.py [--out golden.json]                 the committed fixture
       make_golden.py --full-step step.safetensors        every tensor of one ResNet-18 step, for the live comparison
Formulas are written here a second time, from the papers and DeepMind's description, not from Selfsame's sources.
"""
import argparse, json, math, os, struct, sys
import numpy as np
import torch
import torch.nn.functional as F

torch.set_num_threads(2)


def pattern(count, salt, low=-1.0, high=1.0):
    """Reproducible pseudo-random numbers that any language can make: the fractional part of a large sine."""
    k = np.arange(count, dtype=np.float64)
    x = np.sin(k * 12.9898 + salt * 78.233) * 43758.5453
    return low + (high - low) * (x - np.floor(x))


def tensor(shape, salt, low=-1.0, high=1.0):
    return torch.from_numpy(pattern(int(np.prod(shape)), salt, low, high).reshape(shape)).float()


def flat(t):
    return [float(v) for v in t.detach().double().flatten()]


# ---- losses, schedules, moving averages -------------------------------------------------------------------------

def regression(p, z):
    return (F.normalize(p, dim=1, eps=0) - F.normalize(z, dim=1, eps=0)).pow(2).sum(1).mean()


def byol_loss(p1, z1, p2, z2):
    return regression(p1, z2) + regression(p2, z1)


def tau(base, step, total):
    return 1 - (1 - base) * (math.cos(math.pi * step / total) + 1) / 2


def lars(w, g, buf, lr, wd, eta=1e-3, momentum=0.9):
    """DeepMind's rule; one-dimensional parameters are exempt."""
    u = g.clone()
    if w.dim() > 1:
        u = g + wd * w
        a, b = w.norm(), u.norm()
        trust = eta * a / b if a > 0 and b > 0 else 1.0
        u = u * trust
    buf = momentum * buf + u
    return w - lr * buf, buf


# ---- augmentations ----------------------------------------------------------------------------------------------

def adjust_hsv(x, saturation=None, hue=None):
    """Pixel by pixel through colorsys, which is as independent as it gets."""
    import colorsys
    out = torch.empty_like(x)
    n, _, h, w = x.shape
    for i in range(n):
        for y in range(h):
            for k in range(w):
                r, g, b = (float(v) for v in x[i, :, y, k])
                H, S, V = colorsys.rgb_to_hsv(r, g, b)
                if saturation is not None:
                    S = min(1.0, max(0.0, S * float(saturation[i])))
                if hue is not None:
                    H = (H + float(hue[i])) % 1.0
                out[i, :, y, k] = torch.tensor(colorsys.hsv_to_rgb(H, S, V))
    return out.clamp(0, 1)


def blur(x, sigmas, radius):
    out = torch.empty_like(x)
    for i, s in enumerate(sigmas):
        t = torch.arange(-radius, radius + 1, dtype=torch.float64)
        k = torch.exp(-t ** 2 / (2 * s * s))
        k = (k / k.sum()).float()
        c = x.shape[1]
        y = F.conv2d(x[i:i + 1], k.view(1, 1, 1, -1).repeat(c, 1, 1, 1), padding=(0, radius), groups=c)
        out[i:i + 1] = F.conv2d(y, k.view(1, 1, -1, 1).repeat(c, 1, 1, 1), padding=(radius, 0), groups=c)
    return out


def augmentations():
    x = tensor((3, 3, 12, 10), 1, 0, 1)
    add = [0.3, -0.25, 0.05]
    factor = [1.3, 0.65, 0.9]
    turn = [0.09, -0.1, 0.02]
    col = lambda v: torch.tensor(v).view(-1, 1, 1, 1)
    mean = x.mean((2, 3), keepdim=True)
    luma = 0.2989 * x[:, 0:1] + 0.587 * x[:, 1:2] + 0.114 * x[:, 2:3]
    sigmas = [0.4, 1.1, 1.9]
    crop = []
    pictures = torch.from_numpy(np.floor(pattern(2 * 20 * 26 * 3, 2, 0, 256)).astype(np.uint8)).view(2, 20, 26, 3)
    for i, (top, left, h, w, flip) in enumerate([(3, 2, 14, 17, False), (0, 5, 20, 11, True)]):
        part = pictures[i, top:top + h, left:left + w].permute(2, 0, 1)[None].float() / 255
        part = F.interpolate(part, (16, 16), mode="bicubic", align_corners=False, antialias=True)
        if flip:
            part = part.flip(3)
        crop.append(flat(part.clamp(0, 1)))
    return {
        "shape": list(x.shape), "salt": 1, "add": add, "factor": factor, "turn": turn, "sigmas": sigmas, "radius": 3,
        "brightness": flat((x + col(add)).clamp(0, 1)),
        "contrast": flat(((x - mean) * col(factor) + mean).clamp(0, 1)),
        "saturation": flat(adjust_hsv(x, saturation=factor)),
        "hue": flat(adjust_hsv(x, hue=turn)),
        "grayscale": flat(luma.expand_as(x)),
        "solarize": flat(torch.where(x >= 0.5, 1 - x, x)),
        "blur": flat(blur(x, sigmas, 3)),
        "crop": {"salt": 2, "size": 16, "boxes": [[3, 2, 14, 17], [0, 5, 20, 11]], "flips": [False, True], "result": crop},
    }


# ---- one whole training step ------------------------------------------------------------------------------------

def encoder():
    import torchvision
    m = torchvision.models.resnet18()
    m.conv1 = torch.nn.Conv2d(3, 64, 3, 1, 1, bias=False)
    m.maxpool = torch.nn.Identity()
    m.fc = torch.nn.Identity()
    return m


class Head(torch.nn.Module):
    def __init__(s, i, h, o):
        super().__init__()
        s.linear1 = torch.nn.Linear(i, h); s.norm1 = torch.nn.BatchNorm1d(h); s.linear2 = torch.nn.Linear(h, o, bias=False)

    def forward(s, x):
        return s.linear2(torch.relu(s.norm1(s.linear1(x))))


def fill(prefix, module, salt):
    """Weights that do not depend on any generator: uniform of He's deviation, norms near 1 and 0."""
    for name, p in sorted(module.named_parameters()):
        full = f"{prefix}.{name}"
        s = salt + sum(ord(c) for c in full) % 97
        bound = math.sqrt(6 / (p.numel() / p.shape[0])) if p.dim() > 1 else None
        with torch.no_grad():
            if bound is not None:
                p.copy_(tensor(p.shape, s, -bound, bound))
            elif name.endswith("weight"):
                p.copy_(tensor(p.shape, s, 0.8, 1.2))
            else:
                p.copy_(tensor(p.shape, s, -0.1, 0.1))


STEP = {"batch": 8, "size": 32, "hidden": 128, "outputs": 32, "learning_rate": 0.05, "weight_decay": 1e-4,
        "tau_base": 0.99, "step": 1, "total": 10, "salt_online": 11, "salt_target": 500}


def full_step():
    c = STEP
    online = {"encoder": encoder(), "projector": Head(512, c["hidden"], c["outputs"]), "predictor": Head(c["outputs"], c["hidden"], c["outputs"])}
    target = {"encoder": encoder(), "projector": Head(512, c["hidden"], c["outputs"])}
    for k, m in online.items(): fill(k, m, c["salt_online"]); m.train()
    for k, m in target.items(): fill(k, m, c["salt_target"]); m.train()
    views = [tensor((c["batch"], 3, c["size"], c["size"]), s, 0, 1) for s in (21, 22)]
    mean = torch.tensor([0.485, 0.456, 0.406]).view(1, 3, 1, 1); std = torch.tensor([0.229, 0.224, 0.225]).view(1, 3, 1, 1)
    x = [(v - mean) / std for v in views]
    z = [online["projector"](online["encoder"](v)) for v in x]
    p = [online["predictor"](v) for v in z]
    with torch.no_grad():
        t = [target["projector"](target["encoder"](v)) for v in x]
    loss = byol_loss(p[0], t[0], p[1], t[1])
    named = [(f"online.{k}.{n}", q) for k, m in online.items() for n, q in m.named_parameters()]
    grads = torch.autograd.grad(loss, [q for _, q in named])
    with torch.no_grad():
        for (name, q), g in zip(named, grads):
            new, _ = lars(q, g, torch.zeros_like(q), c["learning_rate"], c["weight_decay"])
            q.copy_(new)
        k = tau(c["tau_base"], c["step"], c["total"])
        for part in target:
            for (_, a), (_, b) in zip(target[part].named_parameters(), online[part].named_parameters()):
                a.copy_(k * a + (1 - k) * b)
    state = {}
    for side, parts in (("online", online), ("target", target)):
        for part, m in parts.items():
            for name, v in m.state_dict().items():
                if not name.startswith("fc."):
                    state[f"{side}.{part}.{name}"] = v.detach()
    return float(loss), state, dict(zip([n for n, _ in named], grads))


def summary(t):
    v = t.double().flatten()
    at = [int(i) for i in np.linspace(0, v.numel() - 1, min(8, v.numel())).round()]
    return {"norm": float(v.norm()), "sum": float(v.sum()), "at": at, "values": [float(v[i]) for i in at]}


def write_safetensors(path, tensors):
    header, blobs, offset = {}, [], 0
    for name, t in tensors.items():
        b = t.contiguous().numpy().tobytes()
        header[name] = {"dtype": {torch.float32: "F32", torch.int64: "I64"}[t.dtype], "shape": list(t.shape), "data_offsets": [offset, offset + len(b)]}
        blobs.append(b); offset += len(b)
    text = json.dumps(header).encode(); text += b" " * (-len(text) % 8)
    with open(path, "wb") as f:
        f.write(struct.pack("<Q", len(text))); f.write(text)
        for b in blobs: f.write(b)


def small_values():
    p1, z1, p2, z2 = (tensor((6, 10), s) for s in (31, 32, 33, 34))
    w, g, b = tensor((7, 5), 41), tensor((7, 5), 42), tensor((7, 5), 43)
    w1, g1, b1 = tensor((7,), 44), tensor((7,), 45), tensor((7,), 46)
    lars2, lars1 = lars(w, g, b, 0.3, 1e-2), lars(w1, g1, b1, 0.3, 1e-2)
    optimizers = {}
    for name, make in {
        "sgd": lambda q: torch.optim.SGD([q], lr=0.1, momentum=0.9, weight_decay=1e-2),
        "nesterov": lambda q: torch.optim.SGD([q], lr=0.1, momentum=0.9, weight_decay=1e-2, nesterov=True),
        "adamw": lambda q: torch.optim.AdamW([q], lr=0.1, betas=(0.9, 0.95), weight_decay=0.1, eps=1e-8),
    }.items():
        q = torch.nn.Parameter(w.clone()); o = make(q)
        for s in (42, 47, 48):
            q.grad = tensor((7, 5), s); o.step()
        optimizers[name] = flat(q)
    bn = torch.nn.BatchNorm2d(4); x = tensor((5, 4, 3, 2), 51); r = tensor((5, 4, 3, 2), 52); d = tensor((5, 4, 3, 2), 53)
    with torch.no_grad():
        bn.weight.copy_(tensor((4,), 54, 0.5, 1.5)); bn.bias.copy_(tensor((4,), 55))
    x.requires_grad_(); r.requires_grad_()
    y = torch.relu(bn(x) + r)
    gx, gr, gw, gb = torch.autograd.grad((y * d).sum(), [x, r, bn.weight, bn.bias])
    return {
        "loss": {"shape": [6, 10], "salts": [31, 32, 33, 34], "value": float(byol_loss(p1, z1, p2, z2)), "one": float(regression(p1, z2))},
        "tau": [[b0, k, n, tau(b0, k, n)] for b0, k, n in [(0.996, 0, 1000), (0.996, 1, 1000), (0.99, 500, 1000), (0.97, 999, 1000), (0.99, 1000, 1000)]],
        "ema": {"tau": 0.97, "result": flat(0.97 * w + 0.03 * g)},
        "lars": {"matrix": flat(lars2[0]), "matrix_momentum": flat(lars2[1]), "vector": flat(lars1[0]), "vector_momentum": flat(lars1[1])},
        "optimizers": optimizers,
        "batch_norm": {"y": flat(y), "mean": flat(bn.running_mean), "var": flat(bn.running_var), "gx": flat(gx), "gr": flat(gr), "gw": flat(gw), "gb": flat(gb),
                       "eval": flat(bn.eval()(x))},
    }


if __name__ == "__main__":
    ap = argparse.ArgumentParser()
    ap.add_argument("--out", default=os.path.join(os.path.dirname(os.path.abspath(__file__)), "golden.json"))
    ap.add_argument("--full-step")
    a = ap.parse_args()
    loss, state, grads = full_step()
    if a.full_step:
        write_safetensors(a.full_step, state | {f"gradient.{n}": g for n, g in grads.items()})
        sys.exit()
    golden = {"made_by": f"torch {torch.__version__}", **small_values(), "augment": augmentations(),
              "step": {"settings": STEP, "loss": loss, "tensors": {n: summary(t) for n, t in state.items() if t.is_floating_point()}}}
    with open(a.out, "w") as f:
        json.dump(golden, f)
        f.write("\n")
