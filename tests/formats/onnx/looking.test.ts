import { describe, expect, it } from 'vitest'
import { fromOnnx, toOnnx } from '../../../src/formats/index.js'
import { random, tensor, zeros } from '../../../src/index.js'
import { lenet } from '../../../src/models/index.js'
import * as nn from '../../../src/nn/index.js'

describe('looking into a model of ONNX', () => {
  it('lists its operators, each behind those that it takes from', async () => {
    const model = await fromOnnx(await toOnnx(lenet().eval(), [zeros([1, 28, 28, 1])]))
    const operators = model.nodes.map(({ operator }) => operator)
    expect(operators.filter((operator) => operator === 'Conv')).toHaveLength(2)
    expect(operators.filter((operator) => operator === 'Gemm')).toHaveLength(3)
    const known = new Set([...model.inputs.map(({ name }) => name)])
    const given = new Set(model.nodes.flatMap(({ outputs }) => outputs))
    for (const { inputs, outputs } of model.nodes) {
      for (const name of inputs) if (given.has(name)) expect(known.has(name)).toBe(true)
      for (const name of outputs) known.add(name)
    }
    expect(model.nodes.find(({ name }) => name === 'layers.0.Conv')?.inputs).toContain('layers.0.weight')
  })

  it('gives what each of them gives: shapes at once, and the values that the layers have', async () => {
    const net = nn.sequential(nn.linear(3, 4), nn.relu(), nn.linear(4, 2)).eval()
    const model = await fromOnnx(await toOnnx(net, [zeros([1, 3])]))
    const x = random.normal([5, 3])
    const values = model.values(x)
    const [last] = model.outputs
    expect([...values.keys()]).toContain(last!.name)
    const hidden = net.layers[0].forward(x)
    const found = [...values].find(([name]) => name.startsWith('layers.0.'))![1]
    expect(found.shape).toEqual([5, 4])
    const [a, b] = [await found.data(), await hidden.data()]
    for (const [i, value] of b.entries()) expect(a[i]).toBeCloseTo(value, 5)
    expect([...(await values.get(last!.name)!.data())]).toEqual([...(await model.forward(x).data())])
    expect(() => model.values(tensor([[1, 2]]))).toThrow()
  })
})
