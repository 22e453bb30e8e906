import type { Elements } from '../../src/backends/reference/elements.js'
import { takeCuts } from '../../src/compiler/fuse/cuts.js'
import { decodeAll, isFloat } from '../../src/core/dtype.js'
import { formatType } from '../../src/graph/index.js'
import type { Node } from '../../src/graph/node.js'
import { setBackend } from '../../src/tensor/backends.js'
import { downloadSync, evaluate, storageOf } from '../../src/tensor/runtime.js'
import type { Tensor } from '../../src/tensor/tensor.js'
import { runText } from './library.js'
import { type Conditions, smallestUnitOf, unitOf, WideGraph } from './wide.js'

/** A backend, and whether the program is compiled or run operation by operation. */
export interface Candidate {
  readonly backend: string
  readonly compiled: boolean
}

export interface Failure {
  readonly candidate: Candidate
  readonly kind: 'error' | 'type' | 'difference'
  readonly message: string
  readonly expected?: string
  readonly found?: string
}

/** What is done to the nodes of a program before they are evaluated. */
export type Change = (nodes: readonly Node[]) => readonly Node[]

const unchanged: Change = (nodes) => nodes

/** Results in double precision, and how far rounding may move them. */
export class Truth {
  readonly #nodes: readonly Node[]
  readonly #graph: WideGraph
  readonly values: readonly Elements[]
  readonly types: readonly string[]
  overflowed = false
  /** Distances of noisy runs from the values, for each result. */
  #spread: Float64Array[] | undefined
  #runs = 0

  /** @throws if the program is not a legal one */
  constructor(
    readonly text: string,
    readonly change = unchanged,
  ) {
    setBackend('wide')
    const results = runText(text, false) as readonly Tensor[]
    this.#nodes = change(results.map((tensor) => tensor.node))
    this.types = this.#nodes.map(formatType)
    this.#graph = new WideGraph(this.#nodes)
    this.values = this.#run(0)
    // What variables wait for must not be left to other backends.
    evaluate([])
  }

  get dtypes(): readonly Node['dtype'][] {
    return this.#nodes.map(({ dtype }) => dtype)
  }

  #run(noise: number): readonly Elements[] {
    const conditions: Conditions = { noise, overflowed: false }
    const values = this.#graph.run(conditions)
    this.overflowed ||= conditions.overflowed
    return values
  }

  /** How far each element strays when everything is rounded at random; Infinity where it is not decided at all. */
  spread(runs: number): readonly Float64Array[] {
    this.#spread ??= this.values.map(({ data }) => new Float64Array(data.length))
    const spread = this.#spread
    for (; this.#runs < runs; this.#runs++) {
      let disturbed: readonly Elements[]
      try {
        disturbed = this.#run(this.#runs + 1)
      } catch {
        // Rounding decides whether the program fails, as where it computes an index: nothing can be said.
        for (const strays of spread) strays.fill(Infinity)
        continue
      }
      disturbed.forEach(({ data }, k) => {
        const exact = this.values[k].data
        for (let i = 0; i < data.length; i++) {
          if (Object.is(data[i], exact[i])) continue
          const distance = Math.abs(data[i] - exact[i])
          // Zeros of both signs are apart, too.
          spread[k][i] = Math.max(spread[k][i], Number.isNaN(distance) ? Infinity : distance, Number.MIN_VALUE)
        }
      })
    }
    return spread
  }
}

/** The results on a backend. */
export function run(text: string, { backend, compiled }: Candidate, change = unchanged): Elements[] {
  setBackend(backend)
  const results = runText(text, compiled) as readonly Tensor[]
  return change(results.map(({ node }) => node)).map((node) => {
    evaluate([node])
    const { dtype, shape } = node
    return { dtype, shape, data: decodeAll(dtype, downloadSync(storageOf(node))).slice() }
  })
}

/** What is wrong with a candidate. */
export function check(truth: Truth, candidate: Candidate): Failure | undefined {
  let found: Elements[]
  takeCuts()
  try {
    found = run(truth.text, candidate, truth.change)
    if (takeCuts() > 0) return { candidate, kind: 'error', message: 'fuse: a group had no code and was cut' }
  } catch (error) {
    return { candidate, kind: 'error', message: error instanceof Error ? error.message : String(error) }
  }
  const types = found.map(formatType)
  if (types.join() !== truth.types.join())
    return { candidate, kind: 'type', message: `results are ${types.join(', ')} instead of ${truth.types.join(', ')}` }
  for (const runs of [0, 3, 36]) {
    const difference = firstDifference(truth, found, runs)
    if (difference === undefined) return undefined
    if (runs === 36 && !truth.overflowed) return { candidate, kind: 'difference', ...difference }
  }
  return undefined
}

/** An element that is farther from the truth than rounding explains. */
function firstDifference(
  truth: Truth,
  found: readonly Elements[],
  runs: number,
): { message: string; expected: string; found: string } | undefined {
  const spread = runs > 0 ? truth.spread(runs) : undefined
  for (const [k, { dtype, data }] of found.entries()) {
    const exact = truth.values[k].data
    const strays = spread?.[k]
    const unit = unitOf(dtype)
    let typical = 0
    // Where one whole number depends on rounding, others do: positions in an order, for instance.
    let undecided = false
    if (strays !== undefined) {
      for (const stray of strays) typical += Math.min(stray, 1e30) ** 2
      typical = Math.sqrt(typical / Math.max(1, strays.length))
      undecided = !isFloat(dtype) && typical > 0
    }
    if (undecided) continue
    for (let i = 0; i < data.length; i++) {
      const [a, b] = [data[i], exact[i]]
      if (Object.is(a, b)) continue
      const stray = strays?.[i] ?? 0
      if (stray === Infinity) continue
      if (isFloat(dtype) && Number.isFinite(a) && Number.isFinite(b)) {
        const bound = 16 * stray + 4 * typical + 4 * unit * Math.abs(b) + 4 * smallestUnitOf(dtype)
        // A zero must have its sign where nothing is rounded on the way.
        const sameZero = a !== 0 || b !== 0 || stray > 0 || typical > 0
        if (Math.abs(a - b) <= bound && sameZero) continue
      }
      const show = (values: ArrayLike<number>): string =>
        Array.from({ length: Math.min(values.length, 12) }, (_, j) =>
          Object.is(values[j], -0) ? '-0' : String(Number(values[j].toPrecision(9))),
        ).join(', ')
      return {
        message: `result ${k}, ${truth.types[k]}: element ${i} is ${Object.is(a, -0) ? '-0' : a}, it should be ${Object.is(b, -0) ? '-0' : b}`,
        expected: show(exact),
        found: show(data),
      }
    }
  }
  return undefined
}
