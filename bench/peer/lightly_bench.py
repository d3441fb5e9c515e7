"""The workloads of `selfsame bench` as a user of lightly writes them, timed in the same parts. One JSON line out.

usage: lightly_bench.py --lightly DIR --workload a|b|c [--precision f32|bf16] [--photos DIR] [--seconds 20]
       [--parts full,step,views] [--workers 2] [--threads 2]
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
parser.add_argument("--workload", choices=["a", "b", "c"], required=True)
parser.add_argument("--precision", choices=["f32", "bf16"], default="f32")
parser.add_argument("--photos")
parser.add_argument("--seconds", type=float, default=20)
parser.add_argument("--parts", default="full,step,views")
parser.add_argument("--workers", type=int, default=2)
parser.add_argument("--threads", type=int, default=os.cpu_count())
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
DEVICE = "cuda" if torch.cuda.is_available() else "cpu"


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
    """Pictures a second of so many seconds, after two rounds to warm up."""
    for _ in range(2):
        work()
    count, began = 0, time.perf_counter()
    while time.perf_counter() - began < options.seconds:
        work()
        count += batch_size
    return round(count / (time.perf_counter() - began), 2)


source = batches()
found = {"workload": options.workload, "precision": options.precision, "threads": options.threads}
parts = options.parts.split(",")
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
