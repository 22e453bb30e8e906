import { failShape } from '../../../core/errors.js'
import { formatShape } from '../../../core/shape.js'
import type { Node } from '../../../graph/node.js'
import * as ops from '../../../operations/index.js'
import { expectTensor } from '../../../tensor/methods/operand.js'
import type { Tensor } from '../../../tensor/tensor.js'
import type { Apply, ApplyProblem, Shape, Unless, WithShapes } from '../../../tensor/types/index.js'
import { wrap } from '../../../tensor/wrap.js'
import { Layer } from '../../layer.js'
import type { HalfShape } from '../../types/activations.js'

/** See {@link glu}. */
export class GatedUnit extends Layer<HalfShape> {
  readonly #gate: (x: Node) => Node

  constructor(
    readonly name: string,
    gate: (x: Node) => Node,
  ) {
    super()
    this.#gate = gate
  }

  protected run(x: Node): Node {
    return gated(this.name, this.#gate, x)
  }

  protected override describe(): string {
    return this.name
  }
}

function gated(name: string, gate: (x: Node) => Node, x: Node): Node {
  if (x.rank === 0 || x.shape[x.rank - 1] % 2 !== 0) {
    failShape(
      name,
      `the last axis of ${formatShape(x.shape)} has no halves`,
      'One half are values, the other their gates.',
    )
  }
  const [values, gates] = ops.split(x, 2, -1)
  return ops.mul(values, gate(gates))
}

/** `f(x)` for a tensor, `f()` for a layer. */
export interface GatedFunction extends WithShapes<HalfShape> {
  (): GatedUnit
  <S extends Shape>(x: Unless<ApplyProblem<HalfShape, S>, Tensor<S>>): Tensor<Apply<HalfShape, S>>
}

function gatedUnit(name: string, gate: (x: Node) => Node): GatedFunction {
  const either = (x?: Tensor): Tensor | GatedUnit =>
    x === undefined ? new GatedUnit(name, gate) : wrap(gated(name, gate, expectTensor(name, 'the argument', x)))
  return either as GatedFunction
}

// The first half of the last axis times what is made of the second, […, 2 · n] → […, n]: glu(x) for a tensor, glu() for a layer.

/** a · sigmoid(b) for the halves (a, b) of the last axis (Dauphin et al., "Language modeling with gated convolutional networks", 2016). */
export const glu = gatedUnit('glu', ops.sigmoid)

/** a · relu(b) for the halves (a, b) of the last axis (Shazeer, "GLU variants improve transformer", 2020). */
export const reGlu = gatedUnit('reGlu', ops.relu)

/** a · gelu(b) for the halves (a, b) of the last axis (Shazeer, 2020). */
export const geGlu = gatedUnit('geGlu', (gates) => ops.gelu(gates))

/** a · silu(b) for the halves (a, b) of the last axis (Shazeer, 2020). */
export const swiGlu = gatedUnit('swiGlu', ops.silu)

/** a · b for the halves (a, b) of the last axis (Shazeer, 2020). */
export const bilinearGlu = gatedUnit('bilinearGlu', (gates) => gates)
