/** Weights of a neighbourhood, row by row, around its middle; odd in height and width. */
export type Kernel = readonly (readonly number[])[]

/** The kernel whose weight at (x, y) from the middle, to the right and down, is a function of both. */
export function kernelOf(radius: number, weight: (x: number, y: number) => number): Kernel {
  const places = Array.from({ length: 2 * radius + 1 }, (_, i) => i - radius)
  return places.map((y) => places.map((x) => weight(x, y)))
}

const total = (kernel: Kernel): number => kernel.flat().reduce((sum, weight) => sum + weight, 0)
const scaled = (kernel: Kernel, factor: number): Kernel => kernel.map((row) => row.map((weight) => weight * factor))

/** A bell curve exp(−r² / 2σ²) that sums to 1. */
export function gaussian(sigma: number): Kernel {
  const raw = kernelOf(Math.ceil(3 * sigma), (x, y) => Math.exp(-(x * x + y * y) / (2 * sigma * sigma)))
  return scaled(raw, 1 / total(raw))
}

export interface GaborOptions {
  /** The angle in which the wave travels, in turns of π from the right towards the bottom. */
  readonly angle: number
  /** Pixels between two crests. */
  readonly wavelength: number
  /** Width of the bell curve in pixels. */
  readonly sigma: number
  /** How much longer the bell is across the wave; 1. */
  readonly length?: number
}

/**
 * A wave under a bell curve, exp(−(u² + (v / length)²) / 2σ²) · (cos or sin)(2πu / wavelength) / (2πσ² length), u along the wave and v across. Of the cosine
 * so much of the bell is taken away that it sums to 0, so that even brightness gives nothing (a Morlet wavelet).
 *
 * Source: Gabor, Theory of communication, 1946; Daugman, Uncertainty relation for resolution in space, spatial frequency, and orientation, 1985.
 */
export function gabor(part: 'even' | 'odd', { angle, wavelength, sigma, length = 1 }: GaborOptions): Kernel {
  const [cosine, sine] = [Math.cos(Math.PI * angle), Math.sin(Math.PI * angle)]
  const radius = Math.ceil(3 * sigma * Math.max(1, length))
  const norm = 2 * Math.PI * sigma * sigma * length
  const along = (x: number, y: number): number => x * cosine + y * sine
  const bell = (x: number, y: number): number => {
    const across = (y * cosine - x * sine) / length
    return Math.exp(-(along(x, y) ** 2 + across ** 2) / (2 * sigma * sigma)) / norm
  }
  const phase = (x: number, y: number): number => (2 * Math.PI * along(x, y)) / wavelength
  if (part === 'odd') return kernelOf(radius, (x, y) => bell(x, y) * Math.sin(phase(x, y)))
  const wave = kernelOf(radius, (x, y) => bell(x, y) * Math.cos(phase(x, y)))
  const even = total(wave) / total(kernelOf(radius, bell))
  return kernelOf(radius, (x, y) => bell(x, y) * (Math.cos(phase(x, y)) - even))
}

const smooth = gaussian(2)
const middle = (smooth.length - 1) / 2

/** What an image editor has in its menu: weights, and what is added so that a picture comes out. */
export const editorFilters: Readonly<Record<string, { readonly kernel: Kernel; readonly offset?: number }>> = {
  'box blur, 5 × 5': { kernel: kernelOf(2, () => 1 / 25) },
  'Gaussian blur, σ = 2': { kernel: smooth },
  'motion blur': { kernel: kernelOf(5, (x, y) => (x === -y ? 1 / 11 : 0)) },
  // biome-ignore format: kernels are read as squares
  'sharpen': { kernel: [
    [ 0, -1,  0],
    [-1,  5, -1],
    [ 0, -1,  0],
  ] },
  'unsharp mask: 2.5 x − 1.5 blurred': {
    kernel: smooth.map((row, y) => row.map((weight, x) => (x === middle && y === middle ? 2.5 : 0) - 1.5 * weight)),
  },
  // biome-ignore format: kernels are read as squares
  'emboss': { kernel: [
    [-2, -1, 0],
    [-1,  0, 1],
    [ 0,  1, 2],
  ], offset: 0.5 },
  // biome-ignore format: kernels are read as squares
  'outline': { kernel: [
    [-1, -1, -1],
    [-1,  8, -1],
    [-1, -1, -1],
  ] },
}

/** The slope of brightness to the right and downwards (Sobel and Feldman, 1968), and how much a place stands out from what is around it. */
export const edgeFilters: Readonly<Record<string, Kernel>> = {
  // biome-ignore format: kernels are read as squares
  'Sobel, to the right': [
    [-1, 0, 1],
    [-2, 0, 2],
    [-1, 0, 1],
  ],
  // biome-ignore format: kernels are read as squares
  'Sobel, downwards': [
    [-1, -2, -1],
    [ 0,  0,  0],
    [ 1,  2,  1],
  ],
  // biome-ignore format: kernels are read as squares
  'Laplacian': [
    [0,  1, 0],
    [1, -4, 1],
    [0,  1, 0],
  ],
}
