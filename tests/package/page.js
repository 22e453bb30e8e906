import { compile, loadWasmBackend, tensor } from 'shapewise'
import * as nn from 'shapewise/nn'
import { adam } from 'shapewise/optim'

// A page that trains a multilayer perceptron to tell whether exactly one of two inputs is 1.
if ('document' in globalThis) await loadWasmBackend()
const x = tensor([[0, 0], [0, 1], [1, 0], [1, 1]]) // biome-ignore format: a truth table
const y = tensor([0, 1, 1, 0]).cast('int32')
const model = nn.sequential(nn.linear(2, 16), nn.tanh(), nn.linear(16, 2))
const optimizer = adam(model, { learningRate: 0.05 })
const step = compile(() => {
  const loss = nn.crossEntropy(model.forward(x), y)
  optimizer.minimize(loss)
  return loss
})
for (let i = 0; i < 150; i++) await step()
console.log(String(await model.forward(x).argMax(-1).data()))
