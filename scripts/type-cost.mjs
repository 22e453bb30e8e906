/**
 * What the shape types cost: compiles a program of models and operations on tensors of known shapes against the
 * declarations in `dist`, as a user's project does, and the same on plain `Tensor`s, and reports the compiler's
 * instantiations and check time. The difference is the price of the checking. The layers of the models alone are reported, too: they
 * are to take no more than 15 % longer than on plain tensors.
 *
 *   npm run build && node scripts/type-cost.mjs [--rounds 20] [--tsc path/to/tsc …] [--json]
 *
 * A round is a module and a function, 25 lines; each has sizes of its own, so that nothing is known from another.
 * Without --tsc the installed compiler is asked; an older one stands in its own folder:
 * `npm install --prefix /tmp/ts59 typescript@5.9`, then `--tsc /tmp/ts59/node_modules/typescript/bin/tsc`.
 */
import { parseArgs } from 'node:util'
import { compile, installed, withProject } from './consumer.mjs'

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '20' },
    tsc: { type: 'string', multiple: true },
    json: { type: 'boolean', default: false },
  },
})

/** A module, and a function unless there are to be `layers` only; without shapes when `plain`. */
function round(i, plain, layers) {
  const [batch, features, hidden, channels] = [32 + i, 64 + i, 128 + 2 * i, 8 + i]
  const type = (...sizes) => (plain ? 'Tensor' : `Tensor<[${sizes.join(', ')}]>`)
  const layer = plain ? ': { forward(x: Tensor): Tensor }' : ''
  const operations = `
export function round${i}(model: Model${i}, x: ${type(batch, features)}, w: ${type(features, hidden)}, b: ${type(hidden)}, heads: ${type(batch, 4, 16, 8 + i)}) {
  const h0 = x.matmul(w).add(b).relu()
  const h1 = h0.sub(h0.mean(-1, { keepDims: true })).div(h0.std(-1, { keepDims: true }).add(1e-5))
  const h2 = h1.reshape([${batch}, 2, ${hidden / 2}]).permute([1, 0, 2])
  const h3 = concat([h2, h2], 1).sum([0, 1])
  const h4 = heads.matmul(heads.transpose()).softmax()
  const h5 = einsum('bhqk,bhkd->bhqd', h4, heads).transpose(1, 2).reshape([${batch}, 16, -1])
  const h6 = where(h5.greater(0), h5, 0).slice(0, [2, 5]).split(3, 0)[0].unsqueeze(0)
  const y = model.forward(random.normal([${batch}, 28, 28, 1]))
  const loss = nn.crossEntropy(y, arange(${batch}).mod(10))
  return [h3, h6, y, grad(loss, model), stack([h0, h0])] as const
}`
  return `
class Model${i} extends nn.Module {
  features${layer} = nn.sequential(
    nn.conv2d(1, ${channels}, 3, { padding: 1 }), nn.relu(), nn.maxPool2d(2),
    nn.conv2d(${channels}, ${2 * channels}, 3), nn.relu(), nn.maxPool2d(2), nn.flatten(),
  )
  hidden${layer} = nn.linear(${2 * channels * 36}, ${hidden})
  norm${layer} = nn.dropout(0.1)
  output${layer} = nn.linear(${hidden}, 10)
  forward(x: ${type('number', 28, 28, 1)}) {
    const h = nn.relu(this.norm.forward(this.hidden.forward(this.features.forward(x))))
    return this.output.forward(h)
  }
}${layers ? '' : operations}`
}

const program = (count, plain, layers = false) =>
  [
    "import { arange, concat, einsum, grad, random, stack, type Tensor, where } from 'shapewise'",
    "import * as nn from 'shapewise/nn'",
    ...Array.from({ length: count }, (_, i) => round(i, plain, layers)),
  ].join('\n')

/** The compiler's own figures for a source text: those that do not vary, and the shortest check time of three runs. */
const measure = (tsc, source) =>
  withProject({ 'program.ts': source }, (folder) => {
    const runs = [1, 2, 3].map(() => {
      const { output, failed } = compile(tsc, folder, ['--extendedDiagnostics'])
      if (failed) throw new Error(output)
      const figure = (name) => Number(new RegExp(`^${name}:\\s+([\\d.]+)`, 'm').exec(output)?.[1])
      return {
        instantiations: figure('Instantiations'),
        types: figure('Types'),
        checkSeconds: figure('Check time'),
        totalSeconds: figure('Total time'),
      }
    })
    const best = (name) => Math.min(...runs.map((run) => run[name]))
    return { ...runs[0], checkSeconds: best('checkSeconds'), totalSeconds: best('totalSeconds') }
  })

const count = Number(options.rounds)
const report = (options.tsc ?? [installed]).map((tsc) => ({
  compiler: compile(tsc, '.', ['--version']).output.trim(),
  nothing: measure(tsc, program(0, true)),
  plain: measure(tsc, program(count, true)),
  shapes: measure(tsc, program(count, false)),
  plainLayers: measure(tsc, program(count, true, true)),
  shapedLayers: measure(tsc, program(count, false, true)),
}))

if (options.json) {
  console.log(JSON.stringify({ rounds: count, report }))
} else {
  const names = {
    nothing: 'the library alone',
    plain: `${count} rounds, plain Tensor`,
    shapes: `${count} rounds, shapes`,
    plainLayers: 'their layers, plain Tensor',
    shapedLayers: 'their layers, shapes',
  }
  for (const { compiler, ...figures } of report) {
    console.log(compiler)
    for (const [key, { instantiations, types, checkSeconds, totalSeconds }] of Object.entries(figures)) {
      console.log(
        `  ${names[key].padEnd(28)} instantiations ${String(instantiations).padStart(7)}  types ${String(types).padStart(6)}  check ${checkSeconds.toFixed(2)} s  total ${totalSeconds.toFixed(2)} s`,
      )
    }
  }
}
