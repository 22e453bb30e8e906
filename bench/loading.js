// `node --import ./bench/contenders/shapewise-imports.js bench/loading.js [workers] [batches]`: whether the training step of ResNet-20 on CIFAR-10 waits for its pictures, which threads decode from
// JPEG files ahead of it, and what augmentation in the program costs. Needs `npm run build`, the package sharp, and the JPEG set of CIFAR-10 in
// $SHAPEWISE_DATA/cifar10 (train_jpegs.bin.gz, train_offsets.u32le, train_labels.u8).
import { compile, random, tensor } from 'shapewise'
import { augment, readFile, stream } from 'shapewise/data'
import * as nn from 'shapewise/nn'
import { sgd } from 'shapewise/optim'
import decode from './loading-worker.js'
import { resnet20 } from './workloads/resnet20.js'

const BATCH = 128
/** A wait shorter than this is the turn of the event loop that any `await` takes. */
const NOTICEABLE_MILLISECONDS = 2

const [workers = 1, count = 40] = process.argv.slice(2).map(Number)
const folder = `${process.env.SHAPEWISE_DATA}/cifar10`
const files = await readFile(`${folder}/train_jpegs.bin.gz`)
const offsets = new Uint32Array((await readFile(`${folder}/train_offsets.u32le`)).slice().buffer)
const labels = await readFile(`${folder}/train_labels.u8`)
const examples = Array.from(labels, (label, i) => ({ file: files.slice(offsets[i], offsets[i + 1]), label }))

const { model } = resnet20({ batch: BATCH })
const optimizer = sgd({ learningRate: 0.1, momentum: 0.9 })
const augmented = augment.compose(augment.flip(), augment.crop({ padding: 4 }))
const change = { plain: (x) => x, augmented }
const steps = Object.fromEntries(
  Object.entries(change).map(([name, each]) => [
    name,
    compile((x, y) => {
      const loss = nn.crossEntropy(model.forward(each(x.cast('float32').div(255))), y)
      optimizer.minimize(loss, model)
      return loss
    }),
  ]),
)
const pixels = random.randint([BATCH, 32, 32, 3], 0, 256).cast('uint8')
const classes = random.randint([BATCH], 0, 10)

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1]

/** Milliseconds of processor time that each of several jobs takes, all threads together, by turns. */
async function processorTimes(jobs) {
  const times = Object.fromEntries(Object.keys(jobs).map((name) => [name, []]))
  for (let round = 0; round < 12; round++) {
    for (const [name, job] of Object.entries(jobs)) {
      const before = process.cpuUsage()
      await job()
      const { user, system } = process.cpuUsage(before)
      if (round >= 2) times[name].push((user + system) / 1000)
    }
  }
  return Object.fromEntries(Object.entries(times).map(([name, values]) => [name, median(values)]))
}

const times = await processorTimes({
  plain: () => steps.plain(pixels, classes).data(),
  augmented: () => steps.augmented(pixels, classes).data(),
  decoding: () => decode(examples.slice(0, BATCH)),
})
console.log(
  `processor time of a step: ${times.plain.toFixed(0)} ms, with flip and crop ${times.augmented.toFixed(0)} ms`,
)
console.log(`flip and crop: ${(100 * (times.augmented / times.plain - 1)).toFixed(1)} % of the step`)
console.log(
  `decoding a batch in a thread: ${times.decoding.toFixed(0)} ms, ${((100 * times.decoding) / times.plain).toFixed(0)} % of the step`,
)

const batches = stream(examples)
  .shuffle({ seed: 1 })
  .batch(BATCH, { dropLast: true })
  .mapInWorkers(new URL('./loading-worker.js', import.meta.url), { workers, ahead: 4 * Math.max(1, workers) })
const pass = batches.epoch(0)
const waits = []
const durations = []
for (let i = 0; i < count; i++) {
  const asked = performance.now()
  const { value } = await pass.next()
  const begun = performance.now()
  const x = tensor(value.inputs, [BATCH, 32, 32, 3], 'uint8')
  const loss = steps.augmented(x, tensor(value.labels, [BATCH], 'int32'))
  await loss.data()
  waits.push(begun - asked)
  durations.push(performance.now() - begun)
}
await pass.return()
// The first batch comes when the threads have started.
const later = waits.slice(1)
const noticed = later.filter((each) => each > NOTICEABLE_MILLISECONDS)
const total = later.reduce((a, b) => a + b, 0)
console.log(`${count} batches by ${workers} thread${workers === 1 ? '' : 's'}: first after ${waits[0].toFixed(0)} ms,`)
console.log(
  `then ${noticed.length} of ${later.length} steps waited, ${total.toFixed(1)} ms in all; a step takes ${median(durations).toFixed(0)} ms`,
)
process.exit(0)
