"""The workloads of `selfsame bench` as a user of lightly writes them, timed in the same parts. One JSON line out.

usage: lightly_bench.py --lightly DIR --workload a|b|c [--precision f32|bf16] [--photos DIR] [--seconds 20]
       [--parts full,step,views] [--workers 2] [--threads 2] [--device cpu|cuda]
       lightly_bench.py --lightly DIR --workload d --arrays DIR [--precision f32|bf16] [--seconds 60] [--times 4]
Needs PyTorch and torchvision, and the sources of lightly in DIR. `selfsame bench --peer DIR` runs it.
"""
import argparse
import copy
import json
import os
import resource
import sys
import time

parser = argparse.ArgumentParser()
parser.add_argument("--lightly", required=True)
parser.add_argument("--workload", choices=["a", "b", "c", "d"], required=True)
parser.add_argument("--precision", choices=["f32", "bf16"], default="f32")
parser.add_argument("--photos")
parser.add_argument("--arrays", help="pictures of workload d, as selfsame writes them")
parser.add_argument("--times", type=int, default=4, help="workload d trains for so many times --seconds")
parser.add_argument("--seconds", type=float, default=20)
parser.add_argument("--parts", default="full,step,views")
parser.add_argument("--workers", type=int, default=2)
parser.add_argument("--threads", type=int, default=os.cpu_count())
parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
options = parser.parse_args()

sys.path.insert(0, options.lightly)
import numpy
import torch
import torchvision
from PIL import Image
from torch import nn
from lightly.loss import DINOLoss, NegativeCosineSimilarity
from lightly.models.modules import BYOLPredictionHead, BYOLProjectionHead, DINOProjectionHead
from lightly.models.utils import deactivate_requires_grad, update_momentum
from lightly.transforms.byol_transform import BYOLTransform, BYOLView1Transform, BYOLView2Transform
from lightly.transforms.dino_transform import DINOTransform

torch.set_num_threads(options.threads)
DEVICE = options.device


class Noise(torch.utils.data.Dataset):
    """50,000 random pictures of 32 px in memory."""

    def __init__(self, transform):
        self.transform = transform
        self.pictures = numpy.random.RandomState(0).randint(0, 256, (50_000, 32, 32, 3), numpy.uint8)

    def __len__(self):
        return len(self.pictures)

    def __getitem__(self, index):
        return self.transform(Image.fromarray(self.pictures[index]))


class Photographs(torch.utils.data.Dataset):
    def __init__(self, transform):
        self.transform = transform
        self.files = sorted(
            os.path.join(folder, name)
            for folder, _, names in os.walk(options.photos)
            for name in names
            if name.lower().endswith((".jpg", ".jpeg"))
        )

    def __len__(self):
        return len(self.files)

    def __getitem__(self, index):
        with Image.open(self.files[index]) as picture:
            return self.transform(picture.convert("RGB"))


class Arrays(torch.utils.data.Dataset):
    """Pictures of one size, grey ones with three equal channels."""

    def __init__(self, part, transform=None):
        self.transform = transform
        path = os.path.join(options.arrays, part)
        with open(path + ".json") as shape:
            self.pictures = numpy.fromfile(path + ".u8", numpy.uint8).reshape(json.load(shape))
        self.labels = torch.from_numpy(numpy.fromfile(path + ".labels.i32", numpy.int32)).long()

    def __len__(self):
        return len(self.pictures)

    def __getitem__(self, index):
        return self.transform(Image.fromarray(self.pictures[index].squeeze()).convert("RGB"))


class Small(nn.Module):
    """The encoder of selfsame's quick start: four convolutions, then means of a grid of 2 x 2."""

    def __init__(self):
        super().__init__()

        def block(inputs, outputs, kernel, stride, padding):
            convolution = nn.Conv2d(inputs, outputs, kernel, stride, padding, bias=False)
            return nn.Sequential(convolution, nn.BatchNorm2d(outputs), nn.ReLU(True))

        layers = [block(3, 32, 4, 2, 1), block(32, 64, 3, 2, 1), block(64, 128, 3, 1, 1), block(128, 256, 1, 1, 0)]
        self.layers = nn.Sequential(*layers, nn.AdaptiveAvgPool2d(2))

    def forward(self, x):
        return self.layers(x).flatten(1)


class Byol(nn.Module):
    def __init__(self, backbone, features):
        super().__init__()
        self.backbone = backbone
        self.projector = BYOLProjectionHead(features, 1024, 256)
        self.predictor = BYOLPredictionHead(256, 1024, 256)
        self.backbone_target = copy.deepcopy(backbone)
        self.projector_target = copy.deepcopy(self.projector)
        deactivate_requires_grad(self.backbone_target)
        deactivate_requires_grad(self.projector_target)
        self.criterion = NegativeCosineSimilarity()

    def loss(self, views):
        update_momentum(self.backbone, self.backbone_target, m=0.99)
        update_momentum(self.projector, self.projector_target, m=0.99)
        asked, answers = [], []
        for view in views:
            asked.append(self.predictor(self.projector(self.backbone(view).flatten(1))))
            with torch.no_grad():
                answers.append(self.projector_target(self.backbone_target(view).flatten(1)))
        first, second = asked
        return 0.5 * (
            self.criterion(first.float(), answers[1].float()) + self.criterion(second.float(), answers[0].float())
        )


class Dino(nn.Module):
    def __init__(self, student, features):
        super().__init__()
        self.student = student
        self.student_head = DINOProjectionHead(features, 2048, 256, 65536, freeze_last_layer=0)
        self.teacher = copy.deepcopy(student)
        self.teacher_head = DINOProjectionHead(features, 2048, 256, 65536)
        deactivate_requires_grad(self.teacher)
        deactivate_requires_grad(self.teacher_head)
        self.criterion = DINOLoss(output_dim=65536)

    def loss(self, views):
        update_momentum(self.student, self.teacher, m=0.996)
        update_momentum(self.student_head, self.teacher_head, m=0.996)
        with torch.no_grad():
            taught = [self.teacher_head(self.teacher(view).flatten(1)).float() for view in views[:2]]
        learned = [self.student_head(self.student(view).flatten(1)).float() for view in views]
        return self.criterion(taught, learned, epoch=0)


class Vit(nn.Module):
    """ViT-S/16 of any resolution, as DINO's own: the class token of torchvision's blocks, positions resized."""

    def __init__(self):
        super().__init__()
        self.vit = torchvision.models.VisionTransformer(224, 16, 12, 6, 384, 1536)

    def forward(self, x):
        vit = self.vit
        tokens = vit.conv_proj(x).flatten(2).transpose(1, 2)
        side = x.shape[-1] // 16
        first, grid = vit.encoder.pos_embedding[:, :1], vit.encoder.pos_embedding[:, 1:]
        if side != 14:
            grid = grid.reshape(1, 14, 14, -1).permute(0, 3, 1, 2)
            grid = nn.functional.interpolate(grid, size=(side, side), mode="bicubic", align_corners=False)
            grid = grid.permute(0, 2, 3, 1).flatten(1, 2)
        tokens = torch.cat([vit.class_token.expand(len(x), -1, -1) + first, tokens + grid], dim=1)
        return vit.encoder.ln(vit.encoder.layers(vit.encoder.dropout(tokens)))[:, 0]


def byol_views(size, blur, strength):
    return BYOLTransform(
        view_1_transform=BYOLView1Transform(input_size=size, gaussian_blur=blur[0], cj_strength=strength),
        view_2_transform=BYOLView2Transform(input_size=size, gaussian_blur=blur[1], cj_strength=strength),
    )


def without_last(network):
    return nn.Sequential(*list(network.children())[:-1])


def workload():
    """The model, its data and the pictures a step."""
    if options.workload == "a":
        backbone = torchvision.models.resnet18()
        backbone.conv1 = nn.Conv2d(3, 64, 3, 1, 1, bias=False)
        backbone.maxpool = nn.Identity()
        return Byol(without_last(backbone), 512), Noise(byol_views(32, (0, 0), 0.5)), 256
    if options.workload == "d":
        side = Arrays("test").pictures.shape[1]
        return Byol(Small(), 1024), Arrays("train", byol_views(side, (0, 0), 0.5)), 256
    if options.workload == "b":
        model = Byol(without_last(torchvision.models.resnet50()), 2048)
        return model, Photographs(byol_views(224, (1.0, 0.1), 1.0)), 32
    return Dino(Vit(), 384), Photographs(DINOTransform(n_local_views=6)), 8


model, dataset, batch_size = workload()
model = model.to(DEVICE)
trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
optimizer = torch.optim.AdamW(trained, lr=1e-4) if options.workload == "c" else torch.optim.SGD(trained, lr=0.06)
loader = torch.utils.data.DataLoader(
    dataset,
    batch_size=batch_size,
    shuffle=True,
    drop_last=True,
    num_workers=options.workers,
    persistent_workers=options.workers > 0,
)


def batches():
    while True:
        for batch in loader:
            yield batch


def step(views):
    views = [view.to(DEVICE, non_blocking=True) for view in views]
    with torch.autocast(DEVICE, dtype=torch.bfloat16, enabled=options.precision == "bf16"):
        loss = model.loss(views)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return float(loss.detach())


def timed(work):
    """Pictures a second of so many seconds, after some rounds to warm up."""
    for _ in range(2 if DEVICE == "cpu" else 10):
        work()
    count, began = 0, time.perf_counter()
    while time.perf_counter() - began < options.seconds:
        work()
        count += batch_size
    return round(count / (time.perf_counter() - began), 2)


KNOWN, ASKED = 20_000, 5000


def features_of(part, count):
    """Of so many plain pictures, evenly chosen, with their classes."""
    arrays = Arrays(part)
    rows = numpy.arange(min(count, len(arrays))) * len(arrays) // min(count, len(arrays))
    pictures = torch.from_numpy(arrays.pictures[rows]).permute(0, 3, 1, 2).float().div(255)
    mean, std = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])
    pictures = (pictures - mean.view(3, 1, 1)) / std.view(3, 1, 1)
    found = torch.cat([model.backbone(some.to(DEVICE)).flatten(1) for some in pictures.split(500)])
    return nn.functional.normalize(found.float(), dim=1), arrays.labels[rows].to(DEVICE)


def neighbours():
    """How often the 20 nearest (temperature 0.1) name the class of a test picture rightly."""
    model.eval()
    with torch.no_grad():
        known, classes = features_of("train", KNOWN)
        asked, wanted = features_of("test", ASKED)
        right = 0
        for some, truth in zip(asked.split(500), wanted.split(500)):
            near, rows = (some @ known.T).topk(20, dim=1)
            votes = torch.zeros(len(some), int(classes.max()) + 1, device=DEVICE)
            votes.scatter_add_(1, classes[rows], (near / 0.1).exp())
            right += int((votes.argmax(1) == truth).sum())
    model.train()
    return right / len(wanted)


def curve():
    """Accuracy against seconds of training, asked twice in each of `--seconds`; asking does not count."""
    points, spent = [], 0.0
    for point in range(1, 2 * options.times + 1):
        while spent < point * options.seconds / 2:
            began = time.perf_counter()
            step(next(source))
            spent += time.perf_counter() - began
        points.append([round(spent, 1), neighbours()])
    return points


source = batches()
found = {"workload": options.workload, "precision": options.precision, "threads": options.threads}
parts = [] if options.workload == "d" else options.parts.split(",")
if options.workload == "d":
    found["curve"] = curve()
if "full" in parts:
    found["full_images_per_second"] = timed(lambda: step(next(source)))
if "step" in parts:
    views = next(source)
    found["step_images_per_second"] = timed(lambda: step(views))
if "views" in parts:
    found["views_images_per_second"] = timed(lambda: next(source))
found["peak_rss_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
print(json.dumps(found))
sys.stdout.flush()
os._exit(0)
