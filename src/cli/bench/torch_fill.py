"""The bench's `fill` in PyTorch, for comparison: the same network shape, the context read once, the guess of the length,
then one forward for each step over the hole's rows. Rows are named as `npm run bench -- --json` names them, after the
precision and the mode: eager, graphed (CUDA graphs) or compiled (torch.compile and CUDA graphs). Weights and tokens are
random, so the number of forwards is given: that of the bench's `fillForwards`, context and guess included.

python3 torch_fill.py --forwards 10 --json > torch.json
"""

import argparse
import json
import math
import platform
import sys
import time
from functools import partial

import torch
import torch.nn.functional as F

LAYERS, WIDTH, HEADS, HEAD_WIDTH, SWIGLU, VOCABULARY = 8, 512, 8, 64, 1408, 12288
EPSILON, ROPE_BASE = 1e-6, 10000
MASK = 1
# The tokens that a full window leaves for the context, and a hole of eight with its [END].
CONTEXT, HOLE = 447, 9
# The lengths that the engine guesses from, each with its [END].
GUESSED = [n + 1 for n in [3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 16, 20]]
WARM_UP_ROUNDS = 3
MODES = ["f16/eager", "f16/graphed", "f16/compiled", "f32/eager", "f32/graphed"]


class Network:
    def __init__(self, device, dtype):
        torch.manual_seed(0)
        matrix = lambda rows, columns: (0.02 * torch.randn(rows, columns, device=device)).to(dtype)
        gain = lambda width: torch.ones(width, device=device, dtype=dtype)
        self.embedding = matrix(VOCABULARY, WIDTH)
        self.layers = [
            {
                **{name: matrix(WIDTH, WIDTH) for name in ["query", "key", "value", "output"]},
                "gate": matrix(SWIGLU, WIDTH),
                "up": matrix(SWIGLU, WIDTH),
                "down": matrix(WIDTH, SWIGLU),
                "norm1": gain(WIDTH),
                "norm2": gain(WIDTH),
                "query_norm": gain(HEAD_WIDTH),
                "key_norm": gain(HEAD_WIDTH),
            }
            for _ in range(LAYERS)
        ]
        self.norm = gain(WIDTH)
        frequencies = ROPE_BASE ** (-torch.arange(HEAD_WIDTH // 2, device=device) / (HEAD_WIDTH // 2))
        angles = torch.arange(1024, device=device)[:, None] * frequencies
        self.cos, self.sin = angles.cos().to(dtype), angles.sin().to(dtype)

    def rows(self, ids, positions, past, bias):
        """ids, positions [N]; past: for each layer keys and values [heads, P, head width] -> [N, width], keys and values"""
        cos, sin = self.cos[positions], self.sin[positions]

        def rotated(x):
            a, b = x.chunk(2, -1)
            return torch.cat([a * cos - b * sin, b * cos + a * sin], -1)

        x = self.embedding[ids]
        own = []
        for layer, before in zip(self.layers, past):
            h = F.rms_norm(x, (WIDTH,), layer["norm1"], EPSILON)
            heads = lambda y: y.view(-1, HEADS, HEAD_WIDTH).transpose(0, 1)
            q = rotated(F.rms_norm(heads(h @ layer["query"].T), (HEAD_WIDTH,), layer["query_norm"], EPSILON))
            k = rotated(F.rms_norm(heads(h @ layer["key"].T), (HEAD_WIDTH,), layer["key_norm"], EPSILON))
            v = heads(h @ layer["value"].T)
            own.append((k, v))
            if before is not None:
                k, v = torch.cat([before[0], k], 1), torch.cat([before[1], v], 1)
            mixed = F.scaled_dot_product_attention(q[None], k[None], v[None], attn_mask=bias)[0]
            x = x + mixed.transpose(0, 1).reshape(-1, WIDTH) @ layer["output"].T
            h = F.rms_norm(x, (WIDTH,), layer["norm2"], EPSILON)
            x = x + (F.silu(h @ layer["gate"].T) * (h @ layer["up"].T)) @ layer["down"].T
        return F.rms_norm(x, (WIDTH,), self.norm, EPSILON), own

    def read_context(self, ids, positions):
        return self.rows(ids, positions, [None] * LAYERS, None)[1]

    def predict(self, ids, positions, past, bias):
        """Each row's most probable token and its probability: all that a greedy step needs."""
        hidden, _ = self.rows(ids, positions, past, bias)
        return torch.softmax((hidden @ self.embedding.T).float(), -1).max(-1)

    def predict_uncached(self, ids, positions, context):
        """Context and hole in one forward; context rows do not see the hole's."""
        own = self.read_context(ids[:context], positions[:context])
        return self.predict(ids[context:], positions[context:], own, None)


class Fill:
    """The three forwards of a fill as functions of tensors that stay where they are, so that graphs can replay them."""

    def __init__(self, network, device, dtype, mode):
        ints = lambda values: torch.tensor(values, device=device)
        self.device, self.cuda = device, device == "cuda"
        self.context_ids = ints([7 + i % 12000 for i in range(CONTEXT)])
        self.context_positions = ints(list(range(CONTEXT)))
        self.hole_ids = ints([MASK] * HOLE)
        self.hole_positions = ints(list(range(300, 300 + HOLE)))
        guessed = [(length, i) for length in GUESSED for i in range(length)]
        self.guess_ids = ints([MASK] * len(guessed))
        self.guess_positions = ints([300 + i for _, i in guessed])
        lengths = ints([length for length, _ in guessed])
        apart = torch.zeros(len(guessed), len(guessed), device=device).masked_fill(lengths[:, None] != lengths, -1e4)
        self.guess_bias = torch.cat([torch.zeros(len(guessed), CONTEXT, device=device), apart], 1).to(dtype)

        wrap = partial(torch.compile, dynamic=False) if mode == "compiled" else lambda function: function
        read, predict, uncached = wrap(network.read_context), wrap(network.predict), wrap(network.predict_uncached)
        self.all_ids = torch.cat([self.context_ids, self.hole_ids])
        all_positions = torch.cat([self.context_positions, self.hole_positions])
        past = network.read_context(self.context_ids, self.context_positions)
        graphed = self.captured if self.cuda and mode != "eager" else lambda function: function

        def read_in_place():
            for kept, new in zip(past, read(self.context_ids, self.context_positions)):
                kept[0].copy_(new[0])
                kept[1].copy_(new[1])

        self.read = graphed(read_in_place)
        self.guess = graphed(lambda: predict(self.guess_ids, self.guess_positions, past, self.guess_bias))
        self.step = graphed(lambda: predict(self.hole_ids, self.hole_positions, past, None))
        self.uncached_step = graphed(lambda: uncached(self.all_ids, all_positions, CONTEXT))

    def captured(self, function):
        side = torch.cuda.Stream()
        side.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(side):
            for _ in range(3):
                function()
        torch.cuda.current_stream().wait_stream(side)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            result = function()

        def replay():
            graph.replay()
            return result

        return replay

    def new_context(self, seed):
        """Another text each time: tokens come from the processor, as they do from a request."""
        self.context_ids.copy_(torch.randint(7, VOCABULARY, (CONTEXT,), generator=torch.Generator().manual_seed(seed)))

    def commit(self, results, ids, first):
        """The step's decision is taken on the processor; the hole's new tokens go back."""
        probabilities, tokens = (x.cpu() for x in results)
        cells = ids[first:].cpu()
        masked = [i for i in range(HOLE - 1) if cells[i] == MASK]
        best = max(masked or range(HOLE - 1), key=lambda i: probabilities[i])
        cells[best] = max(7, int(tokens[best]))
        ids[first:].copy_(cells)

    def run(self, seed, forwards, cached=True):
        self.new_context(seed)
        self.hole_ids.fill_(MASK)
        self.all_ids[:CONTEXT].copy_(self.context_ids)
        self.all_ids[CONTEXT:].fill_(MASK)
        self.read()
        self.guess()[0].cpu()
        for _ in range(forwards - 2):
            if cached:
                self.commit(self.step(), self.hole_ids, 0)
            else:
                self.commit(self.uncached_step(), self.all_ids, CONTEXT)

    def synchronize(self):
        if self.cuda:
            torch.cuda.synchronize()


def summarize(name, values):
    ordered = sorted(values)
    at = lambda share: ordered[max(0, math.ceil(share * len(ordered)) - 1)]
    return {"name": name, "p50": at(0.5), "p95": at(0.95), "least": at(0), "most": at(1), "n": len(ordered)}


def measure(fill, options):
    forwards = max(3, round(options.forwards))

    def context(seed):
        fill.new_context(seed)
        fill.read()

    rows = {
        "fill": lambda seed: fill.run(seed, forwards),
        "fill/no-cache": lambda seed: fill.run(seed, forwards, cached=False),
        "context": context,
        "step": lambda seed: fill.commit(fill.step(), fill.hole_ids, 0),
    }
    times = {name: [] for name in rows}
    for round_ in range(-WARM_UP_ROUNDS, options.rounds):
        for name, run in rows.items():
            fill.synchronize()
            start = time.perf_counter()
            run(round_ + WARM_UP_ROUNDS)
            fill.synchronize()
            if round_ >= 0:
                times[name].append(1000 * (time.perf_counter() - start))
    return times


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--forwards", type=float, default=10)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--device", default="cuda", choices=["cuda", "cpu"])
    parser.add_argument("--modes", nargs="*", default=MODES, choices=MODES)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    cuda = options.device == "cuda"
    report = {
        "machine": {
            "cpu": platform.processor() or platform.machine(),
            "gpu": torch.cuda.get_device_name() if cuda else None,
            "torch": torch.__version__,
        },
        "provider": "torch " + options.device,
        "fillForwards": options.forwards,
        "rows": [],
        "failed": {},
    }
    for name in options.modes:
        precision, mode = name.split("/")
        dtype = {"f16": torch.float16, "f32": torch.float32}[precision]
        try:
            with torch.no_grad():
                fill = Fill(Network(options.device, dtype), options.device, dtype, mode)
                times = measure(fill, options)
        except Exception as error:  # a missing compiler must not cost the other figures
            report["failed"][name] = str(error)[:500]
            print(name, "failed:", str(error)[:200], file=sys.stderr, flush=True)
            continue
        for row, values in times.items():
            report["rows"].append(summarize(f"{name}/{row}", values))
            print(f"{name}/{row}: {report['rows'][-1]['p50']:.2f} ms", file=sys.stderr, flush=True)
    if options.json:
        print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
