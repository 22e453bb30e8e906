import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

/** Wrong programs, what the compiler must say about each, once, and (if given) where. */
const programs: readonly (readonly [program: string, message: string, at?: string])[] = [
  ['x.matmul(narrow)', 'matmul: inner sizes 784 and 700 differ'],
  ['batch.matmul(narrow)', 'matmul: inner sizes 784 and 700 differ'],
  ['x.matmul(scalar)', 'matmul: a scalar has no inner size; use mul'],
  ['heads.matmul(three)', 'matmul: batch shapes [8, 4] and [3] do not broadcast'],
  ['logits.add(eleven)', 'shapes [128, 10] and [11] do not broadcast'],
  ['batch.add(eleven)', 'shapes [number, 784] and [11] do not broadcast'],
  ['where(logits.less(0), eleven, 0)', 'shapes [128, 10] and [11] do not broadcast'],
  ['small.reshape([5, 3])', 'reshape: 12 elements do not fit [5, 3]'],
  ['small.reshape([5, -1])', 'reshape: 12 elements do not fit [5, -1]'],
  ['small.reshape([-1, -1])', 'reshape: only one size can be -1'],
  ['small.permute([0, 0])', 'permute: [0, 0] does not name each of 2 axes once'],
  ['small.transpose(0, 2)', 'transpose: axis 2 is out of range for rank 2'],
  ['small.sum(3)', 'sum: axis 3 is out of range for rank 2'],
  ['small.mean([0, -3])', 'mean: axis -3 is out of range for rank 2'],
  ['small.squeeze(0)', 'squeeze: axis 0 has size 3, not 1'],
  ['small.expand([3, 5])', 'expand: [3, 4] does not expand to [3, 5]'],
  ['small.slice(0, 1, 2)', 'slice: 3 specs for rank 2'],
  ['small.split(3, 1)', 'split: axis 1 of size 4 does not divide into 3 equal parts'],
  ['concat([small, five])', 'concat: sizes 4 and 5 differ on axis 1'],
  ['concat([small, eleven])', 'concat: ranks 2 and 1 differ'],
  ['stack([small, five])', 'stack: sizes 4 and 5 differ on axis 1'],
  ['x.add([1, 2])', 'make a tensor of it first'],
  ["x.matmul('w')", 'make a tensor of it first'],
  ['x.svd().s.svd()', 'svd: takes matrices, not [128]'],
  ['x.inverse()', 'inverse: takes square matrices, not [128, 784]'],
  ['narrow.matmul(narrow.transpose()).solve(x)', 'solve: [700, 700] and right-hand side [128, 784] do not fit'],
  ['small.at(3)', 'at: index 3 is outside axis 0 of [3, 4]'],
  ['small.slice(0, 4)', 'slice: index 4 is outside axis 1 of [3, 4]'],
  ['small.topK(5)', 'topK: there are no 5 elements along axis -1 of [3, 4]'],
  ['small.split([1, 1])', 'split: sizes [1, 1] do not add up to 3, the size of axis 0'],
  ['small.pad([1, 1, 1])', 'pad: 3 paddings for rank 2'],
  ['small.unsqueeze([0, 4])', 'unsqueeze: axis 4 is out of range for rank 4'],
  ['small.roll(1, 2)', 'roll: axis 2 is out of range for rank 2'],
  ['concat([small, small], 2)', 'concat: axis 2 is out of range for rank 2'],
  ['stack([small, small], 3)', 'stack: axis 3 is out of range for rank 3'],
  ["einsum('ij,jk->ik', x, narrow)", 'einsum: j is 784 and 700'],
  ["einsum('ij->k', x)", 'einsum: k is in no term on the left'],
  ['takes(logits)', "Type '10' is not assignable to type '784'"],
  ['nn.linear(700, 10).forward(x)', 'linear: takes [..., 700], not [128, 784]'],
  ['nn.conv2d(3, 6, 5).forward(heads)', 'conv2d: takes [batch, height, width, 3], not [8, 4, 64, 32]'],
  ['nn.maxPool2d(2).forward(x)', 'maxPool2d: takes [batch, height, width, channels], not [128, 784]'],
  ['nn.sequential(nn.linear(784, 128), nn.relu(), nn.linear(100, 10))', 'linear: takes [..., 100], not [..., 128]'],
  ['nn.sequential(nn.conv2d(32, 2, 3), nn.flatten(), nn.linear(9, 1)).forward(heads)', 'takes [..., 9], not [8, 248]'],
  ['nn.sequential(narrowed, nn.linear(5, 1))', 'linear: takes [..., 5], not [number, 3]', 'nn.linear(5, 1)'],
  ['nn.sequential(nn.linear(4, 5), narrowed)', 'the function takes [number, 4], not [..., 5]', 'narrowed'],
  [
    'nn.sequential(nn.linear(4, 5), nn.relu(), nn.linear(6, 1), nn.linear(7, 1))',
    'linear: takes [..., 6], not [..., 5]',
    'nn.linear(6, 1)',
  ],
  [
    'nn.sequential(nn.linear(4, 5), nn.linear(6, 1)).forward(x)',
    'linear: takes [..., 6], not [..., 5]',
    'nn.linear(6, 1)',
  ],
  [
    'nn.conv2d(3, 6, 5, { groups: 2 })',
    'conv2d: 3 input and 6 output channels do not divide into 2 groups',
    '{ groups',
  ],
  ['nn.conv2d(32, 6, 65).forward(heads)', 'conv2d: the window 65 is larger than [8, 4, 64, 32]', 'heads'],
  ['nn.crossEntropy(logits, eleven)', 'crossEntropy: labels [11] do not fit logits [128, 10]', 'eleven'],
  ['nn.huber(logits, x)', 'huber: targets [128, 784] differ from [128, 10]', 'x)'],
  ['sgd([]).minimize(logits)', 'minimize: the loss has shape [128, 10]; make one number of it', 'logits'],
  ['x.pipe(nn.linear(784, 100), nn.relu, nn.linear(120, 10))', 'linear: takes [..., 120], not [128, 100]'],
]

const declarations = `
declare const x: Tensor<[128, 784]>, batch: Tensor<[number, 784]>, narrow: Tensor<[700, 10]>, scalar: Tensor<[]>
declare const heads: Tensor<[8, 4, 64, 32]>, three: Tensor<[3, 32, 64]>, logits: Tensor<[128, 10]>, eleven: Tensor<[11]>
declare const small: Tensor<[3, 4]>, five: Tensor<[3, 5]>
declare function narrowed(x: Tensor<[number, 4]>): Tensor<[number, 3]>
declare function takes(x: Tensor<[number, 784]>): void
`

const repository = resolve(dirname(fileURLToPath(import.meta.url)), '../..')

describe('what the compiler says', () => {
  let folder: string
  /** The compiler's words about each line of the fixture. */
  const said = new Map<number, string>()
  let first: number

  beforeAll(() => {
    folder = mkdtempSync(join(repository, 'tests/types/.messages-'))
    const imports = [
      "import * as nn from '../../../src/nn/index.js'",
      "import { sgd } from '../../../src/optim/index.js'",
      "import { concat, einsum, stack, where } from '../../../src/tensor/functions.js'",
      "import type { Tensor } from '../../../src/tensor/tensor.js'",
    ]
    const head = [...imports, ...declarations.split('\n')]
    first = head.length + 1
    writeFileSync(join(folder, 'wrong.ts'), [...head, ...programs.map(([program]) => program)].join('\n'))
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({
        extends: '../../../tsconfig.json',
        compilerOptions: { rootDir: '../../..' },
        include: ['wrong.ts'],
      }),
    )
    let line = 0
    for (const text of compile(folder).split('\n')) {
      line = Number(/wrong\.ts\((\d+),/.exec(text)?.[1] ?? line)
      said.set(line, `${said.get(line) ?? ''}${text}\n`)
    }
  }, 120_000)
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  test.each(programs.map(([program, message, at], i) => ({ program, message, at, i })))('$program', (given) => {
    const text = said.get(first + given.i) ?? 'nothing'
    expect(text).toContain(given.message)
    expect(text.split('error TS')).toHaveLength(2)
    if (given.at !== undefined) expect(text).toContain(`,${given.program.indexOf(given.at) + 1}): error`)
  })
})

/** The output of the installed compiler, which must fail. */
function compile(folder: string): string {
  try {
    execFileSync(process.execPath, [
      join(repository, 'node_modules/typescript/bin/tsc'),
      '-p',
      folder,
      '--pretty',
      'false',
    ])
  } catch (error) {
    return (error as { stdout: Buffer }).stdout.toString()
  }
  throw new Error('the wrong programs compile')
}
