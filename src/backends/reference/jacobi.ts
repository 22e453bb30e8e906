// Eigenvalues and singular values by Jacobi rotations: short, accurate, and fast enough for matrices of a few hundred rows.
// Sources: Jacobi, 1846; Hestenes, "Inversion of matrices by biorthogonalization and related results", 1958.

/** Sweeps converge quadratically; more than a dozen are never needed for numbers that are finite. */
const MAX_SWEEPS = 60

/** Tangent of the rotation that makes the off-diagonal `off` of [[p, off], [off, q]] zero, the smaller of both. */
function rotationTangent(p: number, q: number, off: number): number {
  const cotangent = (q - p) / (2 * off)
  return (cotangent < 0 ? -1 : 1) / (Math.abs(cotangent) + Math.hypot(1, cotangent))
}

/** (x, y) ← (c·x − s·y, s·x + c·y) for two strided vectors. */
function rotate(x: Float64Array, at: number, other: number, stride: number, n: number, c: number, s: number): void {
  for (let i = 0; i < n; i++) {
    const a = x[at + i * stride]
    const b = x[other + i * stride]
    x[at + i * stride] = c * a - s * b
    x[other + i * stride] = s * a + c * b
  }
}

/** Makes the largest element of a strided vector positive, which settles the sign; true when it was turned. */
function turnPositive(x: Float64Array, at: number, stride: number, n: number): boolean {
  let largest = 0
  for (let i = 0; i < n; i++) {
    // Elements of equal size differ by rounding; the margin keeps the choice from depending on it.
    if (Math.abs(x[at + i * stride]) > Math.abs(largest) * (1 + 1e-9)) largest = x[at + i * stride]
  }
  if (largest >= 0) return false
  for (let i = 0; i < n; i++) x[at + i * stride] = -x[at + i * stride]
  return true
}

/** Ascending eigenvalues and eigenvectors (columns) of a symmetric matrix, of which the lower triangle is read. */
export function symmetricEigenvalues(x: Float64Array, n: number): { values: Float64Array; vectors: Float64Array } {
  for (let i = 0; i < n; i++) for (let j = i + 1; j < n; j++) x[i * n + j] = x[j * n + i]
  const vectors = new Float64Array(n * n)
  for (let i = 0; i < n; i++) vectors[i * n + i] = 1
  let rotated = true
  for (let sweep = 0; sweep < MAX_SWEEPS && rotated; sweep++) {
    rotated = false
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) {
        const off = x[p * n + q]
        const [diagonalP, diagonalQ] = [x[p * n + p], x[q * n + q]]
        // Written so that NaN ends the iteration.
        if (!(Math.abs(off) > 1e-18 * Math.abs(diagonalP) + 1e-18 * Math.abs(diagonalQ) && Math.abs(off) > 1e-300))
          continue
        rotated = true
        const tangent = rotationTangent(diagonalP, diagonalQ, off)
        const c = 1 / Math.hypot(1, tangent)
        const s = tangent * c
        rotate(x, p, q, n, n, c, s)
        rotate(x, p * n, q * n, 1, n, c, s)
        x[p * n + q] = 0
        x[q * n + p] = 0
        rotate(vectors, p, q, n, n, c, s)
      }
    }
  }
  const order = Array.from({ length: n }, (_, i) => i).sort((i, j) => x[i * n + i] - x[j * n + j])
  const sorted = new Float64Array(n * n)
  order.forEach((from, to) => {
    for (let i = 0; i < n; i++) sorted[i * n + to] = vectors[i * n + from]
    turnPositive(sorted, to, n, n)
  })
  return { values: Float64Array.from(order, (i) => x[i * n + i]), vectors: sorted }
}

/** Reduced singular value decomposition U [m, k], descending s [k], Vᵀ [k, n]. */
export function singularValues(
  x: Float64Array,
  m: number,
  n: number,
): { u: Float64Array; s: Float64Array; vt: Float64Array } {
  if (m < n) {
    const { u, s, vt } = singularValues(transposed(x, m, n), n, m)
    for (let i = 0; i < m; i++)
      if (turnPositive(vt, i * m, 1, m)) for (let r = 0; r < n; r++) u[r * m + i] = -u[r * m + i]
    return { u: transposed(vt, m, m), s, vt: transposed(u, n, m) }
  }
  // Rows of `columns` are the columns of x; rotations make them orthogonal, and `v` collects the rotations.
  const columns = transposed(x, m, n)
  const v = new Float64Array(n * n)
  for (let i = 0; i < n; i++) v[i * n + i] = 1
  // Columns shorter than rounding errors of the matrix are noise, and have no direction that could be orthogonal.
  const noise = (Number.EPSILON * Math.sqrt(innerProduct(x, 0, 0, m * n))) ** 2
  let rotated = true
  for (let sweep = 0; sweep < MAX_SWEEPS && rotated; sweep++) {
    rotated = false
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) {
        const pp = innerProduct(columns, p, p, m)
        const qq = innerProduct(columns, q, q, m)
        const pq = innerProduct(columns, p, q, m)
        if (!(Math.abs(pq) > Number.EPSILON * m * Math.sqrt(pp * qq) && Math.min(pp, qq) > noise)) continue
        rotated = true
        const tangent = rotationTangent(pp, qq, pq)
        const c = 1 / Math.hypot(1, tangent)
        rotate(columns, p * m, q * m, 1, m, c, tangent * c)
        rotate(v, p * n, q * n, 1, n, c, tangent * c)
      }
    }
  }
  const lengths = Float64Array.from({ length: n }, (_, i) => Math.sqrt(innerProduct(columns, i, i, m)))
  const order = Array.from(lengths.keys()).sort((i, j) => lengths[j] - lengths[i])
  const directions = new Float64Array(n * m)
  const vt = new Float64Array(n * n)
  order.forEach((from, to) => {
    vt.set(v.subarray(from * n, (from + 1) * n), to * n)
    directions.set(columns.subarray(from * m, (from + 1) * m), to * m)
    normalizeDirection(directions, to, m, lengths[order[0]])
    if (turnPositive(directions, to * m, 1, m)) for (let j = 0; j < n; j++) vt[to * n + j] = -vt[to * n + j]
  })
  return { u: transposed(directions, n, m), s: Float64Array.from(order, (i) => lengths[i]), vt }
}

/**
 * Scales row `index` to length 1. A row of (nearly) nothing has no direction: it gets one at right angles to the rows
 * before it, so that U stays orthogonal when the matrix is singular.
 */
function normalizeDirection(rows: Float64Array, index: number, m: number, largest: number): void {
  const length = Math.sqrt(innerProduct(rows, index, index, m))
  if (length > 1e-15 * m * largest) {
    for (let i = 0; i < m; i++) rows[index * m + i] /= length
    return
  }
  for (let axis = 0; axis < m; axis++) {
    rows.fill(0, index * m, (index + 1) * m)
    rows[index * m + axis] = 1
    // Twice is enough (Kahan; Parlett, 1980): the second pass removes what rounding left.
    for (let pass = 0; pass < 2; pass++) {
      for (let other = 0; other < index; other++) {
        const along = innerProduct(rows, index, other, m)
        for (let i = 0; i < m; i++) rows[index * m + i] -= along * rows[other * m + i]
      }
    }
    const rest = Math.sqrt(innerProduct(rows, index, index, m))
    // The squared rests over all axes add up to at least 1, so that one of them passes.
    if (rest < 0.5 / Math.sqrt(m)) continue
    for (let i = 0; i < m; i++) rows[index * m + i] /= rest
    return
  }
}

function innerProduct(rows: Float64Array, p: number, q: number, m: number): number {
  let sum = 0
  for (let i = 0; i < m; i++) sum += rows[p * m + i] * rows[q * m + i]
  return sum
}

function transposed(x: Float64Array, m: number, n: number): Float64Array {
  const result = new Float64Array(m * n)
  for (let i = 0; i < m; i++) for (let j = 0; j < n; j++) result[j * m + i] = x[i * n + j]
  return result
}
