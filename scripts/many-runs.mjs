// Makes a folder of many long runs, to see that the studio stays fluent: node scripts/many-runs.mjs FOLDER [RUNS [POINTS]]

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const DAY = 86_400_000

/** Numbers that look random, the same ones each time. */
const noise = (i) => {
  const x = Math.sin(12.9898 * i + 78.233) * 43_758.5453
  return x - Math.floor(x)
}

/** A run of so many batches, as a training stores it, with an epoch of a hundredth of them each. */
export function makeRun(folder, i, points, started = Date.UTC(2026, 0, 1) + (i * DAY) / 50) {
  const [learningRate, batchSize, optimizer] = [
    [1e-4, 3e-4, 1e-3, 3e-3, 1e-2][i % 5],
    [32, 64, 128][i % 3],
    ['adam', 'sgd'][i % 2],
  ]
  const each = Math.max(1, Math.floor(points / 100))
  const epochs = Math.ceil(points / each)
  const lines = []
  let validation
  for (let step = 1; step <= points; step++) {
    const time = started + 40 * step
    const level = 0.05 + 2.3 * Math.exp(-step * learningRate * (optimizer === 'adam' ? 6 : 2)) + noise(i) * 0.05
    const loss = level * (1 + 0.25 * (noise(step * 7 + i) - 0.5))
    const accuracy = 1 - Math.min(0.9, 0.4 * level + 0.02 * noise(step + i))
    const epoch = Math.ceil(step / each)
    lines.push(JSON.stringify({ type: 'step', step, epoch, values: { loss, accuracy }, time }))
    if (step % each !== 0 && step !== points) continue
    validation = { loss: 1.05 * level, accuracy: 1 - Math.min(0.9, 0.42 * level) }
    const line = { type: 'epoch', epoch, epochs, step, metrics: { loss: level, accuracy }, validation, time }
    lines.push(
      JSON.stringify({
        ...line,
        learningRates: { optimizer: learningRate },
        examplesPerSecond: 900,
        seconds: 0.04 * each,
      }),
    )
  }
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'metrics.jsonl'), `${lines.join('\n')}\n`)
  const [begun, ended] = [new Date(started).toISOString(), new Date(started + 40 * points).toISOString()]
  const info = {
    ...{
      name: 'lenet-mnist',
      title: 'LeNet-5 reads handwritten digits',
      status: 'finished',
      started: begun,
      updated: ended,
    },
    ...{
      resumed: 0,
      seed: i,
      options: { epochs, batchSize, learningRate, optimizer: { name: optimizer, momentum: 0.9 } },
    },
    ...{ results: validation, seconds: 0.04 * points },
    environment: { shapewise: '0.1.0', backend: 'native', platform: 'Node', threads: 2 },
  }
  writeFileSync(join(folder, 'run.json'), `${JSON.stringify(info, undefined, 2)}\n`)
}

if (process.argv[1] === import.meta.filename) {
  const [root, runs = '1000', points = '10000'] = process.argv.slice(2)
  if (root === undefined) throw new Error('Name the folder: node scripts/many-runs.mjs FOLDER [RUNS [POINTS]]')
  for (let i = 0; i < Number(runs); i++) makeRun(join(root, `run-${String(i).padStart(4, '0')}`), i, Number(points))
  console.log(`${runs} runs of ${points} batches each are in ${root}`)
}
