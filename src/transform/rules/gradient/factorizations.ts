import * as build from '../../../graph/build.js'
import type { Node } from '../../../graph/node.js'
import type { Primitive } from '../../../graph/primitives.js'
import { reciprocalOrZero, scale, square } from './arithmetic.js'
import {
  diagonal,
  diagonalMatrix,
  differences,
  lower,
  scaleColumns,
  scaleRows,
  strictlyLower,
  strictlyUpper,
  symmetric,
  transpose,
  upper,
} from './matrices.js'
import { type GradientRule, once } from './rule.js'

const { add, dot, neg, sub } = build

const sum = (terms: readonly Node[]): Node | undefined =>
  terms.length === 0 ? undefined : terms.reduce((total, term) => add(total, term))

const solveLower = (a: Node, b: Node, transposed: boolean, unitDiagonal = false): Node =>
  build.triangularSolve(a, b, { lower: true, transpose: transposed, unitDiagonal })
const solveUpper = (a: Node, b: Node, transposed: boolean): Node =>
  build.triangularSolve(a, b, { lower: false, transpose: transposed, unitDiagonal: false })

/** The lower triangle with half of the diagonal. */
const lowerHalf = (x: Node): Node => sub(lower(x), scale(diagonal(x), 0.5))

/** 1 / (v[j] − v[i]); 0 where they are equal, as on the diagonal: what depends on vectors inside one eigenspace has no gradient. */
const inverseGaps = (v: Node): Node => reciprocalOrZero(differences(v))

/** Columns `start` to `end` of a matrix. */
function columns(x: Node, start: number, end: number): Node {
  const starts = x.shape.map((_, axis) => (axis === x.rank - 1 ? start : 0))
  return build.slice(x, starts, [...x.shape.slice(0, -1), end - start])
}

/** A = QR for m ≥ n: Ā = (Q̄ + Q·C) R⁻ᵀ, where C mirrors the lower triangle of R R̄ᵀ − Q̄ᵀ Q (Walter and Lehmann 2010). */
function tallQrGradient(q: Node, r: Node, qGrad: Node | undefined, rGrad: Node | undefined): Node {
  const parts = [...(rGrad ? [dot(r, transpose(rGrad))] : []), ...(qGrad ? [neg(dot(transpose(qGrad), q))] : [])]
  const m = sum(parts)!
  const mirrored = add(lower(m), transpose(strictlyLower(m)))
  const turned = dot(q, mirrored)
  const left = qGrad ? add(qGrad, turned) : turned
  return transpose(solveUpper(r, transpose(left), false))
}

/** For m < n only the first m columns make Q; the others are Q·(their part of R). */
function qrGradient(x: Node, q: Node, r: Node, qGrad: Node | undefined, rGrad: Node | undefined): Node {
  const [m, n] = x.shape.slice(-2)
  if (m >= n) return tallQrGradient(q, r, qGrad, rGrad)
  if (rGrad === undefined) {
    const rest = [...x.shape.slice(0, -1), n - m]
    return build.concat(
      [tallQrGradient(q, columns(r, 0, m), qGrad, undefined), build.fill(0, rest, x.dtype)],
      x.rank - 1,
    )
  }
  const restGrad = columns(rGrad, m, n)
  const throughRest = dot(columns(x, m, n), transpose(restGrad))
  const whole = qGrad ? add(qGrad, throughRest) : throughRest
  const square = tallQrGradient(q, columns(r, 0, m), whole, columns(rGrad, 0, m))
  return build.concat([square, dot(q, restGrad)], x.rank - 1)
}

/** The part of x outside the space that the orthonormal columns of u span. */
const outside = (x: Node, u: Node): Node => sub(x, dot(u, dot(transpose(u), x)))

/**
 * Thin svd A = U S Vᵀ (Townsend 2016), F = 1 / (sⱼ² − sᵢ²) off the diagonal:
 *
 *     Ā = U [ (F ∘ (Uᵀ Ū − Ūᵀ U)) S + S̄ + S (F ∘ (Vᵀ V̄ − V̄ᵀ V)) ] Vᵀ + (I − U Uᵀ) Ū S⁻¹ Vᵀ + U S⁻¹ V̄ᵀ (I − V Vᵀ)
 */
function svdGradient(
  [u, s, vT]: readonly Node[],
  [uGrad, sGrad, vTGrad]: readonly (Node | undefined)[],
): Node | undefined {
  const k = s.shape[s.rank - 1]
  const v = transpose(vT)
  const gaps = once(() => inverseGaps(square(s)))
  const inverse = once(() => reciprocalOrZero(s))
  const core: Node[] = []
  const rest: Node[] = []
  if (sGrad) core.push(diagonalMatrix(sGrad))
  if (uGrad) {
    const inner = dot(transpose(u), uGrad)
    core.push(scaleColumns(build.mul(gaps(), sub(inner, transpose(inner))), s))
    if (u.shape[u.rank - 2] > k) rest.push(dot(scaleColumns(outside(uGrad, u), inverse()), vT))
  }
  if (vTGrad) {
    const inner = dot(vT, transpose(vTGrad))
    core.push(scaleRows(build.mul(gaps(), sub(inner, transpose(inner))), s))
    if (vT.shape[vT.rank - 1] > k) rest.push(dot(u, scaleRows(transpose(outside(transpose(vTGrad), v)), inverse())))
  }
  const middle = sum(core)
  return sum(middle ? [dot(u, dot(middle, vT)), ...rest] : rest)
}

export const factorizationGradients = {
  /** A = L Lᵀ: Ā = sym(L⁻ᵀ Φ(Lᵀ L̄) L⁻¹), Φ the lower triangle with half of the diagonal (Murray 2016) */
  cholesky: ({ node, grad }) => [
    () => {
      const half = lowerHalf(dot(transpose(node), grad))
      return symmetric(solveLower(node, transpose(solveLower(node, half, true)), true))
    },
  ],
  /** op(A)·X = B: B̄ = op(A)⁻ᵀ X̄ and, for op(A) = A, Ā = −B̄ Xᵀ in the triangle that is read (Giles 2008) */
  triangularSolve: ({ node, inputs: [a], attributes, grad }) => {
    const rightGrad = once(() => build.triangularSolve(a, grad, { ...attributes, transpose: !attributes.transpose }))
    const matrixGrad = (): Node => {
      const product = attributes.transpose ? dot(node, transpose(rightGrad())) : dot(rightGrad(), transpose(node))
      if (attributes.unitDiagonal) return neg(attributes.lower ? strictlyLower(product) : strictlyUpper(product))
      return neg(attributes.lower ? lower(product) : upper(product))
    }
    return [matrixGrad, rightGrad]
  },
  /** A[p] = L U: Ā[p] = L⁻ᵀ (stril(Lᵀ L̄) + triu(Ū Uᵀ)) U⁻ᵀ (Giles 2008, with pivots as in de Hoog, Anderssen and Lukas 2011) */
  lu: ({ node, inputs: [x], grads: [grad] }) => [
    () => {
      if (grad === undefined) return undefined
      const [packed, permutation] = build.results(node)
      const identity = diagonalMatrix(build.fill(1, packed.shape.slice(0, -1), packed.dtype))
      const unitLower = add(strictlyLower(packed), identity)
      const inner = add(
        strictlyLower(dot(transpose(unitLower), strictlyLower(grad))),
        upper(dot(upper(grad), transpose(upper(packed)))),
      )
      const left = solveLower(packed, inner, true, true)
      const permuted = transpose(solveUpper(packed, transpose(left), false))
      return build.scatter(build.zerosLike(x), permutation, permuted, 'add', x.rank - 2)
    },
  ],
  /** Ā = (Q̄ + Q · copyltu(R R̄ᵀ − Q̄ᵀ Q)) R⁻ᵀ (Walter and Lehmann 2010) */
  qr: ({ node, inputs: [x], grads: [qGrad, rGrad] }) => [
    () => {
      const [q, r] = build.results(node)
      return qrGradient(x, q, r, qGrad, rGrad)
    },
  ],
  /** A = V Λ Vᵀ: Ā = sym(V (Λ̄ + F ∘ (Vᵀ V̄)) Vᵀ), F = 1 / (λⱼ − λᵢ) off the diagonal (Giles 2008) */
  eigh: ({ node, grads: [valueGrad, vectorGrad] }) => [
    () => {
      const [values, vectors] = build.results(node)
      const parts: Node[] = []
      if (valueGrad) parts.push(diagonalMatrix(valueGrad))
      if (vectorGrad) parts.push(build.mul(inverseGaps(values), dot(transpose(vectors), vectorGrad)))
      return symmetric(dot(vectors, dot(sum(parts)!, transpose(vectors))))
    },
  ],
  /** Townsend 2016 */
  svd: ({ node, grads }) => [() => svdGradient(build.results(node), grads)],
  /** the transform of opposite sign: its matrix is symmetric, and the adjoint conjugates it */
  fft: ({ attributes: { inverse }, grad }) => [() => build.fft(grad, !inverse)],
} as const satisfies { readonly [P in Primitive]?: GradientRule<P> }
