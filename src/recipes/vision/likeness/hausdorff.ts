/** A cloud of points in the plane, x and y of one after the other, with the middle at 0. */
export type Cloud = Float64Array

/** Points moved so that their mean is 0. */
export function centred(points: readonly (readonly [number, number])[]): Cloud {
  const mean = [0, 1].map((k) => points.reduce((sum, point) => sum + point[k]!, 0) / points.length)
  return Float64Array.from(points.flatMap(([x, y]) => [x - mean[0]!, y - mean[1]!]))
}

/**
 * How far two clouds lie apart: the mean distance from a point of one to the nearest of the other, in the direction in which it is larger.
 * The mean instead of the largest of them is what makes it robust.
 *
 * (Dubuisson and Jain, "A modified Hausdorff distance for object matching", 1994.)
 */
export function modifiedHausdorff(a: Cloud, b: Cloud): number {
  return Math.max(meanNearest(a, b), meanNearest(b, a))
}

function meanNearest(from: Cloud, to: Cloud): number {
  let sum = 0
  for (let i = 0; i < from.length; i += 2) {
    let nearest = Infinity
    for (let j = 0; j < to.length; j += 2) {
      const [x, y] = [from[i]! - to[j]!, from[i + 1]! - to[j + 1]!]
      nearest = Math.min(nearest, x * x + y * y)
    }
    sum += Math.sqrt(nearest)
  }
  return (2 * sum) / from.length
}
