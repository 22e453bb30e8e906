import { cureFor, describe } from '../../../core/describe.js'
import { fail } from '../../../core/errors.js'
import type { Node } from '../../../graph/node.js'
import * as ops from '../../../operations/index.js'
import { expectTensor } from '../../../tensor/methods/operand.js'
import { Tensor } from '../../../tensor/tensor.js'
import type { SameShape, Shape, WithShapes } from '../../../tensor/types/index.js'
import { wrap } from '../../../tensor/wrap.js'
import { Layer } from '../../layer.js'

/** A function applied to each element, or along an axis, as a layer. */
export class Activation extends Layer<SameShape> {
  readonly #rule: (x: Node) => Node

  constructor(
    readonly name: string,
    rule: (x: Node) => Node,
  ) {
    super()
    this.#rule = rule
  }

  protected run(x: Node): Node {
    return this.#rule(x)
  }

  protected override describe(): string {
    return this.name
  }
}

/** `f(x)` for a tensor, `f()` for a layer. */
export interface ActivationFunction extends WithShapes<SameShape> {
  (): Activation
  <S extends Shape>(x: Tensor<S>): Tensor<S>
}

/** `f(x)` or `f(x, parameter)` for a tensor, `f()` or `f(parameter)` for a layer. */
export interface ParametricActivation<P> extends WithShapes<SameShape> {
  (parameter?: P): Activation
  <S extends Shape>(x: Tensor<S>, parameter?: P): Tensor<S>
}

function activation(name: string, rule: (x: Node) => Node): ActivationFunction {
  const either = (x?: Tensor): Tensor | Activation =>
    x === undefined ? new Activation(name, rule) : wrap(rule(expectTensor(name, 'the argument', x)))
  return either as ActivationFunction
}

function parametric<P>(
  name: string,
  rule: (x: Node, parameter?: P) => Node,
  parameters: string | readonly P[] = 'number',
): ParametricActivation<P> {
  const check = (value: unknown): void => {
    if (value === undefined || typeof value === parameters || parameters.includes(value as never)) return
    fail(`${name}: the argument is ${describe(value)}`, cureFor(value, 'Pass a tensor, or the parameter for a layer.'))
  }
  const either = (x?: Tensor | P, parameter?: P): Tensor | Activation => {
    if (x instanceof Tensor) {
      check(parameter)
      return wrap(rule(x.node, parameter))
    }
    check(x)
    const label = x === undefined ? name : `${name} ${x}`
    return new Activation(label, (node) => rule(node, x))
  }
  return either as ParametricActivation<P>
}

// Each of these takes a tensor and gives a tensor, relu(x), or takes none and gives a layer, relu().

/** max(x, 0) */
export const relu = activation('relu', ops.relu)

/** min(max(x, 0), 6) (Krizhevsky, 2010). */
export const relu6 = activation('relu6', ops.relu6)

/** 1 / (1 + e⁻ˣ) */
export const sigmoid = activation('sigmoid', ops.sigmoid)

/** The hyperbolic tangent. */
export const tanh = activation('tanh', ops.tanh)

/** log(1 + eˣ), a smooth {@link relu}. */
export const softplus = activation('softplus', ops.softplus)

/** x / (1 + |x|) */
export const softsign = activation('softsign', ops.softsign)

/** x · sigmoid(x), also called swish (Ramachandran et al., 2017). */
export const silu = activation('silu', ops.silu)

/** x · tanh(softplus(x)) (Misra, 2019). */
export const mish = activation('mish', ops.mish)

/** Scaled {@link elu} that keeps mean 0 and variance 1 (Klambauer et al., 2017). */
export const selu = activation('selu', ops.selu)

/** x kept between −1 and 1. */
export const hardTanh = activation('hardTanh', ops.hardTanh)

/** x / 6 + ½ kept between 0 and 1 (Howard et al., 2019). */
export const hardSigmoid = activation('hardSigmoid', ops.hardSigmoid)

/** x · hardSigmoid(x) (Howard et al., 2019). */
export const hardSwish = activation('hardSwish', ops.hardSwish)

/** x where it is positive, slope · x elsewhere; slope 0.01: leakyRelu(x, 0.2), leakyRelu(0.2) (Maas et al., 2013). */
export const leakyRelu = parametric<number>('leakyRelu', ops.leakyRelu)

/** log(sigmoid(x)) without the loss of accuracy of taking the logarithm afterwards. */
export const logSigmoid = activation('logSigmoid', ops.logSigmoid)

/** x − tanh(x) */
export const tanhShrink = activation('tanhShrink', ops.tanhShrink)

/** 0 for x in −threshold … threshold, x elsewhere; threshold ½. */
export const hardShrink = parametric<number>('hardShrink', ops.hardShrink)

/** x moved towards 0 by the threshold, and 0 where it would go beyond; threshold ½. */
export const softShrink = parametric<number>('softShrink', ops.softShrink)

/** x where it is positive, alpha · (e^(x / alpha) − 1) elsewhere; alpha 1 (Barron, 2017). */
export const celu = parametric<number>('celu', ops.celu)

/** x where it is positive, alpha · (eˣ − 1) elsewhere; alpha 1 (Clevert et al., 2015). */
export const elu = parametric<number>('elu', ops.elu)

/** x · Φ(x) with the normal distribution Φ, 'exact' or approximated by 'tanh' (Hendrycks and Gimpel, 2016). */
export const gelu = parametric<'exact' | 'tanh'>('gelu', ops.gelu, ['exact', 'tanh'])

/** exp(x) / Σ exp(x) along an axis, the last: positive numbers that sum to 1. */
export const softmax = parametric<number>('softmax', ops.softmax)

/** log(softmax(x)) without the loss of accuracy of taking the logarithm afterwards. */
export const logSoftmax = parametric<number>('logSoftmax', ops.logSoftmax)
