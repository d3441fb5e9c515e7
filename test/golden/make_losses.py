#!/usr/bin/python3
"""Writes the golden values of every loss, computed in float64 by PyTorch (Debian: python3-torch) from float32 inputs.

usage: make_losses.py [--out losses.json]     the committed fixture
       make_losses.py --check DIR             also runs the published implementations found in DIR (one folder per
                                              repository, named as the repository) on the same inputs and prints a table.
                                              Folders: amdim-public (Philip-Bachman), barlowtwins, dino, dinov2, mae, moco,
                                              moco-v3, simsiam, swav, vicreg (facebookresearch), DenseCL (WXinlong), ibot
                                              (bytedance), lejepa (rbalestr-lab), lightly (lightly-ai), lightning-bolts
                                              (Lightning-Universe), self-supervised (htdt), solo-learn (vturrisi),
                                              SupContrast (HobbitLong)
Every formula is written here from its paper, not from Selfsame's sources and not from the published code. A case holds
  inputs       name -> shape, salt, low, high: the numbers of `pattern`, rounded to float32
  options      everything else that the loss needs; indices count from 0
  loss         the value
  grad_norms   name -> Euclidean norm of the gradient with respect to that input
  grad_dots    name -> sum of gradient * pattern(count, 999), which also fixes the direction
  extra        intermediate values and other forms of the same loss
An input without a gradient norm is a constant: a target, a queue, a centre.
"""
import argparse, ast, fnmatch, json, math, os, sys, tempfile
from types import SimpleNamespace
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

torch.set_num_threads(1)
CASES = {}


def pattern(count, salt, low=-1.0, high=1.0):
    """Reproducible pseudo-random numbers that any language can make: the fractional part of a large sine."""
    k = np.arange(count, dtype=np.float64)
    x = np.sin(k * 12.9898 + salt * 78.233) * 43758.5453
    return low + (high - low) * (x - np.floor(x))


def tensor(shape, salt, low=-1.0, high=1.0):
    return torch.from_numpy(pattern(int(np.prod(shape)), salt, low, high).reshape(shape)).float().double()


def case(name, salt, inputs, grads, **options):
    """Inputs are name=shape or name=(shape, low, high); their salts count up from `salt`."""
    specs = {}
    for i, (k, v) in enumerate(inputs.items()):
        shape, low, high = v if isinstance(v[0], tuple) else (v, -1, 1)
        specs[k] = {"shape": list(shape), "salt": salt + i, "low": low, "high": high}

    def keep(loss):
        CASES[name] = SimpleNamespace(name=name, inputs=specs, grads=grads, options=options, loss=loss)
        return loss
    return keep


def vectors(names, n=8, d=16):
    return {k: (n, d) for k in names.split()}


def evaluate(c, loss, grads=None):
    """Value, gradients and extra of one function on the inputs of a case."""
    x = {k: tensor(s["shape"], s["salt"], s["low"], s["high"]) for k, s in c.inputs.items()}
    for k in c.grads: x[k].requires_grad_()
    r = loss(SimpleNamespace(**x), SimpleNamespace(**c.options))
    value, extra = r if isinstance(r, tuple) else (r, {})
    wanted = c.grads if grads is None else grads
    if value.requires_grad and wanted: g = torch.autograd.grad(value, [x[k] for k in wanted])
    else: g = [x[k].grad for k in wanted]  # a published training step has called backward itself
    return value.detach(), dict(zip(wanted, g)), extra


def number(v):
    if torch.is_tensor(v): v = v.detach().tolist()
    if isinstance(v, (list, tuple)): return [number(q) for q in v]
    if isinstance(v, dict): return {k: number(q) for k, q in v.items()}
    return float(f"{v:.12g}") if isinstance(v, float) else v


# ---- the formulas -----------------------------------------------------------------------------------------------

def unit(x, dim=1):
    return x / x.pow(2).sum(dim, keepdim=True).sqrt()


def nce(positive, candidates):
    """-ln( e^positive / sum of e^candidate ); the candidates include the positive."""
    return torch.logsumexp(torch.stack(candidates), 0) - positive


def rows_nce(logits):
    """Mean over the rows of a square matrix; the positive of row i is column i."""
    return sum(nce(logits[i, i], list(logits[i])) for i in range(len(logits))) / len(logits)


def cross(teacher, student, temperature):
    """-sum of teacher * log softmax(student / T), one number for each row."""
    return -(teacher * F.log_softmax(student / temperature, -1)).sum(-1)


def sinkhorn(scores, eps, iterations):
    """SwAV (arXiv 2006.09882) eq. 5: alternately every prototype gets 1/K and every row 1/B of the mass; rows end summing to 1."""
    q = torch.exp(scores / eps)
    b, k = q.shape
    for _ in range(iterations):
        q = q / q.sum(0, keepdim=True) / k
        q = q / q.sum(1, keepdim=True) / b
    return q * b


# BYOL (arXiv 2006.07733) section 5 eq. 8 and appendix F.4, negated, plus the constant 2 of its eq. 2, for both orders of the
# views. S is the cosine of an online prediction p and a target vector t; sum over j != i of the target's vectors of the same
# view as p, over all j of the other view. beta 0 is BYOL; beta 1 is 2 alpha times InfoNCE, as the paper's F.5 wants it.
@case("byol_negatives/beta0", 100, vectors("p1 p2 t1 t2"), ["p1", "p2"], alpha=0.3, beta=0)
@case("byol_negatives/beta1_alpha0.1", 100, vectors("p1 p2 t1 t2"), ["p1", "p2"], alpha=0.1, beta=1)
@case("byol_negatives/beta1_alpha0.3", 100, vectors("p1 p2 t1 t2"), ["p1", "p2"], alpha=0.3, beta=1)
@case("byol_negatives/beta0.5_alpha0.3", 100, vectors("p1 p2 t1 t2"), ["p1", "p2"], alpha=0.3, beta=0.5)
def byol_negatives(x, o):
    def order(p, same, other):
        n, total = len(p), 2.0
        s, c = unit(p) @ unit(same).T, unit(p) @ unit(other).T
        for i in range(n):
            inside = [s[i, j] / o.alpha for j in range(n) if j != i] + [c[i, j] / o.alpha for j in range(n)]
            total = total - 2 / n * c[i, i] + o.beta * 2 * o.alpha / n * torch.logsumexp(torch.stack(inside), 0)
        return total
    a, b = order(x.p1, x.t1, x.t2), order(x.p2, x.t2, x.t1)
    return a + b, {"terms": [a, b]}


# SimCLR (arXiv 2002.05709) eq. 1: the mean over all anchors (V N of them) and, with more than two views, over an anchor's V - 1
# positives; the denominator holds every vector but the anchor itself. google-research/simclr returns loss_a + loss_b, each a
# mean over N: twice this value. SimCLR v2 (arXiv 2006.10029) is the same with T 0.1.
def all_pairs(views, temperature):
    z = unit(torch.cat(views)); n, m = len(views[0]), len(views) * len(views[0])
    s, total = z @ z.T / temperature, 0.0
    for a in range(m):
        others = [s[a, b] for b in range(m) if b != a]
        positives = [b for b in range(m) if b != a and b % n == a % n]
        total = total + sum(nce(s[a, b], others) for b in positives) / len(positives)
    return total / m


@case("nt_xent/t0.5", 120, vectors("z1 z2"), ["z1", "z2"], temperature=0.5)
@case("nt_xent/t0.1", 120, vectors("z1 z2"), ["z1", "z2"], temperature=0.1)
def nt_xent(x, o):
    return all_pairs([x.z1, x.z2], o.temperature)


@case("nt_xent/three_views", 120, vectors("z1 z2 z3"), ["z1", "z2", "z3"], temperature=0.5)
def nt_xent_three(x, o):
    return all_pairs([x.z1, x.z2, x.z3], o.temperature)


# SimCLR's eq. 1 with an EMA target for the candidates (BYOL table 5b, row 3): anchor = online vector of view v of picture i,
# positive = the target's vector of the other view of i, candidates = the target's vectors of both views but (v, i) itself.
# Equal to (byol_negatives at beta 1 minus 4) / (4 alpha).
@case("nt_xent_keys/t0.5", 130, vectors("q1 q2 k1 k2"), ["q1", "q2"], temperature=0.5)
@case("nt_xent_keys/t0.1", 130, vectors("q1 q2 k1 k2"), ["q1", "q2"], temperature=0.1)
def nt_xent_keys(x, o):
    n, total = len(x.q1), 0.0
    q, k = unit(torch.cat([x.q1, x.q2])), unit(torch.cat([x.k1, x.k2]))
    s = q @ k.T / o.temperature
    for a in range(2 * n):
        total = total + nce(s[a, (a + n) % (2 * n)], [s[a, b] for b in range(2 * n) if b != a])
    return total / (2 * n)


# Supervised contrastive (arXiv 2004.11362) eq. 2, L_out, mean (the paper: sum) over the 2N anchors; every other vector of the
# anchor's class is a positive. The published code multiplies by T / 0.07 besides, which is left out here.
@case("supcon/t0.1", 140, vectors("z1 z2"), ["z1", "z2"], temperature=0.1, labels=[i % 3 for i in range(8)])
def supcon(x, o):
    z, y = unit(torch.cat([x.z1, x.z2])), o.labels + o.labels
    s, m, total = z @ z.T / o.temperature, len(z), 0.0
    for a in range(m):
        others = [s[a, b] for b in range(m) if b != a]
        positives = [b for b in range(m) if b != a and y[b] == y[a]]
        total = total + sum(nce(s[a, b], others) for b in positives) / len(positives)
    return total / m


def queue_nce(q, k, queue, temperature):
    q, k, queue, total = unit(q), unit(k), unit(queue), 0.0
    for i in range(len(q)):
        p = (q[i] * k[i]).sum() / temperature
        total = total + nce(p, [p] + [(q[i] * r).sum() / temperature for r in queue])
    return total / len(q)


# MoCo (arXiv 1911.05722) eq. 1: one positive, the queue's rows as negatives. Rows of the queue are made unit here.
@case("moco/t0.2", 150, {**vectors("q k"), "queue": (32, 16)}, ["q"], temperature=0.2)
def moco(x, o):
    return queue_nce(x.q, x.k, x.queue, o.temperature)


# MoCo symmetric: the authors' CIFAR-10 demo adds both directions (`loss`), solo-learn averages them (`extra.mean`) and keeps a queue
# for each view.
@case("moco/symmetric", 155, {**vectors("q1 k1 q2 k2"), "queue": (32, 16)}, ["q1", "q2"], temperature=0.2)
def moco_symmetric(x, o):
    a, b = queue_nce(x.q1, x.k2, x.queue, o.temperature), queue_nce(x.q2, x.k1, x.queue, o.temperature)
    return a + b, {"terms": [a, b], "mean": (a + b) / 2}


# MoCo v3 (arXiv 2104.02057) algorithm 1: ctr(q1, k2) + ctr(q2, k1), keys of this batch and the other view only, each times 2T.
@case("moco_v3/t0.2", 165, vectors("q1 q2 k1 k2"), ["q1", "q2"], temperature=0.2)
@case("moco_v3/t1", 165, vectors("q1 q2 k1 k2"), ["q1", "q2"], temperature=1.0)
def moco_v3(x, o):
    a, b = (rows_nce(unit(q) @ unit(k).T / o.temperature) * 2 * o.temperature for q, k in ((x.q1, x.k2), (x.q2, x.k1)))
    return a + b, {"terms": [a, b]}


# NNCLR (arXiv 2104.14548) section 3.2, in solo-learn's form: L(NN(z1), p2) / 2 + L(NN(z2), p1) / 2; a row is a neighbour, the columns
# are the predictions of the other view. No gradient to z. The lightly recipe instead puts neighbours and predictions into
# NT-Xent (2N - 1 candidates, both as anchors), which is another loss.
@case("nnclr/t0.1", 175, {**vectors("z1 z2 p1 p2"), "support": (32, 16)}, ["p1", "p2"], temperature=0.1)
def nnclr(x, o):
    support, halves, found = unit(x.support), [], []
    for z, p in ((x.z1, x.p2), (x.z2, x.p1)):
        index = [int(torch.stack([(unit(z)[i] * r).sum() for r in support]).argmax()) for i in range(len(z))]
        halves.append(rows_nce(support[index] @ unit(p).T / o.temperature)); found.append(index)
    return sum(halves) / 2, {"terms": halves, "neighbours1": found[0], "neighbours2": found[1]}


# SimSiam (arXiv 2011.10566) eq. 1 and 4: mean over the pictures of -cos(p1, z2) / 2 - cos(p2, z1) / 2, z detached.
@case("simsiam", 185, vectors("p1 p2 z1 z2"), ["p1", "p2"])
def simsiam(x, o):
    return -((unit(x.p1) * unit(x.z2)).sum(1).mean() + (unit(x.p2) * unit(x.z1)).sum(1).mean()) / 2


# Barlow Twins (arXiv 2103.03230) eq. 1-2 in the published form: batch norm without affine (biased variance, eps 1e-5), C / N,
# lambda 0.0051. The paper's pseudo-code uses the unbiased deviation without eps: `extra.paper_std`.
@case("barlow_twins", 190, vectors("z1 z2"), ["z1", "z2"], lambda_=0.0051, eps=1e-5)
def barlow_twins(x, o):
    def value(unbiased, eps):
        a, b = ((z - z.mean(0)) / (z.var(0, unbiased=unbiased) + eps).sqrt() for z in (x.z1, x.z2))
        c = a.T @ b / len(a)
        on = sum((c[i, i] - 1) ** 2 for i in range(len(c)))
        off = sum(c[i, j] ** 2 for i in range(len(c)) for j in range(len(c)) if i != j)
        return on + o.lambda_ * off, on, off
    total, on, off = value(False, o.eps)
    return total, {"on_diagonal": on, "off_diagonal": off, "paper_std": value(True, 0)[0]}


# VICReg (arXiv 2105.04906) in the published form: 25 * mean over N and D of the square + 25 * (hinge1 + hinge2) / 2 with
# std = sqrt(unbiased variance + 1e-4) + (covariance1 + covariance2) / D. The paper's eq. 5 does not divide the invariance by D,
# and its eq. 6 and pseudo-code do not halve the two hinges: `extra.paper_hinges` has the pseudo-code's value.
@case("vicreg", 195, {"z1": ((8, 16), -2, 2), "z2": ((8, 16), -1.2, 1.2)}, ["z1", "z2"], invariance=25, variance=25, covariance=1, eps=1e-4)
def vicreg(x, o):
    inv = (x.z1 - x.z2).pow(2).mean()
    var, cov = 0.0, 0.0
    for z in (x.z1, x.z2):
        n, d = z.shape
        c = z - z.mean(0)
        s = (c.pow(2).sum(0) / (n - 1) + o.eps).sqrt()
        var = var + torch.clamp(1 - s, min=0).mean()
        m = c.T @ c / (n - 1)
        cov = cov + (m.pow(2).sum() - m.diagonal().pow(2).sum()) / d
    total = o.invariance * inv + o.variance * var / 2 + o.covariance * cov
    return total, {"invariance": inv, "variance": var / 2, "covariance": cov, "paper_hinges": total + o.variance * var / 2}


def dino_terms(teacher, student, temperature):
    """Mean over the pairs of views (the teacher's first, never the same view twice) and over the pictures."""
    terms = [cross(t, s, temperature).mean() for i, t in enumerate(teacher) for j, s in enumerate(student) if i != j]
    return sum(terms) / len(terms)


# DINO (arXiv 2104.14294) eq. 1-4 and algorithm 1: 2 global + 2 local views, centre subtracted, teacher T 0.04, student T 0.1;
# then centre = 0.9 centre + 0.1 mean of the teacher's logits of both views.
@case("dino", 200, {**vectors("s1 s2 s3 s4 t1 t2", d=12), "centre": ((12,), -0.5, 0.5)}, ["s1", "s2", "s3", "s4"],
      teacher_temperature=0.04, student_temperature=0.1, centre_momentum=0.9)
def dino(x, o):
    teacher = [F.softmax((t - x.centre) / o.teacher_temperature, 1) for t in (x.t1, x.t2)]
    centre = o.centre_momentum * x.centre + (1 - o.centre_momentum) * torch.cat([x.t1, x.t2]).mean(0)
    return dino_terms(teacher, [x.s1, x.s2, x.s3, x.s4], o.student_temperature), {"centre": centre}


# LeJEPA (arXiv 2511.08544), the authors' minimal form: 17 knots on [0, 3], trapezoid doubled for the negative half, weight and
# characteristic function exp(-t^2 / 2), times N; for each view and direction, then the mean; lambda * SIGReg + (1 - lambda) *
# mean square distance to the mean of the views. The columns of `directions` are made unit.
@case("lejepa", 210, {"views": ((4, 8, 16), -2, 2), "directions": (16, 6)}, ["views"], lambda_=0.02, knots=17, t_max=3)
def lejepa(x, o):
    a, dt, statistics = unit(x.directions, 0), o.t_max / (o.knots - 1), []
    for view in x.views:
        for k in range(a.shape[1]):
            h, total = view @ a[:, k], 0.0
            for i in range(o.knots):
                t = i * dt
                error = ((h * t).cos().mean() - math.exp(-t * t / 2)) ** 2 + (h * t).sin().mean() ** 2
                total = total + error * math.exp(-t * t / 2) * (dt if i in (0, o.knots - 1) else 2 * dt)
            statistics.append(total * len(view))
    sigreg = sum(statistics) / len(statistics)
    inv = (x.views - x.views.mean(0)).pow(2).mean()
    return o.lambda_ * sigreg + (1 - o.lambda_) * inv, {"sigreg": sigreg, "invariance": inv}


# W-MSE (arXiv 2007.06346) eq. 3-5 in the published form: each view of each group of `w_size` pictures is whitened by itself,
# z = L^-1 (h - mean) with L the lower Cholesky factor of the unbiased covariance (eps 0: no shrinkage), then the mean over the
# pictures of 2 - 2 cos. `extra.mse` is the form without unit vectors. Pictures are grouped in the order of `permutation`.
@case("w_mse/one_group", 220, vectors("h1 h2", 16, 8), ["h1", "h2"], w_size=16, permutation=list(range(16)))
@case("w_mse/two_groups", 220, vectors("h1 h2", 32, 8), ["h1", "h2"], w_size=16, permutation=[(5 * i + 3) % 32 for i in range(32)])
def w_mse(x, o):
    def whitened(h):
        z = [None] * len(h)
        for g in range(0, len(h), o.w_size):
            index = o.permutation[g:g + o.w_size]
            c = h[index] - h[index].mean(0)
            inverse = torch.linalg.inv(torch.linalg.cholesky(c.T @ c / (len(index) - 1)))
            for row, i in zip(c @ inverse.T, index): z[i] = row
        return torch.stack(z)
    a, b = whitened(x.h1), whitened(x.h2)
    return (2 - 2 * (unit(a) * unit(b)).sum(1)).mean(), {"mse": (a - b).pow(2).mean(), "whitened_first": a[0]}


# SwAV (arXiv 2006.09882) eq. 2-5: unit vectors times unit prototypes; the codes of each global crop come from Sinkhorn (eps 0.05,
# 3 rounds) on its own scores, after the scores of that crop's queue where there is one; each of the other three crops predicts
# them at T 0.1; mean over crops, pictures and the two global crops. The published code makes the prototypes unit in place, so its
# gradient is with respect to the unit rows: `extra.unit_prototypes_grad_norm`.
def swav_loss(crops, prototypes, queues, o):
    c = unit(prototypes).detach().requires_grad_()
    scores, total, codes = [unit(z) @ c.T for z in crops], 0.0, []
    for g in range(2):
        with torch.no_grad():
            rows = scores[g] if queues is None else torch.cat([unit(queues[g]) @ c.T, scores[g]])
            codes.append(sinkhorn(rows, o.eps, o.iterations)[-len(scores[g]):])
        terms = [cross(codes[g], s, o.temperature).mean() for v, s in enumerate(scores) if v != g]
        total = total + sum(terms) / len(terms)
    total = total / 2
    g, = torch.autograd.grad(total, c, retain_graph=True)
    return total, {"unit_prototypes_grad_norm": g.norm(), "codes1_first": codes[0][0], "codes2_first": codes[1][0]}


@case("swav", 225, {**vectors("z1 z2 z3 z4"), "prototypes": (10, 16)}, ["z1", "z2", "z3", "z4"], temperature=0.1, eps=0.05, iterations=3)
def swav(x, o):
    return swav_loss([x.z1, x.z2, x.z3, x.z4], x.prototypes, None, o)


@case("swav/queue", 225, {**vectors("z1 z2 z3 z4"), "prototypes": (10, 16), "queue1": (24, 16), "queue2": (24, 16)},
      ["z1", "z2", "z3", "z4"], temperature=0.1, eps=0.05, iterations=3)
def swav_queue(x, o):
    return swav_loss([x.z1, x.z2, x.z3, x.z4], x.prototypes, [x.queue1, x.queue2], o)


def grid(n, patches, shift, empty=()):
    """A mask, 1 = masked, with unequal counts; the pictures in `empty` have none."""
    return [[int(i not in empty and (5 * i + 3 * j + j * j + shift) % 4 < 1 + i % 3) for j in range(patches)] for i in range(n)]


# iBOT (arXiv 2111.07832) eq. 3 in the published form: DINO on the class tokens plus, for each global view, the cross-entropy of
# the same view's patches over the masked ones: divided by their number (at least 1) in each picture, mean over the pictures
# (those without masked patches count, with 0), mean over the two views. The paper's eq. 3 sums over the patches.
@case("ibot", 235, {**vectors("s1 s2 s3 s4", d=12), "sp1": (8, 9, 10), "sp2": (8, 9, 10), **vectors("t1 t2", d=12), "tp1": (8, 9, 10),
                    "tp2": (8, 9, 10), "centre": ((12,), -0.5, 0.5), "patch_centre": ((10,), -0.5, 0.5)}, ["s1", "s2", "s3", "s4", "sp1", "sp2"],
      teacher_temperature=0.04, teacher_patch_temperature=0.07, student_temperature=0.1, centre_momentum=0.9, patch_centre_momentum=0.9,
      lambda1=1, lambda2=1, mask1=grid(8, 9, 0, (2,)), mask2=grid(8, 9, 1, (3, 5)))
def ibot(x, o):
    teacher = [F.softmax((t - x.centre) / o.teacher_temperature, 1) for t in (x.t1, x.t2)]
    cls = dino_terms(teacher, [x.s1, x.s2, x.s3, x.s4], o.student_temperature)
    views = []
    for s, t, mask in ((x.sp1, x.tp1, o.mask1), (x.sp2, x.tp2, o.mask2)):
        h = cross(F.softmax((t - x.patch_centre) / o.teacher_patch_temperature, 2), s, o.student_temperature)
        pictures = [sum([h[i, j] for j in range(9) if mask[i][j]], h[i, 0] * 0) / max(1, sum(mask[i])) for i in range(len(h))]
        views.append(sum(pictures) / len(pictures))
    patch = sum(views) / 2
    centre = o.centre_momentum * x.centre + (1 - o.centre_momentum) * torch.cat([x.t1, x.t2]).mean(0)
    pc = o.patch_centre_momentum * x.patch_centre + (1 - o.patch_centre_momentum) * torch.cat([x.tp1, x.tp2]).mean((0, 1))
    return o.lambda1 * cls + o.lambda2 * patch, {"class": cls, "patch": patch, "centre": centre, "patch_centre": pc}


# DINOv2's patch loss (arXiv 2304.07193 section 4): only the masked tokens of the batch, teacher by Sinkhorn-Knopp (3 rounds at the
# teacher's T) over them together, each weighted by 1 / (masked patches of its picture), the sum divided by the number of pictures.
# `extra.centred` has softmax((t - centre) / T) for the teacher instead.
@case("dinov2_patch", 250, {"student": (8, 9, 10), "teacher": (8, 9, 10), "centre": ((10,), -0.5, 0.5)}, ["student"],
      teacher_temperature=0.07, student_temperature=0.1, iterations=3, mask=grid(8, 9, 0, (2,)))
def dinov2_patch(x, o):
    at = [(i, j) for i in range(8) for j in range(9) if o.mask[i][j]]
    s, t = (torch.stack([v[i, j] for i, j in at]) for v in (x.student, x.teacher))
    w = torch.tensor([1 / sum(o.mask[i]) for i, _ in at]).double()
    value = lambda teacher: (cross(teacher, s, o.student_temperature) * w).sum() / 8
    centred = value(F.softmax((t - x.centre) / o.teacher_temperature, 1))
    return value(sinkhorn(t, o.teacher_temperature, o.iterations)), {"centred": centred, "masked_tokens": len(at)}


# DINOv2's class loss: DINO's mean over the pairs of views with the teacher by Sinkhorn-Knopp over both global views together.
@case("dinov2_class", 255, vectors("s1 s2 s3 s4 t1 t2", d=12), ["s1", "s2", "s3", "s4"], teacher_temperature=0.07,
      student_temperature=0.1, iterations=3)
def dinov2_class(x, o):
    return dino_terms(sinkhorn(torch.cat([x.t1, x.t2]), o.teacher_temperature, o.iterations).chunk(2), [x.s1, x.s2, x.s3, x.s4], o.student_temperature)


# KoLeo (arXiv 1806.03198, DINOv2 section 4): -mean ln(distance of each unit vector to its nearest other one). In the published form
# 1e-8 is added to every coordinate of the difference and to the distance; the gradient reaches both vectors of a pair.
@case("koleo", 265, vectors("z"), ["z"], eps=1e-8)
def koleo(x, o):
    z, total, nearest = unit(x.z), 0.0, []
    for i in range(len(z)):
        j = min((j for j in range(len(z)) if j != i), key=lambda j: float((z[i] - z[j]).norm()))
        total = total - torch.log((z[i] - z[j] + o.eps).norm() + o.eps); nearest.append(j)
    return total / len(z), {"nearest": nearest}


# DenseCL (arXiv 2011.09157) eq. 2-3: (1 - lambda) * MoCo on the pooled vectors + lambda * MoCo on every location of the query's map.
# Its positive is the key's vector at the location whose backbone features are most alike (cosine); its negatives are the rows of
# a second queue, which receives, for each picture, the unit mean over the locations of the key's map (before they are made unit).
@case("densecl", 270, {**vectors("q k"), **{k: (8, 16, 3, 3) for k in ("q_map", "k_map")}, **{k: (8, 20, 3, 3) for k in ("q_backbone", "k_backbone")},
                       "queue": (32, 16), "dense_queue": (32, 16)}, ["q", "q_map"], temperature=0.2, lambda_=0.5)
def densecl(x, o):
    places = lambda m: m.flatten(2).permute(0, 2, 1)
    qb, kb = unit(places(x.q_backbone), 2), unit(places(x.k_backbone), 2)
    match = [[int(torch.stack([(qb[i, a] * b).sum() for b in kb[i]]).argmax()) for a in range(9)] for i in range(8)]
    qs, ks = places(x.q_map), places(x.k_map)
    single = queue_nce(x.q, x.k, x.queue, o.temperature)
    dense = queue_nce(qs.flatten(0, 1), torch.stack([ks[i, match[i][a]] for i in range(8) for a in range(9)]), x.dense_queue, o.temperature)
    keys = unit(x.k_map.mean((2, 3)))
    return (1 - o.lambda_) * single + o.lambda_ * dense, {"single": single, "dense": dense, "match": match, "enqueued_first": unit(x.k)[0],
                                                          "dense_enqueued_first": keys[0], "dense_enqueued_last": keys[-1]}


# MAE (arXiv 2111.06377) section 3: mean over all masked patches of the batch of the mean square error within the patch. The numbers
# of a patch go row by row, pixel by pixel, the channel fastest. norm_pix: (patch - mean) / sqrt(unbiased variance + 1e-6).
@case("mae/norm_pix", 280, {"images": ((4, 3, 8, 8), 0, 1), "pred": (4, 16, 12)}, ["pred"], patch=2, norm_pix=True, eps=1e-6, mask=grid(4, 16, 2))
@case("mae/raw", 280, {"images": ((4, 3, 8, 8), 0, 1), "pred": (4, 16, 12)}, ["pred"], patch=2, norm_pix=False, eps=1e-6, mask=grid(4, 16, 2))
def mae(x, o):
    n, _, height, width = x.images.shape
    errors, first = [], None
    for i in range(n):
        for j in range(x.pred.shape[1]):
            top, left = j // (width // o.patch) * o.patch, j % (width // o.patch) * o.patch
            t = torch.stack([x.images[i, ch, top + a, left + b] for a in range(o.patch) for b in range(o.patch) for ch in range(3)])
            if o.norm_pix: t = (t - t.mean()) / (t.var(unbiased=True) + o.eps).sqrt()
            if first is None: first = t
            if o.mask[i][j]: errors.append((x.pred[i, j] - t).pow(2).mean())
    return sum(errors) / len(errors), {"first_patch": first, "masked_patches": len(errors)}


# AMDIM (arXiv 1906.00910) section 3.1-3.4 as in Bolts and the authors' code: sources r1 -> r5, r1 -> r7 and one location of r5
# (`place_a`, `place_b`, row by row) -> r5, from view a to b and from b to a. Scores are dot / sqrt(D); penalty 0.05 * mean of all
# squares; then c tanh(s / c). Loss = mean over pictures and target locations of -ln( e^p / (e^p + sum over the locations of all
# OTHER pictures) ): the other locations of the same picture are in neither part. The two directions are averaged, also in the
# penalty; the three comparisons are summed. The published masking (own scores at -c, subtracted maximum) is exactly this.
@case("amdim", 290, {f"r{s}{v}": ((8, 16, s if s > 1 else 1, s if s > 1 else 1), -3, 3) for v in "ab" for s in (1, 5, 7)},
      ["r1a", "r5a", "r7a", "r1b", "r5b", "r7b"], clip=10, penalty=0.05, place_a=[0, 3, 7, 12, 24, 11, 5, 18], place_b=[20, 1, 9, 13, 2, 16, 23, 4])
def amdim(x, o):
    def compare(source, target):
        t = target.flatten(2)
        raw = torch.einsum("id,jdl->ijl", source, t) / source.shape[1] ** 0.5
        s, terms = o.clip * torch.tanh(raw / o.clip), []
        for i in range(len(s)):
            other = torch.cat([s[i, j] for j in range(len(s)) if j != i])
            terms += [torch.logsumexp(torch.cat([p[None], other]), 0) - p for p in s[i, i]]
        return sum(terms) / len(terms), o.penalty * raw.pow(2).mean()
    at = lambda m, place: torch.stack([m[i].flatten(1)[:, p] for i, p in enumerate(place)])
    pairs = {"r1_r5": [(x.r1a[:, :, 0, 0], x.r5b), (x.r1b[:, :, 0, 0], x.r5a)], "r1_r7": [(x.r1a[:, :, 0, 0], x.r7b), (x.r1b[:, :, 0, 0], x.r7a)],
             "r5_r5": [(at(x.r5a, o.place_a), x.r5b), (at(x.r5b, o.place_b), x.r5a)]}
    terms, penalty = {}, 0.0
    for k, both in pairs.items():
        (la, pa), (lb, pb) = (compare(*p) for p in both)
        terms[k] = (la + lb) / 2; penalty = penalty + (pa + pb) / 2
    return sum(terms.values()) + penalty, {**terms, "penalty": penalty}


# CPC v2 (arXiv 1905.09272) eq. 1-2: for each offset k (2, 3, 4 rows down of a 5 x 5 map) a matrix of its own, prediction
# 0.1 W_k c[row, column], cross-entropy against all N * 25 targets of the batch with the one k rows below, mean over the valid
# positions, summed over the offsets. (The factor 0.1 is Bolts'; the paper has none.) Bolts' CPCTask differs twice: ONE matrix for
# all offsets, and a double loop that counts offset k (k - 1) times: `extra.bolts` = its value with weights[0] for every offset,
# 1 * offset 2 + 2 * offset 3 + 3 * offset 4.
@case("cpc", 305, {"context": ((8, 8, 5, 5), -3, 3), "targets": ((8, 6, 5, 5), -3, 3), "weights": (3, 6, 8)}, ["context", "targets", "weights"],
      offsets=[2, 3, 4], scale=0.1)
def cpc(x, o):
    n, _, h, w = x.context.shape
    rows = x.targets.permute(0, 2, 3, 1).flatten(0, 2)

    def offset(k, matrix):
        terms = []
        for i in range(n):
            for r in range(h - k):
                for c in range(w):
                    logits = rows @ (o.scale * matrix @ x.context[i, :, r, c])
                    terms.append(torch.logsumexp(logits, 0) - logits[(i * h + r + k) * w + c])
        return sum(terms) / len(terms)
    terms = [offset(k, x.weights[i]) for i, k in enumerate(o.offsets)]
    with torch.no_grad(): bolts = sum((k - 1) * offset(k, x.weights[0]) for k in o.offsets)
    return sum(terms), {"terms": terms, "bolts": bolts}


# ---- writing ----------------------------------------------------------------------------------------------------

def made(c):
    value, grads, extra = evaluate(c, c.loss)
    dots = {k: (g.flatten() * torch.from_numpy(pattern(g.numel(), 999))).sum() for k, g in grads.items()}
    return number({"inputs": c.inputs, "options": c.options, "loss": value, "grad_norms": {k: g.norm() for k, g in grads.items()},
                   "grad_dots": dots, "extra": extra})


# ---- the published implementations ------------------------------------------------------------------------------
# They are loaded by name out of the files in DIR and run as they are, with stand-ins for what surrounds a loss: networks that
# return the given vectors, one process, no GPU. Nothing of them is kept here.

PUBLISHED = []


def published(cases, repository, files, note=None, grads=None):
    """Runs for the cases whose name matches `cases`; `note` explains an expected difference; grads=[] compares the extra values only."""
    def keep(run):
        PUBLISHED.append(SimpleNamespace(cases=cases, repository=repository, files=files, note=note, grads=grads, run=run))
        return run
    return keep


def source(path):
    with open(path) as f: text = f.read()
    if path.endswith(".ipynb"):
        text = next(s for s in ("".join(c["source"]) for c in json.loads(text)["cells"]) if "class ModelMoCo" in s)
    if path.endswith(".md"):
        text = next(s.split("```")[0] for s in text.split("```python\n") if s.startswith("class SIGReg"))
    return ast.parse(text)


def load(directory, files):
    """The named classes, functions and constants of some files, in one namespace."""
    import __future__, functools, typing, warnings
    import torch.distributed as dist
    space = {"torch": torch, "nn": nn, "F": F, "np": np, "dist": dist, "Module": nn.Module, "BaseMethod": nn.Module,
             "custom_fwd": torch.cuda.amp.custom_fwd, "functional": F, "conv2d": F.conv2d, "warnings": warnings,
             "time": __import__("time"), "functools": functools, "PairwiseDistance": nn.PairwiseDistance, "cosine_similarity": F.cosine_similarity,
             "Tensor": torch.Tensor, "Parameter": nn.Parameter, "_SOLVE_TRIANGULAR_AVAILABLE": True, "logger": SimpleNamespace(info=print),
             "gather": lambda v: v, "get_rank": lambda: 0, "concat_all_gather_no_grad": lambda v: v, "all_reduce": lambda v, op=None: v, **vars(typing)}
    for file, names in files.items():
        keep = []
        for node in source(os.path.join(directory, file)).body:
            targets = [t.id for t in getattr(node, "targets", []) if isinstance(t, ast.Name)]
            if getattr(node, "name", None) in names or any(t in names for t in targets):
                if hasattr(node, "decorator_list"): node.decorator_list = []
                keep.append(node)
        exec(compile(ast.Module(keep, []), file, "exec", flags=__future__.annotations.compiler_flag), space)
    return SimpleNamespace(**space)


class replaced:
    """Functions of torch that a published loss draws random numbers with, given our values for once."""
    def __init__(self, **new): self.new = new

    def __enter__(self):
        self.old = {k: getattr(torch, k) for k in self.new}
        for k, v in self.new.items(): setattr(torch, k, v)

    def __exit__(self, *_):
        for k, v in self.old.items(): setattr(torch, k, v)


same = lambda v: v
views = lambda x, *names: [getattr(x, k) for k in names]


@published("nt_xent/t0*", "lightly", {"lightly/models/modules/memory_bank.py": ["MemoryBankModule"], "lightly/loss/ntx_ent_loss.py": ["NTXentLoss"]})
def _(x, o, p):
    return p.NTXentLoss(o.temperature)(x.z1, x.z2)


@published("nt_xent/t0*", "lightning-bolts", {"src/pl_bolts/losses/self_supervised_learning.py": ["nt_xent_loss"]})
def _(x, o, p):
    return p.nt_xent_loss(F.normalize(x.z1), F.normalize(x.z2), o.temperature)


@published("nt_xent/t0*", "solo-learn", {"solo/losses/simclr.py": ["simclr_loss_func"]})
def _(x, o, p):
    return p.simclr_loss_func(torch.cat([x.z1, x.z2]), torch.arange(8).repeat(2), o.temperature)


@published("nt_xent/*", "SupContrast", {"losses.py": ["SupConLoss"]})
def _(x, o, p):
    return p.SupConLoss(o.temperature, base_temperature=o.temperature)(torch.stack([F.normalize(v) for v in vars(x).values()], 1))


@published("nt_xent/three_views", "solo-learn", {"solo/losses/simclr.py": ["simclr_loss_func"]},
           note="ln of the SUM of the positives over the sum of all, not the mean of one ln for each positive")
def _(x, o, p):
    return p.simclr_loss_func(torch.cat(views(x, "z1", "z2", "z3")), torch.arange(8).repeat(3), o.temperature)


# No published code found has NT-Xent with separate keys: solo-learn's MoCo loss is run for each anchor, the other keys as its queue.
@published("nt_xent_keys/*", "solo-learn", {"solo/losses/mocov2plus.py": ["mocov2plus_loss_func"]})
def _(x, o, p):
    q, k, total = F.normalize(torch.cat([x.q1, x.q2])), F.normalize(torch.cat([x.k1, x.k2])), 0
    for a in range(16):
        b = (a + 8) % 16
        total = total + p.mocov2plus_loss_func(q[a:a + 1], k[b:b + 1], k[[j for j in range(16) if j not in (a, b)]].T, o.temperature)
    return total / 16


@published("byol_negatives/beta0", "solo-learn", {"solo/losses/byol.py": ["byol_loss_func"]})
def _(x, o, p):
    return p.byol_loss_func(x.p1, x.t2) + p.byol_loss_func(x.p2, x.t1)


@published("byol_negatives/*", "solo-learn", {"solo/losses/byol.py": ["byol_loss_func"], "solo/losses/mocov2plus.py": ["mocov2plus_loss_func"]})
def _(x, o, p):
    q, k, total = F.normalize(torch.cat([x.p1, x.p2])), F.normalize(torch.cat([x.t1, x.t2])), 0
    for a in range(16):
        b = (a + 8) % 16
        total = total + p.mocov2plus_loss_func(q[a:a + 1], k[b:b + 1], k[[j for j in range(16) if j not in (a, b)]].T, o.alpha)
    byol = p.byol_loss_func(x.p1, x.t2) + p.byol_loss_func(x.p2, x.t1)
    return (1 - o.beta) * byol + o.beta * (4 + 4 * o.alpha * total / 16)


@published("supcon/*", "SupContrast", {"losses.py": ["SupConLoss"]})
def _(x, o, p):
    z = torch.stack([F.normalize(x.z1), F.normalize(x.z2)], 1)
    return p.SupConLoss(o.temperature, base_temperature=o.temperature)(z, torch.tensor(o.labels))


def moco_stand_in(x, o, queue="queue", **more):
    return SimpleNamespace(encoder_q=same, encoder_k=same, T=o.temperature, queue=F.normalize(x.queue).T, _momentum_update_key_encoder=lambda: None,
                           _batch_shuffle_ddp=lambda v: (v, None), _batch_unshuffle_ddp=lambda v, _: v, _dequeue_and_enqueue=lambda k: None,
                           _batch_shuffle_single_gpu=lambda v: (v, None), _batch_unshuffle_single_gpu=lambda v, _: v, **more)


@published("moco/t0*", "moco", {"moco/builder.py": ["MoCo"]})
def _(x, o, p):
    return F.cross_entropy(*p.MoCo.forward(moco_stand_in(x, o), x.q, x.k))


@published("moco/t0*", "solo-learn", {"solo/losses/mocov2plus.py": ["mocov2plus_loss_func"]})
def _(x, o, p):
    return p.mocov2plus_loss_func(F.normalize(x.q), F.normalize(x.k), F.normalize(x.queue).T, o.temperature)


@published("moco/symmetric", "moco", {"colab/moco_cifar10_demo.ipynb": ["ModelMoCo"]})
def _(x, o, p):
    # the demo's two images hold a view's query and key vectors side by side
    s = moco_stand_in(x, o, symmetric=True)
    s.encoder_q, s.encoder_k = (lambda v: v[0]), (lambda v: v[1])
    s.contrastive_loss = lambda a, b: p.ModelMoCo.contrastive_loss(s, a, b)
    return p.ModelMoCo.forward(s, (x.q1, x.k1), (x.q2, x.k2))


@published("moco_v3/*", "moco-v3", {"moco/builder.py": ["MoCo", "concat_all_gather"]})
def _(x, o, p):
    s = SimpleNamespace(predictor=same, base_encoder=lambda v: v[0], momentum_encoder=lambda v: v[1], T=o.temperature, _update_momentum_encoder=lambda m: None)
    s.contrastive_loss = lambda q, k: p.MoCo.contrastive_loss(s, q, k)
    return p.MoCo.forward(s, (x.q1, x.k1), (x.q2, x.k2), 0.99)


@published("nnclr/*", "solo-learn", {"solo/losses/nnclr.py": ["nnclr_loss_func"], "solo/methods/nnclr.py": ["NNCLR"]})
def _(x, o, p):
    s = SimpleNamespace(queue=F.normalize(x.support))
    (_, a), (_, b) = (p.NNCLR.find_nn(s, F.normalize(z)) for z in (x.z1, x.z2))
    return p.nnclr_loss_func(a, x.p2, o.temperature) / 2 + p.nnclr_loss_func(b, x.p1, o.temperature) / 2


@published("nnclr/*", "lightly", {"lightly/models/modules/memory_bank.py": ["MemoryBankModule"], "lightly/loss/ntx_ent_loss.py": ["NTXentLoss"],
                                "lightly/models/modules/nn_memory_bank.py": ["NNMemoryBankModule"]},
           note="its recipe puts neighbours and predictions into NT-Xent: 2N - 1 candidates, both as anchors")
def _(x, o, p):
    bank = p.NNMemoryBankModule(size=(32, 16)); bank.bank = F.normalize(x.support)
    loss = p.NTXentLoss(o.temperature)
    return 0.5 * (loss(bank(x.z1), x.p2) + loss(bank(x.z2), x.p1))


@published("simsiam", "simsiam", {"main_simsiam.py": ["train", "AverageMeter"]})
def _(x, o, p):
    p.train.__globals__["ProgressMeter"] = lambda *a, **k: SimpleNamespace(display=lambda i: None)
    model, seen = (lambda x1, x2: (x.p1, x.p2, x.z1, x.z2)), []
    model.train = lambda: None
    criterion = lambda a, b: seen.append(nn.CosineSimilarity(dim=1)(a, b)) or seen[-1]
    nothing = SimpleNamespace(zero_grad=lambda: None, step=lambda: None)
    p.train([((x.z1, x.z2), None)], model, criterion, nothing, 0, SimpleNamespace(gpu=None, print_freq=2))
    # its step returns nothing: the value of its one line from the two cosines it asked for, the gradients from its backward
    return -sum(v.detach().mean() for v in seen) * 0.5


@published("simsiam", "solo-learn", {"solo/losses/simsiam.py": ["simsiam_loss_func"]})
def _(x, o, p):
    return p.simsiam_loss_func(x.p1, x.z2) / 2 + p.simsiam_loss_func(x.p2, x.z1) / 2


@published("simsiam", "lightly", {"lightly/loss/negative_cosine_similarity.py": ["NegativeCosineSimilarity"]})
def _(x, o, p):
    return 0.5 * (p.NegativeCosineSimilarity()(x.p1, x.z2) + p.NegativeCosineSimilarity()(x.p2, x.z1))


@published("barlow_twins", "barlowtwins", {"main.py": ["BarlowTwins", "off_diagonal"]})
def _(x, o, p):
    s = SimpleNamespace(backbone=same, projector=same, bn=nn.BatchNorm1d(16, affine=False).double(), args=SimpleNamespace(batch_size=8, lambd=o.lambda_))
    return p.BarlowTwins.forward(s, x.z1, x.z2)


@published("barlow_twins", "lightly", {"lightly/loss/barlow_twins_loss.py": ["BarlowTwinsLoss", "_normalize", "_off_diagonal"]})
def _(x, o, p):
    return p.BarlowTwinsLoss(o.lambda_)(x.z1, x.z2)


@published("vicreg", "vicreg", {"main_vicreg.py": ["VICReg", "off_diagonal", "FullGatherLayer"]})
def _(x, o, p):
    args = SimpleNamespace(batch_size=8, sim_coeff=o.invariance, std_coeff=o.variance, cov_coeff=o.covariance)
    return p.VICReg.forward(SimpleNamespace(backbone=same, projector=same, num_features=16, args=args), x.z1, x.z2)


@published("vicreg", "lightly", {"lightly/loss/vicreg_loss.py": ["VICRegLoss", "invariance_loss", "variance_loss", "covariance_loss"]})
def _(x, o, p):
    return p.VICRegLoss(o.invariance, o.variance, o.covariance)(x.z1, x.z2)


@published("w_mse/*", "self-supervised", {"methods/norm_mse.py": ["norm_mse_loss"], "methods/whitening.py": ["Whitening2d"],
                                        "methods/w_mse.py": ["WMSE"]})
def _(x, o, p):
    s = SimpleNamespace(model=same, head=same, w_iter=1, w_size=o.w_size, num_pairs=1, loss_f=p.norm_mse_loss)
    s.whitening = p.Whitening2d(8, eps=0, track_running_stats=False)
    with replaced(randperm=lambda n: torch.tensor(o.permutation)): return p.WMSE.forward(s, [x.h1, x.h2])


@published("w_mse/*", "lightly", {"lightly/loss/wmse_loss.py": ["norm_mse_loss", "Whitening2d", "WMSELoss"]})
def _(x, o, p):
    loss = p.WMSELoss(8, w_size=o.w_size, track_running_stats=False)
    with replaced(randperm=lambda n: torch.tensor(o.permutation)): return loss(torch.cat([x.h1, x.h2]))


@published("w_mse/*", "solo-learn", {"solo/utils/whitening.py": ["Whitening2d"], "solo/losses/wmse.py": ["wmse_loss_func"]},
           note="the value agrees, but its loss detaches the second view: h2 has no gradient, h1 the same as ours")
def _(x, o, p):
    whitening, v = p.Whitening2d(8, eps=0), torch.cat([x.h1, x.h2])
    z, n = torch.empty_like(v), len(x.h1)
    for index in torch.tensor(o.permutation).view(-1, o.w_size):
        for i in range(2): z[index + i * n] = whitening(v[index + i * n])
    return p.wmse_loss_func(z[:n], z[n:])


@published("swav*", "swav", {"src/utils.py": ["AverageMeter"], "main_swav.py": ["train", "distributed_sinkhorn"]})
def _(x, o, p):
    # the whole training step, with an optimiser that does nothing; its gradients are read from the vectors
    c, z = F.normalize(x.prototypes), [F.normalize(v) for v in views(x, "z1", "z2", "z3", "z4")]
    weight = nn.Parameter(c.clone())
    model = lambda inputs: (torch.cat(z), torch.cat(z) @ weight.T)
    model.train = lambda: None
    model.module = SimpleNamespace(prototypes=SimpleNamespace(weight=weight))
    model.named_parameters = lambda: []
    group = [{"lr": 0}]
    optimizer = SimpleNamespace(param_groups=group, optim=SimpleNamespace(param_groups=group), zero_grad=lambda: None, step=lambda: None)
    p.train.__globals__["args"] = SimpleNamespace(crops_for_assign=[0, 1], nmb_crops=[2, 2], temperature=o.temperature, epsilon=o.eps, world_size=1, rank=1,
                                                  sinkhorn_iterations=o.iterations, use_fp16=False, freeze_prototypes_niters=0)
    queue = torch.stack([F.normalize(x.queue1), F.normalize(x.queue2)]) if hasattr(x, "queue1") else None
    (_, loss), _ = p.train([[x.z1]], model, optimizer, 0, [0], queue)
    return torch.tensor(loss), {"unit_prototypes_grad_norm": weight.grad.norm()}


@published("swav*", "lightly", {"lightly/loss/swav_loss.py": ["SwaVLoss", "sinkhorn"]})
def _(x, o, p):
    c, z = F.normalize(x.prototypes), [F.normalize(v) for v in views(x, "z1", "z2", "z3", "z4")]
    queues = [F.normalize(q) @ c.T for q in views(x, "queue1", "queue2")] if hasattr(x, "queue1") else None
    loss = p.SwaVLoss(o.temperature, o.iterations, o.eps)
    return loss([v @ c.T for v in z[:2]], [v @ c.T for v in z[2:]], queues)[0]


@published("swav*", "solo-learn", {"solo/utils/sinkhorn_knopp.py": ["SinkhornKnopp"], "solo/losses/swav.py": ["swav_loss_func"]})
def _(x, o, p):
    c, z = F.normalize(x.prototypes), [F.normalize(v) for v in views(x, "z1", "z2", "z3", "z4")]
    codes = []
    for i in range(2):
        rows = torch.cat([v @ c.T for v in ([F.normalize(getattr(x, f"queue{i + 1}"))] if hasattr(x, "queue1") else []) + [z[i]]])
        codes.append(p.SinkhornKnopp(o.iterations, o.eps)(rows.detach())[-8:])
    return p.swav_loss_func([v @ c.T for v in z], codes, o.temperature)


@published("dino", "dino", {"main_dino.py": ["DINOLoss"]})
def _(x, o, p):
    loss = p.DINOLoss(12, 4, o.teacher_temperature, o.teacher_temperature, 0, 1, o.student_temperature, o.centre_momentum)
    loss.center = x.centre[None]
    value = loss(torch.cat(views(x, "s1", "s2", "s3", "s4")), torch.cat([x.t1, x.t2]), 0)
    return value, {"centre": loss.center[0]}


@published("dino", "lightly", {"lightly/models/modules/center.py": ["center_mean", "center_momentum", "CENTER_MODE_TO_FUNCTION", "Center"],
                               "lightly/loss/dino_loss.py": ["DINOLoss"]})
def _(x, o, p):
    loss = p.DINOLoss(12, student_temp=o.student_temperature, teacher_temp=o.teacher_temperature, center_momentum=o.centre_momentum)
    p.DINOLoss.forward.__globals__["center"] = p
    loss.center = x.centre[None, None]
    value = loss([x.t1, x.t2], views(x, "s1", "s2", "s3", "s4"))
    return value, {"centre": loss.center[0, 0]}


@published("ibot", "ibot", {"main_ibot.py": ["iBOTLoss"]})
def _(x, o, p):
    loss = p.iBOTLoss(12, 10, 2, 2, o.teacher_temperature, o.teacher_temperature, o.teacher_patch_temperature, o.teacher_patch_temperature, 0, 1,
                      o.student_temperature, o.centre_momentum, o.patch_centre_momentum, o.lambda1, o.lambda2)
    loss.center, loss.center2 = x.centre[None], x.patch_centre[None, None]
    masks = [torch.tensor(m).bool().view(8, 3, 3) for m in (o.mask1, o.mask2)]
    r = loss((torch.cat([x.s1, x.s2]), torch.cat([x.sp1, x.sp2])), (torch.cat([x.t1, x.t2]), torch.cat([x.tp1, x.tp2])), torch.cat([x.s3, x.s4]), masks, 0)
    return r["loss"], {"class": r["cls"], "patch": r["patch"], "centre": loss.center[0], "patch_centre": loss.center2[0, 0]}


@published("dinov2_patch", "dinov2", {"dinov2/loss/ibot_patch_loss.py": ["iBOTPatchLoss"]})
def _(x, o, p):
    # outside the class: the pure-PyTorch branch of its lossfunc
    p.iBOTPatchLoss.forward_masked.__globals__["lossfunc"] = lambda t, s, temp: torch.sum(t * F.log_softmax(s / temp, dim=-1), dim=-1)
    loss, mask = p.iBOTPatchLoss(10, o.student_temperature), torch.tensor(o.mask).bool()
    t = loss.sinkhorn_knopp_teacher(x.teacher[mask], o.teacher_temperature, mask.sum(), o.iterations)
    loss.center = x.centre[None, None]
    centred = loss.softmax_center_teacher(x.teacher[mask][None], o.teacher_temperature)[0]
    return loss.forward_masked(x.student[mask], t, mask), {"centred": loss.forward_masked(x.student[mask], centred, mask)}


@published("dinov2_patch", "lightly", {"lightly/models/modules/center.py": ["center_mean", "center_momentum", "CENTER_MODE_TO_FUNCTION", "Center"],
                                       "lightly/loss/ibot_loss.py": ["IBOTPatchLoss"]}, grads=[], note="centred form: compare extra.centred only")
def _(x, o, p):
    loss, mask = p.IBOTPatchLoss(10, o.teacher_temperature, o.student_temperature), torch.tensor(o.mask).bool()
    loss.center.center = x.centre[None]
    v = loss(x.teacher[mask], x.student[mask], mask.view(8, 3, 3))
    return v, {"centred": v}


@published("dinov2_class", "dinov2", {"dinov2/loss/dino_clstoken_loss.py": ["DINOLoss"]})
def _(x, o, p):
    # as its training step combines them: teacher of the other view first, globals together and doubled, over 2 * locals + 2 terms
    loss = p.DINOLoss(12, o.student_temperature)
    t = loss.sinkhorn_knopp_teacher(torch.cat([x.t2, x.t1]), o.teacher_temperature, o.iterations).view(2, 8, 12)
    return loss([x.s3, x.s4], t) / 6 + loss([torch.cat([x.s1, x.s2])], [t.flatten(0, 1)]) * 2 / 6


@published("koleo", "dinov2", {"dinov2/loss/koleo_loss.py": ["KoLeoLoss"]})
def _(x, o, p):
    return p.KoLeoLoss()(x.z)


@published("koleo", "lightly", {"lightly/loss/koleo_loss.py": ["KoLeoLoss"]})
def _(x, o, p):
    return p.KoLeoLoss()(x.z)


@published("densecl", "DenseCL", {"openselfsup/models/necks.py": ["DenseCLNeck"], "openselfsup/models/heads/contrastive_head.py": ["ContrastiveHead"],
                                  "openselfsup/models/densecl.py": ["DenseCL"]})
def _(x, o, p):
    def encoder(backbone, pooled, dense):
        neck = SimpleNamespace(avgpool=nn.AdaptiveAvgPool2d(1), avgpool2=nn.AdaptiveAvgPool2d(1), mlp=lambda v: pooled, mlp2=same, with_pool=False)
        return [lambda image: [backbone], lambda b: p.DenseCLNeck.forward(neck, [dense])]
    s, sent = moco_stand_in(x, o), {}
    s.encoder_q, s.encoder_k = encoder(x.q_backbone, x.q, x.q_map), encoder(x.k_backbone, x.k, x.k_map)
    s.queue2, s.loss_lambda, s.head = F.normalize(x.dense_queue).T, o.lambda_, p.ContrastiveHead(o.temperature)
    s._dequeue_and_enqueue, s._dequeue_and_enqueue2 = (lambda k: sent.update(a=k)), (lambda k: sent.update(b=k))
    r = p.DenseCL.forward_train(s, torch.zeros(8, 2, 3, 4, 4))
    single, dense = r["loss_contra_single"], r["loss_contra_dense"]
    return single + dense, {"single": single / (1 - o.lambda_), "dense": dense / o.lambda_, "enqueued_first": sent["a"][0],
                            "dense_enqueued_first": sent["b"][0], "dense_enqueued_last": sent["b"][-1]}


@published("mae/*", "mae", {"models_mae.py": ["MaskedAutoencoderViT"]})
def _(x, o, p):
    s = SimpleNamespace(patch_embed=SimpleNamespace(patch_size=(o.patch, o.patch)), norm_pix_loss=o.norm_pix)
    s.patchify = lambda v: p.MaskedAutoencoderViT.patchify(s, v)
    return p.MaskedAutoencoderViT.forward_loss(s, x.images, x.pred, torch.tensor(o.mask).double())


@published("lejepa", "lejepa", {"MINIMAL.md": ["SIGReg"]})
def _(x, o, p):
    with replaced(randn=lambda *a, **k: x.directions.clone()): sigreg = p.SIGReg(o.knots).double()(x.views)
    # the invariance term is one line of that page's training loop; lightly's function below has it too
    return sigreg * o.lambda_ + (x.views.mean(0) - x.views).square().mean() * (1 - o.lambda_), {"sigreg": sigreg}


@published("lejepa", "lejepa", {"lejepa/multivariate/slicing.py": ["SlicingUnivariateTest"],
                                "lejepa/univariate/base.py": ["UnivariateTest", "is_dist_avail_and_initialized"],
                                "lejepa/univariate/epps_pulley.py": ["EppsPulley"]}, grads=[], note="SIGReg alone: compare extra.sigreg only")
def _(x, o, p):
    test = p.SlicingUnivariateTest(p.EppsPulley(t_max=o.t_max, n_points=o.knots).double(), 6)
    with replaced(randn=lambda *a, **k: x.directions.clone()): sigreg = test(x.views)
    return sigreg, {"sigreg": sigreg}


@published("lejepa", "lightly", {"lightly/loss/lejepa_loss.py": ["SIGReg", "lejepa_invariance_loss"]})
def _(x, o, p):
    with replaced(randn=lambda *a, **k: x.directions.clone()): sigreg = p.SIGReg(knots=o.knots, t_max=o.t_max, num_vectors=6).double()(x.views)
    inv = p.lejepa_invariance_loss(all_proj=x.views, global_proj=x.views)
    return o.lambda_ * sigreg + (1 - o.lambda_) * inv, {"sigreg": sigreg, "invariance": inv}


@published("amdim", "lightning-bolts", {"src/pl_bolts/losses/self_supervised_learning.py": ["AmdimNCELoss", "FeatureMapContrastiveTask", "tanh_clip"]})
def _(x, o, p):
    places = iter([[0] * 8, [0] * 8, [0] * 8, [0] * 8, o.place_a, o.place_b])
    task = p.FeatureMapContrastiveTask("01, 02, 11", tclip=o.clip)
    with replaced(randint=lambda *a, **k: torch.tensor(next(places))):
        losses, penalty = task((x.r1a, x.r5a, x.r7a), (x.r1b, x.r5b, x.r7b))
    return losses.sum() + penalty, {"r1_r5": losses[0], "r1_r7": losses[1], "r5_r5": losses[2], "penalty": penalty}


@published("amdim", "amdim-public", {"costs.py": ["NCE_MI_MULTI", "tanh_clip"]})
def _(x, o, p):
    at = lambda m, place: torch.stack([m[i].flatten(1)[:, q] for i, q in enumerate(place)])
    to = lambda m: m.permute(1, 0, 2, 3).reshape(1, 16, -1)
    one = lambda m: m[:, :, 0, 0]
    a, b, c, penalty = p.NCE_MI_MULTI(o.clip)(one(x.r1a), at(x.r5a, o.place_a), one(x.r1b), at(x.r5b, o.place_b), to(x.r5a), to(x.r7a), to(x.r5b), to(x.r7b),
                                              torch.eye(8), "train")
    return a + b + c + penalty, {"r1_r5": a, "r1_r7": b, "r5_r5": c, "penalty": penalty}


@published("cpc", "lightning-bolts", {"src/pl_bolts/losses/self_supervised_learning.py": ["CPCTask"]})
def _(x, o, p):
    s = SimpleNamespace(target_dim=6, embed_scale=o.scale, context_cnn=lambda z: x.context, target_cnn=lambda z: x.targets)
    s.compute_loss_h = lambda t, q, i: p.CPCTask.compute_loss_h(s, t, q, i)
    s.pred_cnn = lambda c: torch.einsum("dc,nchw->ndhw", x.weights[0], c)
    bolts = p.CPCTask.forward(s, x.context)
    terms = [s.compute_loss_h(x.targets, torch.einsum("dc,nchw->ndhw", x.weights[i], x.context), k - 1) for i, k in enumerate(o.offsets)]
    return sum(terms), {"terms": torch.stack(terms), "bolts": bolts}


def check(directory):
    """Prints the table; returns how many rows differ without a known reason."""
    import warnings
    import torch.distributed as dist
    warnings.filterwarnings("ignore")
    torch.Tensor.cuda = lambda v, *a, **k: v
    nn.Module.cuda = lambda m, *a, **k: m
    with tempfile.TemporaryDirectory() as d:
        dist.init_process_group("gloo", init_method=f"file://{d}/one", rank=0, world_size=1)
        print("| case | ours | published | loss | gradients | extra | source |\n|---|---|---|---|---|---|---|")
        bad, seen = 0, set()
        as_double = lambda v: torch.as_tensor(v).double()
        far = lambda a, b: float((as_double(a) - as_double(b)).abs().max() / as_double(b).abs().max().clamp(min=1e-12))
        for name, c in sorted(CASES.items()):
            for p in PUBLISHED:
                folder = os.path.join(directory, p.repository)
                found = all(os.path.exists(os.path.join(folder, f)) for f in p.files)
                if not found or not fnmatch.fnmatch(name, p.cases): continue
                parts = load(folder, p.files)
                ours, ours_grads, ours_extra = evaluate(c, c.loss)
                value, grads, extra = evaluate(c, lambda x, o: p.run(x, o, parts), p.grads)
                seen.add(name)
                e = max([far(extra[k], ours_extra[k]) for k in extra], default=0)
                g = max([float((grads[k] - ours_grads[k]).norm() / ours_grads[k].norm()) for k in grads], default=0)
                worst = max(far(value, ours) if p.grads is None else 0, g, e)
                if worst > 1e-6 and (not p.note or p.grads == []): bad += 1
                print(f"| {name} | {float(ours):.9g} | {float(value):.9g} | {far(value, ours):.1e} | {g:.1e} | {e:.1e} "
                      f"| {p.repository} {next(reversed(p.files))}{': ' + p.note if p.note else ''} |")
        dist.destroy_process_group()
    for name in sorted(set(CASES) - seen): print(f"not checked: {name}")
    print(f"{bad} unexplained differences above 1e-6")
    return bad


if __name__ == "__main__":
    ap = argparse.ArgumentParser()
    ap.add_argument("--out", default=os.path.join(os.path.dirname(os.path.abspath(__file__)), "losses.json"))
    ap.add_argument("--check")
    a = ap.parse_args()
    text = ",\n".join(f"{json.dumps(k)}: {json.dumps(made(c), separators=(',', ':'))}" for k, c in sorted(CASES.items()))
    with open(a.out, "w") as f:
        f.write("{\n" + text + "\n}\n")
    if a.check: sys.exit(1 if check(a.check) else 0)
