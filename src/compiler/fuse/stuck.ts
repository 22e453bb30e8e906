import { isOp, type Node } from '../../graph/node.js'
import { arrange, Stuck } from './arrange.js'
import { Uncoded } from './drafts.js'
import { productOf } from './products.js'
import { type Roles, wholeOf, withoutReshapes } from './roles.js'

/** Gives memory to virtual nodes that no strides describe, so that every node can be computed by itself. */
export function storeWhatIsStuck(roles: Roles): void {
  const settle = (node: Node): void => {
    for (;;) {
      const missing = missingFor(node, roles)
      if (missing === undefined) return
      if (roles.isStored(missing)) throw new Uncoded([node])
      roles.store(missing)
      settle(missing)
    }
  }
  for (const node of roles.order) settle(node)
}

function missingFor(node: Node, roles: Roles): Node | undefined {
  const role = roles.roleOf(node)
  if (role === 'product') {
    const product = productOf(node, roles)
    return 'missing' in product ? wholeOf(product.missing) : undefined
  }
  if (role !== 'map' && role !== 'fold') return undefined
  if (roles.isPlain(node) && node.op !== 'randomBits') return undefined
  const arrangement = arrange([node], roles)
  if (arrangement instanceof Stuck) return withoutReshapes(arrangement.node)
  // Views that cut the index into too many parts: with any of them in memory there are fewer.
  if (arrangement === undefined) return node.inputs.map(wholeOf).find((view) => roles.roleOf(view) === 'virtual')
  if (!isOp(node, 'randomBits')) return undefined
  const key = wholeOf(node.inputs[0])
  return roles.roleOf(key) === 'virtual' ? key : undefined
}
