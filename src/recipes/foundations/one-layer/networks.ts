import { compile, Parameter, random, type Tensor, zeros } from 'shapewise'
import { generate } from 'shapewise/data'
import { Module, tanh } from 'shapewise/nn'
import { adam, cosineDecay } from 'shapewise/optim'
import { trainLoop } from 'shapewise/train'
import type { RecipeContext } from '../../recipe.js'

/** Loss and interrupts are looked at after so many steps. */
const STEPS_AT_ONCE = 50

/**
 * Many networks with one hidden layer, y = V φ(W x + b) + c, side by side: each step of all of them is a few batched products.
 */
export class OneLayerNetworks extends Module {
  readonly weight: Parameter<[number, number, number]>
  readonly bias: Parameter<[number, number, number]>
  readonly outputWeight: Parameter<[number, number, number]>
  readonly outputBias: Parameter<[number, number, number]>
  readonly #activation: (x: Tensor) => Tensor

  /** @param gain how large W and b are: units see inputs of variance 1 with variance gain² */
  constructor({
    networks,
    units,
    inputs = 1,
    outputs = 1,
    gain = 1,
    activation = tanh,
  }: {
    readonly networks: number
    readonly units: number
    readonly inputs?: number
    readonly outputs?: number
    readonly gain?: number
    readonly activation?: (x: Tensor) => Tensor
  }) {
    super()
    this.weight = new Parameter(random.normal([networks, inputs, units], { std: gain / Math.sqrt(inputs) }), 'weight')
    this.bias = new Parameter(random.uniform([networks, 1, units], { low: -gain, high: gain }), 'bias')
    this.outputWeight = new Parameter(
      random.normal([networks, units, outputs], { std: 1 / Math.sqrt(units) }),
      'output',
    )
    this.outputBias = new Parameter(zeros([networks, 1, outputs]), 'outputBias')
    this.#activation = activation
  }

  /** [networks, examples, inputs] → [networks, examples, units] */
  hidden(x: Tensor): Tensor {
    return this.#activation(x.matmul(this.weight.value).add(this.bias.value))
  }

  /** [networks, examples, inputs] → [networks, examples, outputs]; [examples, inputs] are shown to all networks. */
  forward(x: Tensor): Tensor {
    return this.hidden(x).matmul(this.outputWeight.value).add(this.outputBias.value)
  }
}

/**
 * Adam with a rate that falls to 0 along a cosine, each step on all examples.
 *
 * @param loss the sum over the networks, so that each goes its own way
 */
export async function trainTogether(
  networks: Module,
  loss: () => Tensor<[]>,
  { steps, learningRate, stage }: { readonly steps: number; readonly learningRate: number; readonly stage: string },
  { report, signal }: Pick<RecipeContext, 'report' | 'signal'>,
): Promise<void> {
  const optimizer = adam(networks, { learningRate: cosineDecay(learningRate, { steps }) })
  const step = compile(
    () => {
      const value = loss()
      optimizer.minimize(value)
      return { loss: value }
    },
    { name: stage },
  )
  const rounds = generate(({ index }) => Math.min(STEPS_AT_ONCE, steps - index * STEPS_AT_ONCE), {
    length: Math.ceil(steps / STEPS_AT_ONCE),
  })
  const several = (count: number) => {
    for (let i = 1; i < count; i++) step()
    return step()
  }
  await trainLoop(several, rounds, {
    ...{ parts: { networks, optimizer }, signal },
    onBatch: (event) => report.progress({ stage, ...event, metrics: event.values }),
  })
}
