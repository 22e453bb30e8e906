import { concat, random } from 'shapewise'
import type { Matrix } from './radial-basis.js'

/** So often that what is left of other directions is less than float32 rounds, where variances fall as those of pictures do. */
const ITERATIONS = 30

/** Places along the directions in which examples differ most, and examples from places. */
export interface PrincipalComponents {
  /** [batch, inputs] → [batch, components] */
  of(x: Matrix): Matrix
  /** [batch, components] → [batch, inputs] */
  back(places: Matrix): Matrix
}

/**
 * The directions in which the rows of a matrix differ most, by orthogonal iteration: axes are multiplied by the covariance and made orthogonal
 * again, so that each turns to the largest variance that the ones before leave.
 *
 * Source: Pearson, On lines and planes of closest fit to systems of points in space, 1901.
 */
export async function principalComponents(x: Matrix, count: number): Promise<PrincipalComponents> {
  const mean = x.mean(0)
  const centred = x.sub(mean)
  const covariance: Matrix = centred.transpose().matmul(centred).div(x.shape[0])
  let axes: Matrix = random.normal([x.shape[1], count])
  for (let i = 0; i < ITERATIONS; i++) axes = covariance.matmul(axes).qr().q
  await axes.data()
  return {
    of: (rows) => rows.sub(mean).matmul(axes),
    back: (places) => places.matmul(axes.transpose()).add(mean),
  }
}

/** The numbers of each row and the products of any two of them: [batch, n] → [batch, n + n (n + 1) / 2]. */
export function quadratic(x: Matrix): Matrix {
  const count = x.shape[1]
  const products = Array.from({ length: count }, (_, i) => x.slice(':', [i, count]).mul(x.slice(':', [i, i + 1])))
  return concat([x, ...products], 1)
}
