import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { seed } from '../../src/index.js'
import { type Expected, expectSame, type Given } from './comparison.js'
import { Compiled } from './compiled.js'
import { readExports, root } from './exports.js'
import { withImports } from './module.js'
import { isDefinition, type Pair, pairsOf, rowFunction, rowsOf } from './tables.js'

// What the other libraries give: scripts/fixtures/translations.py.
const {
  names,
  ...fixtures
}: { readonly names: { readonly [prefix: string]: readonly string[] } } & {
  readonly [page: string]: { readonly [row: string]: Expected }
} = JSON.parse(readFileSync(join(root, 'tests/fixtures/translations.json'), 'utf8'))

const pages = readdirSync(join(root, 'docs/guide'))
  .filter((name) => name.endsWith('.md'))
  .map((name) => ({ name, rows: rowsOf(readFileSync(join(root, 'docs/guide', name), 'utf8')) }))
  .filter(({ rows }) => rows.length > 0)
  .map((page) => ({ ...page, pairs: page.rows.flatMap(pairsOf) }))

let compiled: Compiled

const FIRST_ROW = 'export const rows: readonly (() => Promise<unknown>)[] = ['

/** A page's rows as one module, each on a line of its own. */
function sourceOf(name: string, pairs: readonly Pair[], exports: Awaited<ReturnType<typeof readExports>>): string {
  const above: string[] = []
  const functions = pairs.map((pair) => {
    const made = rowFunction(pair, above)
    if (isDefinition(pair.ours)) above.push(pair.ours)
    return made
  })
  const body = [FIRST_ROW, ...functions, ']', ''].join('\n')
  return withImports(`docs/guide/${name}`, body, exports)
}

beforeAll(async () => {
  const exports = await readExports()
  compiled = await Compiled.of(pages.map(({ name, pairs }) => sourceOf(name, pairs, exports)))
}, 120_000)
afterAll(() => compiled.remove())

let compared = 0

describe.each(pages.map((page, i) => ({ ...page, i })))('$name', ({ name, rows, pairs, i }) => {
  test('compiles outside of its rows', () => {
    const first = compiled.source(i).split('\n').indexOf(FIRST_ROW) + 2
    const inRows = pairs.map((_, k) => compiled.errors(i, first + k)).join('\n')
    expect(compiled.errors(i).length - inRows.split('\n').filter(Boolean).join('\n').length).toBe(0)
  })

  test('says in words what to use where there is nothing', () => {
    const silent = rows.filter(({ ours, words }) => ours.length === 0 && words.length < 10)
    expect(silent.map(({ line }) => line)).toEqual([])
  })

  test('has no values of rows that are gone', () => {
    const known = new Set(pairs.map(keyOf))
    expect(Object.keys(fixtures[name] ?? {}).filter((key) => !known.has(key))).toEqual([])
  })

  test.each(pairs.map((pair, k) => ({ ...pair, k })))('line $line: $ours', async (pair) => {
    const first = compiled.source(i).split('\n').indexOf(FIRST_ROW) + 2
    expect(compiled.errors(i, first + pair.k)).toBe('')
    const module = await compiled.import<{ rows: readonly (() => Promise<Given>)[] }>(i)
    seed(0)
    const given = await module.rows[pair.k]()
    if (pair.theirs === undefined) return
    const expected = fixtures[name]?.[keyOf(pair)]
    if (expected === undefined) throw new Error(`no values: /usr/bin/python3 scripts/fixtures/translations.py`)
    if (await expectSame(given, expected, `line ${pair.line}`)) compared++
  })
})

const keyOf = ({ theirs, takes }: Pair): string => (takes === undefined ? `${theirs}` : `${theirs} on ${takes}`)

test('most rows are compared with the other library', () => {
  const all = pages.flatMap(({ pairs }) => pairs).length
  expect(compared / all).toBeGreaterThan(0.7)
})

test.each(Object.keys(names))('every name of %s in PyTorch 1.13 has a row', (prefix) => {
  const said = pages
    .filter(({ name }) => name === 'from-pytorch.md' || name === 'optimizers.md')
    .flatMap(({ rows }) => rows.flatMap(({ theirs }) => theirs))
    .join(' ')
  const known = new Set(said.match(/[\w.]+/g))
  expect(names[prefix].filter((name) => !known.has(`${prefix}.${name}`))).toEqual([])
})
