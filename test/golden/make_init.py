#!/usr/bin/python3
"""Writes init.json: torchvision's networks with weights of a rule that any language can repeat, by name: their names and shapes, and
what they make of a fixed picture, the transformer also with register tokens; and positions and patch projections resized by PyTorch
(Debian: python3-torch python3-torchvision).

usage: make_init.py [--out init.json]
       make_init.py --check resnet18 encoder.safetensors   a file of ours into torchvision's network, strictly; prints its features
"""
import argparse, json, math, os, struct
import numpy as np
import torch
import torch.nn.functional as F
import torchvision
from torchvision.models.vision_transformer import VisionTransformer
from make_golden import tensor

PICTURE = (2, 3, 64, 64)


def flat(t):
    return [float(f"{v:.8g}") for v in t.detach().double().flatten()]


def value(name, shape):
    """He's deviation for matrices, norms near 1, means and biases near 0."""
    salt = 700 + sum(ord(c) for c in name) % 97
    if len(shape) == 0: return torch.tensor(7)
    if len(shape) > 1 and name.endswith("weight"):
        bound = math.sqrt(6 / (math.prod(shape) / shape[0]))
        return tensor(shape, salt, -bound, bound)
    near_one = name.endswith("running_var") or name.endswith("weight")
    return tensor(shape, salt, 0.8, 1.2) if near_one else tensor(shape, salt, -0.1, 0.1)


def filled(model):
    model.load_state_dict({name: value(name, tuple(t.shape)) for name, t in model.state_dict().items()})
    return model.eval()


def described(model, x):
    """Computed in float64, as these features are hundreds: PyTorch's own float32 is 3e-4 off there."""
    names = {name: list(t.shape) for name, t in model.state_dict().items()}
    for head in ("fc", "heads"):
        if hasattr(model, head): setattr(model, head, torch.nn.Identity())
    with torch.no_grad():
        return {"names": names, "features": flat(model.double()(x.double()))}


def with_registers(vit, x, registers):
    """Darcet et al. 2023: between the class token and the patches, after positions are added. The class token after the last norm."""
    with torch.no_grad():
        patches = vit._process_input(x)
        placed = torch.cat([vit.class_token.expand(len(x), -1, -1), patches], 1) + vit.encoder.pos_embedding
        every = torch.cat([placed[:, :1], registers.expand(len(x), -1, -1), placed[:, 1:]], 1)
        return vit.encoder.ln(vit.encoder.layers(every))[:, 0]


def resized_projection(weight, side):
    """FlexiViT's: the least-norm solution of the least squares |Bᵀ w' - w|, where a patch x of one channel becomes B x."""
    pixels = weight.shape[2] ** 2
    each = torch.eye(pixels, dtype=torch.double).reshape(pixels, 1, *weight.shape[2:])
    resizing = F.interpolate(each, size=(side, side), mode="bilinear", antialias=True, align_corners=False).reshape(pixels, -1)
    columns = weight.double().reshape(-1, pixels).T
    return torch.linalg.lstsq(resizing, columns, driver="gelsd").solution.T.reshape(*weight.shape[:2], side, side)


def golden():
    vit = VisionTransformer(image_size=64, patch_size=16, num_layers=2, num_heads=4, hidden_dim=48, mlp_dim=192, num_classes=10)
    x = tensor(PICTURE, 91)
    positions = tensor((1, 1 + 14 * 14, 3), 92)
    grid = positions[:, 1:].reshape(1, 14, 14, 3).permute(0, 3, 1, 2)
    resized = {side: flat(F.interpolate(grid, size=(side, side), mode="bicubic", antialias=True).permute(0, 2, 3, 1)) for side in (6, 20)}
    filled(vit)
    described_vit = described(vit, x)
    registers = flat(with_registers(vit, x.double(), tensor((1, 4, 48), 96).double()))
    projection = tensor((2, 3, 8, 8), 97)
    projections = {side: flat(resized_projection(projection, side)) for side in (6, 12)}
    return {"made_by": f"torch {torch.__version__}, torchvision {torchvision.__version__}", "picture": PICTURE,
            "resnet18": described(filled(torchvision.models.resnet18()), x),
            "resnet50": described(filled(torchvision.models.resnet50()), x),
            "vit": described_vit, "registers": registers, "resized": resized, "projections": projections}


def read(path):
    with open(path, "rb") as f:
        length, = struct.unpack("<Q", f.read(8))
        header, data = json.loads(f.read(length)), f.read()
    kinds = {"F32": np.float32, "I64": np.int64}
    return {name: torch.from_numpy(np.frombuffer(data, kinds[e["dtype"]], math.prod(e["shape"]), e["data_offsets"][0]).reshape(e["shape"]).copy())
            for name, e in header.items() if name != "__metadata__"}


if __name__ == "__main__":
    ap = argparse.ArgumentParser()
    ap.add_argument("--out", default=os.path.join(os.path.dirname(os.path.abspath(__file__)), "init.json"))
    ap.add_argument("--check", nargs=2)
    a = ap.parse_args()
    if a.check:
        name, path = a.check
        model = getattr(torchvision.models, name)()
        model.fc = torch.nn.Identity()
        print(model.load_state_dict(read(path), strict=True))
        with torch.no_grad(): print(flat(model.eval()(tensor(PICTURE, 91)))[:4])
    else:
        with open(a.out, "w") as f:
            json.dump(golden(), f)
            f.write("\n")
