import { random, seed, type Tensor } from 'shapewise'
import * as nn from 'shapewise/nn'
import { expect, it } from 'vitest'
import { AllSides } from '../../../src/recipes/vision/all-sides.js'

it.each([
  ['four', 4, (x: Tensor) => x.flip(2) as Tensor],
  ['eight', 8, (x: Tensor) => x.permute([0, 2, 1, 3]) as Tensor],
] as const)('a network that looks from %s sides says the same of a mirrored picture', async (_, sides, mirror) => {
  seed(0)
  const convolution = nn.conv2d(1, 1, 3, { padding: 1 })
  const model = new AllSides(convolution, sides)
  const picture = random.normal([1, 5, 4, 1])
  const difference = (one: nn.Module & { forward(x: never): unknown }) => {
    const [turned, straight] = [mirror(picture), picture].map((x) => one.forward(x as never) as Tensor)
    return (mirror(turned!).sub(straight!).abs().max() as Tensor<[]>).item()
  }
  expect(await difference(model)).toBeLessThan(1e-6)
  expect(await difference(convolution)).toBeGreaterThan(0.1)
})
