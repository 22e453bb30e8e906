import { expectFunction } from '../../core/arguments.js'
import { failShape } from '../../core/errors.js'
import { formatShape, sameShape } from '../../core/shape.js'
import { create, zerosLike } from '../../graph/build.js'
import { gradient } from '../../transform/gradient.js'
import { flattenTensors, rebuildTensors, type TensorTree } from '../leaves.js'
import { transformed } from '../scope.js'

/**
 * The value of `fn` and its pullback (vector-Jacobian product, reverse mode): a function from cotangents, one for each result, to
 * those of `primals`, Σ cotangent · ∂result/∂primal. `grad` is the pullback of a scalar at the cotangent 1.
 *
 * `fn` is called once, here: a variable that it assigns is assigned then, and no gradient flows through an assignment.
 *
 * The pullback can be called as often as you like, also under `vmap`: with the rows of an identity matrix it gives the Jacobian.
 *
 * @returns [result, pullback]; both keep the structures of `fn`
 * @throws from the pullback, if the cotangents have not the structure and shapes of the results
 * @example
 * const [y, pullback] = vjp((x: Tensor<[3]>) => x.square(), tensor([1, 2, 3]))
 * pullback(ones([3])) // [2, 4, 6]
 */
export function vjp<First extends TensorTree, Result extends TensorTree>(
  fn: (primals: First) => Result,
  primals: First,
): [Result, (cotangents: Result) => First] {
  expectFunction('vjp', 'the first argument', fn)
  const flat = flattenTensors(primals, 'vjp')
  // Nodes of their own: uses of the originals elsewhere are not uses of these.
  const fresh = flat.leaves.map((node) => create('reshape', [node], { shape: node.shape }))
  const returned = transformed(() => fn(rebuildTensors(flat, fresh) as First))
  const result = flattenTensors(returned, 'vjp')
  const pullback = (cotangents: Result): First => {
    const given = flattenTensors(cotangents, 'vjp cotangents')
    if (given.structure !== result.structure) {
      failShape(
        'vjp',
        `cotangents of structure ${given.structure} for results of ${result.structure}`,
        'Give one for each.',
      )
    }
    given.leaves.forEach(({ shape }, i) => {
      const wanted = result.leaves[i].shape
      if (!sameShape(shape, wanted)) {
        failShape(
          'vjp',
          `cotangent ${i} is ${formatShape(shape)}, its result ${formatShape(wanted)}`,
          'Shapes must agree.',
        )
      }
    })
    const pulled = gradient(result.leaves, given.leaves, fresh)
    return rebuildTensors(
      flat,
      pulled.map((node, i) => node ?? zerosLike(fresh[i])),
    ) as First
  }
  return [rebuildTensors(result, result.leaves) as Result, pullback]
}
