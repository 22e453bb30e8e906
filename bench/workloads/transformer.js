import { ones, Parameter, random, zeros } from 'shapewise'
import * as nn from 'shapewise/nn'
import { adam } from 'shapewise/optim'
import { training } from './training.js'

/** Layer normalization (Ba et al., 2016). */
class LayerNorm extends nn.Module {
  constructor(width) {
    super()
    this.scale = new Parameter(ones([width]), 'scale')
    this.shift = new Parameter(zeros([width]), 'shift')
  }

  forward(x) {
    const centered = x.sub(x.mean(-1, { keepDims: true }))
    const deviation = x.variance(-1, { keepDims: true }).add(1e-5).sqrt()
    return centered.div(deviation).mul(this.scale.value).add(this.shift.value)
  }
}

/** Self-attention with several heads (Vaswani et al., 2017). */
class Attention extends nn.Module {
  constructor(width, heads) {
    super()
    this.heads = heads
    this.width = width
    this.projection = nn.linear(width, 3 * width)
    this.output = nn.linear(width, width)
  }

  forward(x) {
    const { heads, width } = this
    const [batch, time] = x.shape
    // [batch, time, 3 · width] → queries, keys, values of [batch, heads, time, width / heads]
    const projected = this.projection.forward(x).reshape([batch, time, 3, heads, width / heads])
    const [queries, keys, values] = [0, 1, 2].map((i) => projected.at(i, 2).permute([0, 2, 1, 3]))
    const scores = queries.matmul(keys.transpose()).mul(Math.sqrt(heads / width))
    const mixed = scores.softmax().matmul(values)
    return this.output.forward(mixed.permute([0, 2, 1, 3]).reshape([batch, time, width]))
  }
}

/** Attention and a perceptron, each after a normalization and around a shortcut (Xiong et al., 2020). */
class Block extends nn.Module {
  constructor(width, heads) {
    super()
    this.attentionNorm = new LayerNorm(width)
    this.attention = new Attention(width, heads)
    this.perceptronNorm = new LayerNorm(width)
    this.perceptron = nn.sequential(nn.linear(width, 4 * width), nn.gelu(), nn.linear(4 * width, width))
  }

  forward(x) {
    const attended = x.add(this.attention.forward(this.attentionNorm.forward(x)))
    return attended.add(this.perceptron.forward(this.perceptronNorm.forward(attended)))
  }
}

/** One training step of a Transformer encoder that predicts a class for each token, on random vectors. */
export function transformer({ batch, time, width, heads, depth, classes }) {
  const blocks = Array.from({ length: depth }, () => new Block(width, heads))
  const model = nn.sequential(...blocks, nn.linear(width, classes))
  return training({
    model,
    optimizer: adam({ learningRate: 1e-3 }),
    inputs: [random.normal([batch, time, width]), random.randint([batch, time], 0, classes)],
    lossOf: (x, y) => nn.crossEntropy(model.forward(x), y),
  })
}
