"""Reference values for src/judge, by scikit-learn, torch.optim and numpy: writes judge.json.

Banks: the first 10,000 training and all test pictures of Fashion-MNIST as raw pixels, and as features of a small
convolutional network with fixed random weights (the same numbers as `untrained` in src/judge/testing.ts).

    apt-get install python3-sklearn && python3 test/golden/make_judge.py
"""
import gzip
import json
import math
import os

import numpy as np
import sklearn
import torch
from sklearn.cluster import KMeans
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import adjusted_rand_score, average_precision_score, normalized_mutual_info_score

FASHION = '/usr/share/datasets/fashion-mnist'
TRAIN = 10_000
M = 0xFFFFFFFF


def read(name):
    def load(kind, header):
        with gzip.open(f'{FASHION}/{name}-{kind}-ubyte.gz') as file:
            return np.frombuffer(file.read()[header:], np.uint8)
    labels = load('labels-idx1', 8).astype(np.int64)
    return load('images-idx3', 16).reshape(len(labels), 784).astype(np.float32) / np.float32(255), labels


def mix(value):
    t = (value ^ (value >> 15)) * (value | 1) & M
    t ^= (t + ((t ^ (t >> 7)) * (t | 61) & M)) & M
    return t ^ (t >> 14)


def random(key, count):
    state = mix(0x9E3779B9 ^ mix(key))
    numbers = []
    for _ in range(count):
        state = (state + 0x6D2B79F5) & M
        numbers.append(mix(state) / 4294967296)
    return np.array(numbers)


def untrained(pixels):
    with torch.no_grad():
        x = torch.from_numpy(pixels).view(-1, 1, 28, 28)
        for key, (out, into) in enumerate([(16, 1), (64, 16)]):
            bound = math.sqrt(6 / (9 * into))
            weight = ((2 * random(key, out * into * 9) - 1) * bound).astype(np.float32)
            x = torch.nn.functional.conv2d(x, torch.from_numpy(weight.reshape(out, into, 3, 3)), stride=2, padding=1).relu()
        return torch.nn.functional.adaptive_avg_pool2d(x, 2).flatten(1).numpy()


def similarities(train, test):
    unit = [x / np.linalg.norm(x, axis=1, keepdims=True) for x in (train.astype(np.float64), test.astype(np.float64))]
    return unit[1] @ unit[0].T


def knn(similar, train_labels, test_labels):
    order = np.argsort(-similar, axis=1, kind='stable')[:, :200]
    near = np.take_along_axis(similar, order, 1)
    one_hot = np.eye(10)[train_labels[order]]
    found = []
    for k in (1, 5, 10, 20, 50, 100, 200):
        for temperature in (0.02, 0.07, 0.1, 0.5):
            votes = (np.exp((near[:, :k, None] - 1) / temperature) * one_hot[:, :k]).sum(1)
            found.append({'k': k, 'temperature': temperature, 'accuracy': float((votes.argmax(1) == test_labels).mean())})
    return found


def logistic(train, train_labels, test, test_labels):
    found = []
    for penalty in (10, 100, 1000):
        model = LogisticRegression(C=1 / penalty, tol=1e-6, max_iter=5000).fit(train.astype(np.float64), train_labels)
        found.append({'penalty': penalty, 'accuracy': float(model.score(test.astype(np.float64), test_labels))})
    return found


def linear(train, train_labels, test, test_labels, epochs=80):
    x, y = torch.from_numpy(train), torch.from_numpy(train_labels)
    found = []
    for rate in (0.4, 0.3, 0.2, 0.1, 0.05):
        torch.manual_seed(0)
        model = torch.nn.Linear(x.shape[1], 10)
        torch.nn.init.zeros_(model.weight)
        torch.nn.init.zeros_(model.bias)
        optimizer = torch.optim.SGD(model.parameters(), lr=rate, momentum=0.9, nesterov=True)
        schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, epochs * math.ceil(len(x) / 1024))
        for _ in range(epochs):
            for rows in torch.randperm(len(x)).split(1024):
                optimizer.zero_grad()
                torch.nn.functional.cross_entropy(model(x[rows]), y[rows]).backward()
                optimizer.step()
                schedule.step()
        with torch.no_grad():
            right = (model(torch.from_numpy(test)).argmax(1).numpy() == test_labels).mean()
        found.append({'rate': rate, 'accuracy': float(right)})
    return found


def retrieval(similar, train_labels, test_labels, queries=500):
    precision, first = [], []
    for q in range(queries):
        right = train_labels == test_labels[q]
        precision.append(average_precision_score(right, similar[q]))
        order = np.argsort(-similar[q], kind='stable')
        first.append(int(np.argmax(right[order])) + 1)
    first = np.array(first)
    return {
        'queries': queries,
        'map': float(np.mean(precision)),
        'recall': {str(k): float((first <= k).mean()) for k in (1, 5, 10)},
    }


def given():
    """Rankings with ties and partitions that both sides make from the same arithmetic."""
    queries, gallery = 20, 3000
    i = np.arange(gallery)
    wanted = np.arange(queries) % 7
    scores = np.array([((i * 7919 + q * 104729) % 1009) / 1009 for q in range(queries)], np.float32)
    labels = (i * i) % 7
    precision = [average_precision_score(labels == wanted[q], scores[q]) if (labels == wanted[q]).any() else 0.0
                 for q in range(queries)]
    parts = {}
    for name, a, b in (
        ('related', i % 10, (i % 10 + (i * i // 7) % 3) % 11),
        ('unrelated', i % 10, (i // 10) % 12),
        ('equal', i % 10, 9 - i % 10),
        ('one', i * 0, i % 10),
        ('unbalanced', (i > 2900).astype(int), ((i > 2800) & (i % 2 == 0)).astype(int)),
    ):
        parts[name] = {
            'nmi': float(normalized_mutual_info_score(b, a, average_method='arithmetic')),
            'ari': float(adjusted_rand_score(b, a)),
        }
    return {'precision': [float(p) for p in precision], 'parts': parts}


def main():
    (pixels, labels), (test, test_labels) = read('train'), read('t10k')
    pixels, labels = pixels[:TRAIN], labels[:TRAIN]
    banks = {'pixels': (pixels, test), 'untrained': (untrained(pixels), untrained(test))}
    values = {'made_with': {'scikit-learn': sklearn.__version__, 'torch': torch.__version__, 'numpy': np.__version__}}
    for name, (train, asked) in banks.items():
        similar = similarities(train, asked)
        # as ours: a column that hardly varies is not blown up
        deviation = train.std(0)
        deviation = np.maximum(deviation, 1e-3 * deviation.mean())
        standard = [((x - train.mean(0)) / deviation).astype(np.float32) for x in (train, asked)]
        unit = asked / np.linalg.norm(asked, axis=1, keepdims=True)
        clusters = KMeans(10, n_init=15, random_state=0).fit(unit)
        values[name] = {
            'sum': float(train.astype(np.float64).sum()),
            'knn': knn(similar, labels, test_labels),
            'logistic': logistic(standard[0], labels, standard[1], test_labels),
            'linear': linear(standard[0], labels, standard[1], test_labels),
            'retrieval': retrieval(similar, labels, test_labels),
            'clustering': {
                'inertia': float(clusters.inertia_),
                'nmi': float(normalized_mutual_info_score(test_labels, clusters.labels_)),
                'ari': float(adjusted_rand_score(test_labels, clusters.labels_)),
            },
        }
        print(name, json.dumps(values[name], indent=1))
    values['given'] = given()
    with open(os.path.join(os.path.dirname(__file__), 'judge.json'), 'w') as file:
        json.dump(values, file, indent=1)
        file.write('\n')


main()
