import { compile, eye, full, grad, hessian, type Tensor, tensor, Variable, vmap, where } from 'shapewise'
import type { Landscape, Places } from './landscape.js'

/** A gradient shorter than this is taken for 0. */
export const SHORTEST = 1e-8
/** Eigenvalues nearer to 0 than this are not negative. */
const FLAT = 1e-6

export interface CriticalPoint {
  /** The row of the place where the search began. */
  readonly start: number
  readonly loss: number
  /** The part of the Hessian's eigenvalues that is negative: 0 at a minimum, 1 at a maximum. */
  readonly index: number
  /** Ascending. */
  readonly eigenvalues: Float64Array
}

/**
 * Where the gradient g of a function vanishes, sought from many places at once, uphill as well as downhill: steps −(H² + λ)⁻¹ H g shorten g, with a λ
 * that falls after steps that do and rises after others, which are not taken.
 *
 * Searches that end where g does not vanish, because H g does, find nothing.
 *
 * Source: Levenberg, A method for the solution of certain non-linear problems in least squares, 1944; Marquardt, 1963.
 */
export async function findCriticalPoints(
  landscape: Landscape,
  from: Places,
  options: { readonly steps: number; onStep?(step: number, found: number): void },
): Promise<CriticalPoint[]> {
  const [count, size] = from.shape
  const places = new Variable(from, 'places')
  const damping = new Variable(full([count], 1e-3, 'float64'), 'damping')
  const slopes = vmap(grad(landscape))
  const curvatures = vmap(hessian(landscape))
  const lengths = (g: Tensor) => g.square().sum(1).sqrt()
  const step = compile(() => {
    const [at, g, h] = [places.value, slopes(places.value), curvatures(places.value)]
    const squared = h.matmul(h).add(eye(size, size, 'float64').mul(damping.value.reshape([count, 1, 1])))
    const next = at.sub(squared.solve(h.matmul(g.unsqueeze(2))).squeeze(2))
    const isShorter = lengths(slopes(next)).less(lengths(g))
    places.assign(where(isShorter.unsqueeze(1), next, at))
    damping.assign(where(isShorter, damping.value.mul(0.1), damping.value.mul(4)).maximum(1e-14))
    return lengths(g)
  })
  for (let i = 1; i <= options.steps; i++) {
    const found = (await step().data()).filter((length) => length < SHORTEST)
    options.onStep?.(i, found.length)
  }
  const norms = await lengths(slopes(places.value)).data()
  const accepted = Array.from(norms.keys()).filter((row) => norms[row]! < SHORTEST)
  if (accepted.length === 0) return []
  const points = places.value.take(tensor(Int32Array.from(accepted)), 0)
  const losses = await vmap(landscape)(points).data()
  const values = (await curvatures(points).eigh().values.data()) as Float64Array
  return accepted.map((start, i) => {
    const eigenvalues = values.slice(i * size, (i + 1) * size)
    const index = eigenvalues.filter((value) => value < -FLAT).length / size
    return { start, loss: losses[i]!, index, eigenvalues }
  })
}
