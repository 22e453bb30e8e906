import { onesLike, random, stack, type Tensor, tensor } from 'shapewise'
import type { DigitDataset } from 'shapewise/data'
import * as nn from 'shapewise/nn'
import { lbfgs, type Surface } from 'shapewise/optim'

const HIDDEN = 16
const DECAY = 1e-3
const ITERATIONS = 300

/**
 * The loss of a small network on digits, cross entropy with weight decay, over the plane W + x D + y E through a minimum W that it has been trained
 * to. D and E are random, and the weights of each unit are as long in them as in W, so that one step means the same for every unit.
 *
 * Source: Li, Xu, Taylor, Studer, Goldstein, Visualizing the loss landscape of neural nets, 2018.
 */
export async function lossCut(data: DigitDataset): Promise<Surface> {
  const [first, second] = [nn.linear(784, HIDDEN), nn.linear(HIDDEN, 10)]
  const inputs = tensor(data.values('inputs'), [data.length, 784])
  const labels = tensor(data.values('labels'))
  const weights: readonly { readonly value: Tensor }[] = [first.weight, second.weight]
  await lbfgs(nn.sequential(first, nn.tanh, second), { iterations: ITERATIONS }).minimize(() => {
    const loss = nn.crossEntropy(second.forward(first.forward(inputs).tanh()), labels)
    return weights.reduce(
      (sum: Tensor, { value }) =>
        sum.add(
          value
            .square()
            .sum()
            .mul(DECAY / 2),
        ),
      loss,
    )
  })
  // W, D and E of each layer, one over the other.
  const [below, above] = weights.map(({ value }) => stack([value, asLong(value), asLong(value)]))
  const flat = [below!, above!].map((three) => three.reshape([3, -1]))
  const lengths = flat.map((three) => three.matmul(three.transpose())).reduce((a, b) => a.add(b))
  const hidden = inputs.matmul(below!).reshape([3, -1])
  const targets = labels.oneHot(10).cast('float32')
  return {
    ...{ name: 'network', title: 'a network’s loss' },
    height(x, y) {
      const at = stack([onesLike(x), x, y], -1).reshape([-1, 3])
      const units = at.matmul(hidden).reshape([-1, data.length, HIDDEN]).add(first.bias!.value).tanh()
      const logits = units.matmul(at.matmul(flat[1]!).reshape([-1, HIDDEN, 10])).add(second.bias!.value)
      const loss = logits.logSoftmax(-1).mul(targets).sum(-1).neg().mean(1)
      return loss
        .add(
          at
            .matmul(lengths)
            .mul(at)
            .sum(-1)
            .mul(DECAY / 2),
        )
        .reshape(x.shape)
    },
    ...{ x: [-1.6, 1.6], y: [-1.2, 1.2], start: [-1.2, 0.9], minima: [[0, 0]] },
  }
}

/** Random weights, those of each unit (a column) as long as the given ones. */
function asLong(weight: Tensor): Tensor {
  const direction = random.normal(weight.shape)
  const length = (w: Tensor) => w.square().sum(0, { keepDims: true }).sqrt()
  return direction.mul(length(weight)).div(length(direction))
}
