/** A number that a racer may be given. */
export interface Setting {
  readonly title: string
  readonly usual: number
  readonly from: number
  readonly to: number
  readonly step: number
}

/** Numbers by their names. */
export type Values = Readonly<Record<string, number>>

interface Method {
  readonly title: string
  /** What it does, in a line. */
  readonly idea: string
  readonly rate: number
  readonly settings: Readonly<Record<string, Setting>>
}

const momentum: Setting = { title: 'Momentum', usual: 0.9, from: 0, to: 0.99, step: 0.01 }
const beta = (title: string, usual: number): Setting => ({ title, usual, from: 0, to: 0.999, step: 0.001 })
const betas = { beta1: beta('β₁', 0.9), beta2: beta('β₂', 0.999) }
const decay: Setting = { title: 'Weight decay', usual: 0.01, from: 0, to: 0.5, step: 0.01 }
const lionBetas = { beta1: beta('β₁', 0.9), beta2: beta('β₂', 0.99) }

export const methods = {
  sgd: {
    ...{ title: 'Gradient descent', idea: 'straight downhill, as far as the slope is steep', rate: 0.01, settings: {} },
  },
  momentum: {
    ...{ title: 'Momentum', idea: 'a heavy ball: steps add up', rate: 0.01, settings: { momentum } },
  },
  nesterov: {
    ...{ title: 'Nesterov', idea: 'momentum that looks where it is going', rate: 0.01 },
    settings: { momentum: { ...momentum, from: 0.01 } },
  },
  adagrad: {
    ...{ title: 'AdaGrad', idea: 'each number by the root of all its squares so far', rate: 0.3, settings: {} },
  },
  rmsProp: {
    ...{ title: 'RMSProp', idea: 'each number by the root of its recent squares', rate: 0.01 },
    settings: { decay: beta('Decay', 0.99), momentum: { ...momentum, usual: 0 } },
  },
  adadelta: {
    ...{ title: 'AdaDelta', idea: 'as RMSProp, with a rate of its own', rate: 1 },
    settings: { decay: beta('Decay', 0.9) },
  },
  adam: {
    ...{ title: 'Adam', idea: 'momentum by the root of recent squares', rate: 0.03, settings: betas },
  },
  amsgrad: {
    ...{ title: 'AMSGrad', idea: 'Adam whose steps do not grow again', rate: 0.03, settings: betas },
  },
  adamW: {
    ...{ title: 'AdamW', idea: 'Adam, and a pull towards 0', rate: 0.03, settings: { ...betas, weightDecay: decay } },
  },
  adamax: {
    ...{ title: 'AdaMax', idea: 'Adam by the largest recent gradient', rate: 0.03, settings: betas },
  },
  nadam: {
    ...{ title: 'NAdam', idea: 'Adam with Nesterov’s look ahead', rate: 0.03, settings: betas },
  },
  radam: {
    ...{ title: 'RAdam', idea: 'Adam that trusts its squares late', rate: 0.03, settings: betas },
  },
  lion: {
    ...{ title: 'Lion', idea: 'steps of one size, along signs', rate: 0.01, settings: lionBetas },
  },
  rprop: {
    ...{ title: 'Rprop', idea: 'a step size for each number, by signs alone', rate: 0.01, settings: {} },
  },
  sam: {
    ...{ title: 'SAM', idea: 'the gradient at the worst place nearby', rate: 0.01 },
    settings: { radius: { title: 'Radius', usual: 0.05, from: 0.01, to: 1, step: 0.01 }, momentum },
  },
  lbfgs: {
    ...{ title: 'L-BFGS', idea: 'guesses the curvature and looks along lines', rate: 1, settings: {} },
  },
} as const satisfies Readonly<Record<string, Method>>

export type MethodName = keyof typeof methods

export const methodOf = (name: MethodName): Method => methods[name]

/** One who runs. */
export interface Spec {
  readonly method: MethodName
  readonly rate: number
  /** All settings of the method. */
  readonly values: Values
}

/** A racer with what is usual for the rest. */
export function spec(method: MethodName, rate = methodOf(method).rate, values: Values = {}): Spec {
  const usual = Object.entries(methodOf(method).settings).map(([name, setting]) => [name, setting.usual])
  return { method, rate, values: { ...Object.fromEntries(usual), ...values } }
}
