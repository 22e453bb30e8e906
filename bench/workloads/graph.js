import { arange, concat, ones, Parameter, random, segmentSum, zeros } from 'shapewise'
import * as nn from 'shapewise/nn'
import { adam } from 'shapewise/optim'
import { training } from './training.js'

/** For each node the weighted sum of what its neighbours and itself have after a linear layer (Kipf and Welling, 2017). */
class GraphConvolution extends nn.Module {
  constructor(inputs, outputs) {
    super()
    this.linear = nn.linear(inputs, outputs, { bias: false })
    this.bias = new Parameter(zeros([outputs]), 'bias')
  }

  forward(x, { sources, targets, weights }) {
    const messages = this.linear.forward(x).take(sources).mul(weights)
    return segmentSum(messages, targets, x.shape[0]).add(this.bias.value)
  }
}

class Gcn extends nn.Module {
  constructor(features, units, classes, rate) {
    super()
    this.first = new GraphConvolution(features, units)
    this.second = new GraphConvolution(units, classes)
    this.dropout = nn.dropout(rate)
  }

  forward(x, edges) {
    const hidden = this.first.forward(this.dropout.forward(x), edges).relu()
    return this.second.forward(this.dropout.forward(hidden), edges)
  }
}

/** Random pairs in both directions and each node with itself; an edge weighs 1 / √(degree of its source · degree of its target). */
function randomEdges(nodes, edges) {
  const ends = [0, 1].map(() => random.randint([edges / 2], 0, nodes))
  const own = arange(nodes)
  return { sources: concat([...ends, own]), targets: concat([...ends.toReversed(), own]) }
}

/** One training step of a graph convolutional network that gives each node a class, on a random graph. */
export function graph({ nodes, edges, features, units, classes, labelled, dropout }) {
  const model = new Gcn(features, units, classes, dropout)
  const { sources, targets } = randomEdges(nodes, edges)
  const degrees = segmentSum(ones([targets.shape[0], 1]), targets, nodes)
  const weights = degrees.take(sources).mul(degrees.take(targets)).rsqrt()
  return training({
    model,
    optimizer: adam({ learningRate: 0.01 }),
    inputs: [
      ...[random.uniform([nodes, features]), sources, targets, weights],
      ...[random.randint([labelled], 0, nodes), random.randint([labelled], 0, classes)],
    ],
    lossOf: (x, sources, targets, weights, known, y) =>
      nn.crossEntropy(model.forward(x, { sources, targets, weights }).take(known), y),
  })
}
