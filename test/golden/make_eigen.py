"""Eigenvalues of symmetric matrices by numpy, for eigen.test.ts: python3 make_eigen.py > eigen.json"""
import json
import sys

import numpy as np


def matrix(d):
    i = np.arange(1, d + 1, dtype=np.float64)
    return np.sin(1e-3 * np.outer(i, i)) + np.diag(i / d)


def chosen(d):
    return [0, 1, d // 3, d // 2, d - 2, d - 1]


golden = {}
for d in [300, 2890, 2896, 3072, 4096]:
    values = np.linalg.eigvalsh(matrix(d))
    golden[d] = {"at": chosen(d), "values": [float(values[i]) for i in chosen(d)]}
    print(d, file=sys.stderr)
json.dump({"numpy": np.__version__, "golden": golden}, sys.stdout, indent=1)
print()
