/**
 * What the shape types cost a user: compiles a program of about 500 lines (convolution nets, residual blocks, attention,
 * perceptrons, training steps) against the built declarations in dist, once with shapes and once on plain `Tensor`s, and reports
 * instantiations and times. The difference is the price of the checking.
 *
 *   npm run build && node scripts/type-cost.mjs [--rounds 6] [--tsc node_modules/typescript/bin/tsc] [--keep] [--json]
 *
 * `--tsc` takes other versions of the compiler, `--keep` leaves the two projects and prints where they are.
 */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '6' },
    tsc: { type: 'string', default: 'node_modules/typescript/bin/tsc' },
    keep: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
})
const repository = resolve(dirname(fileURLToPath(import.meta.url)), '..')

/** The part of a program that is written again with other sizes, so that nothing is cached; `t` writes a tensor type. */
function round(i, t) {
  const [size, channels, hidden, classes] = [32 + 4 * i, 16 + i, 128 + 16 * i, 10 + i]
  const half = size / 2
  const quarter = half / 2
  const [batch, time, heads, width] = [32 + i, 20 + i, 4, 8 + i]
  const embedding = heads * width
  return `
// Round ${i}: a residual net on pictures.
class Residual${i} extends nn.Module {
  readonly first = nn.conv2d(${channels}, ${channels}, 3, { padding: 'same', bias: false })
  readonly second = nn.conv2d(${channels}, ${channels}, 3, { padding: 'same' })

  forward<B extends number>(x: ${t('B', half, half, channels)}) {
    const inner = x.pipe(this.first, nn.relu, this.second)
    return inner.add(x).relu()
  }
}

const stem${i} = nn.sequential(nn.conv2d(3, ${channels}, 3, { padding: 'same' }), nn.relu(), nn.maxPool2d(2))
const head${i} = nn.sequential(
  nn.conv2d(${channels}, ${2 * channels}, 3, { stride: 2, padding: 1 }),
  nn.relu(),
  nn.flatten(),
  nn.linear(${quarter * quarter * 2 * channels}, ${hidden}),
  nn.relu(),
  nn.dropout(0.5),
  nn.linear(${hidden}, ${classes}),
)

class PictureNet${i} extends nn.Module {
  readonly stem = stem${i}
  readonly block = new Residual${i}()
  readonly head = head${i}

  forward<B extends number>(x: ${t('B', size, size, 3)}) {
    return this.head.forward(this.block.forward(this.stem.forward(x)))
  }
}

// Attention, written out.
class Attention${i} extends nn.Module {
  readonly query = nn.linear(${embedding}, ${embedding})
  readonly key = nn.linear(${embedding}, ${embedding})
  readonly value = nn.linear(${embedding}, ${embedding})
  readonly output = nn.linear(${embedding}, ${embedding})

  forward(x: ${t(batch, time, embedding)}) {
    const q = this.query.forward(x).reshape([${batch}, ${time}, ${heads}, ${width}]).permute([0, 2, 1, 3])
    const k = this.key.forward(x).reshape([${batch}, ${time}, ${heads}, ${width}]).permute([0, 2, 3, 1])
    const v = this.value.forward(x).reshape([${batch}, ${time}, ${heads}, ${width}]).permute([0, 2, 1, 3])
    const weights = q.matmul(k).div(Math.sqrt(${width})).softmax(-1)
    const mixed = weights.matmul(v).permute([0, 2, 1, 3]).reshape([${batch}, ${time}, ${embedding}])
    return this.output.forward(mixed).add(x)
  }
}

const attention${i} = new Attention${i}()
const encoder${i} = nn.sequential(attention${i}, nn.linear(${embedding}, ${hidden}), nn.gelu(), nn.linear(${hidden}, ${classes}))

// Layer norm by hand, and a classical classifier.
function normalize${i}(x: ${t(batch, embedding)}, gain: ${t(embedding)}, shift: ${t(embedding)}) {
  const centred = x.sub(x.mean(-1, { keepDims: true }))
  const scaled = centred.div(centred.square().mean(-1, { keepDims: true }).add(1e-5).sqrt())
  return scaled.mul(gain).add(shift)
}

const mlp${i} = nn.sequential(nn.flatten(), nn.linear(${size * size * 3}, ${hidden}), nn.relu(), nn.linear(${hidden}, ${classes}))
const net${i} = new PictureNet${i}()
const optimizer${i} = adam(net${i})

export const step${i} = compile((x: ${t(batch, size, size, 3)}, y: ${t(batch)}) => {
  const logits = net${i}.forward(x).add(mlp${i}.forward(x))
  const loss = nn.crossEntropy(logits, y)
  optimizer${i}.minimize(loss)
  const right = logits.argMax(-1).equal(y).sum()
  return [loss, right] as const
})

export function encode${i}(x: ${t(batch, time, embedding)}, y: ${t(batch, time)}) {
  const logits = encoder${i}.forward(x)
  const pooled = normalize${i}(x.mean(1), zeros([${embedding}]), zeros([${embedding}]))
  const both = concat([pooled, x.max(1)], -1)
  return [nn.crossEntropy(logits, y), both.matmul(random.normal([${2 * embedding}, ${classes}]))] as const
}`
}

/** The program; without shapes when `plain`. */
function program(rounds, plain) {
  const t = (...sizes) => (plain ? 'Tensor' : `Tensor<[${sizes.join(', ')}]>`)
  const imports = [
    "import { compile, concat, random, type Tensor, zeros } from 'shapewise'",
    "import * as nn from 'shapewise/nn'",
    "import { adam } from 'shapewise/optim'",
  ]
  return [...imports, ...Array.from({ length: rounds }, (_, i) => round(i, t))].join('\n')
}

const workshop = mkdtempSync(join(tmpdir(), 'type-cost-'))
const installed = join(workshop, 'node_modules/shapewise')
mkdirSync(installed, { recursive: true })
cpSync(join(repository, 'package.json'), join(installed, 'package.json'))
cpSync(join(repository, 'dist'), join(installed, 'dist'), {
  recursive: true,
  filter: (path) => !/\.(js|node|wasm)$/.test(path),
})

const settings = {
  target: 'es2022',
  lib: ['es2022', 'esnext.disposable', 'dom'],
  module: 'nodenext',
  moduleResolution: 'nodenext',
  types: [],
  strict: true,
  skipLibCheck: true,
  noEmit: true,
}

/** The compiler's own figures for a source text, the best of five runs. */
function measure(name, source) {
  const folder = join(workshop, name)
  mkdirSync(folder)
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  writeFileSync(join(folder, 'program.ts'), source)
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: settings, include: ['program.ts'] }))
  const once = () => {
    const tsc = resolve(repository, options.tsc)
    const { stdout: text, status } = spawnSync(process.execPath, [tsc, '-p', folder, '--extendedDiagnostics'], {
      encoding: 'utf8',
    })
    if (status !== 0) throw new Error(`the program does not compile:\n${text}`)
    const figure = (label) => Number(new RegExp(`^${label}:\\s+([\\d.]+)`, 'm').exec(text)?.[1])
    return {
      instantiations: figure('Instantiations'),
      types: figure('Types'),
      check: figure('Check time'),
      total: figure('Total time'),
    }
  }
  const runs = Array.from({ length: 5 }, once)
  const best = (key) => Math.min(...runs.map((run) => run[key]))
  return { ...runs[0], check: best('check'), total: best('total') }
}

try {
  const rounds = Number(options.rounds)
  const report = {
    plain: measure('plain', program(rounds, true)),
    shapes: measure('shapes', program(rounds, false)),
  }
  const lines = program(rounds, false).split('\n').length
  if (options.json) {
    console.log(JSON.stringify({ lines, ...report }))
  } else {
    for (const [name, { instantiations, types, check, total }] of Object.entries(report)) {
      console.log(
        `${lines} lines, ${name.padEnd(6)}  instantiations ${String(instantiations).padStart(7)}  types ${String(types).padStart(6)}  check ${check.toFixed(2)} s  total ${total.toFixed(2)} s`,
      )
    }
  }
} finally {
  if (options.keep) console.log(workshop)
  else rmSync(workshop, { recursive: true, force: true })
}
