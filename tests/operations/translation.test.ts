import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as shapewise from 'shapewise'
import * as nn from 'shapewise/nn'
import { describe, expect, it } from 'vitest'
import { entries, page } from './translation/index.js'

const root = join(dirname(fileURLToPath(import.meta.url)), '../..')
const read = (path: string): string => readFileSync(join(root, path), 'utf8')

const sources = readdirSync(join(root, 'src/operations'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => read(join('src/operations', file)))
  .join('\n')

interface Case {
  readonly call: readonly [name: string, ...unknown[]]
  readonly gradients?: readonly unknown[]
}
const cases: readonly Case[] = ['operations', 'array-operations', 'pictures'].flatMap((name) =>
  JSON.parse(read(`tests/fixtures/${name}.json`)),
)

/** Why an operation has no numbers from NumPy or PyTorch under its name. */
const elsewhere: { readonly [name: string]: string } = {
  bitcast: 'in the numbers of the generator, tests/tensor/random.test.ts',
  broadcast: 'in those of every operation that broadcasts',
  broadcastTo: 'another name of expand',
  cast: 'primitives.json',
  stopGradient: 'the identity',
  lu: 'primitives.json',
  eigh: 'primitives.json',
  svd: 'primitives.json',
  normalize: 'in those of layerNorm',
  lpPool: 'in those of its layer',
  celu: 'in those of its layer',
  hardShrink: 'in those of its layer',
  softShrink: 'in those of its layer',
  tanhShrink: 'in those of its layer',
  adaptiveAvgPool: 'in those of its layer',
  adaptiveMaxPool: 'in those of its layer',
}

/** Has gradients from PyTorch under another name, or none that PyTorch knows; tests/operations/gradients.test.ts checks it by differences. */
const byDifferences = new Set(
  'atan2 bitcast broadcast broadcastTo cast normalize lu eigh svd scatterMax scatterMin mod cholesky prod qr fft2 ifft2 dot nanToNum neg celu hardShrink softShrink tanhShrink lpPool adaptiveAvgPool adaptiveMaxPool interpolate1d rsqrt sigmoid square'.split(
    ' ',
  ),
)

/** Where a use leads: a method, or a function of one of the two entry points. */
function isReachable(use: string): boolean {
  const [, front, name] = /^(?:(x|nn|pictures|patches)\.)?(\w+)/.exec(use) ?? []
  if (front === 'nn') return name in nn
  return front !== undefined ? name in shapewise.Tensor.prototype : name in shapewise
}

describe.each(Object.entries(entries))('%s', (name, [use, , , , gradient]) => {
  it('has a docstring', () => {
    const declared = new RegExp(`^export (?:const|function) ${name}\\b`, 'm')
    expect(sources).toMatch(declared)
    const before = sources
      .slice(0, sources.search(declared))
      .replace(/\/\/ biome-ignore[^\n]*\n$/, '')
      .trimEnd()
    expect(before.endsWith('*/') || /\/\*\*[^\n]*\*\/$/.test(before)).toBe(true)
  })

  it('is within reach', () => {
    expect(use === '' || isReachable(use)).toBe(true)
  })

  it('has numbers from NumPy or PyTorch', () => {
    expect(cases.some(({ call }) => call[0] === name) || elsewhere[name] !== undefined).toBe(true)
  })

  it(`has ${gradient === 'no' ? 'no gradient' : 'a gradient'}`, () => {
    const found = cases.some(({ call, gradients }) => call[0] === name && gradients?.some((g) => g !== null))
    if (gradient !== 'no') expect(found || byDifferences.has(name)).toBe(true)
  })
})

const x = shapewise.eye(4).mul(2).add(0.1)
const whole = shapewise.tensor([0, 2, 1, 0], [4], 'int32')
const complex = shapewise.ones([4, 2, 2])
const vectors = shapewise.ones([2, 3])

/** What `x` is where it is no matrix of positive numbers. */
const receivers: { readonly [name: string]: shapewise.Tensor } = {
  squeeze: shapewise.ones([1, 3]),
  searchSorted: shapewise.arange(4),
  oneHot: whole,
  meshgrid: whole,
  binCount: whole,
  cross: vectors,
  ...Object.fromEntries(
    ['bitwiseAnd', 'bitwiseOr', 'bitwiseXor', 'bitwiseNot', 'leftShift', 'rightShift'].map((name) => [name, whole]),
  ),
  ...Object.fromEntries(['fft', 'ifft', 'fft2', 'ifft2', 'irfft'].map((name) => [name, complex])),
  permute: complex,
}

const ofPictures = {
  pictures: shapewise.ones([1, 4, 4, 2]),
  kernel: shapewise.ones([3, 3, 2, 5]),
  places: shapewise.zeros([1, 4, 4, 2], 'int32'),
  grid: shapewise.zeros([1, 3, 3, 2]),
  patches: shapewise.ones([1, 3, 3, 2, 2, 2]),
  xs: shapewise.arange(4),
  ys: shapewise.arange(4),
}

const called = Object.entries(entries).flatMap(([name, [use]]) => (use.includes('(') ? [[name, use] as const] : []))

describe('what the table writes runs', () => {
  it.each(called)('%s: %s', (name, use) => {
    const given = receivers[name] ?? x
    const scope: { readonly [name: string]: unknown } = {
      ...shapewise,
      x: given,
      y: given,
      b: shapewise.ones([4]),
      weight: 0.5,
      condition: x.greater(1),
      values: x,
      ...ofPictures,
      boundaries: shapewise.arange(3),
      count: 3,
      segments: whole,
      indices: use.includes('AlongAxis') ? shapewise.zeros([4, 1], 'int32') : whole,
      updates: 1,
    }
    const results: unknown = new Function(...Object.keys(scope), `return ${use}`)(...Object.values(scope))
    const tensors = results instanceof shapewise.Tensor ? [results] : Object.values(results as object)
    for (const tensor of tensors) expect((tensor as shapewise.Tensor).dataSync().length).toBeGreaterThan(0)
  })
})

it('docs/operations.md says what the table says: else node scripts/operations-table.mjs', () => {
  const path = join(root, 'docs/operations.md')
  if (process.env.SHAPEWISE_WRITE_TABLES === '1') writeFileSync(path, page())
  expect(readFileSync(path, 'utf8')).toBe(page())
})
