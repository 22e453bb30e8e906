import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { Tensor } from '../../src/index.js'
import { Compiled } from './compiled.js'
import { readExports, root } from './exports.js'
import { allSnippets } from './extract.js'
import { claimOf, moduleFor } from './module.js'

const snippets = allSnippets(root)

/** Snippets that are compiled but not run, and why. */
const notRun: { readonly [file: string]: RegExp } = {
  // They would change the backend of all that follow.
  'README.md': /loadWasmBackend/,
  'src/tensor/backends.ts': /loadWasmBackend/,
  // They may download.
  ...Object.fromEntries(
    readdirSync(join(root, 'src/data/sources')).map((file) => [`src/data/sources/${file}`, /await \w+\(/]),
  ),
}

let compiled: Compiled

beforeAll(async () => {
  const exports = await readExports()
  compiled = await Compiled.of(snippets.map((snippet) => moduleFor(snippet, exports)))
}, 120_000)
afterAll(() => compiled.remove())

let checked = 0

/** Throws unless a value is what a comment says: its elements, its shape, or itself. */
async function check(value: unknown, claim: unknown, isShape: boolean, line: number): Promise<void> {
  const text = (x: unknown): string =>
    JSON.stringify(x, (_, inner) => (ArrayBuffer.isView(inner) ? Array.from(inner as Uint8Array) : inner))
  const shape = typeof value === 'object' && value !== null && 'shape' in value ? value.shape : undefined
  const plain = value instanceof Tensor ? await value.array() : value
  checked++
  expect((isShape ? [shape] : [shape, plain]).map(text), `the comment of line ${line}`).toContain(text(claim))
}

describe('snippets of docstrings and guides', () => {
  test('are found', () => {
    expect(snippets.length).toBeGreaterThan(40)
    expect(new Set(snippets.map(({ file }) => file))).toContain('README.md')
  })

  test.each(snippets.map((snippet, i) => ({ ...snippet, i })))('$file:$line', async ({ file, code, i }) => {
    expect(compiled.errors(i), `in\n${compiled.source(i)}`).toBe('')
    if (notRun[file]?.test(code)) return
    const log = vi.spyOn(console, 'log').mockImplementation(() => {})
    try {
      const { run } = await compiled.import<{ run(check: unknown): Promise<void> }>(i)
      await run(check)
    } finally {
      log.mockRestore()
    }
  })
})

test('comments that say what comes out are compared', () => {
  expect(checked).toBeGreaterThan(15)
})

test.each([
  ['[128, 784] → [128, 10]', '[128, 10]', true],
  ['[1, 2, 3]', '[1, 2, 3]', false],
  ["['x', { a: 'y' }]", "['x', { a: 'y' }]", false],
  ['5', '5', false],
  ['[128, 10] and int32 [128] → []', '[]', true],
])('a comment %s claims %s', (comment, code, isShape) => {
  expect(claimOf(comment)).toEqual({ code, isShape })
})

test.each(['61,706 parameters', 'x[0, 2:5, ::-1]', 'a batch of matrix products'])(
  'a comment %s claims nothing',
  (comment) => {
    expect(claimOf(comment)).toBeUndefined()
  },
)
