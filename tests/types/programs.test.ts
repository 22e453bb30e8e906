import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, test } from 'vitest'
import { zeros } from '../../src/tensor/fill.js'
import * as pairs from '../../src/tensor/functions/pairs.js'
import * as segments from '../../src/tensor/functions/segments.js'
import { concat, einsum, stack, where } from '../../src/tensor/functions.js'
import { Tensor } from '../../src/tensor/tensor.js'

// Random operations on random shapes: what the compiler says of each, against what comes when it runs. A type may be
// unknown where sizes are; it is never wrong, never refuses what runs, and refuses what cannot run.

const repository = resolve(dirname(fileURLToPath(import.meta.url)), '../..')

let seed = 1
/** A whole number below n, the same in every run. */
const below = (n: number): number => {
  seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff
  return (seed >> 8) % n
}
const pick = <T>(values: readonly T[]): T => values[below(values.length)]
const many = <T>(count: number, one: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => one(i))
const list = (values: readonly unknown[]): string => `[${values.join(', ')}]`

const randomShape = (least = 0, most = 8): number[] =>
  many(least + below(below(2) === 0 ? Math.min(most, 4) - least + 1 : most - least + 1), () =>
    pick([0, 1, 1, 2, 3, 4, 6, 12]),
  )
/** Mostly an axis of the rank, sometimes one that is not there. */
const axis = (rank: number): number => (below(8) === 0 ? pick([rank, -rank - 1]) : below(Math.max(1, 2 * rank)) - rank)
const axes = (rank: number): string => list([...new Set(many(1 + below(2), () => axis(rank)))])
const oneOrMore = (rank: number): string => (below(3) === 0 ? axes(rank) : String(axis(rank)))
const keep = (): string => pick(['', ', { keepDims: true }'])
const shuffled = (rank: number): number[] => {
  const order = many(rank, (i) => i)
  for (let i = rank - 1; i > 0; i--) {
    const j = below(i + 1)
    ;[order[i], order[j]] = [order[j], order[i]]
  }
  return order
}
const index = (size = 1): number => below(2 * size + 1) - size
const bound = (): string => pick(['null', '0', '1', '2', '-1', '-2', '5', '20'])
const range = (): string =>
  pick([
    () => 'null',
    () => `[${bound()}]`,
    () => `[${bound()}, ${bound()}]`,
    () => `[${bound()}, ${bound()}, ${pick(['1', '2', '3', '-1', '-2'])}]`,
    () => '[null, null, -1]',
  ])()

interface Program {
  readonly text: string
  /** The operands by name. */
  readonly shapes: Readonly<Record<string, readonly number[]>>
}

const resized = (s: readonly number[], at: number, size: number): number[] => s.map((n, i) => (i === at ? size : n))
const on = (s: readonly number[], text: string, more: Record<string, readonly number[]> = {}): Program => ({
  text,
  shapes: { x: s, ...more },
})
const matrixLike = (): number[] => {
  const n = pick([1, 2, 3, 4])
  return [...randomShape(0, 2), n, below(5) === 0 ? n + 1 : n]
}

/** Makers of programs by name of the operation. */
const makers: Record<string, () => Program> = {
  relu: () => on(randomShape(), 'x.relu()'),
  sum: () => ((s) => on(s, `x.sum(${oneOrMore(s.length)}${keep()})`))(randomShape()),
  max: () =>
    on(
      randomShape().map((n) => n || 1),
      `x.max(undefined${keep()})`,
    ),
  argMax: () =>
    ((s) =>
      on(
        s.map((n) => n || 1),
        `x.argMax(${axis(s.length)}${keep()})`,
      ))(randomShape()),
  cumSum: () => ((s) => on(s, `x.cumSum(${axis(s.length)})`))(randomShape()),
  softmax: () =>
    ((s) =>
      on(
        s.map((n) => n || 1),
        `x.softmax(${axis(s.length)})`,
      ))(randomShape()),
  add: () => {
    const s = randomShape()
    const t = s.slice(below(s.length + 1)).map((n) => pick([n, n, 1, below(6) === 0 ? 5 : n]))
    return on(s, pick(['x.add(y)', 'y.mul(x)']), { y: t })
  },
  where: () => {
    const s = randomShape()
    return on(s, 'where(x.greater(0), y, 0)', { y: s.slice(below(s.length + 1)) })
  },
  matmul: () => {
    const batch = randomShape(0, 2)
    const k = pick([1, 2, 3])
    const other = below(6) === 0 ? 4 : k
    const a = pick([[k], [...batch, 2, k], [3, k]])
    const b = pick([[other], [...batch.slice(below(batch.length + 1)), other, 5], [other, 4]])
    return on(a, pick(['x.matmul(y)', 'x.matmul(y)', 'x.outer(y)']), { y: b })
  },
  reshape: () => {
    const s = randomShape(0, 5)
    const size = s.reduce((a, b) => a * b, 1)
    const parts = [...s].sort(() => below(3) - 1)
    const target = pick([
      [size],
      [-1],
      parts,
      [...parts.slice(0, 1), -1],
      [1, ...parts, 1],
      [-1, 2],
      [2, -1, 3],
      [size, 2],
      [-1, ...parts.slice(2)],
    ])
    return on(s, `x.reshape(${list(target)})`)
  },
  flatten: () =>
    ((s) =>
      on(s, pick(['x.flatten()', `x.flatten(${axis(s.length)})`, `x.flatten(${axis(s.length)}, ${axis(s.length)})`])))(
      randomShape(),
    ),
  permute: () =>
    ((s) => on(s, `x.permute(${list(below(6) === 0 ? shuffled(s.length + 1) : shuffled(s.length))})`))(randomShape()),
  transpose: () =>
    ((s) => on(s, pick(['x.transpose()', `x.transpose(${axis(s.length)}, ${axis(s.length)})`])))(randomShape(2)),
  moveAxis: () =>
    ((s) => on(s, pick([`x.moveAxis(${axis(s.length)}, ${axis(s.length)})`, 'x.moveAxis([0, 1], [-1, 0])'])))(
      randomShape(2),
    ),
  expand: () => {
    const s = randomShape(0, 4)
    return on(
      s,
      `x.expand(${list([...pick([[], [2], [3, 1]]), ...s.map((n) => (n === 1 ? pick([1, 5]) : pick([n, -1, below(8) === 0 ? 7 : n])))])})`,
    )
  },
  squeeze: () => ((s) => on(s, pick(['x.squeeze()', `x.squeeze(${oneOrMore(s.length)})`])))(randomShape()),
  unsqueeze: () =>
    ((s) => on(s, `x.unsqueeze(${pick([String(axis(s.length + 1)), `[0, ${s.length + 1}]`, '[0, -1]'])})`))(
      randomShape(0, 6),
    ),
  flip: () => ((s) => on(s, `x.flip(${oneOrMore(s.length)})`))(randomShape()),
  roll: () => ((s) => on(s, pick(['x.roll(1)', `x.roll(2, ${axis(s.length)})`])))(randomShape()),
  tile: () =>
    ((s) => on(s, `x.tile(${pick(['2', list(s.map(() => pick([1, 2, 3]))), '[2, 1]', '[3]'])})`))(randomShape(0, 5)),
  repeat: () => ((s) => on(s, pick(['x.repeat(2)', `x.repeat(3, ${axis(s.length)})`])))(randomShape(0, 6)),
  pad: () =>
    ((s) => on(s, `x.pad(${pick(['1', '0', list(s.map(() => pick(['0', '2', '[1, 2]', '[0, 3]']))), '[1]'])})`))(
      randomShape(0, 6),
    ),
  slice: () => {
    const s = randomShape(0, 6)
    const specs = s.map((n) => (below(3) === 0 ? String(index(n)) : range())).slice(0, below(s.length + 1))
    return on(
      s,
      pick([
        `x.slice(${specs})`,
        `x.slice('...'${specs.map((spec) => `, ${spec}`).join('')})`,
        `x.slice(${[...specs.slice(0, 1), "'...'", ...specs.slice(1)]})`,
      ]),
    )
  },
  at: () => ((s) => on(s, `x.at(${index(pick(s))}, ${axis(s.length)})`))(randomShape(1)),
  split: () =>
    ((s) => on(s, `x.split(${pick(['2', '3', '[1, -1]', '[1, 2]', '[2, 4]'])}, ${axis(s.length)})[0]`))(randomShape(1)),
  concat: () => {
    const s = randomShape(1)
    const at = axis(s.length)
    const other = resized(s, (at + s.length) % s.length, pick([0, 1, 5]))
    return on(s, `concat([x, y, x], ${at})`, { y: below(6) === 0 ? [...other, 1] : other })
  },
  stack: () =>
    ((s) => on(s, `stack([x, y], ${axis(s.length + 1)})`, { y: below(6) === 0 ? [...s, 1] : s }))(randomShape(0, 6)),
  take: () =>
    ((s) =>
      on(s, pick([`x.take(${index(s[0])})`, `x.take(y.cast('int32'), ${axis(s.length)})`]), { y: randomShape(0, 2) }))(
      randomShape(1, 5).map((n) => n || 1),
    ),
  topK: () => ((s) => on(s, `x.topK(${pick([1, 2, 3])}, ${axis(s.length)}).values`))(randomShape(1)),
  oneHot: () => on(randomShape(), "x.cast('int32').oneHot(7)"),
  diagonal: () => on(randomShape(0, 4), 'x.diagonal()'),
  diagonalMatrix: () => on(randomShape(1, 4), 'x.diagonalMatrix()'),
  inverse: () =>
    on(
      matrixLike(),
      pick(['x.inverse()', 'x.determinant()', 'x.cholesky()', 'x.lu().permutation', 'x.eigh().vectors']),
    ),
  svd: () =>
    on(
      randomShape(0, 4).map((n) => n || 1),
      pick(['x.svd().u', 'x.svd().s', 'x.svd().vt', 'x.qr().q', 'x.qr().r', 'x.trace()']),
    ),
  along: () =>
    ((s) =>
      on(
        s.map((n) => n || 1),
        pick([
          `x.median(${oneOrMore(s.length)}${keep()})`,
          `x.quantile(0.3, ${oneOrMore(s.length)}${keep()})`,
          `x.trapezoid(${axis(s.length)})`,
          `x.diff(${axis(s.length)}, ${pick([0, 1, 2, 20])})`,
          `x.logCumSumExp(${axis(s.length)})`,
          `x.normalize(${axis(s.length)})`,
        ]),
      ))(randomShape(1)),
  counted: () =>
    on(randomShape(), pick(["x.cast('int32').binCount(3)", 'x.histogram(4).counts', 'x.histogram(4).edges'])),
  lerp: () => {
    const s = randomShape()
    return on(s, 'x.lerp(y, 0.5)', {
      y: s.slice(below(s.length + 1)).map((n) => pick([n, n, 1, below(6) === 0 ? 5 : n])),
    })
  },
  pinv: () =>
    on(
      randomShape(0, 4).map((n) => n || 1),
      pick(['x.pinv()', 'x.matrixRank()', "x.matrixNorm('nuclear')", 'x.covariance()', 'x.correlation()']),
    ),
  lstsq: () => {
    const a = [...randomShape(0, 1).map((n) => n || 1), pick([1, 2, 3]), pick([2, 4])]
    const m = below(5) === 0 ? 5 : a[a.length - 2]
    return on(a, 'x.lstsq(y)', { y: pick([[m], [m, 2], [...a.slice(0, -2), m, 3]]) })
  },
  kron: () => on(randomShape(0, 4), 'kron(x, y)', { y: randomShape(0, 4) }),
  rows: () => {
    const d = pick([1, 3])
    const a = [...randomShape(0, 2), 2, d]
    return on(a, 'pairwiseDistances(x, y)', { y: pick([[5, d], [d], [...a.slice(0, -2), 4, below(5) === 0 ? 2 : d]]) })
  },
  vectors: () => {
    const s = randomShape(1, 4)
    const y = s.slice(below(s.length)).map((n) => pick([n, n, 1, below(6) === 0 ? 5 : n]))
    return on(s, pick([`vecDot(x, y, ${axis(s.length)})`, `cosineSimilarity(x, y, ${axis(s.length)})`]), { y })
  },
  tensorDot: () => {
    const s = randomShape(2, 4)
    return on(s, pick(['tensorDot(x, y, 1)', 'tensorDot(x, y)', 'tensorDot(x, y, [[0], [1]])', 'tensorDot(x, y, 0)']), {
      y: pick([
        [...s.slice(-2), 5],
        [...s.slice(-1), 3],
        [2, s[0], 4],
      ]),
    })
  },
  segments: () => {
    const s = randomShape(0, 4)
    const name = pick(['segmentSum', 'segmentMean', 'segmentMax', 'segmentMin', 'segmentSoftmax'])
    return on(s, `${name}(x, y.cast('int32'), 7)`, { y: below(6) === 0 ? pick([[], [5], [2, 2]]) : s.slice(0, 1) })
  },
  solve: () => {
    const a = matrixLike()
    const n = below(5) === 0 ? 5 : a[a.length - 1]
    return on(a, 'x.solve(y)', { y: pick([[n], [...a.slice(0, -2), n], [n, 2], [...a.slice(0, -2), n, 3]]) })
  },
  rfft: () =>
    ((s) =>
      on(
        s.map((n) => n || 1),
        `x.rfft(${axis(s.length)})`,
      ))(randomShape(1, 4)),
  irfft: () =>
    ((s) =>
      on(
        [...s.map((n) => n || 1), 2],
        pick(['x.irfft(6)', `x.irfft(4, ${axis(s.length)})`, `x.fft(${axis(s.length)})`]),
      ))(randomShape(1, 4)),
  einsum: () => {
    const [b, i, j, k] = many(4, () => pick([1, 2, 3]))
    return pick([
      () => on([i, j], "einsum('ij,jk->ik', x, y)", { y: [below(5) === 0 ? 7 : j, k] }),
      () => on([b, i, j], "einsum('...ij,...jk->...ik', x, y)", { y: [j, k] }),
      () => on([b, i, j], "einsum('b...->...b', x)"),
      () => on([b, i, j], "einsum('...j->...', x)"),
      () => on([b, i], "einsum('ijk->i', x)"),
    ])()
  },
  given: () => on(randomShape(), 'zeros(x.shape)'),
}

const programs = Object.entries(makers).flatMap(([name, make]) => many(24, () => ({ name, ...make() })))

/** The functions that programs may use, by name. */
const library = { concat, einsum, stack, where, zeros, ...pairs, ...segments }

/** Runs a program: the shape that comes, or `undefined` where it fails. */
function run({ text, shapes }: Program): readonly number[] | undefined {
  const names = Object.keys(shapes)
  const body = new Function(...names, ...Object.keys(library), `return ${text}`)
  try {
    const result: unknown = body(...names.map((name) => zeros(shapes[name])), ...Object.values(library))
    if (!(result instanceof Tensor)) return undefined
    // Some indices are looked at only when values are computed.
    if (result.size < 1000 && text.includes('take')) result.dataSync()
    return result.shape
  } catch {
    return undefined
  }
}

/** How the sizes are declared: all, without every other one, or none. */
const declarations = {
  known: (s: readonly number[]) => `Tensor<${list(s)}>`,
  partly: (s: readonly number[]) => `Tensor<${list(s.map((n, i) => (i % 2 === 0 ? 'number' : n)))}>`,
  unknown: () => 'Tensor',
}

/** What the compiler says of the programs: the type of each, or `undefined` where it refuses. */
function typesOf(declare: (s: readonly number[]) => string): (string | undefined)[] {
  const folder = mkdtempSync(join(repository, 'tests/types/.programs-'))
  try {
    const head = [
      "import { zeros } from '../../../src/tensor/fill.js'",
      "import { concat, einsum, stack, where } from '../../../src/tensor/functions.js'",
      `import { ${Object.keys(pairs).join(', ')} } from '../../../src/tensor/functions/pairs.js'`,
      `import { ${Object.keys(segments).join(', ')} } from '../../../src/tensor/functions/segments.js'`,
      "import type { Tensor } from '../../../src/tensor/tensor.js'",
      `export const used = [${Object.keys(library).join(', ')}]`,
    ]
    const lines = programs.map(({ text, shapes }, i) => {
      const parameters = Object.entries(shapes).map(([name, s]) => `${name}: ${declare(s)}`)
      return `export const e${i} = (${parameters.join(', ')}) => ${text}`
    })
    writeFileSync(join(folder, 'programs.ts'), [...head, ...lines].join('\n'))
    const compilerOptions = {
      rootDir: '../../..',
      outDir: 'out',
      noEmit: false,
      declaration: true,
      emitDeclarationOnly: true,
      noUnusedParameters: false,
    }
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({ extends: '../../../tsconfig.json', compilerOptions, include: ['programs.ts'] }),
    )
    const refused = new Set<number>()
    try {
      execFileSync(process.execPath, [
        join(repository, 'node_modules/typescript/bin/tsc'),
        '-p',
        folder,
        '--pretty',
        'false',
      ])
    } catch (error) {
      const said = (error as { stdout: Buffer }).stdout.toString()
      for (const [, line] of said.matchAll(/programs\.ts\((\d+),/g)) refused.add(Number(line) - 1 - head.length)
    }
    const emitted = readFileSync(
      join(folder, 'out/tests/types', folder.split('/').pop() as string, 'programs.d.ts'),
      'utf8',
    )
    return programs.map((_, i) =>
      refused.has(i) ? undefined : new RegExp(`const e${i}: \\([^)]*\\) => Tensor<(.*)>;`).exec(emitted)?.[1],
    )
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Whether a shape is one that the type allows; types other than lists of sizes say nothing. */
function allows(type: string, shape: readonly number[]): boolean {
  if (!type.startsWith('[') || type.includes('...')) return true
  const sizes = type === '[]' ? [] : type.slice(1, -1).split(', ')
  return (
    sizes.length === shape.length &&
    sizes.every((size, i) => size === 'number' || size.split(' | ').includes(String(shape[i])))
  )
}

describe.each(Object.entries(declarations))('sizes %s', (how, declare) => {
  let types: readonly (string | undefined)[]
  beforeAll(() => {
    types = typesOf(declare)
  }, 120_000)

  const complaints = (wrong: (type: string | undefined, shape: readonly number[] | undefined) => boolean): string[] =>
    programs.flatMap((program, i) => {
      const shape = run(program)
      return wrong(types[i], shape)
        ? [`${program.text} on ${JSON.stringify(program.shapes)}: ${types[i]}, runs to ${shape}`]
        : []
    })

  test('no type is wrong', () => {
    expect(complaints((type, shape) => type !== undefined && shape !== undefined && !allows(type, shape))).toEqual([])
  })

  test('nothing that runs is refused', () => {
    expect(complaints((type, shape) => type === undefined && shape !== undefined)).toEqual([])
  })

  if (how !== 'known') return
  test('nothing is unknown', () => {
    expect(
      complaints((type, shape) => shape !== undefined && type !== undefined && !/^\[[\d, ]*\]$/.test(type)),
    ).toEqual([])
  })

  test('what cannot run is refused', () => {
    expect(complaints((type, shape) => type !== undefined && shape === undefined)).toEqual([])
  })
})
