import { cureFor, describe } from '../../core/describe.js'
import { fail } from '../../core/errors.js'
import type { Node } from '../../graph/node.js'
import { Tensor } from '../../tensor/tensor.js'
import type { Stage } from '../../tensor/types/index.js'
import { Layer } from '../layer.js'
import type { ChainShape, Checked, Link } from '../types/chain.js'

/** See {@link sequential}. */
export class Sequential<Links extends readonly Link[] = readonly Link[]> extends Layer<ChainShape<Links>> {
  constructor(readonly layers: Links) {
    super()
    // A hole is no layer either.
    Array.from(layers).forEach((layer: unknown, i) => {
      const isModule =
        typeof layer === 'object' && layer !== null && 'forward' in layer && typeof layer.forward === 'function'
      if (!isModule && typeof layer !== 'function') {
        fail(
          `sequential: element ${i} is ${describe(layer)}, which has no forward method`,
          cureFor(
            layer,
            Array.isArray(layer)
              ? 'Pass the layers one by one: sequential(...layers).'
              : 'Pass layers, modules with forward(x), or functions of a tensor.',
          ),
        )
      }
    })
  }

  protected run(x: Node): Node {
    // What each takes is known only when it is given.
    const links = this.layers as readonly Stage<Tensor, Tensor>[]
    const apply = (value: Tensor, link: Stage<Tensor, Tensor>): Tensor =>
      typeof link === 'function' ? link(value) : link.forward(value)
    return links.reduce(apply, new Tensor(x)).node
  }
}

/**
 * Layers, other modules and functions of a tensor, one after the other. Where shapes are known to clash, it does not compile.
 *
 * @example
 * const mlp = sequential(flatten(), linear(784, 128), relu(), linear(128, 10))
 * mlp.forward(pictures) // [128, 28, 28, 1] → [128, 10]
 */
export function sequential<const Links extends readonly Link[]>(...layers: Checked<Links>): Sequential<Links> {
  return new Sequential(layers as readonly Link[] as Links)
}
