import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { describe as describeValue } from '../../src/core/describe.js'
import { flatten } from '../../src/core/tree.js'

const isNumber = (value: unknown): value is number => typeof value === 'number'

const trees = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4 },
    fc.integer(),
    fc.constantFrom(null, undefined),
    fc.array(tie('tree'), { maxLength: 3 }),
    fc.dictionary(fc.string({ maxLength: 3 }), tie('tree'), { maxKeys: 3, noNullPrototype: true }),
  ),
})).tree

/** The leaves by plain recursion, keys in order. */
function leavesOf(tree: unknown): number[] {
  if (typeof tree === 'number') return [tree]
  if (tree === null || tree === undefined) return []
  if (Array.isArray(tree)) return tree.flatMap(leavesOf)
  return Object.entries(tree)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, child]) => leavesOf(child))
}

/** The tree with all numbers replaced. */
function mapped(tree: unknown, change: (leaf: number) => number): unknown {
  if (typeof tree === 'number') return change(tree)
  if (tree === null || tree === undefined) return tree
  if (Array.isArray(tree)) return tree.map((child) => mapped(child, change))
  return Object.fromEntries(Object.entries(tree).map(([key, child]) => [key, mapped(child, change)]))
}

describe('flatten', () => {
  it('lists the leaves in order, and puts any leaves back into the structure', () => {
    fc.assert(
      fc.property(trees, (tree) => {
        const flat = flatten(tree, isNumber)
        expect(flat.leaves).toEqual(leavesOf(tree))
        expect(flat.rebuild(flat.leaves)).toEqual(tree)
        expect(flat.rebuild(flat.leaves.map((leaf) => 2 * leaf))).toEqual(mapped(tree, (leaf) => 2 * leaf))
      }),
      { seed: 20_241_009, numRuns: 300 },
    )
  })

  it('has equal structures exactly for trees that differ in leaves only', () => {
    const shape = (tree: unknown): string =>
      JSON.stringify(
        mapped(tree, () => 0),
        (_, value) => (value === undefined ? null : sortedKeys(value)),
      )
    fc.assert(
      fc.property(trees, trees, (a, b) => {
        const same = flatten(a, isNumber).structure === flatten(b, isNumber).structure
        expect(same).toBe(shape(a) === shape(b))
        expect(
          flatten(
            mapped(a, (leaf) => leaf + 1),
            isNumber,
          ).structure,
        ).toBe(flatten(a, isNumber).structure)
      }),
      { seed: 20_241_010, numRuns: 300 },
    )
  })

  it('does not depend on the order in which keys were written', () => {
    expect(flatten({ b: 1, a: 2 }, isNumber).leaves).toEqual([2, 1])
    expect(flatten({ b: 1, a: 2 }, isNumber).structure).toBe(flatten({ a: 1, b: 2 }, isNumber).structure)
  })

  test.each([
    [{ layers: [1, { weight: 'x' }] }, 'loss: .layers[1].weight is a string (x)'],
    [[new Date(0)], 'loss: [0] is a Date'],
    [() => 1, 'loss: the value is a function'],
    [Promise.resolve(1), 'loss: the value is a Promise'],
  ])('names the place of what is neither leaf nor tree: %o', (tree, message) => {
    expect(() => flatten(tree, isNumber, 'loss')).toThrow(message)
    const cure = tree instanceof Promise ? 'Await it first.' : 'Pass tensors, or arrays and plain objects made of them.'
    expect(() => flatten(tree, isNumber, 'loss')).toThrow(cure)
  })

  it('takes objects without a prototype', () => {
    const tree: Record<string, number> = Object.assign(Object.create(null), { a: 1 })
    expect(flatten(tree, isNumber).leaves).toEqual([1])
  })
})

function sortedKeys(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
}

test.each([
  [null, 'null'],
  [undefined, 'undefined'],
  [3, 'a number (3)'],
  [new Map(), 'a Map'],
  [new Int32Array(1), 'an Int32Array'],
  [Object.create(null), 'an object'],
])('%o is described as %s', (value, text) => {
  expect(describeValue(value)).toBe(text)
})
