import { Buffer, ones, Parameter, random, zeros } from 'shapewise'
import * as nn from 'shapewise/nn'
import { sgd } from 'shapewise/optim'
import { training } from './training.js'

/** Batch normalization with the statistics of the batch, which running averages follow (Ioffe and Szegedy, 2015). */
class BatchNorm extends nn.Module {
  constructor(channels) {
    super()
    this.scale = new Parameter(ones([channels]), 'scale')
    this.shift = new Parameter(zeros([channels]), 'shift')
    this.runningMean = new Buffer(zeros([channels]), 'runningMean')
    this.runningVariance = new Buffer(ones([channels]), 'runningVariance')
  }

  forward(x) {
    const mean = x.mean([0, 1, 2])
    const variance = x.variance([0, 1, 2])
    const count = x.size / mean.size
    follow(this.runningMean, mean)
    follow(this.runningVariance, variance.mul(count / (count - 1)))
    return x.sub(mean).mul(variance.add(1e-5).rsqrt()).mul(this.scale.value).add(this.shift.value)
  }
}

const follow = (average, value) => average.assign(average.value.mul(0.9).add(value.mul(0.1)))

const convolution = (inputs, outputs, kernel, stride = 1) =>
  nn.conv2d(inputs, outputs, kernel, { stride, padding: (kernel - 1) / 2, bias: false })

class Block extends nn.Module {
  constructor(inputs, outputs, stride) {
    super()
    this.residual = nn.sequential(
      convolution(inputs, outputs, 3, stride),
      new BatchNorm(outputs),
      nn.relu(),
      convolution(outputs, outputs, 3),
      new BatchNorm(outputs),
    )
    this.shortcut = inputs === outputs ? undefined : convolution(inputs, outputs, 1, stride)
  }

  forward(x) {
    return this.residual
      .forward(x)
      .add(this.shortcut?.forward(x) ?? x)
      .relu()
  }
}

/** One training step of ResNet-20 (He et al., 2016, with projections as shortcuts) on random pictures. */
export function resnet20({ batch }) {
  const model = nn.sequential(
    convolution(3, 16, 3),
    new BatchNorm(16),
    nn.relu(),
    ...[new Block(16, 16, 1), new Block(16, 16, 1), new Block(16, 16, 1)],
    ...[new Block(16, 32, 2), new Block(32, 32, 1), new Block(32, 32, 1)],
    ...[new Block(32, 64, 2), new Block(64, 64, 1), new Block(64, 64, 1)],
    (x) => x.mean([1, 2]),
    nn.linear(64, 10),
  )
  return training({
    model,
    optimizer: sgd({ learningRate: 0.1, momentum: 0.9 }),
    inputs: [random.normal([batch, 32, 32, 3]), random.randint([batch], 0, 10)],
    lossOf: (x, y) => nn.crossEntropy(model.forward(x), y),
  })
}
