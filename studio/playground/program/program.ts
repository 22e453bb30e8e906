import { datasets, type Points } from '../data/plane'
import { activations, features, initializers, optimizers, schedules } from '../settings/choices'
import { type Settings, SHUFFLES, SPLITS } from '../settings/settings'

/**
 * A program for Node that trains the same network on the same points by Shapewise alone, and says how good it is: with the same numbers at
 * random as the page, so that both go the same way.
 */
export function programOf(settings: Settings, points: Points): string {
  if (points.targets.length === 0) return '// There are no points yet: draw some, or give a table.\n'
  const isBinary = points.kind === 'classes' && points.classes === 2
  const outputs = points.kind === 'values' || isBinary ? 1 : points.classes
  const loss =
    points.kind === 'values'
      ? 'nn.meanSquaredError(output.slice(null, 0), target).mul(0.5)'
      : isBinary
        ? 'nn.binaryCrossEntropy(output.slice(null, 0), target)'
        : "nn.crossEntropy(output, target.cast('int32'))"
  const found = isBinary ? "output.slice(null, 0).greater(0).cast('float32')" : "output.argMax(1).cast('float32')"
  const { code } = schedules[settings.schedule]
  const rate = code === '' ? `${settings.learningRate}` : code.replace('RATE', `${settings.learningRate}`)
  const imports = [
    ...new Set([...optimizers[settings.optimizer].code.matchAll(/^\w+/g), ...code.matchAll(/^\w+/g)].flat()),
  ]
  const penalty =
    settings.regularization === 'none'
      ? ''
      : `
const penalty = () =>
  network.parameters().filter(({ shape }) => shape.length === 2).map(({ value }) => ${
    settings.regularization === 'l1' ? 'value.abs().sum()' : 'value.square().sum().mul(0.5)'
  }).reduce((sum, size) => sum.add(size)).mul(${settings.regularizationRate})
`
  return `// A training of the Shapewise playground: ${datasets[settings.data].label.toLowerCase()}.
// Run it with: node playground.mjs (after: npm install shapewise)
import { compile, seed, stack, tensor } from 'shapewise'
import { RandomStream } from 'shapewise/data'
import * as nn from 'shapewise/nn'
import { ${imports.sort().join(', ')} } from 'shapewise/optim'

// Points of the plane, x₁ and x₂ from −6 to 6, and their ${points.kind === 'values' ? 'values' : 'classes'}.
const places = ${numbers(points.places)}
const targets = ${numbers(points.targets)}
const learned = Math.round(targets.length * ${settings.trainShare / 100})

seed(${settings.seed})
${networkCode(settings, outputs)}
const learningRate = ${rate}
const optimizer = ${optimizers[settings.optimizer].code}

const inputsOf = (place) => {
  const [x, y] = [place.slice(null, 0), place.slice(null, 1)]
  return stack([${settings.features.map((name) => features[name].code).join(', ')}], 1)
}
const lossOf = (output, target) => ${loss}
${penalty}
const step = compile((place, target) => {
  const loss = lossOf(network.forward(inputsOf(place)), target)
  optimizer.minimize(${penalty === '' ? 'loss' : 'loss.add(penalty())'})
  return loss
})

// The points in a random order; the first part is learned from, the rest is kept to test on.
const order = Int32Array.from(targets, (_, i) => i)
new RandomStream(${settings.dataSeed}, ${SPLITS}).shuffle(order)
const [train, test] = [order.slice(0, learned), order.slice(learned)]
const batchOf = (chosen) => [
  tensor(Float32Array.from({ length: 2 * chosen.length }, (_, i) => places[2 * chosen[i >> 1] + (i % 2)]), [chosen.length, 2]),
  tensor(Float32Array.from(chosen, (i) => targets[i]), [chosen.length]),
]
const epochs = 200
const size = Math.min(${settings.batchSize}, train.length)
const shuffles = new RandomStream(${settings.seed}, ${SHUFFLES})
const now = train.slice()
for (let epoch = 0; epoch < epochs; epoch++) {
  shuffles.shuffle(now)
  for (let at = 0; at + size <= now.length; at += size) step(...batchOf(now.subarray(at, at + size)))
}

network.eval()
for (const [name, chosen] of [['training', train], ['test', test]]) {
  if (chosen.length === 0) continue
  const [place, target] = batchOf(chosen)
  const output = network.forward(inputsOf(place))
  const loss = await lossOf(output, target).item()
${
  points.kind === 'values'
    ? '  console.log(`${name}: loss ${loss.toPrecision(5)}`)'
    : `  const right = await ${found}.equal(target).cast('float32').mean().item()
  console.log(\`\${name}: loss \${loss.toPrecision(5)}, \${(100 * right).toFixed(1)} % right\`)`
}
}
`
}

function networkCode(settings: Settings, outputs: number): string {
  const { layers, batchNorm, dropout, skip } = settings
  const widths = [settings.features.length, ...layers.map(({ units }) => units)]
  const blocks = layers.map(({ units, activation }, i) => {
    const parts = [
      `nn.linear(${widths[i]}, ${units}, start)`,
      ...(batchNorm ? [`nn.batchNorm1d(${units})`] : []),
      activations[activation].code,
      ...(dropout > 0 ? [`nn.dropout(${dropout})`] : []),
    ]
    return skip && widths[i] === units ? `nn.residual(nn.sequential(${parts.join(', ')}))` : parts.join(', ')
  })
  const { code } = initializers[settings.initializer]
  return `const start = { initializer: ${code}, biasInitializer: nn.initializers.zeros() }
const network = nn.sequential(
${[...blocks, `nn.linear(${widths.at(-1)}, ${outputs}, start)`].map((block) => `  ${block},`).join('\n')}
)`
}

/** Numbers in few characters, in lines. */
function numbers(values: Float32Array): string {
  const texts = Array.from(values, shortest)
  const lines = Array.from({ length: Math.ceil(texts.length / 12) }, (_, i) =>
    texts.slice(12 * i, 12 * i + 12).join(', '),
  )
  return `[\n  ${lines.join(',\n  ')},\n]`
}

/** The shortest decimal number that is read as the same float32. */
function shortest(value: number): string {
  for (let digits = 1; digits < 9; digits++) {
    const text = Number(value.toPrecision(digits))
    if (Math.fround(text) === value) return `${text}`
  }
  return `${value}`
}
