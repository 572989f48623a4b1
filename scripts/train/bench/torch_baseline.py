"""The trainer's network and shapes in PyTorch, for comparison: fp32, TF32, bf16 autocast, bf16 compiled.

python3 torch_baseline.py --out torch.json [--batch 64] [--length 512]
"""
import argparse
import json
import time

import torch
import torch.nn.functional as F
from torch import nn

LAYERS, WIDTH, HEADS, HEAD_WIDTH, SWIGLU, VOCABULARY = 8, 512, 8, 64, 1408, 12288


class Norm(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.gain = nn.Parameter(torch.ones(width))

    def forward(self, x):
        return F.rms_norm(x, (x.shape[-1],), self.gain, 1e-6)


def rotate(x, cos, sin):
    a, b = x.chunk(2, -1)
    return torch.cat([a * cos - b * sin, b * cos + a * sin], -1)


class Layer(nn.Module):
    def __init__(self):
        super().__init__()
        linear = lambda i, o: nn.Linear(i, o, bias=False)
        self.norm1, self.norm2 = Norm(WIDTH), Norm(WIDTH)
        self.query, self.key, self.value, self.output = (linear(WIDTH, WIDTH) for _ in range(4))
        self.query_norm, self.key_norm = Norm(HEAD_WIDTH), Norm(HEAD_WIDTH)
        self.gate, self.up, self.down = linear(WIDTH, SWIGLU), linear(WIDTH, SWIGLU), linear(SWIGLU, WIDTH)

    def forward(self, x, mask, cos, sin):
        batch, length, _ = x.shape
        h = self.norm1(x)
        heads = lambda y: y.view(batch, length, HEADS, HEAD_WIDTH).transpose(1, 2)
        q = rotate(self.query_norm(heads(self.query(h))), cos, sin)
        k = rotate(self.key_norm(heads(self.key(h))), cos, sin)
        v = heads(self.value(h))
        mixed = F.scaled_dot_product_attention(q.to(v.dtype), k.to(v.dtype), v, attn_mask=mask)
        x = x + self.output(mixed.transpose(1, 2).reshape(batch, length, WIDTH))
        h = self.norm2(x)
        return x + self.down(F.silu(self.gate(h)) * self.up(h))


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(VOCABULARY, WIDTH)
        nn.init.normal_(self.embedding.weight, std=0.02)
        self.layers = nn.ModuleList(Layer() for _ in range(LAYERS))
        self.norm = Norm(WIDTH)

    def forward(self, ids, mask, cos, sin, rows, targets, weights):
        x = self.embedding(ids)
        for layer in self.layers:
            x = layer(x, mask, cos, sin)
        hidden = self.norm(x.flatten(0, 1)[rows])
        logits = hidden @ self.embedding.weight.T
        return (weights * F.cross_entropy(logits.float(), targets, reduction="none")).sum()


def make_batch(batch, length, device):
    torch.manual_seed(0)
    ids = torch.randint(7, VOCABULARY, (batch, length), device=device)
    hole = torch.zeros(batch, length, dtype=torch.bool, device=device)
    size = round(0.4 * length)
    for sample in range(batch):
        start = int(torch.randint(0, length - size + 1, ()))
        hole[sample, start : start + size] = True
    mask = (hole[:, :, None] | ~hole[:, None, :])[:, None]
    rows = hole.flatten().nonzero()[:, 0]
    rows = rows[torch.randperm(len(rows), device=device)[: round(0.3 * batch * length)]]
    targets = ids.flatten()[rows]
    ids.view(-1)[rows] = 1
    weights = torch.full((len(rows),), 1 / len(rows), device=device)
    half = HEAD_WIDTH // 2
    angle = torch.arange(length, device=device)[:, None] * 10000 ** (-torch.arange(half, device=device) / half)
    return ids, mask, angle.cos(), angle.sin(), rows, targets, weights


def flops(batch, length):
    rows = batch * length
    per_row = LAYERS * (4 * WIDTH * WIDTH + 3 * WIDTH * SWIGLU + 2 * length * WIDTH)
    return 6 * (rows * per_row + rows * 0.3 * WIDTH * VOCABULARY)


def measure(name, batch, length, steps):
    torch.backends.cuda.matmul.allow_tf32 = name != "fp32"
    torch.manual_seed(1)
    network = Network().cuda()
    optimizer = torch.optim.AdamW(network.parameters(), lr=1e-4, betas=(0.9, 0.95), weight_decay=0.1, fused=True)
    data = make_batch(batch, length, "cuda")
    forward = torch.compile(network) if name == "bf16 compiled" else network

    def step():
        with torch.autocast("cuda", torch.bfloat16, enabled=name.startswith("bf16")):
            loss = forward(*data)
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)

    for _ in range(5):
        step()
    torch.cuda.synchronize()
    start = time.perf_counter()
    for _ in range(steps):
        step()
    torch.cuda.synchronize()
    seconds = (time.perf_counter() - start) / steps
    peak = torch.cuda.max_memory_allocated() / 2**30
    return {
        "tokensPerSecond": batch * length / seconds,
        "teraflops": flops(batch, length) / seconds / 1e12,
        "millisecondsPerStep": 1000 * seconds,
        "peakGiB": peak,
    }


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", default="torch.json")
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--length", type=int, default=512)
    parser.add_argument("--steps", type=int, default=20)
    options = parser.parse_args()
    result = {"device": torch.cuda.get_device_name(), "torch": torch.__version__, "batch": options.batch, "length": options.length, "runs": {}}
    for name in ["fp32", "tf32", "bf16", "bf16 compiled"]:
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats()
        try:
            result["runs"][name] = measure(name, options.batch, options.length, options.steps)
        except Exception as error:  # a missing compiler must not cost the other figures
            result["runs"][name] = {"error": str(error)[:300]}
        print(name, result["runs"][name], flush=True)
        with open(options.out, "w") as file:
            json.dump(result, file, indent=2)


if __name__ == "__main__":
    main()
