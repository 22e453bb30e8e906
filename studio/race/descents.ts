import type { Parameter, Tensor } from 'shapewise'
import * as optim from 'shapewise/optim'
import type { MethodName, Spec, Values } from './methods'

/** What makes steps: part of a compiled program, or on its own. */
export type Descent =
  | { readonly kind: 'compiled'; minimize(loss: () => Tensor): void }
  | { readonly kind: 'whole'; minimize(loss: () => Tensor): Promise<{ readonly ended: string }> }

type Make = (place: Parameter, rate: number, values: Values) => Descent

/** What most methods have in common: a step along one gradient. */
const simple =
  (make: (options: Values & { readonly learningRate: number }) => optim.Optimizer): Make =>
  (place, learningRate, values) => {
    const optimizer = make({ learningRate, ...values })
    return { kind: 'compiled', minimize: (loss) => void optimizer.minimize(loss(), [place]) }
  }

const makers: Readonly<Record<MethodName, Make>> = {
  sgd: simple((options) => optim.sgd(options)),
  momentum: simple((options) => optim.sgd(options)),
  nesterov: simple((options) => optim.sgd({ ...options, nesterov: true })),
  adagrad: simple((options) => optim.adagrad(options)),
  rmsProp: simple((options) => optim.rmsProp(options)),
  adadelta: simple((options) => optim.adadelta(options)),
  adam: simple((options) => optim.adam(options)),
  amsgrad: simple((options) => optim.adam({ ...options, amsgrad: true })),
  adamW: simple((options) => optim.adamW(options)),
  adamax: simple((options) => optim.adamax(options)),
  nadam: simple((options) => optim.nadam(options)),
  radam: simple((options) => optim.radam(options)),
  lion: simple((options) => optim.lion(options)),
  rprop: simple((options) => optim.rprop(options)),
  sam: (place, learningRate, { radius, momentum }) => {
    const optimizer = optim.sam(optim.sgd([place], { learningRate, momentum: momentum! }), { radius: radius! })
    return { kind: 'compiled', minimize: (loss) => void optimizer.minimize(loss) }
  },
  lbfgs: (place, learningRate) => {
    const optimizer = optim.lbfgs([place], { learningRate, iterations: 1 })
    return { kind: 'whole', minimize: (loss) => optimizer.minimize(loss) }
  },
}

/** The optimizer of a racer. */
export const descentOf = ({ method, rate, values }: Spec, place: Parameter): Descent =>
  makers[method](place, rate, values)
