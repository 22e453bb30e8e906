import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { Tensor } from '../../src/index.js'
import { allSnippets } from './extract.js'
import { claimOf, type Exports, moduleFor } from './module.js'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..')
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

/** Values and types that the entries of the package export. */
async function readExports(): Promise<Exports> {
  const entries = [
    'operations',
    '',
    'nn',
    'optim',
    'train',
    'models',
    'data',
    'metrics',
    'distributions',
    'formats',
    'recipes',
  ]
  const exports = new Map<string, string[]>()
  for (const entry of entries) {
    const file = join(root, 'src', entry, 'index.ts')
    const types = [...readFileSync(file, 'utf8').matchAll(/\btype (\w+)\b/g)].map(([, name]) => name)
    const values = Object.keys(await import(file))
    const name =
      entry === 'operations' ? '../../../src/operations/index.js' : entry === '' ? 'shapewise' : `shapewise/${entry}`
    exports.set(name, [...new Set([...values, ...types])])
  }
  return exports
}

const folder = mkdtempSync(join(root, 'tests/docs/.snippets-'))
const fileOf = (i: number): string => join(folder, `snippet-${i}.ts`)
let said = ''

beforeAll(async () => {
  mkdirSync(folder, { recursive: true })
  const exports = await readExports()
  snippets.forEach((snippet, i) => {
    writeFileSync(fileOf(i), moduleFor(snippet, exports))
  })
  const options = { rootDir: '../../..', noUnusedLocals: false, noUnusedParameters: false, verbatimModuleSyntax: false }
  const config = { extends: '../../../tsconfig.json', compilerOptions: options, include: ['*.ts'] }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config))
  const compiler = join(root, 'node_modules/typescript/bin/tsc')
  said = await new Promise((done) => {
    execFile(process.execPath, [compiler, '-p', folder, '--pretty', 'false'], (_, output) => done(output))
  })
}, 120_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

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
    const errors = said.split('\n').filter((text) => text.includes(`snippet-${i}.ts`))
    expect(errors.join('\n'), `in\n${readFileSync(fileOf(i), 'utf8')}`).toBe('')
    if (notRun[file]?.test(code)) return
    const log = vi.spyOn(console, 'log').mockImplementation(() => {})
    try {
      const module: { run(check: unknown): Promise<void> } = await import(/* @vite-ignore */ fileOf(i))
      await module.run(check)
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
