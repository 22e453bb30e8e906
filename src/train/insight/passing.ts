import { type Module, outputsOf } from '../../nn/index.js'
import { grad } from '../../tensor/gradients.js'
import { Tensor } from '../../tensor/tensor.js'
import type { Parameter } from '../../tensor/variable.js'
import { Ensemble } from '../loop/parts.js'
import { expectModel, type Loss, type Model } from '../task.js'

/** Layers that hold no others, by their paths. */
export type Leaves = ReadonlyMap<string, Module>

/** A batch on its way through a model, and back. */
export interface Passing {
  /** What each layer gives, in the order in which they run; of layers that run several times the last. */
  readonly outputs: readonly (readonly [string, Tensor])[]
  readonly parameters: readonly (readonly [string, Parameter])[]
  /** Of the loss, with respect to the outputs and then the parameters. */
  readonly gradients: readonly Tensor[]
}

/** Sends a batch through a model; what is no float is left out. */
export function pass(model: Model, leaves: Leaves, loss: Loss, inputs: Tensor, targets: Tensor): Passing {
  const { result, outputs } = outputsOf(model, [...leaves.keys()], () => loss(model.forward(inputs), targets))
  const last = Object.entries(outputs as Readonly<Record<string, readonly unknown[]>>).flatMap(([path, list]) => {
    const output = list.at(-1)
    return output instanceof Tensor && output.dtype.includes('float') ? [[path, output] as const] : []
  })
  const parameters = [...model.namedParameters()].filter(([, { dtype }]) => dtype.includes('float'))
  const gradients = grad(result, [
    ...last.map(([, output]) => output),
    ...parameters.map(([, { value }]) => value),
  ]) as Tensor[]
  return { outputs: last, parameters, gradients }
}

/** Looks at a model in training mode; its parameters, running statistics, modes and the random numbers are as before afterwards. */
export async function unchanged<R>(operation: string, model: Model, look: (leaves: Leaves) => Promise<R>): Promise<R> {
  expectModel(operation, model)
  const leaves = new Map([...model.modules()].filter(([path, module]) => path !== '' && module.children().size === 0))
  const ensemble = new Ensemble(operation, { model })
  const state = await ensemble.state()
  const restoreModes = ensemble.rememberModes()
  try {
    ensemble.train()
    return await look(leaves)
  } finally {
    restoreModes()
    ensemble.loadState(state)
  }
}
