import { onesLike, seed, stack, type Tensor, tensor } from 'shapewise'
import { RandomStream, spiral } from 'shapewise/data'
import * as nn from 'shapewise/nn'
import { lbfgs, type Surface } from 'shapewise/optim'

const SIZES = [2, 12, 12, 1] as const
const POINTS = 160
const ITERATIONS = 400
const DECAY = 1e-4

/**
 * The loss of a network that tells two spirals apart, over the plane W + x D + y E through the weights W that it has learned. D and E are
 * random, and what comes into each neuron is as long in them as in W (Li et al., "Visualizing the loss landscape of neural nets", 2018).
 */
export async function networkSurface(start = 6): Promise<Surface> {
  seed(start)
  const layers = SIZES.slice(1).map((outputs, i) => nn.linear(SIZES[i]!, outputs))
  const { inputs, labels } = pointsOf(start)
  const x = tensor(inputs, [POINTS, 2])
  // ±1, for which the loss is log(1 + exp(−label · output)).
  const signs = tensor(labels, [POINTS])
  const chain = nn.sequential(...(layers.flatMap((layer, i) => (i === 0 ? [layer] : [nn.tanh, layer])) as [nn.Linear]))
  await lbfgs(chain, { iterations: ITERATIONS }).minimize(() => {
    const outputs = layers.reduce(
      (value: Tensor, layer, i) => layer.forward(i === 0 ? value : value.tanh()) as Tensor,
      x,
    )
    const squares = layers.map((layer) => layer.weight.value.square().sum()).reduce((a, b) => a.add(b))
    return lossOf(outputs.reshape([POINTS]), signs).add(squares.mul(DECAY / 2)) as Tensor<[]>
  })
  const random = new RandomStream(start)
  // W, D and E of each layer, one over the other.
  const stacks = await Promise.all(
    layers.map(async ({ weight, bias }) => {
      const [inputs, outputs] = weight.shape as readonly [number, number]
      const values = Float32Array.from(await weight.value.data())
      const three = [values, directionOf(values, outputs, random), directionOf(values, outputs, random)]
      return {
        weights: tensor(Float32Array.from(three.flatMap((one) => [...one])), [3, inputs * outputs]),
        ...{ inputs, outputs, bias: tensor(Float32Array.from(await bias!.value.data()), [outputs]) },
      }
    }),
  )
  const losses = (at: Tensor): Tensor => {
    const outputs = stacks.reduce((value: Tensor, { weights, inputs, outputs, bias }, i) => {
      const own = at.matmul(weights).reshape([-1, inputs, outputs])
      return (i === 0 ? value : value.tanh()).matmul(own).add(bias)
    }, x)
    return lossOf(outputs.reshape([-1, POINTS]), signs)
  }
  return {
    ...{ name: 'network', title: 'a network’s loss' },
    height(x, y) {
      const at = stack([onesLike(x), x, y], -1).reshape([-1, 3])
      return losses(at).reshape(x.shape)
    },
    ...{ x: [-1.6, 1.6], y: [-1.2, 1.2], start: [-1.35, 0.95], minima: [[0, 0]] },
  }
}

/** The mean of log(1 + exp(−sign · output)) along the last axis. */
function lossOf(outputs: Tensor, signs: Tensor): Tensor {
  const lead = outputs.mul(signs)
  // As it stands, exp would overflow.
  return lead.neg().relu().add(lead.abs().neg().exp().add(1).log()).mean(-1)
}

function pointsOf(start: number): { readonly inputs: Float32Array; readonly labels: Float32Array } {
  const points = spiral({ count: POINTS, seed: start })
  return {
    inputs: Float32Array.from(points.values('inputs'), (value) => 2 * value),
    labels: Float32Array.from(points.values('labels'), (label) => 2 * label - 1),
  }
}

/** Random weights, those into each neuron (a column) as long as the given ones. */
function directionOf(weights: Float32Array, outputs: number, random: RandomStream): Float32Array {
  const direction = Float32Array.from(weights, () => random.normal())
  const length = (values: Float32Array, column: number): number =>
    Math.sqrt(values.reduce((sum, value, i) => sum + (i % outputs === column ? value * value : 0), 0))
  const scales = Array.from({ length: outputs }, (_, column) => length(weights, column) / length(direction, column))
  return direction.map((value, i) => value * scales[i % outputs]!)
}
