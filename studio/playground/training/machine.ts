import { type Compiled, compile, grad, seed, type Tensor } from 'shapewise'
import * as nn from 'shapewise/nn'
import type { Optimizer } from 'shapewise/optim'
import type { Points } from '../data/plane'
import { Network } from '../network/network'
import { optimize, scheduled } from '../network/rules'
import type { Settings } from '../settings/settings'

type Values = Tensor<[number, number]>
type Targets = Tensor<[number]>

/** Points on their way into the network. */
export interface Examples {
  readonly places: Values
  readonly targets: Targets
}

/** A network with what trains it and what looks at it, for settings that do not change. */
export interface Machine {
  readonly network: Network
  readonly optimizer: Optimizer
  /** One step, for a network in training; gives the loss before it. The others are for one that is used. */
  readonly step: Compiled<[places: Values, targets: Targets], Tensor<[]>>
  /** The values of all neurons, for other weights than those of now. */
  readonly look: Compiled<[values: nn.ValuesByPath, places: Values], readonly Values[]>
  readonly score: Compiled<[values: nn.ValuesByPath, examples: Examples], Scored>
  /** The derivatives of the loss by all weights, see {@link Machine.trainedOf}. */
  readonly slopes: Compiled<[values: nn.ValuesByPath, examples: Examples], nn.ValuesByPath>
  /** The weights of now, and what batch norm has measured. They stay as they are when the training goes on. */
  values(): nn.ValuesByPath
  /** Those of the values that are trained. */
  trainedOf(values: nn.ValuesByPath): nn.ValuesByPath
}

interface Scored {
  readonly loss: Tensor<[]>
  /** The share of right classes; of no use for values. */
  readonly accuracy: Tensor<[]>
}

export function makeMachine(settings: Settings, { kind, classes }: Points): Machine {
  seed(settings.seed)
  const network = new Network(settings, kind === 'values' || classes === 2 ? 1 : classes)
  const learningRate = scheduled[settings.schedule](settings.learningRate)
  const optimizer = optimize[settings.optimizer](network, learningRate)

  const lossOf = (layers: readonly Values[], targets: Targets): Tensor<[]> => {
    const outputs = layers.at(-1)!
    if (kind === 'values') return nn.meanSquaredError(outputs.slice(null, 0) as Targets, targets).mul(0.5)
    if (classes > 2) return nn.crossEntropy(outputs, targets.cast('int32'))
    return nn.binaryCrossEntropy(outputs.slice(null, 0) as Targets, targets)
  }
  const penalty = (): Tensor<[]> | number => {
    const { regularization, regularizationRate } = settings
    if (regularization === 'none' || regularizationRate === 0) return 0
    const sizes = network.linears.map(({ weight }) =>
      regularization === 'l1' ? weight.value.abs().sum() : weight.value.square().sum().mul(0.5),
    )
    return sizes.reduce((sum, size) => sum.add(size)).mul(regularizationRate)
  }
  const run = (values: nn.ValuesByPath, places: Values): readonly Values[] => nn.functionalCall(network, values, places)

  // The network never changes, so it is walked once.
  const variables = [...network.variables()]
  const trained = [...network.namedParameters().keys()]
  const pick = <Value>(entries: Iterable<readonly [string, Value]>) => Object.fromEntries(entries)

  return {
    network,
    optimizer,
    values: () => pick(variables.map(([path, variable]) => [path, variable.value])),
    trainedOf: (values) => pick(trained.map((path) => [path, values[path]!])),
    step: compile((places: Values, targets: Targets) => {
      const loss = lossOf(network.forward(places), targets)
      optimizer.minimize(loss.add(penalty()))
      return loss
    }),
    look: compile((values: nn.ValuesByPath, places: Values) => {
      return run(values, places)
    }),
    score: compile((values: nn.ValuesByPath, { places, targets }: Examples) => {
      const layers = run(values, places)
      const outputs = layers.at(-1)!
      const found = classes > 2 ? outputs.argMax(1) : (outputs.slice(null, 0) as Targets).greater(0)
      const accuracy = found.cast('float32').equal(targets).cast('float32').mean()
      return { loss: lossOf(layers, targets), accuracy }
    }),
    slopes: compile((values: nn.ValuesByPath, { places, targets }: Examples) => {
      return grad((given: nn.ValuesByPath) => lossOf(run(given, places), targets))(values)
    }),
  }
}
