import { RandomStream } from 'shapewise/data'
import type { BinnedTable } from './binned-table.js'
import { grow, leafOf, type Pull, type Tree } from './grow.js'

/** What is learned: one of some classes, or a number. */
export type Targets =
  | { readonly kind: 'classes'; readonly labels: ArrayLike<number>; readonly count: number }
  | { readonly kind: 'values'; readonly values: ArrayLike<number> }

/** Many trees, whose leaves are added up. */
export class TreeEnsemble {
  /** Outputs for a row: of classes, one for each, the largest of which is meant; of two classes boosted, one, above 0 for the second. */
  readonly width: number
  readonly #start: Float64Array
  readonly #share: number
  /** The trees, and the first output of each. */
  readonly trees: { readonly tree: Tree; readonly output: number }[] = []

  constructor(start: Float64Array, share: number) {
    this.width = start.length
    this.#start = start
    this.#share = share
  }

  /** What the trees say of all rows: [rows, width]. */
  outputs(table: BinnedTable): Float64Array {
    const sums = Float64Array.from({ length: table.rows * this.width }, (_, i) => this.#start[i % this.width]!)
    for (const { tree, output } of this.trees) this.add(sums, table, tree, output)
    return sums
  }

  add(sums: Float64Array, table: BinnedTable, tree: Tree, output: number): void {
    for (let row = 0; row < table.rows; row++) {
      const values = tree.values[leafOf(tree, table, row)]!
      for (let k = 0; k < values.length; k++) sums[row * this.width + output + k]! += this.#share * values[k]!
    }
  }

  /** The class of each row, or the number. */
  predict(table: BinnedTable, targets: Targets): Float64Array {
    const outputs = this.outputs(table)
    if (targets.kind === 'values') return outputs
    if (this.width === 1) return outputs.map((value) => (value > 0 ? 1 : 0))
    return Float64Array.from({ length: table.rows }, (_, row) => {
      const own = outputs.subarray(row * this.width, (row + 1) * this.width)
      return own.indexOf(Math.max(...own))
    })
  }
}

export interface ForestOptions {
  readonly trees?: number
  /** Features tried for each split; the root of their number for classes, a third for values. */
  readonly tried?: number
  /** 1 for classes, 5 for values. */
  readonly leafRows?: number
  readonly seed?: number
  /** After each tree, with how many there are. */
  readonly onTree?: (trees: number) => void
}

/**
 * A random forest: each tree grows to the end on rows drawn with replacement, and looks at few features for each split; they vote.
 *
 * Source: Breiman, Random forests, 2001.
 */
export function forest(table: BinnedTable, targets: Targets, options: ForestOptions = {}): TreeEnsemble {
  const isClasses = targets.kind === 'classes'
  const features = table.columns.length
  const { trees = 100, leafRows = isClasses ? 1 : 5, seed = 0, onTree } = options
  const tried = options.tried ?? Math.max(1, Math.round(isClasses ? Math.sqrt(features) : features / 3))
  const random = new RandomStream(seed)
  const width = isClasses ? targets.count : 1
  const pull: Pull = {
    gradients: Float64Array.from({ length: table.rows }, (_, row) => (isClasses ? -1 : -targets.values[row]!)),
    curvatures: new Float64Array(table.rows).fill(1),
    outputs: Uint8Array.from({ length: table.rows }, (_, row) => (isClasses ? targets.labels[row]! : 0)),
  }
  const made = new TreeEnsemble(new Float64Array(width), 1 / trees)
  for (let i = 0; i < trees; i++) {
    const rows = Int32Array.from({ length: table.rows }, () => random.integer(table.rows))
    made.trees.push({
      tree: grow(table, rows, pull, { width, depth: Infinity, leafRows, ridge: 0, tried, random }),
      output: 0,
    })
    onTree?.(i + 1)
  }
  return made
}

export interface BoostingOptions {
  readonly rounds?: number
  readonly learningRate?: number
  /** Splits between root and leaf. */
  readonly depth?: number
  readonly leafRows?: number
  readonly ridge?: number
  /** The part of the rows that each tree learns from. */
  readonly rowShare?: number
  /** Features tried for each split; all. */
  readonly tried?: number
  readonly seed?: number
  /** After each round, with how many there are. */
  readonly onRound?: (rounds: number) => void
}

/**
 * Gradient boosting: each small tree takes a step against the gradient of the loss at what the trees before it say: squares for values, cross-entropy for
 * classes (one tree for each class and round; of two classes, one).
 *
 * Source: Friedman, Greedy function approximation: a gradient boosting machine, 2001; with curvature by Chen and Guestrin, XGBoost, 2016.
 */
export function boosting(table: BinnedTable, targets: Targets, options: BoostingOptions = {}): TreeEnsemble {
  const {
    rounds = 100,
    learningRate = 0.1,
    depth = 6,
    leafRows = 20,
    ridge = 1,
    rowShare = 1,
    seed = 0,
    onRound,
  } = options
  const random = new RandomStream(seed)
  const start = startOf(table.rows, targets)
  const [width, rows] = [start.length, table.rows]
  const made = new TreeEnsemble(start, learningRate)
  const sums = made.outputs(table)
  const pull: Pull = {
    gradients: new Float64Array(rows),
    curvatures: new Float64Array(rows).fill(1),
    outputs: new Uint8Array(rows),
  }
  const grown = { width: 1, depth, leafRows, ridge, tried: options.tried ?? Infinity, random }
  const everyRow = Int32Array.from({ length: rows }, (_, row) => row)
  for (let round = 1; round <= rounds; round++) {
    const now = targets.kind === 'values' ? sums.slice() : probabilities(sums, width)
    for (let output = 0; output < width; output++) {
      for (let row = 0; row < rows; row++) {
        const said = now[row * width + output]!
        if (targets.kind === 'values') {
          pull.gradients[row] = said - targets.values[row]!
        } else {
          pull.gradients[row] = said - (targets.labels[row] === (width === 1 ? 1 : output) ? 1 : 0)
          pull.curvatures[row] = said * (1 - said)
        }
      }
      const drawn = rowShare < 1 ? everyRow.filter(() => random.uniform() < rowShare) : everyRow.slice()
      const tree = grow(table, drawn, pull, grown)
      made.trees.push({ tree, output })
      made.add(sums, table, tree, output)
    }
    onRound?.(round)
  }
  return made
}

/** The mean of values, the logarithms of how often classes are. */
function startOf(rows: number, targets: Targets): Float64Array {
  if (targets.kind === 'values') {
    let sum = 0
    for (let row = 0; row < rows; row++) sum += targets.values[row]!
    return Float64Array.of(sum / rows)
  }
  const counts = new Float64Array(targets.count)
  for (let row = 0; row < rows; row++) counts[targets.labels[row]!]!++
  return targets.count === 2
    ? Float64Array.of(Math.log(counts[1]! / counts[0]!))
    : counts.map((count) => Math.log(count / rows))
}

/** By the logistic function of one output, or by softmax of several: [rows, width]. */
function probabilities(sums: Float64Array, width: number): Float64Array {
  if (width === 1) return sums.map((value) => 1 / (1 + Math.exp(-value)))
  const powers = sums.map(Math.exp)
  for (let at = 0; at < powers.length; at += width) {
    let total = 0
    for (let k = 0; k < width; k++) total += powers[at + k]!
    for (let k = 0; k < width; k++) powers[at + k]! /= total
  }
  return powers
}
