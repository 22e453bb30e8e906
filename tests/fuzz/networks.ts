import { RandomStream } from '../../src/core/threefry.js'
import { VALUES } from './library.js'
import type { Subject } from './subject.js'

// Everyday programs: a network, a loss and some steps of an optimizer, with sizes of all kinds.

interface Network {
  readonly kind: Kind
  readonly sizes: Sizes
  readonly optimizer: string
  readonly seed: number
}

type Sizes = { readonly [name: string]: number }
type Kind = keyof typeof kinds

interface Description {
  /** The range of each size. */
  readonly sizes: { readonly [name: string]: readonly [low: number, high: number] }
  /** Multiplications of one forward pass. */
  work(sizes: Sizes): number
  /** Defines `x`, `labels` and `parameters` (or `model`) and `forward`. */
  print(sizes: Sizes): string
}

const parameter = (name: string, shape: string, seed: number, scale = 0.3): string =>
  `const ${name} = new Parameter(tensor(values(${shape
    .slice(1, -1)
    .split(', ')
    .reduce((n, size) => n * Number(size), 1)}, ${seed}, ${-scale}, ${scale}), ${shape}, 'float32'), '${name}')`

const input = (shape: readonly number[]): string =>
  `const x = tensor(values(${shape.reduce((a, b) => a * b, 1)}, 1), [${shape.join(', ')}], 'float32')`

const labels = (count: number, classes: number): string =>
  `const labels = tensor(values(${count}, 2, 0, ${classes - 1}, true), [${count}], 'int32')`

const norm =
  'const norm = (x, gain, bias) => x.sub(x.mean(-1, { keepDims: true })).div(x.variance(-1, { keepDims: true }).add(1e-5).sqrt()).mul(gain).add(bias)'

const kinds = {
  perceptron: {
    sizes: {
      batch: [1, 512],
      inputs: [1, 600],
      hidden: [1, 300],
      layers: [1, 4],
      classes: [1, 40],
      activation: [0, 7],
    },
    work: ({ batch, inputs, hidden, layers, classes }) => batch * hidden * (inputs + hidden * (layers - 1) + classes),
    print: ({ batch, inputs, hidden, layers, classes, activation }) => {
      const name = ['relu', 'gelu', 'tanh', 'silu', 'sigmoid', 'elu', 'mish', 'softplus'][activation]
      const list = Array.from(
        { length: layers },
        (_, i) => `nn.linear(${i === 0 ? inputs : hidden}, ${hidden}), nn.${name}()`,
      )
      return [
        input([batch, inputs]),
        labels(batch, classes),
        `const model = nn.sequential(${list.join(', ')}, nn.linear(${hidden}, ${classes}))`,
        'const forward = (x) => model.forward(x)',
      ].join('\n')
    },
  },
  convolutional: {
    sizes: {
      batch: [1, 64],
      size: [5, 32],
      channels: [1, 4],
      first: [1, 16],
      second: [1, 16],
      kernel: [1, 5],
      stride: [1, 2],
      pool: [0, 2],
      depthwise: [0, 1],
      classes: [1, 12],
    },
    work: ({ batch, size, channels, first, second, kernel }) =>
      batch * size * size * kernel * kernel * first * (channels + second),
    print: ({ batch, size, channels, first, second, kernel, stride, pool, depthwise, classes }) => {
      const middle =
        depthwise === 1
          ? [
              `nn.conv2d(${first}, ${first}, 3, { padding: 'same', groups: ${first} })`,
              'nn.relu()',
              `nn.conv2d(${first}, ${second}, 1)`,
            ]
          : [`nn.conv2d(${first}, ${second}, 3, { padding: 'same' })`]
      const pooling = ['nn.tanh()', 'nn.maxPool2d(2)', 'nn.avgPool2d(2)'][pool]
      const after = (n: number): number => (pool === 0 ? n : Math.floor(n / 2))
      const side = after(Math.floor((size - kernel) / stride) + 1)
      return [
        input([batch, size, size, channels]),
        labels(batch, classes),
        `const model = nn.sequential(nn.conv2d(${channels}, ${first}, ${kernel}, { stride: ${stride} }), nn.relu(), ${pooling}, ${middle.join(', ')}, nn.relu(), nn.flatten(), nn.linear(${side * side * second}, ${classes}))`,
        'const forward = (x) => model.forward(x)',
      ].join('\n')
    },
  },
  'layer norm': {
    sizes: { batch: [1, 256], width: [1, 200], hidden: [1, 200], classes: [1, 20], gain: [0, 1] },
    work: ({ batch, width, hidden, classes }) => batch * hidden * (width + classes),
    print: ({ batch, width, hidden, classes, gain }) =>
      [
        input([batch, width]),
        labels(batch, classes),
        norm,
        parameter('g', `[${width}]`, 3, 1),
        parameter('b', `[${width}]`, 4),
        parameter('w', `[${width}, ${hidden}]`, 5),
        parameter('v', `[${hidden}, ${classes}]`, 6),
        'const model = [g, b, w, v]',
        `const forward = (x) => nn.relu(norm(x, g.value${gain === 1 ? '.add(1)' : ''}, b.value).matmul(w.value)).matmul(v.value)`,
      ].join('\n'),
  },
  'batch norm': {
    sizes: { batch: [2, 64], size: [3, 16], channels: [1, 12], classes: [1, 10] },
    work: ({ batch, size, channels }) => batch * size * size * channels * 9 * channels,
    print: ({ batch, size, channels, classes }) =>
      [
        input([batch, size, size, channels]),
        labels(batch, classes),
        parameter('k', `[3, 3, ${channels}, ${channels}]`, 3),
        parameter('g', `[${channels}]`, 4, 1),
        parameter('w', `[${channels}, ${classes}]`, 5),
        'const model = [k, g, w]',
        `const running = new Buffer(zeros([${channels}]), 'running mean')`,
        `const forward = (x) => {
  const y = ops.conv(x, k.value, { padding: 'same' })
  const mean = y.mean([0, 1, 2])
  running.assign(running.value.mul(0.9).add(mean.mul(0.1)))
  return y.sub(mean).div(y.variance([0, 1, 2]).add(1e-5).sqrt()).mul(g.value).relu().mean([1, 2]).matmul(w.value)
}`,
      ].join('\n'),
  },
  attention: {
    sizes: { batch: [1, 8], length: [1, 40], heads: [1, 4], depth: [1, 16], classes: [1, 10], causal: [0, 1] },
    work: ({ batch, length, heads, depth }) => batch * length * heads * depth * (4 * heads * depth + 2 * length),
    print: ({ batch, length, heads, depth, classes, causal }) => {
      const width = heads * depth
      const split = `.reshape([${batch}, ${length}, ${heads}, ${depth}])`
      return [
        input([batch, length, width]),
        labels(batch, classes),
        norm,
        ...['q', 'k', 'v', 'o'].map((name, i) => parameter(name, `[${width}, ${width}]`, 3 + i)),
        parameter('g', `[${width}]`, 7, 1),
        parameter('b', `[${width}]`, 8),
        parameter('w', `[${width}, ${classes}]`, 9),
        'const model = [q, k, v, o, g, b, w]',
        `const forward = (x) => {
  const y = norm(x, g.value, b.value)
  const heads = (w) => y.matmul(w.value)${split}
  const scores = einsum('bqhd,bkhd->bhqk', heads(q), heads(k)).div(Math.sqrt(${depth}))
  const masked = ${causal === 1 ? `where(arange(${length}).unsqueeze(1).less(arange(${length})), -1e9, scores)` : 'scores'}
  const mixed = einsum('bhqk,bkhd->bqhd', masked.softmax(-1), heads(v)).reshape([${batch}, ${length}, ${width}])
  return x.add(mixed.matmul(o.value)).mean(1).matmul(w.value)
}`,
      ].join('\n')
    },
  },
  lstm: {
    sizes: { batch: [1, 32], length: [1, 20], inputs: [1, 40], hidden: [1, 40], classes: [1, 10] },
    work: ({ batch, length, inputs, hidden }) => batch * length * 4 * hidden * (inputs + hidden),
    print: ({ batch, length, inputs, hidden, classes }) =>
      [
        input([length, batch, inputs]),
        labels(batch, classes),
        parameter('w', `[${inputs}, ${4 * hidden}]`, 3),
        parameter('u', `[${hidden}, ${4 * hidden}]`, 4),
        parameter('b', `[${4 * hidden}]`, 5),
        parameter('o', `[${hidden}, ${classes}]`, 6),
        'const model = [w, u, b, o]',
        `const forward = (x) => {
  const step = ([h, c], x) => {
    const [i, f, g, o] = x.matmul(w.value).add(h.matmul(u.value)).add(b.value).split(4, 1)
    const next = f.sigmoid().mul(c).add(i.sigmoid().mul(g.tanh()))
    const out = o.sigmoid().mul(next.tanh())
    return [[out, next], out]
  }
  const start = zeros([${batch}, ${hidden}])
  const [[last]] = scan(step, [start, start], x)
  return last.matmul(o.value)
}`,
      ].join('\n'),
  },
} satisfies { readonly [kind: string]: Description }

const descriptions: { readonly [kind: string]: Description } = kinds

const optimizers = [
  'optim.sgd(model, { learningRate: 0.05 })',
  'optim.sgd(model, { learningRate: 0.05, momentum: 0.9 })',
  'optim.sgd(model, { learningRate: 0.05, momentum: 0.9, nesterov: true, weightDecay: 0.01 })',
  'optim.adam(model, { learningRate: 0.01, epsilon: 1e-3 })',
  'optim.adamW(model, { learningRate: 0.01, epsilon: 1e-3 })',
  'optim.rmsProp(model, { learningRate: 0.01, epsilon: 1e-3 })',
  'optim.adagrad(model, { learningRate: 0.01, epsilon: 1e-3 })',
]

function print({ kind, sizes, optimizer, seed }: Network): string {
  const definitions = descriptions[kind].print(sizes)
  return `${VALUES}
seed(${seed})
${definitions}
const optimizer = ${optimizer}
const step = compile((x, labels) => {
  const loss = nn.crossEntropy(forward(x), labels)
  optimizer.minimize(loss)
  return loss
})
const losses = [step(x, labels), step(x, labels)]
const parameters = Array.isArray(model) ? model : model.parameters()
return [...losses, ...parameters.map((parameter) => parameter.value)${definitions.includes('running') ? ', running.value' : ''}, compile((x) => forward(x))(x)]`
}

function subjectOf(network: Network): Subject {
  const { kind, sizes, optimizer } = network
  return {
    text: print(network),
    operations: [kind, optimizer.slice(6).split('(')[0]],
    form: kind,
    weight: Object.values(sizes).reduce((sum, size) => sum + size, 0) + optimizers.indexOf(optimizer),
    *smaller() {
      for (const simpler of optimizers.slice(0, optimizers.indexOf(optimizer)).slice(0, 1))
        yield subjectOf({ ...network, optimizer: simpler })
      for (const [name, [low]] of Object.entries(descriptions[kind].sizes)) {
        for (const next of [low, Math.floor(sizes[name] / 2), sizes[name] - 1])
          if (next >= low && next < sizes[name]) yield subjectOf({ ...network, sizes: { ...sizes, [name]: next } })
      }
    },
  }
}

/** Sizes that are small, or round, or anything. */
function drawSize(random: RandomStream, low: number, high: number): number {
  const r = random.uniform()
  const round = [1, 2, 3, 4, 8, 16, 32, 64, 100, 128, 256, 512].filter((n) => n >= low && n <= high)
  if (r < 0.4 && round.length > 0) return round[random.integer(round.length)]
  if (r < 0.7) return low + random.integer(Math.min(high - low, 9) + 1)
  return low + random.integer(high - low + 1)
}

/** The network of a seed. */
export function generateNetwork(seed: number, work = 1_500_000): Subject {
  const random = new RandomStream(seed, 2)
  const names = Object.keys(kinds) as Kind[]
  const kind = names[random.integer(names.length)]
  const { sizes: ranges, work: workOf } = descriptions[kind]
  for (;;) {
    const sizes = Object.fromEntries(
      Object.entries(ranges).map(([name, [low, high]]) => [name, drawSize(random, low, high)]),
    )
    if (workOf(sizes) > work) continue
    return subjectOf({
      kind,
      sizes,
      optimizer: optimizers[random.integer(optimizers.length)],
      seed: random.integer(100),
    })
  }
}
