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


def minimizing(model, optimizer, loss_of, inputs):
    if any(x.ndim == 4 for x in inputs):
        # The channels last, as PyTorch's convolutions like it best: MobileNet takes two thirds of the time so, no network more.
        model.to(memory_format=torch.channels_last)
        inputs = [x.to(memory_format=torch.channels_last) if x.ndim == 4 else x for x in inputs]

    def step():
        optimizer.zero_grad(set_to_none=True)
        loss = loss_of(*inputs)
        loss.backward()
        optimizer.step()
        return loss

    return sum(p.numel() for p in model.parameters()), step


def training(model, optimizer, x, classes, shape):
    def loss(x, labels):
        return functional.cross_entropy(model(x).reshape(-1, classes), labels.reshape(-1))

    return minimizing(model, optimizer, loss, [x, torch.randint(0, classes, shape)])


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


def separable(inputs, outputs, stride):
    return [
        *[nn.Conv2d(inputs, inputs, 3, stride, 1, groups=inputs, bias=False), nn.BatchNorm2d(inputs), nn.ReLU()],
        *[nn.Conv2d(inputs, outputs, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU()],
    ]


def mobilenet(batch, size, width, blocks, classes):
    inputs = [width, *(channels for channels, _ in blocks)]
    model = nn.Sequential(
        *[nn.Conv2d(3, width, 3, 2, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU()],
        *[layer for i, (outputs, stride) in enumerate(blocks) for layer in separable(inputs[i], outputs, stride)],
        *[nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(inputs[-1], classes)],
    )
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
    return training(model, optimizer, torch.randn(batch, 3, size, size), classes, [batch])


def twice(inputs, outputs):
    return nn.Sequential(
        *[nn.Conv2d(inputs, outputs, 3, 1, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU()],
        *[nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU()],
    )


class UNet(nn.Module):
    def __init__(self, inputs, width, depth, classes):
        super().__init__()
        widths = [width * 2**i for i in range(depth + 1)]
        self.down = nn.ModuleList(twice(i, o) for i, o in zip([inputs, *widths], widths))
        self.up = nn.ModuleList(nn.ConvTranspose2d(2 * w, w, 2, 2) for w in widths[:-1])
        self.merge = nn.ModuleList(twice(2 * w, w) for w in widths[:-1])
        self.pool = nn.MaxPool2d(2)
        self.head = nn.Conv2d(width, classes, 1)

    def forward(self, x):
        maps = [self.down[0](x)]
        for block in self.down[1:]:
            maps.append(block(self.pool(maps[-1])))
        y = maps[-1]
        for x, up, merge in reversed(list(zip(maps, self.up, self.merge))):
            y = merge(torch.cat([x, up(y)], 1))
        # The classes last, as the labels want them.
        return self.head(y).permute(0, 2, 3, 1)


def unet(batch, size, width, depth, classes):
    model = UNet(3, width, depth, classes)
    return training(model, adam(model), torch.randn(batch, 3, size, size), classes, [batch, size, size])


class GruTagger(nn.Module):
    def __init__(self, inputs, units):
        super().__init__()
        self.gru = nn.GRU(inputs, units, batch_first=True)
        self.head = nn.Linear(units, inputs)

    def forward(self, x):
        return self.head(self.gru(x)[0])


def gru(batch, time, inputs, units):
    model = GruTagger(inputs, units)
    return training(model, adam(model), torch.randn(batch, time, inputs), inputs, [batch, time])


class ChannelsLast(nn.Module):
    def forward(self, x):
        return x.permute(0, 2, 3, 1).flatten(1)


class Vae(nn.Module):
    def __init__(self, width, codes, noise):
        super().__init__()
        self.noise = noise
        self.encoder = nn.Sequential(
            *[nn.Conv2d(1, width, 4, 2, 1), nn.ReLU(), nn.Conv2d(width, 2 * width, 4, 2, 1), nn.ReLU()],
            *[ChannelsLast(), nn.Linear(49 * 2 * width, 2 * codes)],
        )
        self.spread = nn.Linear(codes, 49 * 2 * width)
        self.decoder = nn.Sequential(
            nn.ConvTranspose2d(2 * width, width, 4, 2, 1), nn.ReLU(), nn.ConvTranspose2d(width, 1, 4, 2, 1)
        )

    def loss(self, x):
        mean, log_variance = self.encoder(x).chunk(2, 1)
        code = mean + (0.5 * log_variance).exp() * torch.randn_like(mean) * self.noise
        spread = functional.relu(self.spread(code)).reshape(len(x), 7, 7, -1).permute(0, 3, 1, 2)
        reconstruction = functional.binary_cross_entropy_with_logits(self.decoder(spread), x, reduction="sum")
        divergence = 0.5 * (log_variance.exp() + mean.square() - log_variance - 1).sum()
        return (reconstruction + divergence) / len(x)


def vae(batch, width, codes, noise):
    model = Vae(width, codes, noise)
    return minimizing(model, adam(model), model.loss, [torch.rand(batch, 1, 28, 28)])


class GraphConvolution(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.linear = nn.Linear(inputs, outputs, bias=False)
        self.bias = nn.Parameter(torch.zeros(outputs))

    def forward(self, x, sources, targets, weights):
        messages = self.linear(x)[sources] * weights
        return torch.zeros(len(x), messages.shape[1]).index_add_(0, targets, messages) + self.bias


class Gcn(nn.Module):
    def __init__(self, features, units, classes, rate):
        super().__init__()
        self.first = GraphConvolution(features, units)
        self.second = GraphConvolution(units, classes)
        self.dropout = nn.Dropout(rate)

    def forward(self, x, *edges):
        return self.second(self.dropout(functional.relu(self.first(self.dropout(x), *edges))), *edges)


def graph(nodes, edges, features, units, classes, labelled, dropout):
    model = Gcn(features, units, classes, dropout)
    pairs = torch.randint(0, nodes, [2, edges // 2])
    own = torch.arange(nodes)
    sources, targets = torch.cat([pairs[0], pairs[1], own]), torch.cat([pairs[1], pairs[0], own])
    degrees = torch.bincount(targets).float()
    weights = (degrees[sources] * degrees[targets]).rsqrt()[:, None]
    inputs = [torch.rand(nodes, features), sources, targets, weights]
    known = [torch.randint(0, nodes, [labelled]), torch.randint(0, classes, [labelled])]

    def loss(x, sources, targets, weights, known, y):
        return functional.cross_entropy(model(x, sources, targets, weights)[known], y)

    return minimizing(model, torch.optim.Adam(model.parameters(), lr=0.01), loss, [*inputs, *known])


def windows(axes, batch, size, channels, kernel, groups, dilation, stride):
    convolution, transposed = getattr(nn, f"Conv{axes}d"), getattr(nn, f"ConvTranspose{axes}d")
    padding = dilation * (kernel - 1) // 2

    def narrow():
        return convolution(channels, channels, kernel, stride, padding, dilation, groups)

    def back():
        return transposed(channels, channels, kernel, stride, padding, (stride - kernel) % 2, groups)

    model = nn.Sequential(
        *[convolution(3, channels, 1), nn.ReLU(), narrow(), nn.ReLU(), back() if stride > 1 else narrow(), nn.ReLU()],
        *[getattr(nn, f"AdaptiveAvgPool{axes}d")(1), nn.Flatten(), nn.Linear(channels, 10)],
    )
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    return training(model, optimizer, torch.randn(batch, 3, *[size] * axes), 10, [batch])


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


def main():
    torch.set_num_threads(int(sys.argv[1]))
    # From now on glibc keeps up to twice as much freed memory, where it would return and fetch it again in every step.
    torch.empty(6 * 2**20)
    about = {"version": torch.__version__, "threads": torch.get_num_threads()}
    print(json.dumps({**about, "milliseconds": 1000 * (time.perf_counter() - start)}), flush=True)
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


if __name__ == "__main__":
    main()
