// How large LeNet-5 is as a module that stands alone, and whether it answers alike: the figures in docs/guide/files.md.
//
//   npm run build && SHAPEWISE_DATA=… node scripts/bundle-sizes.mjs
import { gzipSync } from 'node:zlib'
import { mnist } from '../dist/data/index.js'
import { bundle } from '../dist/formats/index.js'
import { seed, tensor, zeros } from '../dist/index.js'
import { lenet } from '../dist/models/index.js'
import * as nn from '../dist/nn/index.js'
import { adam } from '../dist/optim/index.js'
import { fit } from '../dist/train/index.js'

const COUNT = 10_000
const { train, test } = await mnist()
seed(0)
const model = lenet()
await fit(model, train, { loss: nn.crossEntropy, optimizer: adam({ learningRate: 1e-3 }), epochs: 2, batchSize: 64 })
model.eval()
const some = test.take(COUNT)
const pixels = some.values('inputs')
const labels = some.values('labels')
const exact = await model
  .forward(tensor(pixels, [COUNT, 28, 28, 1]))
  .argMax(-1)
  .data()
for (const weights of ['float32', 'float16', 'int8', 'int7', 'int6']) {
  const text = await bundle(model, [zeros([1, 28, 28, 1])], { weights })
  const { predict } = await import(`data:text/javascript;base64,${Buffer.from(text).toString('base64')}`)
  let [same, right] = [0, 0]
  for (let from = 0; from < COUNT; from += 100) {
    const outputs = predict(pixels.subarray(from * 784, (from + 100) * 784), 100)
    for (let i = 0; i < 100; i++) {
      const own = Array.from(outputs.subarray(10 * i, 10 * i + 10))
      const named = own.indexOf(Math.max(...own))
      if (named === exact[from + i]) same++
      if (named === labels[from + i]) right++
    }
  }
  const kilobytes = (gzipSync(text, { level: 9 }).length / 1000).toFixed(1)
  console.log(
    `${weights}: ${kilobytes} kB with gzip, ${same} of ${COUNT} classes as the model, accuracy ${(100 * right) / COUNT} %`,
  )
}
