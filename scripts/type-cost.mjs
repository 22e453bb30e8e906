/**
 * What the shape types cost: compiles 300 operations on tensors of known shapes, and the same on plain `Tensor`s, and
 * reports check time and instantiations. The difference is the price of the checking.
 *
 *   node scripts/type-cost.mjs [--operations 300] [--json]
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const { values: options } = parseArgs({
  options: { operations: { type: 'string', default: '300' }, json: { type: 'boolean', default: false } },
})
const repository = resolve(dirname(fileURLToPath(import.meta.url)), '..')

/** A round of ten operations as layers are made of; sizes differ from round to round, so that nothing is cached. */
function round(i) {
  const [batch, features, hidden] = [32 + i, 64 + i, 128 + 2 * i]
  const shapes = {
    x: [batch, features],
    w: [features, hidden],
    b: [hidden],
    heads: [batch, 4, 16, 8 + i],
  }
  const operations = [
    'x.matmul(w)',
    'h0.add(b)',
    'h1.relu()',
    'h2.sub(h2.mean(-1, { keepDims: true }))',
    `h3.reshape([${batch}, 2, ${hidden / 2}])`,
    'h4.permute([1, 0, 2])',
    'concat([h5, h5], 1)',
    'h6.sum([0, 1])',
    'heads.matmul(heads.transpose())',
    "einsum('bhqd,bhkd->bhqk', heads, heads)",
  ]
  return { shapes, operations }
}

/** The program; without shapes when `plain`. */
function program(count, plain) {
  const lines = [
    "import { concat, einsum } from '../../src/tensor/functions.js'",
    "import type { Tensor } from '../../src/tensor/tensor.js'",
  ]
  for (let i = 0; i < count / 10; i++) {
    const { shapes, operations } = round(i)
    const type = (sizes) => (plain ? 'Tensor' : `Tensor<[${sizes.join(', ')}]>`)
    const parameters = Object.entries(shapes).map(([name, sizes]) => `${name}: ${type(sizes)}`)
    const results = operations.map((_, k) => `h${k}`)
    lines.push(
      `export function round${i}(${parameters.join(', ')}) {`,
      ...operations.map((operation, k) => `  const h${k} = ${operation}`),
      `  return [${results.join(', ')}] as const`,
      '}',
    )
  }
  return lines.join('\n')
}

/** The compiler's own figures for a source text, the best of three runs. */
function measure(source) {
  const folder = mkdtempSync(join(repository, 'scripts/.type-cost-'))
  try {
    writeFileSync(join(folder, 'program.ts'), source)
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({
        extends: '../../tsconfig.json',
        compilerOptions: { rootDir: '../..', noUnusedLocals: false },
        include: ['program.ts'],
      }),
    )
    const tsc = join(repository, 'node_modules/typescript/bin/tsc')
    const runs = [1, 2, 3].map(() => {
      const text = execFileSync(process.execPath, [tsc, '-p', folder, '--noEmit', '--extendedDiagnostics']).toString()
      const figure = (name) => Number(new RegExp(`^${name}:\\s+([\\d.]+)`, 'm').exec(text)?.[1])
      return { checkSeconds: figure('Check time'), instantiations: figure('Instantiations'), types: figure('Types') }
    })
    return runs.reduce((best, run) => (run.checkSeconds < best.checkSeconds ? run : best))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const count = Number(options.operations)
const report = {
  nothing: measure(program(0, true)),
  plain: measure(program(count, true)),
  shapes: measure(program(count, false)),
}

if (options.json) {
  console.log(JSON.stringify({ operations: count, ...report }))
} else {
  const names = {
    nothing: 'the library alone',
    plain: `${count} operations on plain Tensor`,
    shapes: `${count} operations on known shapes`,
  }
  for (const [key, { checkSeconds, instantiations, types }] of Object.entries(report)) {
    console.log(
      `${names[key].padEnd(36)} check ${checkSeconds.toFixed(2)} s  instantiations ${String(instantiations).padStart(8)}  types ${String(types).padStart(7)}`,
    )
  }
}
