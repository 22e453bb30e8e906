// Writes docs/models.md: what each network of the catalogue holds and takes, measured here, each in a process of its own.
//
//     npm run build && node scripts/models-table.mjs [names]
//
// With names only these are measured and printed.

import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { fileURLToPath } from 'node:url'
import { compile, random } from '../dist/index.js'
import { catalogue, families } from '../dist/models/index.js'
import { flowOf, unfilled } from '../dist/nn/index.js'
import { sgd } from '../dist/optim/index.js'

const header = [
  '| network | picture → result | parameters | multiply-adds | memory | forward | step | paper |',
  '|---|---|---:|---:|---:|---:|---:|---|',
]

const introduction = (processor) => `# Networks

What \`shapewise/models\` brings, as \`node scripts/models-table.mjs\` has measured it. Each file in \`src/models\` reads like the figure of the paper, with the paper's
sizes as defaults; options change classes, channels and widths. \`npm run studio\` draws them all (the architecture zoo), and opens each in the network view.

\`\`\`ts
import { catalogue, resnet } from 'shapewise/models'

const model = resnet(18, { classes: 10 })
catalogue.length // all that stand below, with what makes them
\`\`\`

- **Parameters** are counted exactly; in parentheses who has published the same number, or where the sum of the paper's sizes has no other witness.
- **Multiply-adds** are those of one pass forward, windows at the rim in full.
- **Memory** is all that a process has held that made a pass forward and a step of training with one picture: Node, code, weights, gradients, activations.
- **Forward** and **step** (forward, backward and update by gradient descent) are seconds of the processor, the threads together, for one picture in float32 (${processor}).
- **A dash** stands for what was not waited for: more than four minutes.
`

const [command, ...rest] = process.argv.slice(2)
/** What takes longer is not waited for. */
const LIMIT = 240_000

if (command === '--measure') await measure(rest[0])
else table(command === undefined ? [] : [command, ...rest])

/** Seconds of the processor, all threads together, for what is done the second time. */
async function seconds(run) {
  await run()
  const before = process.cpuUsage()
  await run()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1e6
}

/** One pass forward and one step of training on a random picture at full size; each is printed when it is known. */
async function measure(name) {
  const { make, input } = catalogue.find((entry) => entry.name === name)
  const model = make()
  const x = random.uniform([1, ...input], { low: -1, high: 1 })
  const outputs = (given) => {
    const result = model.forward(given)
    return 'shape' in result ? [result] : Object.values(result)
  }
  model.eval()
  const forward = compile((given) => outputs(given))
  const forwardSeconds = await seconds(async () => {
    for (const one of forward(x)) await one.data()
  })
  console.log(JSON.stringify({ forward: forwardSeconds }))
  model.train()
  const optimizer = sgd(model, { learningRate: 1e-6 })
  const step = compile((given) => {
    const loss = outputs(given)
      .map((one) => one.mul(one).mean())
      .reduce((sum, one) => sum.add(one))
    optimizer.minimize(loss)
    return loss
  })
  const stepSeconds = await seconds(async () => {
    const loss = await step(x).item()
    if (!Number.isFinite(loss)) throw new Error(`${name}: the loss is ${loss}`)
  })
  console.log(JSON.stringify({ step: stepSeconds, memory: process.resourceUsage().maxRSS * 1024 }))
}

function table(names) {
  const chosen = names.length === 0 ? catalogue : catalogue.filter(({ name }) => names.includes(name))
  const rows = new Map(chosen.map((entry) => [entry.name, row(entry)]))
  if (names.length > 0) return
  const sections = Object.entries(families).map(([family, title]) => {
    const members = catalogue.filter((entry) => entry.family === family)
    return [`## ${title}`, '', ...header, ...members.map(({ name }) => rows.get(name)), ''].join('\n')
  })
  const processor = cpus()[0].model.replace(/\s+/g, ' ').trim()
  writeFileSync(
    fileURLToPath(new URL('../docs/models.md', import.meta.url)),
    `${introduction(processor)}\n${sections.join('\n')}`,
  )
}

function row({ name, title, call, make, input, parameters, counted, paper, recipe }) {
  const flow = flowOf(unfilled(make), [null, ...input])
  const multiplyAdds = flow.stages.reduce((sum, stage) => sum + stage.multiplyAdds, 0)
  const output = flow.stages.find(({ kind }) => kind === 'output').outputs[0].shape.slice(1)
  const { status, stdout, stderr } = spawnSync(process.execPath, [fileURLToPath(import.meta.url), '--measure', name], {
    encoding: 'utf8',
    timeout: LIMIT,
  })
  if (status !== 0) console.error(`${name}: ${stderr}`)
  const found = stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line))
  const { forward, step, memory } = Object.assign({}, ...found)
  const cells = [
    `${title}<br>\`${call}\`${recipe === undefined ? '' : `<br>recipe \`${recipe}\``}`,
    `${input.join(' × ')} → ${output.join(' × ')}`,
    `${parameters.toLocaleString('en-US')}<br>(${counted})`,
    short(multiplyAdds),
    memory === undefined ? '–' : `${short(memory)}B`,
    duration(forward),
    duration(step),
    `[${paper.authors}](${paper.url})`,
  ]
  const line = `| ${cells.join(' | ')} |`
  console.log(line)
  return line
}

function short(value) {
  const [size, unit] = value >= 1e9 ? [1e9, ' G'] : value >= 1e6 ? [1e6, ' M'] : [1e3, ' k']
  return `${Number((value / size).toPrecision(3))}${unit}`
}

function duration(value) {
  if (value === undefined) return '–'
  return value >= 1 ? `${value.toPrecision(3)} s` : `${(value * 1000).toPrecision(3)} ms`
}
