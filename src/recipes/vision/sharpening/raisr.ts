import { compile, type Tensor, tensor } from 'shapewise'
import { pictures } from 'shapewise/data'

const ANGLES = 24
const STRENGTHS = 3
const COHERENCES = 3
/** Kinds of edges of each angle. */
const CROWDS = STRENGTHS * COHERENCES
/** As many filters as there are kinds of edges, four times. */
const KINDS = 4 * ANGLES * CROWDS
/** Neighbours are weighed by a bell curve of this width, in pixels, when the direction of edges is taken. */
const SIGMA = 2
/** How much a filter that differs from none counts against it: for each pixel that it was learned from, and at all. */
const RIDGE = 1e-5
const PRIOR = 0.05

export interface RaisrOptions {
  /** The side of the filters in pixels, odd; 7, where the paper has 11. */
  readonly side?: number
  /** One of so many pixels is learned from; 5. */
  readonly every?: number
}

/** Pictures that were enlarged cheaply, and what they should have been: brightness, [batch, height, width, 1], height and width even. */
export interface Pair {
  readonly cheap: Tensor
  readonly sharp: Tensor
}

/** The direction of the edge at each pixel from 0 to 1 for half a turn, how strong it is, and how much it is one rather than a crowd. */
const edges = compile((x: Tensor): readonly Tensor[] => {
  const slope = (axis: 1 | 2): Tensor => x.roll(-1, axis).sub(x.roll(1, axis)).div(2) as Tensor
  const [down, right] = [slope(1), slope(2)]
  const blurred = (product: Tensor): Tensor => pictures.gaussianBlur(product, SIGMA, { radius: 4 }) as Tensor
  const [a, b, c] = [blurred(right.square()), blurred(right.mul(down) as Tensor), blurred(down.square())]
  // Eigenvalues of [[a, b], [b, c]], and the direction of the larger one's vector.
  const [half, part] = [a.add(c).div(2), a.sub(c).div(2).square().add(b.square()).sqrt()]
  const [large, small] = [half.add(part).sqrt(), half.sub(part).maximum(0).sqrt()]
  const angle = b
    .mul(2)
    .atan2(a.sub(c))
    .div(2 * Math.PI)
  return [angle.sub(angle.floor()), large, large.sub(small).div(large.add(small).add(1e-6))] as Tensor[]
})

/** Which of three parts a value lies in. */
const partOf = (value: number, [low, high]: readonly number[]): number => (value < low! ? 0 : value < high! ? 1 : 2)

/**
 * Filters that sharpen pictures which were enlarged twofold: one for each kind of edge, by its angle, strength and coherence, and for each of
 * the four places that pixels have in what was one pixel.
 *
 * Each is the least-squares solution of Σ (sharp − cheap − hᵀ patch)² + λ |h|² over the pixels of its kind, those of pictures that are turned by
 * quarters or mirrored among them. (Romano, Isidoro and Milanfar, "RAISR: rapid and accurate image super resolution", 2016; the filters of the
 * paper give the pixel, these what bicubic interpolation lacks, and there is no blending afterwards.)
 */
export class Raisr {
  private constructor(
    readonly side: number,
    readonly thresholds: readonly (readonly number[])[],
    /** [angle, strength, coherence, row and column within the pixel, side · side] */
    readonly filters: Float64Array,
  ) {}

  static async learn({ cheap, sharp }: Pair, { side = 7, every = 5 }: RaisrOptions = {}): Promise<Raisr> {
    const hashed = await valuesOf(edges(cheap))
    const thresholds = [1, 2].map((k) => thirds(hashed[k]!))
    const n = side * side
    const [squares, products] = [new Float64Array(KINDS * n * n), new Float64Array(KINDS * n)]
    const counts = new Float64Array(KINDS)
    const patch = new Float64Array(n)
    const [x, y] = await valuesOf([cheap, sharp])
    const [, height, width] = cheap.shape as readonly number[] as [number, number, number]
    for (let at = 0; at < x!.length; at += every) {
      const [row, column] = [Math.floor(at / width) % height, at % width]
      if (!isInside(row, height, side) || !isInside(column, width, side)) continue
      takePatch(patch, x!, at, width, side)
      const kind = 4 * hashAt(hashed, at, thresholds) + 2 * (row % 2) + (column % 2)
      counts[kind]!++
      const [lacking, square, product] = [y![at]! - x![at]!, kind * n * n, kind * n]
      for (let j = 0; j < n; j++) {
        const value = patch[j]!
        products[product + j]! += value * lacking
        for (let k = j; k < n; k++) squares[square + j * n + k]! += value * patch[k]!
      }
    }
    return new Raisr(side, thresholds, await solved(side, { squares, products, counts }))
  }

  /** Pictures that were enlarged cheaply, sharpened; their outermost pixels stay. */
  async sharpened(cheap: Tensor): Promise<Tensor> {
    const { side, filters, thresholds } = this
    const n = side * side
    const [, height, width] = cheap.shape as readonly number[] as [number, number, number]
    const [[x], hashed] = [await valuesOf([cheap]), await valuesOf(edges(cheap))]
    const [result, patch] = [Float32Array.from(x!), new Float64Array(n)]
    for (let at = 0; at < x!.length; at++) {
      const [row, column] = [Math.floor(at / width) % height, at % width]
      if (!isInside(row, height, side) || !isInside(column, width, side)) continue
      takePatch(patch, x!, at, width, side)
      const from = (4 * hashAt(hashed, at, thresholds) + 2 * (row % 2) + (column % 2)) * n
      for (let j = 0; j < n; j++) result[at]! += filters[from + j]! * patch[j]!
    }
    return tensor(result, [...cheap.shape])
  }

  /** The filters for the upper left of the four pixels at strong, clear edges, angle after angle. */
  tiles(): readonly { readonly side: number; readonly values: Float64Array }[] {
    const n = this.side ** 2
    return Array.from({ length: ANGLES }, (_, angle) => {
      const from = 4 * (angle * CROWDS + CROWDS - 1) * n
      return { side: this.side, values: this.filters.subarray(from, from + n) }
    })
  }
}

const valuesOf = (tensors: readonly Tensor[]): Promise<Float32Array[]> =>
  Promise.all(tensors.map(async (one) => (await one.data()) as Float32Array))

const isInside = (place: number, size: number, side: number): boolean =>
  place >= side >> 1 && place < size - (side >> 1)

function takePatch(patch: Float64Array, x: Float32Array, at: number, width: number, side: number): void {
  const corner = at - (side >> 1) * (width + 1)
  for (let j = 0; j < side; j++) for (let k = 0; k < side; k++) patch[j * side + k] = x[corner + j * width + k]!
}

const hashAt = ([angle, strength, coherence]: readonly Float32Array[], at: number, thresholds: Raisr['thresholds']) =>
  (Math.min(ANGLES - 1, Math.floor(ANGLES * angle![at]!)) * STRENGTHS + partOf(strength![at]!, thresholds[0]!)) *
    COHERENCES +
  partOf(coherence![at]!, thresholds[1]!)

/** Where a third, and two thirds, of the values lie below. */
function thirds(values: Float32Array): readonly number[] {
  const some = values.filter((_, i) => i % 97 === 0).sort()
  return [some[Math.floor(some.length / 3)]!, some[Math.floor((2 * some.length) / 3)]!]
}

/** What becomes of a place in a filter, of an angle and of the place within a pixel when a picture is mirrored or turned: each twice is nothing. */
interface Symmetry {
  place(row: number, column: number, last: number): readonly [row: number, column: number]
  angle(angle: number): number
  phase(phase: number): number
}

/** Left to right, at the diagonal, and half a turn: after each other they make all eight. */
const symmetries: readonly Symmetry[] = [
  {
    place: (row, column, last) => [row, last - column],
    angle: (angle) => ANGLES - 1 - angle,
    phase: (phase) => phase ^ 1,
  },
  {
    place: (row, column) => [column, row],
    angle: (angle) => (ANGLES / 2 - 1 - angle + ANGLES) % ANGLES,
    phase: (phase) => (phase >> 1) | ((phase & 1) << 1),
  },
  { place: (row, column, last) => [last - row, last - column], angle: (angle) => angle, phase: (phase) => phase ^ 3 },
]

/** The filters, when what was seen of pictures counts for what is seen of them in a mirror or turned, too. */
function solved(
  side: number,
  { squares, products, counts }: { squares: Float64Array; products: Float64Array; counts: Float64Array },
): Promise<Float64Array> {
  const [n, kinds] = [side * side, counts.length]
  for (let kind = 0; kind < kinds; kind++) {
    const from = kind * n * n
    for (let j = 0; j < n; j++) for (let k = 0; k < j; k++) squares[from + j * n + k] = squares[from + k * n + j]!
  }
  for (const { place, angle, phase } of symmetries) {
    const placed = Array.from({ length: n }, (_, j) => {
      const [row, column] = place(Math.floor(j / side), j % side, side - 1)
      return row * side + column
    })
    const kindOf = (kind: number): number => {
      const [turn, rest] = [Math.floor(kind / (4 * CROWDS)), Math.floor(kind / 4) % CROWDS]
      return 4 * (angle(turn) * CROWDS + rest) + phase(kind % 4)
    }
    for (let kind = 0; kind < kinds; kind++) {
      const other = kindOf(kind)
      share(counts, kind, other)
      for (let j = 0; j < n; j++) {
        share(products, kind * n + j, other * n + placed[j]!)
        for (let k = 0; k < n; k++) share(squares, (kind * n + j) * n + k, (other * n + placed[j]!) * n + placed[k]!)
      }
    }
  }
  for (let i = 0; i < kinds * n; i++) squares[i * n + (i % n)]! += RIDGE * counts[Math.floor(i / n)]! + PRIOR
  const filters = tensor(squares, [kinds, n, n]).solve(tensor(products, [kinds, n, 1])) as Tensor
  return filters.data() as Promise<Float64Array>
}

/** Two that belong together get the sum of both. */
function share(values: Float64Array, a: number, b: number): void {
  if (a > b) return
  const sum = values[a]! + values[b]!
  values[a] = sum
  values[b] = sum
}
