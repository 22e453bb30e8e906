import type { RandomStream } from 'shapewise/data'
import { BINS, type BinnedTable } from './binned-table.js'

/** What a split has to gain; less is rounding. */
const LEAST_GAIN = 1e-9

/**
 * What each row asks for, as gradient g and curvature h of its loss at one of the outputs. A class as target of squares is g = −1, h = 1 at the
 * output of the class; a number y is g = −y, h = 1.
 */
export interface Pull {
  readonly gradients: Float64Array
  readonly curvatures: Float64Array
  /** The output that a row speaks of. */
  readonly outputs: Uint8Array
}

export interface GrowOptions {
  /** Outputs of a leaf. */
  readonly width: number
  /** Splits between the root and a leaf, at most. */
  readonly depth: number
  /** Rows in a leaf, at least. */
  readonly leafRows: number
  /** Added to the curvature of every leaf. */
  readonly ridge: number
  /** Features that are looked at for each split, drawn anew. */
  readonly tried: number
  readonly random: RandomStream
}

/** Nodes in the order in which they were made; of two children the right one follows the left one. */
export interface Tree {
  /** The feature that a node asks for; −1 in a leaf. */
  readonly features: number[]
  /** Bins up to this one go to the left. */
  readonly bins: number[]
  readonly lefts: number[]
  /** What the leaves say. */
  readonly values: (readonly number[])[]
}

/** The number of the leaf that a row falls into. */
export function leafOf({ features, bins, lefts }: Tree, { columns }: BinnedTable, row: number): number {
  let node = 0
  for (let feature = features[0]!; feature >= 0; feature = features[node]!) {
    node = lefts[node]! + (columns[feature]![row]! > bins[node]! ? 1 : 0)
  }
  return node
}

interface Split {
  readonly feature: number
  readonly bin: number
}

/**
 * Grows a tree that lessens Σ g w + ½ h w² over the rows, where w is what a row's leaf says at the row's output: −G / (H + ridge), with the sums over the leaf.
 * A node is split where Σ G² / (H + ridge) grows most, found by adding up gradients bin by bin. For classes as targets of squares that is the
 * split by Gini's index of CART (Breiman et al. 1984), for losses with curvature that of XGBoost.
 *
 * Of the libraries of npm, `ml-random-forest` takes time with the square of rows (over ten seconds a tree for 30,000), and none that is kept up does boosting.
 *
 * Source: Chen and Guestrin, XGBoost: a scalable tree boosting system, 2016, equations 5 to 7 and algorithm 1; Ke et al., LightGBM, 2017, for bins.
 *
 * @param rows numbers of rows, some more than once perhaps; are put into another order
 */
export function grow(table: BinnedTable, rows: Int32Array, pull: Pull, options: GrowOptions): Tree {
  const { width, depth, leafRows, ridge } = options
  const tree: Tree = { features: [-1], bins: [0], lefts: [0], values: [[]] }
  const finder = new SplitFinder(table, rows, pull, options)
  const open = [{ node: 0, from: 0, to: rows.length, level: 0 }]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { node, from, to, level } = next
    const split = level < depth && to - from >= 2 * leafRows ? finder.best(from, to) : undefined
    if (split === undefined) {
      const sums = new Float64Array(width)
      let curvature = ridge
      for (let i = from; i < to; i++) {
        sums[pull.outputs[rows[i]!]!]! += pull.gradients[rows[i]!]!
        curvature += pull.curvatures[rows[i]!]!
      }
      tree.values[node] = Array.from(sums, (sum) => -sum / curvature)
      continue
    }
    const middle = partition(rows, table.columns[split.feature]!, split.bin, from, to)
    const left = tree.features.length
    tree.features[node] = split.feature
    tree.bins[node] = split.bin
    tree.lefts[node] = left
    for (const child of [
      { node: left, from, to: middle, level: level + 1 },
      { node: left + 1, from: middle, to, level: level + 1 },
    ]) {
      tree.features.push(-1)
      tree.bins.push(0)
      tree.lefts.push(0)
      tree.values.push([])
      open.push(child)
    }
  }
  return tree
}

/** Brings rows whose bin is at most `bin` to the front; returns where the others begin. */
function partition(rows: Int32Array, column: Uint8Array, bin: number, from: number, to: number): number {
  let [low, high] = [from, to - 1]
  while (low <= high) {
    const row = rows[low]!
    if (column[row]! <= bin) low++
    else {
      rows[low] = rows[high]!
      rows[high--] = row
    }
  }
  return low
}

/** Looks for splits, with room for the sums of one feature's bins. */
class SplitFinder {
  readonly #gradients: Float64Array
  readonly #curvatures = new Float64Array(BINS + 1)
  readonly #counts = new Int32Array(BINS + 1)
  readonly #left: Float64Array
  readonly #right: Float64Array
  /** All features; those that are tried next come first. */
  readonly #order: Int32Array

  constructor(
    readonly table: BinnedTable,
    readonly rows: Int32Array,
    readonly pull: Pull,
    readonly options: GrowOptions,
  ) {
    this.#gradients = new Float64Array((BINS + 1) * options.width)
    this.#left = new Float64Array(options.width)
    this.#right = new Float64Array(options.width)
    this.#order = Int32Array.from(table.columns.keys())
  }

  /** The best split of the rows from `from` to `to`, if one gains anything. */
  best(from: number, to: number): Split | undefined {
    const { random, tried } = this.options
    const order = this.#order
    let [found, most]: [Split | undefined, number] = [undefined, LEAST_GAIN]
    for (let k = 0; k < Math.min(tried, order.length); k++) {
      if (tried < order.length) {
        const drawn = k + random.integer(order.length - k)
        ;[order[k], order[drawn]] = [order[drawn]!, order[k]!]
      }
      const feature = order[k]!
      const { bin, gain } = this.#scan(this.table.columns[feature]!, from, to)
      if (gain > most) [found, most] = [{ feature, bin }, gain]
    }
    return found
  }

  #scan(column: Uint8Array, from: number, to: number): { readonly bin: number; readonly gain: number } {
    const { width, leafRows, ridge } = this.options
    const [gradients, curvatures, counts, left, right] = [
      this.#gradients,
      this.#curvatures,
      this.#counts,
      this.#left,
      this.#right,
    ]
    const last = this.#addUp(column, from, to)
    left.fill(0)
    right.fill(0)
    let [leftCurvature, rightCurvature, leftCount] = [ridge, ridge, 0]
    for (let bin = 0; bin <= last; bin++) {
      rightCurvature += curvatures[bin]!
      for (let k = 0; k < width; k++) right[k]! += gradients[bin * width + k]!
    }
    const before = score(right, rightCurvature)
    let [best, gain] = [0, 0]
    for (let bin = 0; bin < last; bin++) {
      if (counts[bin] === 0) continue
      leftCount += counts[bin]!
      leftCurvature += curvatures[bin]!
      rightCurvature -= curvatures[bin]!
      for (let k = 0; k < width; k++) {
        left[k]! += gradients[bin * width + k]!
        right[k]! -= gradients[bin * width + k]!
      }
      if (leftCount < leafRows || to - from - leftCount < leafRows) continue
      const gained = score(left, leftCurvature) + score(right, rightCurvature) - before
      if (gained > gain) [best, gain] = [bin, gained]
    }
    gradients.fill(0, 0, (last + 1) * width)
    curvatures.fill(0, 0, last + 1)
    counts.fill(0, 0, last + 1)
    return { bin: best, gain }
  }

  /** Sums over the rows of each bin; returns the last bin that has one. All sums are 0 before. */
  #addUp(column: Uint8Array, from: number, to: number): number {
    const { rows, pull, options } = this
    const { gradients: gradientOf, curvatures: curvatureOf, outputs: outputOf } = pull
    const { width } = options
    const [gradients, curvatures, counts] = [this.#gradients, this.#curvatures, this.#counts]
    let last = 0
    for (let i = from; i < to; i++) {
      const row = rows[i]!
      const bin = column[row]!
      gradients[bin * width + outputOf[row]!]! += gradientOf[row]!
      curvatures[bin]! += curvatureOf[row]!
      counts[bin]!++
      if (bin > last) last = bin
    }
    return last
  }
}

/** How much less Σ g w + ½ h w² becomes by the best w, times two. */
function score(gradients: Float64Array, curvature: number): number {
  let sum = 0
  for (let k = 0; k < gradients.length; k++) sum += gradients[k]! ** 2
  return curvature > 0 ? sum / curvature : 0
}
