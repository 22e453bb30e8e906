import { grad, type Tensor, tensor, vmap } from 'shapewise'

/** A layer's values with a batch of one, and how fast the answer rises with each of them. */
export interface Traced {
  readonly values: Tensor
  readonly slope: Tensor
}

/**
 * How much of what each map speaks for the answer goes through each map of the next layer: value times derivative along this way alone,
 * summed over the map. Between relu and the largest of windows the network is linear, so the ways from a map add up to its evidence.
 *
 * @param between the layers from the one's values to the other's
 * @returns [maps of the next layer, maps]
 */
export function linksBetween(from: Traced, to: Traced, between: (values: Tensor) => Tensor): Tensor {
  const maps = to.values.shape.at(-1)!
  // One map of the next layer after the other lets its derivative through.
  const ways = vmap((only: Tensor): Tensor => {
    const through = grad((given: Tensor) => between(given).mul(to.slope).mul(only).sum() as Tensor<[]>)(from.values)
    const parts = from.values.mul(through)
    return parts.reshape([-1, from.values.shape.at(-1)!]).sum(0)
  })
  return ways(tensor(identity(maps), [maps, maps]))
}

function identity(size: number): Float32Array {
  const ones = new Float32Array(size * size)
  for (let i = 0; i < size; i++) ones[i * (size + 1)] = 1
  return ones
}

/** A link between a map of one layer and one of the next. */
export interface Link {
  readonly layer: number
  readonly from: number
  readonly to: number
  readonly evidence: number
}

/**
 * The strongest links of each layer, or of those that touch one map.
 *
 * @param links [maps of the next layer, maps] for each layer
 * @param count of each layer, at most
 */
export function strongest(
  links: readonly { readonly values: Float32Array; readonly maps: number }[],
  count: number,
  touching?: { readonly layer: number; readonly map: number },
): Link[] {
  return links.flatMap(({ values, maps }, layer) => {
    const all = Array.from(
      values,
      (evidence, i): Link => ({ layer, from: i % maps, to: Math.floor(i / maps), evidence }),
    )
    const seen = all.filter(({ from, to, evidence }) => {
      if (evidence === 0) return false
      if (touching === undefined) return true
      return touching.layer === layer ? from === touching.map : touching.layer === layer + 1 && to === touching.map
    })
    return seen.sort((a, b) => Math.abs(b.evidence) - Math.abs(a.evidence)).slice(0, count)
  })
}
