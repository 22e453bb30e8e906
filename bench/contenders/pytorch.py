"""PyTorch on the CPU; the argument is the number of threads. Answers on stdin and stdout like answer.js."""

import json
import sys
import time

start = time.perf_counter()
try:
    import torch
except ImportError as error:
    print(json.dumps({"error": str(error), "absent": True}), flush=True)
    sys.exit()

from torch import nn
from torch.nn import functional

torch.set_num_threads(int(sys.argv[1]))
# From now on glibc keeps up to twice as much freed memory, where it would return and fetch it again in every step.
torch.empty(6 * 2**20)
about = {"version": torch.__version__, "threads": torch.get_num_threads()}
print(json.dumps({**about, "milliseconds": 1000 * (time.perf_counter() - start)}), flush=True)


def training(model, optimizer, x, classes, shape):
    labels = torch.randint(0, classes, shape)

    def step():
        optimizer.zero_grad(set_to_none=True)
        loss = functional.cross_entropy(model(x).reshape(-1, classes), labels.reshape(-1))
        loss.backward()
        optimizer.step()
        return loss

    return sum(p.numel() for p in model.parameters()), step


def adam(model):
    return torch.optim.Adam(model.parameters(), lr=1e-3)


def matmul(size):
    a, b = torch.randn(size, size), torch.randn(size, size)
    return 0, lambda: (a @ b)[0, 0]


def perceptron(sizes, batch, activation, optimizer):
    layers = []
    for inputs, outputs in zip(sizes, sizes[1:]):
        layers += [nn.Linear(inputs, outputs), nn.Tanh() if activation == "tanh" else nn.ReLU()]
    model = nn.Sequential(*layers[:-1])
    chosen = adam(model) if optimizer == "adam" else torch.optim.SGD(model.parameters(), lr=0.03)
    return training(model, chosen, torch.randn(batch, sizes[0]), sizes[-1], [batch])


def lenet(batch):
    model = nn.Sequential(
        *[nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2)],
        *[nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten()],
        *[nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10)],
    )
    return training(model, adam(model), torch.randn(batch, 1, 28, 28), 10, [batch])


def convolution(inputs, outputs, kernel, stride=1):
    return nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False)


class ResidualBlock(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.residual = nn.Sequential(
            *[convolution(inputs, outputs, 3, stride), nn.BatchNorm2d(outputs), nn.ReLU()],
            *[convolution(outputs, outputs, 3), nn.BatchNorm2d(outputs)],
        )
        self.shortcut = nn.Identity() if inputs == outputs else convolution(inputs, outputs, 1, stride)

    def forward(self, x):
        return functional.relu(self.residual(x) + self.shortcut(x))


def resnet20(batch):
    model = nn.Sequential(
        *[convolution(3, 16, 3), nn.BatchNorm2d(16), nn.ReLU()],
        *[ResidualBlock(16, 16, 1), ResidualBlock(16, 16, 1), ResidualBlock(16, 16, 1)],
        *[ResidualBlock(16, 32, 2), ResidualBlock(32, 32, 1), ResidualBlock(32, 32, 1)],
        *[ResidualBlock(32, 64, 2), ResidualBlock(64, 64, 1), ResidualBlock(64, 64, 1)],
        *[nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10)],
    )
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    return training(model, optimizer, torch.randn(batch, 3, 32, 32), 10, [batch])


class Tagger(nn.Module):
    def __init__(self, inputs, units):
        super().__init__()
        self.lstm = nn.LSTM(inputs, units, batch_first=True)
        self.head = nn.Linear(units, inputs)

    def forward(self, x):
        return self.head(self.lstm(x)[0])


def lstm(batch, time, inputs, units):
    model = Tagger(inputs, units)
    return training(model, adam(model), torch.randn(batch, time, inputs), inputs, [batch, time])


class AttentionBlock(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.attention_norm = nn.LayerNorm(width)
        self.attention = nn.MultiheadAttention(width, heads, batch_first=True)
        self.perceptron_norm = nn.LayerNorm(width)
        self.perceptron = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))

    def forward(self, x):
        normal = self.attention_norm(x)
        x = x + self.attention(normal, normal, normal, need_weights=False)[0]
        return x + self.perceptron(self.perceptron_norm(x))


def transformer(batch, time, width, heads, depth, classes):
    model = nn.Sequential(*[AttentionBlock(width, heads) for _ in range(depth)], nn.Linear(width, classes))
    return training(model, adam(model), torch.randn(batch, time, width), classes, [batch, time])


def uncompiled(size, operations):
    x = torch.rand(size, size)

    def step():
        y = x
        for _ in range(operations // 2):
            y = y * x + 1
        return y[0, 0]

    return 0, step


step = None


def prepare(model, options):
    global step
    start = time.perf_counter()
    parameters, step = globals()[model](**options)
    built = time.perf_counter()
    loss = float(step())
    end = time.perf_counter()
    elapsed = {"milliseconds": 1000 * (end - start), "firstStep": 1000 * (end - built)}
    return {"parameters": parameters, "loss": loss, **elapsed}


def round_of_steps(milliseconds, limit):
    samples = []
    end = time.perf_counter() + milliseconds / 1000
    while not samples or (time.perf_counter() < end and len(samples) < limit):
        start = time.perf_counter()
        result = step()
        samples.append(1000 * (time.perf_counter() - start))
    return {"samples": samples, "loss": float(result)}


requests = {"prepare": prepare, "round": round_of_steps}
for line in sys.stdin:
    message = json.loads(line)
    try:
        reply = requests[message.pop("request")](**message)
    except Exception as error:  # whatever goes wrong is the answer
        reply = {"error": str(error).split("\n")[0]}
    # JavaScript's JSON has no NaN.
    text = json.dumps(reply).replace("NaN", "null").replace("Infinity", "null")
    print(text, flush=True)
