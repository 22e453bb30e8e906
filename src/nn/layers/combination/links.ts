import { cureFor, describe } from '../../../core/describe.js'
import { fail } from '../../../core/errors.js'
import type { Node } from '../../../graph/node.js'
import { expectTensor } from '../../../tensor/methods/operand.js'
import { Tensor } from '../../../tensor/tensor.js'
import type { Stage } from '../../../tensor/types/index.js'
import type { Link } from '../../types/chain.js'

/** Throws if something among the parts of a combination is neither a module nor a function. */
export function expectLinks(operation: string, layers: readonly Link[]): void {
  // A hole is no layer either.
  Array.from(layers).forEach((layer: unknown, i) => {
    const isModule =
      typeof layer === 'object' && layer !== null && 'forward' in layer && typeof layer.forward === 'function'
    if (!isModule && typeof layer !== 'function') {
      fail(
        `${operation}: element ${i} is ${describe(layer)}, which has no forward method`,
        cureFor(
          layer,
          Array.isArray(layer)
            ? `Pass the layers one by one: ${operation}(...layers).`
            : 'Pass layers, modules with forward(x), or functions of a tensor.',
        ),
      )
    }
  })
}

/** As {@link expectLinks}, where there must be one at least. */
export function expectSome(operation: string, layers: readonly Link[]): void {
  if (layers.length === 0) fail(`${operation}: there is no layer`, 'Give at least one.')
  expectLinks(operation, layers)
}

/** What a link gives. What it takes is known only when it is given. */
export function follow(link: Link, x: Tensor): Tensor {
  const stage = link as Stage<Tensor, Tensor>
  return typeof stage === 'function' ? stage(x) : stage.forward(x)
}

/** The nodes that the links make of one input. */
export const followAll = (operation: string, links: readonly Link[], x: Node): Node[] =>
  links.map((link, i) => expectTensor(operation, `what element ${i} gives`, follow(link, new Tensor(x))))
