/** A cell of so few points is not cut. */
const LEAF = 6

/**
 * Cells of points in space, each inside another: what is far away acts from its centre (Barnes and Hut, "A hierarchical O(N log N) force-calculation
 * algorithm", 1986). Points of a plane or a line have zeros. A cell is the box around its points, cut in the middle of each side, so that no cell has a
 * single part and points that coincide end in one leaf. Cells are numbered as they are entered, and `next` is the cell after all inside.
 */
export class Cells {
  readonly #order: Int32Array
  readonly #sorted: Int32Array
  readonly #octants: Uint8Array
  #size = 0
  #next = new Int32Array(0)
  #from = new Int32Array(0)
  #to = new Int32Array(0)
  #isLeaf = new Uint8Array(0)
  /** For each: its centre, its mass, and the square of its longest side. */
  #bodies = new Float64Array(0)

  constructor(readonly count: number) {
    this.#order = new Int32Array(count)
    this.#sorted = new Int32Array(count)
    this.#octants = new Uint8Array(count)
  }

  /** Sorts points into cells. */
  build(x: Float64Array, y: Float64Array, z: Float64Array): void {
    this.#size = 0
    // From the same order each time: sums in another one would round otherwise, and a descent makes much of little.
    for (let i = 0; i < this.count; i++) this.#order[i] = i
    if (this.count > 0) this.#cell(x, y, z, 0, this.count)
  }

  #cell(x: Float64Array, y: Float64Array, z: Float64Array, from: number, to: number): void {
    const order = this.#order
    let [left, right, low, high, near, far] = [Infinity, -Infinity, Infinity, -Infinity, Infinity, -Infinity]
    let [sumX, sumY, sumZ] = [0, 0, 0]
    for (let n = from; n < to; n++) {
      const i = order[n]
      const a = x[i]
      const b = y[i]
      const c = z[i]
      if (a < left) left = a
      if (a > right) right = a
      if (b < low) low = b
      if (b > high) high = b
      if (c < near) near = c
      if (c > far) far = c
      sumX += a
      sumY += b
      sumZ += c
    }
    const mass = to - from
    const side = Math.max(right - left, high - low, far - near)
    const own = this.#add(from, to)
    this.#bodies.set([sumX / mass, sumY / mass, sumZ / mass, mass, side * side], 5 * own)
    const [midX, midY, midZ] = [(left + right) / 2, (low + high) / 2, (near + far) / 2]
    // Where the middle of a side rounds to its end, nothing would be cut.
    const isCut = (right > left && midX < right) || (high > low && midY < high) || (far > near && midZ < far)
    this.#isLeaf[own] = mass <= LEAF || !isCut ? 1 : 0
    if (this.#isLeaf[own] === 0) {
      const ends = this.#cut(x, y, z, from, to, midX, midY, midZ)
      for (let octant = 0, start = from; octant < 8; octant++) {
        if (ends[octant] > start) this.#cell(x, y, z, start, ends[octant])
        start = ends[octant]
      }
    }
    this.#next[own] = this.#size
  }

  /** Orders points by octant; where each ends. */
  #cut(
    x: Float64Array,
    y: Float64Array,
    z: Float64Array,
    from: number,
    to: number,
    midX: number,
    midY: number,
    midZ: number,
  ): number[] {
    const [order, sorted, octants] = [this.#order, this.#sorted, this.#octants]
    const ends = [0, 0, 0, 0, 0, 0, 0, 0]
    for (let n = from; n < to; n++) {
      const i = order[n]
      const octant = (x[i] > midX ? 1 : 0) | (y[i] > midY ? 2 : 0) | (z[i] > midZ ? 4 : 0)
      octants[n] = octant
      ends[octant]++
    }
    for (let octant = 0, start = from; octant < 8; octant++) {
      const count = ends[octant]
      ends[octant] = start
      start += count
    }
    for (let n = from; n < to; n++) sorted[ends[octants[n]]++] = order[n]
    order.set(sorted.subarray(from, to), from)
    return ends
  }

  #add(from: number, to: number): number {
    if (this.#size === this.#next.length) this.#grow()
    this.#from[this.#size] = from
    this.#to[this.#size] = to
    return this.#size++
  }

  #grow(): void {
    const larger = <A extends { set(from: A): void }>(from: A, made: A): A => {
      made.set(from)
      return made
    }
    const size = Math.max(64, 2 * this.#size)
    this.#next = larger(this.#next, new Int32Array(size))
    this.#from = larger(this.#from, new Int32Array(size))
    this.#to = larger(this.#to, new Int32Array(size))
    this.#isLeaf = larger(this.#isLeaf, new Uint8Array(size))
    this.#bodies = larger(this.#bodies, new Float64Array(5 * size))
  }

  /**
   * Fills `forces` (three for each point) with Σ w² (yᵢ − yⱼ), where w is 1 / (1 + |yᵢ − yⱼ|²); cells whose side is below `angle` times their distance
   * act from their centre.
   *
   * @returns Σ w over all ordered pairs
   */
  repulsion(x: Float64Array, y: Float64Array, z: Float64Array, angle: number, forces: Float64Array): number {
    const [order, next, isLeaf, bodies] = [this.#order, this.#next, this.#isLeaf, this.#bodies]
    const [leafFrom, leafTo, size, square] = [this.#from, this.#to, this.#size, angle * angle]
    let total = 0
    // Here and in the descent numbers have names of their own: lists that are taken apart at once cost as much as the arithmetic.
    // Neighbours in the order of cells go nearly the same way.
    for (let n = 0; n < this.count; n++) {
      const i = order[n]
      const a = x[i]
      const b = y[i]
      const c = z[i]
      let forceX = 0
      let forceY = 0
      let forceZ = 0
      let sum = 0
      let cell = 0
      while (cell < size) {
        const body = 5 * cell
        const dx = a - bodies[body]
        const dy = b - bodies[body + 1]
        const dz = c - bodies[body + 2]
        const distance = dx * dx + dy * dy + dz * dz
        if (bodies[body + 4] < square * distance) {
          const w = 1 / (1 + distance)
          const weighted = bodies[body + 3] * w
          sum += weighted
          forceX += weighted * w * dx
          forceY += weighted * w * dy
          forceZ += weighted * w * dz
          cell = next[cell]
        } else if (isLeaf[cell] === 1) {
          for (let m = leafFrom[cell]; m < leafTo[cell]; m++) {
            const j = order[m]
            if (j === i) continue
            const ex = a - x[j]
            const ey = b - y[j]
            const ez = c - z[j]
            const w = 1 / (1 + ex * ex + ey * ey + ez * ez)
            sum += w
            forceX += w * w * ex
            forceY += w * w * ey
            forceZ += w * w * ez
          }
          cell = next[cell]
        } else cell++
      }
      forces[3 * i] = forceX
      forces[3 * i + 1] = forceY
      forces[3 * i + 2] = forceZ
      total += sum
    }
    return total
  }
}
