#!/usr/bin/python3
"""Writes vit.json: a tiny vision transformer and MAE decoder computed by PyTorch's own layers (Debian: python3-torch
python3-torchvision), for src/nn's tests. Blocks are torchvision's and torch.nn's, not a second copy of Selfsame's.

usage: make_vit.py [--out vit.json]
"""
import argparse, json, math, os
import numpy as np
import torch
import torch.nn.functional as F
from torchvision.models.vision_transformer import VisionTransformer
from make_golden import tensor

VIT = {"dim": 12, "depth": 2, "heads": 3, "patch": 4, "channels": 3, "size": 12, "batch": 2, "salt": 700, "picture": 61,
       "direction": 62, "sizes": [[8, 8], [8, 20]],
       "mask": [[0, 0, 1, 1, 0, 1, 0, 0, 0], [1, 1, 1, 0, 1, 1, 0, 1, 1]], "visible": [[4, 0, 7], [8, 1, 2]]}
DECODER = {"inputs": 12, "width": 16, "depth": 1, "heads": 2, "outputs": 5, "grid": 3, "batch": 2, "salt": 800, "tokens": 63,
           "visible": VIT["visible"]}


def flat(t):
    return [float(f"{v:.8g}") for v in t.detach().double().flatten()]


def weight(name, shape, salt):
    """By timm's names: He's deviation for matrices, norms near 1, biases near 0, other tokens up to a half."""
    s = salt + sum(ord(c) for c in name) % 97
    if name.endswith(("weight", "bias")):
        if len(shape) > 1:
            bound = math.sqrt(6 / (math.prod(shape) / shape[0]))
            return tensor(shape, s, -bound, bound)
        return tensor(shape, s, 0.8, 1.2) if name.endswith("weight") else tensor(shape, s, -0.1, 0.1)
    return tensor(shape, s, -0.5, 0.5)


TORCHVISION = {"norm1": "ln_1", "attn.qkv": "self_attention.in_proj", "attn.proj": "self_attention.out_proj", "norm2": "ln_2",
               "mlp.fc1": "mlp.0", "mlp.fc2": "mlp.3"}
PYTORCH = {"norm1": "norm1", "attn.qkv": "self_attn.in_proj", "attn.proj": "self_attn.out_proj", "norm2": "norm2",
           "mlp.fc1": "linear1", "mlp.fc2": "linear2"}


def block_names(theirs, ours, table):
    """Their parameter name of a block -> ours."""
    for a, b in table.items():
        for kind in ("weight", "bias"):
            joint = "_" if b.endswith("in_proj") else "."
            yield f"{theirs}.{b}{joint}{kind}", f"{ours}.{a}.{kind}"


def set_weights(module, names, salt):
    own = dict(module.named_parameters())
    if not own:
        raise ValueError("no parameters")
    with torch.no_grad():
        for theirs, ours in names.items():
            own[theirs].copy_(weight(ours, own[theirs].shape, salt))
    missing = [n for n in own if n not in names and not n.startswith("heads.")]
    if missing:
        raise ValueError(f"not filled: {missing}")
    return {ours: own[theirs] for theirs, ours in names.items()}


def vit():
    c = VIT
    m = VisionTransformer(c["size"], c["patch"], c["depth"], c["heads"], c["dim"], 4 * c["dim"])
    names = {"class_token": "cls_token", "encoder.pos_embedding": "pos_embed", "conv_proj.weight": "patch_embed.proj.weight",
             "conv_proj.bias": "patch_embed.proj.bias", "encoder.ln.weight": "norm.weight", "encoder.ln.bias": "norm.bias"}
    for i in range(c["depth"]):
        names |= dict(block_names(f"encoder.layers.encoder_layer_{i}", f"blocks.{i}", TORCHVISION))
    own = set_weights(m, names, c["salt"])
    mask_token = weight("mask_token", (1, c["dim"]), c["salt"]).requires_grad_()

    def positions(h, w):
        """As DINO's interpolate_pos_encoding does it."""
        side = c["size"] // c["patch"]
        if (h, w) == (side, side):
            return own["pos_embed"]
        grid = own["pos_embed"][:, 1:].reshape(1, side, side, c["dim"]).permute(0, 3, 1, 2)
        grid = F.interpolate(grid, scale_factor=((h + 0.1) / side, (w + 0.1) / side), mode="bicubic")
        assert grid.shape[-2:] == (h, w)
        return torch.cat([own["pos_embed"][:, :1], grid.permute(0, 2, 3, 1).reshape(1, h * w, c["dim"])], 1)

    def into(x, mask=None, visible=None):
        y = m.conv_proj(x)
        h, w = y.shape[-2:]
        y = y.flatten(2).transpose(1, 2)
        if mask is not None:
            y[mask] = mask_token
        p = positions(h, w)
        y = y + p[:, 1:]
        if visible is not None:
            y = torch.stack([row[keep] for row, keep in zip(y, visible)])
        return torch.cat([(own["cls_token"] + p[:, :1]).expand(len(x), -1, -1), y], 1)

    def tokens(x, **more):
        return m.encoder.ln(m.encoder.layers(into(x, **more)))

    def picture(h, w):
        return tensor((c["batch"], c["channels"], h, w), c["picture"])

    home = picture(c["size"], c["size"])
    mask, visible = torch.tensor(c["mask"]).bool(), torch.tensor(c["visible"])
    last = m.encoder.layers[-1]
    before = last.ln_1(m.encoder.layers[:-1](into(home)))
    _, attention = last.self_attention(before, before, before, need_weights=True, average_attn_weights=False)
    gradients = {}
    for key, y in {"home": tokens(home, mask=mask), "other": tokens(picture(8, 8))}.items():
        of = ["pos_embed", "blocks.0.attn.qkv.weight", "patch_embed.proj.weight"] if key == "home" else ["pos_embed"]
        g = torch.autograd.grad((y * tensor(y.shape, c["direction"])).sum(), [own[n] for n in of] + ([mask_token] if key == "home" else []))
        gradients[key] = dict(zip(of + ["mask_token"], map(flat, g)))
    return {"config": c, "home": flat(tokens(home)), "others": [flat(tokens(picture(h, w))) for h, w in c["sizes"]],
            "masked": flat(tokens(home, mask=mask)), "visible": flat(tokens(home, visible=visible)),
            "attention": flat(attention), "gradients": gradients}


def sine_cosine(dim, side):
    """As MAE's pos_embed.py does it, numpy's meshgrid with its order of axes included."""
    def one(d, pos):
        omega = 1.0 / 10000 ** (np.arange(d // 2, dtype=np.float64) / (d / 2.0))
        out = np.einsum("m,d->md", pos.reshape(-1), omega)
        return np.concatenate([np.sin(out), np.cos(out)], axis=1)
    grid = np.stack(np.meshgrid(np.arange(side, dtype=np.float32), np.arange(side, dtype=np.float32)), axis=0)
    both = np.concatenate([one(dim // 2, grid[0]), one(dim // 2, grid[1])], axis=1)
    return torch.from_numpy(np.concatenate([np.zeros([1, dim]), both])).float()[None]


def decoder():
    c = DECODER
    m = torch.nn.Module()
    m.embed = torch.nn.Linear(c["inputs"], c["width"])
    m.blocks = torch.nn.ModuleList(torch.nn.TransformerEncoderLayer(c["width"], c["heads"], 4 * c["width"], 0.0, F.gelu, 1e-6, True, True)
                                   for _ in range(c["depth"]))
    m.norm = torch.nn.LayerNorm(c["width"], 1e-6)
    m.pred = torch.nn.Linear(c["width"], c["outputs"])
    names = {f"{n}.{k}": f"{n}.{k}" for n in ("embed", "norm", "pred") for k in ("weight", "bias")}
    for i in range(c["depth"]):
        names |= dict(block_names(f"blocks.{i}", f"blocks.{i}", PYTORCH))
    own = set_weights(m, names, c["salt"])
    mask_token = weight("mask_token", (1, 1, c["width"]), c["salt"]).requires_grad_()
    visible, cells = torch.tensor(c["visible"]), c["grid"] ** 2
    x = tensor((c["batch"], 1 + visible.shape[1], c["inputs"]), c["tokens"])
    y = m.embed(x)
    # MAE's way: mask tokens behind the visible ones, then unshuffled
    hidden = torch.stack([torch.tensor([p for p in range(cells) if p not in row]) for row in c["visible"]])
    restore = torch.argsort(torch.cat([visible, hidden], 1), 1)
    patches = torch.cat([y[:, 1:], mask_token.expand(len(y), hidden.shape[1], -1)], 1)
    patches = torch.gather(patches, 1, restore[..., None].expand(-1, -1, c["width"]))
    y = torch.cat([y[:, :1], patches], 1) + sine_cosine(c["width"], c["grid"])
    for b in m.blocks:
        y = b(y)
    y = m.pred(m.norm(y))[:, 1:]
    g = torch.autograd.grad((y * tensor(y.shape, VIT["direction"])).sum(), [mask_token, own["embed.weight"]])
    return {"config": c, "result": flat(y), "positions": flat(sine_cosine(c["width"], c["grid"])),
            "gradients": {"mask_token": flat(g[0]), "embed.weight": flat(g[1])}}


if __name__ == "__main__":
    ap = argparse.ArgumentParser()
    ap.add_argument("--out", default=os.path.join(os.path.dirname(os.path.abspath(__file__)), "vit.json"))
    a = ap.parse_args()
    with open(a.out, "w") as f:
        json.dump({"made_by": f"torch {torch.__version__}", "vit": vit(), "decoder": decoder()}, f)
        f.write("\n")
