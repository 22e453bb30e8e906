import { sizeOf } from '../../../src/core/shape.js'
import type { Draw, Value } from '../draw.js'
import { code } from '../program.js'
import type { Row, Rows } from './row.js'

// Losses of more than two tensors of one shape; the plain ones stand with the networks.

const full = ({ shape }: Value): boolean => sizeOf(shape) > 0

/** Values that no cancellation has made small: angles between such vectors are well known. */
const vectors = (d: Draw, count: number, features: number): Value => d.input('float32', [count, features], 0.25, 2)

const labelled =
  (name: string): Row =>
  (d) => {
    const x = d.float(1, 4, full)
    const labels = d.input('int32', x.shape.slice(0, -1), 0, (x.shape.at(-1) ?? 1) - 1)
    return code`nn.${name}(${x}, ${labels})`
  }

const compared =
  (name: string, least = 0): Row =>
  (d) => {
    const x = d.float(least, 4, full)
    return code`nn.${name}(${x}, ${d.floatOf(x.shape, x.dtype)})`
  }

const parts =
  (name: string): Row =>
  (d) => {
    const x = d.float(2, 4, full)
    return code`nn.${name}(${x}.sigmoid(), ${d.floatOf(x.shape, x.dtype)}.sigmoid())`
  }

const pairs =
  (name: string): Row =>
  (d) => {
    const [n, m] = [d.between(1, 5), d.between(2, 4)]
    return code`nn.${name}(${vectors(d, n, m)}, ${vectors(d, n, m)})`
  }

export const lossRows: Rows = {
  'nn.focalLoss': labelled('focalLoss'),
  'nn.multiClassHinge': labelled('multiClassHinge'),
  'nn.smoothL1': compared('smoothL1'),
  'nn.logCosh': compared('logCosh'),
  'nn.quantileLoss': compared('quantileLoss'),
  'nn.hingeLoss': compared('hingeLoss'),
  'nn.poissonNll': (d) => {
    const x = d.float(0, 4, full)
    return code`nn.poissonNll(${x}.tanh(), ${d.floatOf(x.shape, x.dtype)})`
  },
  'nn.gaussianNll': (d) => {
    const x = d.float(0, 4, full)
    return code`nn.gaussianNll(${x}, ${d.floatOf(x.shape, x.dtype)}, ${d.input(x.dtype, x.shape, 0.5, 2)})`
  },
  'nn.mixtureNll': (d) => {
    const [n, k, m] = [d.between(1, 4), d.between(1, 4), d.between(1, 3)]
    const [means, scales] = [d.input('float32', [n, k, m]), d.input('float32', [n, k, m], -1, 1)]
    const mixture = code`{ logits: ${d.input('float32', [n, k])}, means: ${means}, logScales: ${scales} }`
    return code`nn.mixtureNll(${mixture}, ${d.input('float32', [n, m])})`
  },
  'nn.klDivergence': (d) => {
    const x = d.float(1, 4, full)
    return code`nn.klDivergence(${x}.logSoftmax(), ${d.floatOf(x.shape, x.dtype)}.softmax())`
  },
  'nn.jensenShannon': (d) => {
    const x = d.float(1, 4, full)
    return code`nn.jensenShannon(${x}.softmax(), ${d.floatOf(x.shape, x.dtype)}.softmax())`
  },
  'nn.binaryFocalLoss': (d) => {
    const x = d.float(0, 4, full)
    return code`nn.binaryFocalLoss(${x}, ${d.floatOf(x.shape, x.dtype)}.sigmoid())`
  },
  'nn.diceLoss': parts('diceLoss'),
  'nn.tverskyLoss': parts('tverskyLoss'),
  'nn.tripletLoss': (d) => {
    const x = d.float(1, 4, full)
    return code`nn.tripletLoss(${x}, ${d.floatOf(x.shape, x.dtype)}, ${d.floatOf(x.shape, x.dtype)})`
  },
  'nn.batchTripletLoss': (d) => {
    const [n, m] = [d.between(2, 6), d.between(1, 4)]
    return code`nn.batchTripletLoss(${vectors(d, n, m)}, ${d.input('int32', [n], 0, 2)})`
  },
  'nn.contrastiveLoss': (d) => {
    const [n, m] = [d.between(1, 5), d.between(1, 4)]
    return code`nn.contrastiveLoss(${vectors(d, n, m)}, ${vectors(d, n, m)}, ${d.input('float32', [n], 0, 1)})`
  },
  'nn.cosineEmbedding': (d) => {
    const [n, m] = [d.between(1, 5), d.between(2, 4)]
    return code`nn.cosineEmbedding(${vectors(d, n, m)}, ${vectors(d, n, m)}, ${d.input('int32', [n], -1, 1)})`
  },
  'nn.infoNce': (d) => {
    const [n, m] = [d.between(1, 5), d.between(2, 4)]
    return code`nn.infoNce(${vectors(d, n, m)}, ${vectors(d, n, m)}, { temperature: 0.5, symmetric: ${d.chance(0.5)} })`
  },
  'nn.ntXent': pairs('ntXent'),
  'nn.arcFace': (d) => {
    const [n, m, k] = [d.between(1, 4), d.between(2, 4), d.between(2, 4)]
    const labels = d.input('int32', [n], 0, k - 1)
    return code`nn.arcFace(${vectors(d, n, m)}, ${vectors(d, m, k)}, ${labels}, { scale: 4 })`
  },
  'nn.ctcLoss': (d) => {
    const [batch, time, classes, count] = [d.between(1, 3), d.between(1, 5), d.between(2, 4), d.between(1, 2)]
    const labels = d.input('int32', [batch, count], 1, classes - 1)
    return code`nn.ctcLoss(${d.input('float32', [batch, time, classes])}, ${labels}, { zeroInfinity: true })`
  },
  'nn.sinkhornDivergence': (d) => {
    const [n, m, k] = [d.between(1, 4), d.between(1, 4), d.between(1, 3)]
    return code`nn.sinkhornDivergence(${vectors(d, n, k)}, ${vectors(d, m, k)}, { epsilon: 1, iterations: 4 })`
  },
  'nn.wassersteinCritic': compared('wassersteinCritic'),
  'nn.wassersteinGenerator': (d) => code`nn.wassersteinGenerator(${d.float(0, 4, full)})`,
  'nn.gradientPenalty': (d) => {
    const [n, m] = [d.between(1, 4), d.between(1, 4)]
    return code`nn.gradientPenalty((x) => x.square().sum(-1), ${vectors(d, n, m)}, ${vectors(d, n, m)}, { key: random.key(${d.between(0, 99)}) })`
  },
  'nn.totalVariation': (d) => code`nn.totalVariation(${d.float(4, 4, full)})`,
  'nn.ssimLoss': (d) => {
    const shape = [d.between(1, 2), d.between(3, 5), d.between(3, 5), d.between(1, 2)]
    const [x, y] = [d.input('float32', shape, 0, 1), d.input('float32', shape, 0, 1)]
    return code`nn.ssimLoss(${x}, ${y}, { window: 3 })`
  },
}
