#!/usr/bin/python3
"""Writes the golden values of every loss, computed in float64 by PyTorch (Debian: python3-torch) from float32 inputs.

usage: make_losses.py [--out losses.json]     the committed fixture
       make_losses.py --check DIR             also runs the published implementations found in DIR (one folder per
                                              repository, named as the repository) on the same inputs and prints a table
Every formula is written here from its paper, not from Selfsame's sources and not from the published code. A case holds
  inputs       name -> shape, salt, low, high: the numbers of `pattern`, rounded to float32
  options      everything else that the loss needs; indices count from 0
  loss         the value
  grad_norms   name -> Euclidean norm of the gradient with respect to that input
  grad_dots    name -> sum of gradient * pattern(count, 999), which also fixes the direction
  extra        intermediate values and other forms of the same loss
An input without a gradient norm is a constant: a target, a queue, a centre.
"""
import argparse, ast, json, math, os, sys, tempfile
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
    g = torch.autograd.grad(value, [x[k] for k in wanted], allow_unused=True) if wanted else []
    return value.detach(), {k: torch.zeros_like(x[k]) if v is None else v.detach() for k, v in zip(wanted, g)}, extra


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


# MoCo symmetric: the authors' CIFAR-10 demo adds both directions (`loss`), solo-learn averages them (`extra.mean`).
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


# NNCLR (arXiv 2104.14548) eq. 2 and its pseudo-code: L(NN(z1), p2) / 2 + L(NN(z2), p1) / 2; a row is a neighbour, the columns
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


# ---- writing ----------------------------------------------------------------------------------------------------

def made(c):
    value, grads, extra = evaluate(c, c.loss)
    dots = {k: (g.flatten() * torch.from_numpy(pattern(g.numel(), 999))).sum() for k, g in grads.items()}
    return number({"inputs": c.inputs, "options": c.options, "loss": value, "grad_norms": {k: g.norm() for k, g in grads.items()},
                   "grad_dots": dots, "extra": extra})


if __name__ == "__main__":
    ap = argparse.ArgumentParser()
    ap.add_argument("--out", default=os.path.join(os.path.dirname(os.path.abspath(__file__)), "losses.json"))
    ap.add_argument("--check")
    a = ap.parse_args()
    cases = dict(sorted(CASES.items()))
    with open(a.out, "w") as f:
        f.write("{\n" + ",\n".join(f"{json.dumps(k)}: {json.dumps(made(c), separators=(',', ':'))}" for k, c in cases.items()) + "\n}\n")
