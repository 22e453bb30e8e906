import { random, seed, type Tensor, tensor, zeros } from 'shapewise'
import { dataset, floatColumn } from 'shapewise/data'
import * as nn from 'shapewise/nn'
import { sgd } from 'shapewise/optim'
import { adviceOn, fit, histograms, layerHistograms, layerStatistics, memoryStorage } from 'shapewise/train'
import { expect, it } from 'vitest'

it('statistics are those worked out by hand', async () => {
  const first = nn.linear(2, 2, { bias: false })
  first.weight.assign(
    tensor([
      [1, -1],
      [0, -2],
    ]),
  )
  const second = nn.linear(2, 1, { bias: false })
  second.weight.assign(tensor([[3], [5]]))
  const model = nn.sequential(first, nn.relu(), second)
  // Outputs [[1, −1 − 2], [2, −2 − 2]], behind the rectifier [[1, 0], [2, 0]], then [3, 6]; the loss is the mean of squares.
  const layers = await layerStatistics(
    model,
    nn.meanSquaredError,
    tensor([
      [1, 1],
      [2, 1],
    ]),
    zeros([2, 1]),
  )
  expect(layers.map(({ path, kind }) => `${path} ${kind}`)).toEqual([
    'layers.0 Linear',
    'layers.1 relu',
    'layers.2 Linear',
  ])
  const [hidden, rectified, output] = layers
  expect(hidden.output.mean).toBeCloseTo((1 - 3 + 2 - 4) / 4, 6)
  expect(hidden.output.largest).toBe(4)
  expect([rectified.zeros, rectified.dead]).toEqual([0.5, 0.5])
  expect(output.output.rms).toBeCloseTo(Math.sqrt((9 + 36) / 2), 5)
  // d loss / d output = output; d loss / d w = Σ hᵢ · outputᵢ = 1 · 3 + 2 · 6.
  expect(output.gradient.largest).toBeCloseTo(6, 5)
  expect(output.parameters[0].gradient.largest).toBeCloseTo(15, 4)
  expect(output.parameters[0].value.mean).toBe(4)
  expect(rectified.gradient.largest).toBeCloseTo(30, 4)
})

it('histograms count weights, gradients and activations worked out by hand, and are stored after epochs', async () => {
  const layer = nn.linear(2, 1, { bias: false })
  layer.weight.assign(tensor([[2], [-1]]))
  const model = nn.sequential(layer, nn.relu())
  const inputs = [
    [1, 1],
    [2, 1],
    [0, 3],
    [4, 0],
  ]
  const watched = () => layerHistograms(model, nn.meanSquaredError, tensor(inputs), zeros([4, 1]))
  const all = await watched()
  expect(all.map(({ name, of }) => `${name} ${of}`)).toEqual([
    'layers.0.weight weights',
    'layers.0.weight gradients',
    'layers.0 activations',
    'layers.1 activations',
  ])
  const ends = all.map(({ low, high, lost, counts }) => [low, high, lost, counts[0], counts.at(-1)])
  // Outputs 1, 3, −3, 8; d loss / d w = Σ 2 · output / 4 · x over those above 0: (1 + 6 + 32) / 2 and (1 + 3) / 2.
  expect(ends).toEqual([
    [-1, 2, 0, 1, 1],
    [2, 19.5, 0, 1, 1],
    [-3, 8, 0, 1, 1],
    [0, 8, 0, 1, 1],
  ])
  for (const { counts } of all.slice(2)) expect(counts.reduce((sum, count) => sum + count)).toBe(4)
  const folder = memoryStorage()
  const data = dataset({
    inputs: floatColumn(Float32Array.from(inputs.flat()), [2]),
    targets: floatColumn(new Float32Array(4), [1]),
  })
  const options = { loss: nn.meanSquaredError, optimizer: sgd({ learningRate: 0.01 }), epochs: 4, folder }
  await fit(model, data, { ...options, callbacks: [histograms(watched, { epochs: 2 })] })
  const lines = new TextDecoder()
    .decode(await folder.read('histograms.jsonl'))
    .trim()
    .split('\n')
  expect(lines.map((line) => JSON.parse(line).epoch)).toEqual([2, 4])
  expect(JSON.parse(lines[1]).histograms).toEqual(await watched())
})

it('layers come in the order in which they run, more than ten of them too', async () => {
  const model = new nn.Sequential(Array.from({ length: 12 }, () => nn.linear(2, 2)))
  const layers = await layerStatistics(model, nn.meanSquaredError, random.normal([4, 2]), zeros([4, 2]))
  expect(layers.map(({ path }) => path)).toEqual(Array.from({ length: 12 }, (_, i) => `layers.${i}`))
})

it('nothing changes by looking, not even batch norm and random numbers', async () => {
  seed(3)
  const model = nn.sequential(nn.linear(3, 4), nn.batchNorm1d(4), nn.dropout(0.5), nn.linear(4, 1))
  const before = JSON.stringify(await model.state())
  const drawn = await random.normal([2]).array()
  seed(3)
  const [x, y] = [
    tensor(
      new Float32Array(24).map((_, i) => Math.sin(i)),
      [8, 3],
    ),
    zeros([8, 1]),
  ]
  model.eval()
  await layerStatistics(model, nn.meanSquaredError, x, y)
  expect(model.training).toBe(false)
  expect(JSON.stringify(await model.state())).toBe(before)
  seed(3)
  nn.linear(3, 4)
  nn.linear(4, 1)
  void drawn
})

const deep = (activation: () => nn.Module & { forward(x: Tensor): Tensor }, scale: number) => {
  seed(1)
  const layers = Array.from({ length: 8 }, () => [nn.linear(16, 16), activation()]).flat()
  const model = nn.sequential(...layers) as nn.Module & { forward(x: Tensor): Tensor }
  for (const [name, parameter] of model.namedParameters()) {
    if (name.endsWith('weight')) parameter.assign(parameter.value.mul(scale))
  }
  return model
}

it.each([
  [
    'vanishing gradients',
    deep(nn.sigmoid, 0.3),
    /Gradients go from .* they vanish, the first layers hardly learn.*residual/,
  ],
  ['exploding gradients and outputs', deep(nn.relu, 12), /they explode.*clipNorm|Outputs grow from/],
  ['saturated layers', deep(nn.tanh, 40), /\(tanh\): \d+ % of its outputs lie where it is flat/],
])('%s are said in words', async (_, model, message) => {
  seed(2)
  const said = adviceOn(await layerStatistics(model, nn.meanSquaredError, random.normal([32, 16]), zeros([32, 16])))
  expect(said.join('\n')).toMatch(message)
})

it('dead units and parameters without a gradient are said, a healthy network is not', async () => {
  seed(4)
  const model = nn.sequential(nn.linear(4, 16), nn.relu(), nn.linear(16, 2))
  const [x, y] = [random.normal([64, 4]), random.normal([64, 2])]
  expect(adviceOn(await layerStatistics(model, nn.meanSquaredError, x, y))).toEqual([])
  model.layers[0].bias?.assign(zeros([16]).sub(100))
  const said = adviceOn(await layerStatistics(model, nn.meanSquaredError, x, y))
  expect(said[0]).toMatch(/^layers\.0\.weight gets a gradient of 0/)
  expect(said.join('\n')).toMatch(/layers\.1 \(relu\): 100 % of its units are 0 for the whole batch.*leakyRelu/)
})
