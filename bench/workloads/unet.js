import { concat, random } from 'shapewise'
import * as nn from 'shapewise/nn'
import { adam } from 'shapewise/optim'
import { training } from './training.js'

const twice = (inputs, outputs) =>
  nn.sequential(
    ...[nn.conv2d(inputs, outputs, 3, { padding: 1, bias: false }), nn.batchNorm2d(outputs), nn.relu()],
    ...[nn.conv2d(outputs, outputs, 3, { padding: 1, bias: false }), nn.batchNorm2d(outputs), nn.relu()],
  )

/** Down to smaller maps with more channels and up again, each map beside the one of its size from the way down (Ronneberger et al., 2015). */
class UNet extends nn.Module {
  constructor(inputs, width, depth, classes) {
    super()
    const widths = Array.from({ length: depth + 1 }, (_, i) => width * 2 ** i)
    this.down = widths.map((outputs, i) => twice(i === 0 ? inputs : widths[i - 1], outputs))
    this.up = widths.slice(0, -1).map((outputs) => nn.convTranspose2d(2 * outputs, outputs, 2, { stride: 2 }))
    this.merge = widths.slice(0, -1).map((outputs) => twice(2 * outputs, outputs))
    this.pool = nn.maxPool2d(2)
    this.head = nn.conv2d(width, classes, 1)
  }

  forward(x) {
    const maps = [this.down[0].forward(x)]
    for (const block of this.down.slice(1)) maps.push(block.forward(this.pool.forward(maps.at(-1))))
    let y = maps.at(-1)
    for (let i = this.up.length - 1; i >= 0; i--) {
      y = this.merge[i].forward(concat([maps[i], this.up[i].forward(y)], -1))
    }
    return this.head.forward(y)
  }
}

/** One training step of a U-Net that gives each pixel a class, on random pictures. */
export function unet({ batch, size, width, depth, classes }) {
  const model = new UNet(3, width, depth, classes)
  return training({
    model,
    optimizer: adam({ learningRate: 1e-3 }),
    inputs: [random.normal([batch, size, size, 3]), random.randint([batch, size, size], 0, classes)],
    lossOf: (x, y) => nn.crossEntropy(model.forward(x), y),
  })
}
