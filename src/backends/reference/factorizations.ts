// Direct factorizations of row-major matrices of doubles. Source: Golub and Van Loan, "Matrix Computations", ch. 3 to 5.

/** Replaces x by its lower Cholesky factor, reading the lower triangle; returns the row whose pivot failed, or −1. */
export function choleskyFactor(x: Float64Array, n: number): number {
  for (let j = 0; j < n; j++) {
    for (let i = 0; i < n; i++) {
      if (i < j) {
        x[i * n + j] = 0
        continue
      }
      let sum = x[i * n + j]
      for (let k = 0; k < j; k++) sum -= x[i * n + k] * x[j * n + k]
      if (i === j && !(sum > 0)) return j
      x[i * n + j] = i === j ? Math.sqrt(sum) : sum / x[j * n + j]
    }
  }
  return -1
}

/** Replaces b [n, columns] by the solution of op(a)·x = b; only the named triangle of a is read. */
export function solveTriangular(
  a: Float64Array,
  b: Float64Array,
  n: number,
  columns: number,
  options: { readonly lower: boolean; readonly transpose: boolean; readonly unitDiagonal: boolean },
): void {
  const { lower, transpose, unitDiagonal } = options
  // The transpose of a lower triangle is an upper one, and is solved from the last row.
  const forward = lower !== transpose
  const [rowStride, columnStride] = transpose ? [1, n] : [n, 1]
  for (let step = 0; step < n; step++) {
    const i = forward ? step : n - 1 - step
    for (let solved = 0; solved < step; solved++) {
      const k = forward ? solved : n - 1 - solved
      const factor = a[i * rowStride + k * columnStride]
      for (let c = 0; c < columns; c++) b[i * columns + c] -= factor * b[k * columns + c]
    }
    if (unitDiagonal) continue
    const pivot = a[i * n + i]
    for (let c = 0; c < columns; c++) b[i * columns + c] /= pivot
  }
}

/** Replaces x by L and U in one matrix (the ones of L are not stored), with partial pivoting; returns the order of rows. */
export function luFactor(x: Float64Array, n: number): Int32Array {
  const order = Int32Array.from({ length: n }, (_, i) => i)
  for (let j = 0; j < n; j++) {
    let pivot = j
    for (let i = j + 1; i < n; i++) if (Math.abs(x[i * n + j]) > Math.abs(x[pivot * n + j])) pivot = i
    if (pivot !== j) {
      for (let c = 0; c < n; c++) [x[j * n + c], x[pivot * n + c]] = [x[pivot * n + c], x[j * n + c]]
      ;[order[j], order[pivot]] = [order[pivot], order[j]]
    }
    // A zero pivot means that the column is eliminated already; the matrix is singular and U says so.
    if (x[j * n + j] === 0) continue
    for (let i = j + 1; i < n; i++) {
      const factor = x[i * n + j] / x[j * n + j]
      x[i * n + j] = factor
      for (let c = j + 1; c < n; c++) x[i * n + c] -= factor * x[j * n + c]
    }
  }
  return order
}

/** Q [m, k] and R [k, n] by Householder reflections, with signs such that the diagonal of R is not negative. */
export function qrFactor(x: Float64Array, m: number, n: number): { q: Float64Array; r: Float64Array } {
  const k = Math.min(m, n)
  const reflections: Float64Array[] = []
  for (let j = 0; j < k; j++) {
    const v = new Float64Array(m)
    let square = 0
    for (let i = j; i < m; i++) {
      v[i] = x[i * n + j]
      square += v[i] * v[i]
    }
    // Reflecting to the side away from x avoids cancellation; the sign is set right at the end.
    v[j] += v[j] < 0 ? -Math.sqrt(square) : Math.sqrt(square)
    reflections.push(v)
    reflect(x, v, j, m, n)
  }
  const r = new Float64Array(k * n)
  for (let i = 0; i < k; i++) for (let j = i; j < n; j++) r[i * n + j] = x[i * n + j]
  const q = new Float64Array(m * k)
  for (let i = 0; i < k; i++) q[i * k + i] = 1
  for (let j = k - 1; j >= 0; j--) reflect(q, reflections[j], j, m, k)
  for (let i = 0; i < k; i++) {
    if (r[i * n + i] >= 0) continue
    for (let j = i; j < n; j++) r[i * n + j] = -r[i * n + j]
    for (let row = 0; row < m; row++) q[row * k + i] = -q[row * k + i]
  }
  return { q, r }
}

/** x ← x − 2·v·(vᵀx) / (vᵀv) for v that is zero before `first`. */
function reflect(x: Float64Array, v: Float64Array, first: number, m: number, n: number): void {
  let square = 0
  for (let i = first; i < m; i++) square += v[i] * v[i]
  if (square === 0) return
  for (let c = 0; c < n; c++) {
    let sum = 0
    for (let i = first; i < m; i++) sum += v[i] * x[i * n + c]
    const factor = (2 * sum) / square
    for (let i = first; i < m; i++) x[i * n + c] -= factor * v[i]
  }
}
