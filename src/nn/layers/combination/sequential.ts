import type { Node } from '../../../graph/node.js'
import { Tensor } from '../../../tensor/tensor.js'
import { Layer } from '../../layer.js'
import type { ChainShape, Checked, Link } from '../../types/chain.js'
import { expectLinks, follow } from './links.js'

/** See {@link sequential}. */
export class Sequential<Links extends readonly Link[] = readonly Link[]> extends Layer<ChainShape<Links>> {
  constructor(readonly layers: Links) {
    super()
    expectLinks('sequential', layers)
  }

  protected run(x: Node): Node {
    return this.layers.reduce((value: Tensor, link) => follow(link, value), new Tensor(x)).node
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
