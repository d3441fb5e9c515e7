#!/usr/bin/python3
"""Writes closed-form.json: the sparse manifold transform (Chen et al. 2022, arXiv 2209.15261) with the whole picture as context, which is
linear discriminant analysis with every picture as a class of its own, in float64 by PyTorch's plain operators (Debian: python3-torch).
Pictures are of a rule that any language can repeat; whitening, dictionary and threshold are made of them here and written down.

usage: make_closed_form.py [--out closed-form.json]
"""
import argparse, base64, json, os
import numpy as np
import torch
import torch.nn.functional as F
from make_golden import tensor

PICTURES, CHANNELS, SIZE, PATCH, ATOMS, GRID = 40, 2, 12, 4, 20, 2
WHITENING_RIDGE, ALIKE, RIDGE, DROPPED, DIRECTIONS, OUTPUTS, POWER = 0.04, 0.1, 1e-3, 2, 4, 8, 0.25
PLACES = (SIZE - PATCH + 1) ** 2


def pictures():
    """Coarse squares with noise over them."""
    coarse = tensor((PICTURES, CHANNELS, 3, 3), 51, 0, 1).repeat_interleave(4, 2).repeat_interleave(4, 3)
    return (0.75 * coarse + 0.25 * tensor((PICTURES, CHANNELS, SIZE, SIZE), 52, 0, 1)).double()


def flat(t):
    return [float(f"{v:.12g}") for v in t.flatten()]


def golden():
    patches = F.unfold(pictures(), PATCH).transpose(1, 2)  # [N, places, values]
    own = patches - patches.mean(2, keepdim=True)
    mean = own.mean((0, 1))
    rows = (own - mean).flatten(0, 1)
    variances, vectors = torch.linalg.eigh(rows.T @ rows / len(rows))
    whitening = vectors / (variances.clamp(min=0) + WHITENING_RIDGE * variances.mean()).sqrt()
    white = F.normalize((own - mean) @ whitening, dim=2)
    atoms = white.flatten(0, 1)[:: len(rows) // ATOMS][:ATOMS]
    cosines = white @ atoms.T

    # in the widest gap near the share, so that no cosine is within rounding of it
    ordered = cosines.flatten().sort().values
    near = ordered[int((1 - ALIKE) * len(ordered)) - 300 :][:600]
    gap = (near[1:] - near[:-1]).argmax()
    threshold = (near[gap] + near[gap + 1]) / 2
    codes = (cosines >= threshold).double()  # [N, places, K]

    centre = codes.mean((0, 1))
    centred = codes - centre
    total = torch.einsum("npk,npl->kl", centred, centred) / (PICTURES * PLACES)
    among = centred.mean(1).T @ centred.mean(1) / PICTURES
    # generalised eigenproblem by Cholesky's factor: among v = ratio (total + ridge) v
    largest = torch.linalg.eigvalsh(total).max()
    factor = torch.linalg.cholesky(total + RIDGE * largest * torch.eye(ATOMS))
    half = torch.linalg.solve_triangular(factor, among, upper=False)
    ratios, solved = torch.linalg.eigh(torch.linalg.solve_triangular(factor, half.T, upper=False))
    directions = torch.linalg.solve_triangular(factor.T, solved, upper=True).flip(1)[:, DROPPED : DROPPED + DIRECTIONS]

    side = int(PLACES**0.5)
    averaged = F.adaptive_avg_pool2d(codes.transpose(1, 2).reshape(PICTURES, ATOMS, side, side), GRID)
    cells = F.normalize((averaged.flatten(2).transpose(1, 2) - centre) @ directions, dim=2).flatten(1)
    around = cells - cells.mean(0)
    _, lengths, components = torch.linalg.svd(around / PICTURES**0.5, full_matrices=False)
    kept = lengths[:OUTPUTS] ** 2
    vectors = around @ components[:OUTPUTS].T * (kept + 1e-3 * kept[0]) ** -POWER

    bits = np.packbits(codes.numpy().astype(np.uint8).reshape(-1))
    return {"made_by": f"torch {torch.__version__}", "shape": [PICTURES, CHANNELS, SIZE, SIZE], "patch": PATCH, "atoms": ATOMS, "grid": GRID,
            "alike": ALIKE, "ridge": RIDGE, "dropped": DROPPED, "directions": DIRECTIONS, "outputs": OUTPUTS, "power": POWER,
            "mean": flat(mean), "whitening": flat(whitening), "dictionary": flat(atoms), "threshold": threshold.item(),
            "gap": (near[gap + 1] - near[gap]).item(), "codes": base64.b64encode(bits.tobytes()).decode(), "centre": flat(centre),
            "total": flat(total), "among": flat(among), "ratios": flat(ratios.flip(0)), "projection": flat(directions), "vectors": flat(vectors)}


if __name__ == "__main__":
    ap = argparse.ArgumentParser()
    ap.add_argument("--out", default=os.path.join(os.path.dirname(os.path.abspath(__file__)), "closed-form.json"))
    with open(ap.parse_args().out, "w") as f:
        json.dump(golden(), f)
        f.write("\n")
