/**
 * The discrete Fourier transform of n complex numbers (pairs), Xₖ = Σⱼ xⱼ · exp(∓2πi·jk/n), not normalised.
 *
 * Powers of two by Cooley and Tukey's algorithm (1965); any other length as a convolution of twice the length or more
 * (Bluestein, 1970). May reuse `x`.
 */
export function fourierTransform(x: Float64Array, n: number, inverse: boolean): Float64Array {
  if (n <= 1) return x
  if ((n & (n - 1)) === 0) {
    transformPowerOfTwo(x, n, inverse)
    return x
  }
  return transformAnyLength(x, n, inverse)
}

/** In place: bit-reversed order, then butterflies of growing size. */
function transformPowerOfTwo(x: Float64Array, n: number, inverse: boolean): void {
  for (let i = 1, j = 0; i < n; i++) {
    let bit = n >> 1
    for (; j & bit; bit >>= 1) j ^= bit
    j ^= bit
    if (i < j) {
      for (const part of [0, 1]) [x[2 * i + part], x[2 * j + part]] = [x[2 * j + part], x[2 * i + part]]
    }
  }
  // Each root from its own angle: repeated multiplication would lose digits.
  const roots = new Float64Array(n)
  for (let k = 0; k < n / 2; k++) {
    const angle = ((inverse ? 2 : -2) * Math.PI * k) / n
    roots[2 * k] = Math.cos(angle)
    roots[2 * k + 1] = Math.sin(angle)
  }
  for (let half = 1; half < n; half *= 2) {
    const step = n / (2 * half)
    for (let start = 0; start < n; start += 2 * half) {
      for (let k = 0; k < half; k++) {
        const [c, s] = [roots[2 * k * step], roots[2 * k * step + 1]]
        const even = 2 * (start + k)
        const odd = even + 2 * half
        const real = c * x[odd] - s * x[odd + 1]
        const imaginary = c * x[odd + 1] + s * x[odd]
        x[odd] = x[even] - real
        x[odd + 1] = x[even + 1] - imaginary
        x[even] += real
        x[even + 1] += imaginary
      }
    }
  }
}

/** With jk = (j² + k² − (k − j)²) / 2 the transform is a convolution with exp(±πi·j²/n). */
function transformAnyLength(x: Float64Array, n: number, inverse: boolean): Float64Array {
  let size = 1
  while (size < 2 * n - 1) size *= 2
  const chirp = new Float64Array(2 * n)
  for (let j = 0; j < n; j++) {
    // j² modulo 2n keeps the angle small and exact; j² itself stays below 2⁵³ for every array that fits memory.
    const angle = ((inverse ? 1 : -1) * Math.PI * ((j * j) % (2 * n))) / n
    chirp[2 * j] = Math.cos(angle)
    chirp[2 * j + 1] = Math.sin(angle)
  }
  const signal = new Float64Array(2 * size)
  const kernel = new Float64Array(2 * size)
  for (let j = 0; j < n; j++) {
    const [c, s] = [chirp[2 * j], chirp[2 * j + 1]]
    signal[2 * j] = c * x[2 * j] - s * x[2 * j + 1]
    signal[2 * j + 1] = c * x[2 * j + 1] + s * x[2 * j]
    for (const at of j === 0 ? [0] : [j, size - j]) {
      kernel[2 * at] = c
      kernel[2 * at + 1] = -s
    }
  }
  transformPowerOfTwo(signal, size, false)
  transformPowerOfTwo(kernel, size, false)
  for (let k = 0; k < size; k++) {
    const [a, b, c, d] = [signal[2 * k], signal[2 * k + 1], kernel[2 * k], kernel[2 * k + 1]]
    signal[2 * k] = (a * c - b * d) / size
    signal[2 * k + 1] = (a * d + b * c) / size
  }
  transformPowerOfTwo(signal, size, true)
  const result = new Float64Array(2 * n)
  for (let k = 0; k < n; k++) {
    const [c, s, a, b] = [chirp[2 * k], chirp[2 * k + 1], signal[2 * k], signal[2 * k + 1]]
    result[2 * k] = c * a - s * b
    result[2 * k + 1] = c * b + s * a
  }
  return result
}
