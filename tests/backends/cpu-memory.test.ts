import { compile, concat, type Tensor, zeros } from 'shapewise'
import * as nn from 'shapewise/nn'
import { sgd } from 'shapewise/optim'
import { expect, it } from 'vitest'

const megabytes = (): number => process.resourceUsage().maxRSS / 1024

// A step up whose gradient is one half of the channels of another's: a view of one picture.
it('the step of a single picture through a step up and a shortcut takes the memory of its maps', async () => {
  const [wide, up, last] = [nn.conv2d(1, 16, 1), nn.convTranspose2d(64, 16, 2, { stride: 2 }), nn.conv2d(32, 8, 3)]
  const down = nn.conv2d(16, 64, 2, { stride: 2 })
  const optimizer = sgd(
    [wide, up, down, last].flatMap((layer) => layer.parameters()),
    { learningRate: 0.01 },
  )
  const step = compile((x: Tensor<[1, 256, 256, 1]>) => {
    const full = wide.forward(x)
    const loss = last
      .forward(concat([full, up.forward(down.forward(full))], -1))
      .square()
      .mean()
    optimizer.minimize(loss)
    return loss
  })
  const before = megabytes()
  await step(zeros([1, 256, 256, 1])).data()
  // Some twenty maps of 256 × 256 × 16 numbers of four bytes are 80 MB.
  expect(megabytes() - before).toBeLessThan(600)
})
