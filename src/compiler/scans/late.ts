import { sizeOf } from '../../core/shape.js'
import { topologicalOrder } from '../../graph/graph.js'
import type { Node } from '../../graph/node.js'
import { isElementwise } from '../../graph/scalar.js'
import { type Carry, isMovable, isMovement, type Loop, outputsOf, readersOf, type Timing, timingsOf } from './loop.js'
import { linearPart } from './sum.js'

/** Finds the values of a body that are better computed once all steps are done. */
export class Late {
  /** By carry what every step adds to it; `undefined` for carries that are something else than a sum. */
  readonly terms: readonly (readonly Node[] | undefined)[]
  readonly #timings: ReadonlyMap<Node, Timing>
  readonly #readers: ReadonlyMap<Node, readonly Node[]>
  /** Additions of terms, which are no values of their own. */
  readonly #additions = new Set<Node>()
  readonly #allTerms: ReadonlySet<Node>
  /** What the next step needs. */
  readonly #bound: ReadonlySet<Node>
  readonly #deferred = new Set<Node>()

  constructor(readonly loop: Loop) {
    this.#timings = timingsOf(loop)
    this.#readers = readersOf(loop)
    this.terms = loop.carries.map((carry) => this.#termsOf(carry))
    this.#allTerms = new Set(this.terms.flatMap((terms) => terms ?? []))
    this.#bound = new Set(topologicalOrder(loop.carries.flatMap(({ next }, i) => (this.terms[i] ? [] : [next]))))
    this.#choose()
  }

  /** Whether a value is the same in every step. */
  readonly isFixed = (node: Node): boolean => this.#timings.get(node) === 'always'

  readonly isDeferred = (node: Node): boolean => this.#deferred.has(node)

  /** What the steps have to collect for it. */
  factors(): Node[] {
    const kept = this.loop.collected.filter((output) => !this.isDeferred(output))
    return [...this.#missing(this.#rootsAmong(this.#deferred), this.#deferred, new Set(kept))]
  }

  /** What every step adds to a carry that nothing else looks at. */
  #termsOf({ inner, next }: Carry): readonly Node[] | undefined {
    const outputs = outputsOf(this.loop)
    const isReadOnce = (node: Node): boolean =>
      (this.#readers.get(node) ?? []).length + outputs.filter((output) => output === node).length === 1
    const terms: Node[] = []
    const additions: Node[] = []
    const split = (node: Node): void => {
      if (node.op === 'add' && node.inputs[0] !== node.inputs[1] && isReadOnce(node)) {
        additions.push(node)
        node.inputs.forEach(split)
      } else if (node !== inner) {
        terms.push(node)
      }
    }
    split(next)
    const isSum = additions.some(({ inputs }) => inputs.includes(inner)) && isReadOnce(inner)
    if (!isSum) return undefined
    for (const addition of additions) this.#additions.add(addition)
    return terms
  }

  #choose(): void {
    const order = topologicalOrder(outputsOf(this.loop))
    const summed = new Set([...this.#allTerms].flatMap((term) => linearPart(term, this.isFixed) ?? []))
    const candidates = order.filter((node) => node.op === 'dot' || (node.op === 'reduceSum' && summed.has(node)))
    const stacked = new Set(this.loop.collected)
    // What one product needs to be collected, the next has for nothing.
    for (let more = true; more; ) {
      more = false
      for (const candidate of candidates) {
        const moved = this.isDeferred(candidate) ? undefined : this.#behind(candidate)
        if (moved === undefined) continue
        const roots = this.#rootsAmong(moved)
        const missing = this.#missing(roots, new Set([...this.#deferred, ...moved]), stacked)
        const saved = this.#savedWithout(moved)
        if (saved === 0 || elementsOf(missing) > saved) continue
        for (const node of moved) this.#deferred.add(node)
        for (const factor of missing) stacked.add(factor)
        more = true
      }
    }
  }

  /** All that has to be deferred with a value, itself included; `undefined` where that cannot be. */
  #behind(candidate: Node): ReadonlySet<Node> | undefined {
    const moved = new Set<Node>()
    const pending = [candidate]
    for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
      if (moved.has(node)) continue
      if (this.#bound.has(node) || !isMovable(node)) return undefined
      moved.add(node)
      if (this.#allTerms.has(node)) {
        const part = linearPart(node, this.isFixed)
        if (part === undefined) return undefined
        pending.push(...part)
      }
      for (const reader of this.#readers.get(node) ?? []) if (!this.#additions.has(reader)) pending.push(reader)
    }
    return moved
  }

  /** Elements that every step reads or writes for nodes and would not without them: sums, and matrices that stay. */
  #savedWithout(moved: ReadonlySet<Node>): number {
    const matrices = [...moved].flatMap((node) => (node.op === 'dot' ? node.inputs.filter(this.isFixed) : []))
    return elementsOf(new Set([...matrices, ...[...moved].filter((node) => this.#allTerms.has(node))]))
  }

  #rootsAmong(nodes: ReadonlySet<Node>): Node[] {
    return [...this.#allTerms, ...this.loop.collected].filter((root) => nodes.has(root))
  }

  /** What is to be collected for `roots` where `deferred` is computed later, beside what is `stacked` and the sequences. */
  #missing(roots: readonly Node[], deferred: ReadonlySet<Node>, stacked: ReadonlySet<Node>): Set<Node> {
    const sources = new Map<Node, readonly Node[]>()
    const sourcesOf = (node: Node): readonly Node[] => {
      let found = sources.get(node)
      if (found === undefined) {
        found = find(node)
        sources.set(node, found)
      }
      return found
    }
    const find = (node: Node): readonly Node[] => {
      if (this.isFixed(node) || (stacked.has(node) && !deferred.has(node)) || this.#isSlice(node)) return []
      if (!deferred.has(node) && !this.#isCheap(node)) return [node]
      const parts = [...new Set(node.inputs.flatMap(sourcesOf))]
      // Of a view and what it shows the latter: others may need that too.
      const isBetter = parts.length === 0 || (isView(node) && elementsOf(parts) <= sizeOf(node.shape))
      return deferred.has(node) || isBetter ? parts : [node]
    }
    return new Set(roots.flatMap(sourcesOf))
  }

  /** Whether a value may be computed again, or later, rather than collected: arithmetic is not done twice. */
  #isCheap(node: Node): boolean {
    return isMovement(node) || ((isElementwise(node.op) || node.op === 'gather') && !this.#bound.has(node))
  }

  #isSlice(node: Node): boolean {
    return this.loop.sequences.some(({ inner }) => inner === node)
  }
}

const isView = ({ op }: Node): boolean => op === 'reshape' || op === 'permute' || op === 'expand'

const elementsOf = (nodes: Iterable<Node>): number => [...nodes].reduce((sum, { shape }) => sum + sizeOf(shape), 0)
