#!/usr/bin/env python3
"""Times PyTorch and scikit-learn on the work of manyhands-dec, in the same run and in turns, and prints the ratios.

    pip install numpy torch scikit-learn
    python benches/peers/dec.py [--threads 1 2] [--rounds 9] [--tasks sdae dec multitask predict k-means pca] [--device cuda]

A round of training is one epoch over 10 240 random images of 784 pixels in batches of 256, all gathered in a new order: the network
784-500-500-2000-10 and back, float32 on both sides.

  sdae       all layers together, mean square error, SGD with momentum 0.9 (PyTorch: fused=True)
  layer      the first layer alone with a fifth of its pixels and units dropped, and its mirror
  dec        P over all images, then encoder and 10 centres against KL(P||Q), SGD
  multitask  cross entropy of a head on q plus mean square error, Adam (PyTorch: fused=True); a look at the tenth set aside
  predict    the cluster of every image, ours with the check that all is finite
  k-means    70 000 points of 10 dimensions, 10 clusters, one start by k-means++
  pca        the same points into their plane

PyTorch runs eagerly with the products it comes with, those of MKL. On processors that are not Intel's, MKL leaves AVX-512 alone; to give
it what it would have there, preload a library with these two lines:

    int mkl_serv_intel_cpu_true(void) { return 1; }
    int mkl_serv_intel_cpu(void) { return 1; }

With --device cuda both train on the first NVIDIA GPU: ours through candle, its images in host memory as ever; PyTorch's lie on the GPU from
the start.

Each figure is the median over the rounds, with its quartiles; a ratio is taken of two neighbours in time.
"""

import argparse
import os
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np
import torch
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA
from threadpoolctl import threadpool_limits
from torch import nn

ROOT = Path(__file__).resolve().parents[2]
WIDTHS = [784, 500, 500, 2000, 10]
N_IMAGES, BATCH, N_CLUSTERS, N_POINTS = 10_240, 256, 10, 70_000


def stack(widths):
    """Fully connected, ReLU between the layers."""
    layers = []
    for before, after in zip(widths, widths[1:]):
        layers += [nn.Linear(before, after), nn.ReLU()]
    return nn.Sequential(*layers[:-1])


def soft_assignment(z, centres):
    q = 1 / (1 + (z[:, None] - centres).square().sum(2))
    return q / q.sum(1, keepdim=True)


def batches(n):
    order = torch.randperm(n)
    return order.split(BATCH)


def reconstruction(network, images):
    """An epoch of the mean square error by SGD."""
    optimiser = torch.optim.SGD(network.parameters(), lr=0.01, momentum=0.9, fused=True)

    def epoch():
        for rows in batches(len(images)):
            x = images[rows]
            loss = nn.functional.mse_loss(network(x), x)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            loss.item()

    return epoch


def sdae(images):
    return reconstruction(nn.Sequential(stack(WIDTHS), stack(WIDTHS[::-1])), images)


def layer(images):
    dropout = nn.Dropout(0.2)
    layers = [dropout, nn.Linear(784, 500), nn.ReLU(), dropout, nn.Linear(500, 784)]
    return reconstruction(nn.Sequential(*layers), images)


def dec(images):
    encoder = stack(WIDTHS)
    with torch.no_grad():
        centres = nn.Parameter(encoder(images[:N_CLUSTERS]).clone())
    optimiser = torch.optim.SGD([*encoder.parameters(), centres], lr=0.01, momentum=0.9, fused=True)

    def epoch():
        with torch.no_grad():
            q = torch.cat([soft_assignment(encoder(part), centres) for part in images.split(2048)])
            p = q.square() / q.sum(0)
            p /= p.sum(1, keepdim=True)
            q.argmax(1)
        for rows in batches(len(images)):
            q = soft_assignment(encoder(images[rows]), centres)
            loss = nn.functional.kl_div(q.log(), p[rows], reduction="batchmean")
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            loss.item()

    return epoch


def multitask(images):
    encoder, decoder, head = stack(WIDTHS), stack(WIDTHS[::-1]), nn.Linear(N_CLUSTERS, 2)
    with torch.no_grad():
        centres = nn.Parameter(encoder(images[:N_CLUSTERS]).clone())
    network = nn.ModuleList([encoder, decoder, head])
    optimiser = torch.optim.Adam([*network.parameters(), centres], lr=1e-3, fused=True)
    labels = torch.arange(len(images)) % 2
    n_development = len(images) // 10
    training = torch.arange(len(images))[n_development:]
    best = [float("inf"), None]

    def losses(rows):
        x = images[rows]
        z = encoder(x)
        entropy = nn.functional.cross_entropy(head(soft_assignment(z, centres)), labels[rows])
        return entropy, nn.functional.mse_loss(decoder(z), x)

    def epoch():
        for rows in batches(len(training)):
            loss = sum(losses(training[rows]))
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            loss.item()
        with torch.no_grad():
            watched = [losses(rows)[0].item() for rows in torch.arange(n_development).split(BATCH)]
        if (mean := statistics.fmean(watched)) < best[0]:
            best[:] = mean, {name: value.clone() for name, value in network.state_dict().items()}

    return epoch


def predict(images):
    encoder = stack(WIDTHS)

    @torch.no_grad()
    def clusters():
        centres = encoder(images[:N_CLUSTERS])
        return torch.cat([soft_assignment(encoder(part), centres).argmax(1) for part in images.split(2048)])

    return clusters


def k_means(points):
    points = points.numpy()
    return lambda: KMeans(N_CLUSTERS, n_init=1, random_state=7).fit(points)


def pca(points):
    points = points.numpy()
    return lambda: PCA(2).fit_transform(points)


TRAININGS = {"sdae": sdae, "layer": layer, "dec": dec, "multitask": multitask}
PEERS = TRAININGS | {"predict": predict, "k-means": k_means, "pca": pca}


class Ours:
    def __init__(self, program, path, width, backend, n_threads):
        environment = os.environ | {"RAYON_NUM_THREADS": str(n_threads)}
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        self.process = subprocess.Popen([program, path, str(width), backend], text=True, env=environment, **pipes)

    def round(self, task):
        self.process.stdin.write(task + "\n")
        self.process.stdin.flush()
        return float(self.process.stdout.readline())

    def end(self):
        self.process.stdin.close()
        self.process.wait()


def timed(work):
    begin = time.perf_counter()
    work()
    if torch.get_default_device().type == "cuda":
        torch.cuda.synchronize()
    return time.perf_counter() - begin


def quartiles(values):
    low, middle, high = statistics.quantiles(values, n=4, method="inclusive")
    return middle, low, high


def compare(task, ours, peer, n_rounds):
    """Seconds of ours, of the peer, and the ratios, round by round; the first round is not counted."""
    pairs = []
    for i in range(n_rounds + 1):
        sides = [lambda: ours.round(task), lambda: timed(peer)]
        seconds = {}
        # Who begins changes from round to round; a pause lets the other side's threads fall asleep.
        for side in (0, 1) if i % 2 else (1, 0):
            time.sleep(0.3)
            seconds[side] = sides[side]()
        pairs.append((seconds[0], seconds[1]))
    pairs = pairs[1:]
    return [quartiles([a for a, _ in pairs]), quartiles([b for _, b in pairs]), quartiles([a / b for a, b in pairs])]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--tasks", nargs="+", choices=list(PEERS), help="default: all; on a GPU, all trainings")
    parser.add_argument("--device", default="cpu", choices=["cpu", "cuda"])
    parser.add_argument("--backend", choices=["fused", "candle", "cuda"], help="ours; default: cuda beside a GPU, else fused")
    parser.add_argument("--program", help="a built `rounds`; default: build it")
    arguments = parser.parse_args()
    is_gpu = arguments.device == "cuda"
    tasks = arguments.tasks or list(TRAININGS if is_gpu else PEERS)
    if is_gpu and not set(tasks) <= set(TRAININGS):
        parser.error("--device cuda: wants trainings")
    backend = arguments.backend or ("cuda" if is_gpu else "fused")
    program = arguments.program
    if not program:
        build = ["cargo", "build", "--release", "-q", "-p", "manyhands-dec", "--example", "rounds"]
        build += ["--features", "cuda"] if backend == "cuda" else []
        subprocess.run(build, cwd=ROOT, check=True)
        program = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "release" / "examples" / "rounds"

    rng = np.random.default_rng(7)
    images = rng.random((N_IMAGES, WIDTHS[0]), dtype=np.float32) * (rng.random((N_IMAGES, WIDTHS[0])) < 0.2)
    groups = rng.normal(size=(N_CLUSTERS, 10)) * 2
    points = groups[np.arange(N_POINTS) % N_CLUSTERS] + rng.normal(size=(N_POINTS, 10))
    torch.set_default_device(arguments.device)
    on = torch.cuda.get_device_name() if is_gpu else "CPU"
    print(f"ours: {backend}; theirs: torch {torch.__version__} on {on}; milliseconds a round: median [quartiles] of {arguments.rounds}; ratio: ours / theirs")
    with tempfile.TemporaryDirectory() as folder:
        files = {}
        for name, array in [("images", images), ("points", points)]:
            files[name] = Path(folder) / name, torch.from_numpy(array.astype(np.float32)).to(arguments.device)
            array.astype("<f4").tofile(files[name][0])
        for n_threads in arguments.threads:
            torch.set_num_threads(n_threads)
            for task in tasks:
                path, tensor = files["points" if task in ("k-means", "pca") else "images"]
                torch.manual_seed(7)
                ours = Ours(program, path, tensor.shape[1], backend, n_threads)
                with threadpool_limits(n_threads):
                    figures = compare(task, ours, PEERS[task](tensor), arguments.rounds)
                ours.end()
                (a, *qa), (b, *qb), (r, *qr) = figures
                print(
                    f"{n_threads} threads  {task:10} ours {1e3 * a:7.1f} [{1e3 * qa[0]:.1f}, {1e3 * qa[1]:.1f}]"
                    f"  theirs {1e3 * b:7.1f} [{1e3 * qb[0]:.1f}, {1e3 * qb[1]:.1f}]"
                    f"  ratio {r:.2f} [{qr[0]:.2f}, {qr[1]:.2f}]",
                    flush=True,
                )


if __name__ == "__main__":
    main()
