import * as build from '../../graph/build.js'
import type { Node } from '../../graph/node.js'
import * as ops from '../../operations/index.js'
import { precisionNow } from '../../tensor/scope.js'
import { Tensor } from '../../tensor/tensor.js'
import { Buffer } from '../../tensor/variable.js'

/** The scale to begin with; it is found in a few steps from anywhere. */
const FIRST = 2 ** 15
/** Steps without overflow after which twice the scale is tried. */
const PATIENCE = 2000

/** Whether the program being traced keeps gradients of activations as float16. */
export const needsLossScale = (): boolean => precisionNow() === 'float16'

/**
 * What the loss is multiplied by, so that the gradients of activations stay within what float16 holds: halved when a gradient
 * overflows, which leaves the step out, and doubled after 2,000 steps without. Powers of two, so that nothing is rounded.
 * (Micikevicius et al., "Mixed precision training", 2018.)
 */
export class LossScale {
  readonly #scale = new Buffer<[]>(new Tensor(build.constant(FIRST, 'float32')), 'lossScale')
  readonly #calm = new Buffer<[]>(new Tensor(build.constant(0, 'int32')), 'lossScale.calm')

  variables(): readonly Buffer[] {
    return [this.#scale, this.#calm]
  }

  restart(): void {
    this.#scale.assignNode(build.constant(FIRST, 'float32'))
    this.#calm.assignNode(build.constant(0, 'int32'))
  }

  scaled(loss: Tensor): Tensor {
    return new Tensor(ops.mul(loss.node, ops.cast(this.#scale.node, loss.dtype)))
  }

  /** The gradients of the loss itself, and whether all are finite; the scale becomes that of the next step. */
  unscaled(gradients: readonly Node[]): { readonly gradients: readonly Node[]; readonly areFinite: Node } {
    const scale = this.#scale.node
    const own = gradients.map((node) => ops.div(node, ops.cast(scale, node.dtype)))
    const areFinite = own.map((node) => ops.all(ops.isFinite(node))).reduce((a, b) => ops.logicalAnd(a, b))
    const calm = ops.add(this.#calm.node, 1)
    const isDue = ops.equal(calm, PATIENCE)
    const next = ops.where(areFinite, ops.where(isDue, ops.mul(scale, 2), scale), ops.div(scale, 2))
    // Below 1 it would be the loss that is too large, not its gradients that are too small.
    this.#scale.assignNode(ops.clip(next, 1, 2 ** 24))
    this.#calm.assignNode(ops.where(ops.logicalAnd(areFinite, ops.logicalNot(isDue)), calm, 0))
    return { gradients: own, areFinite }
  }
}
