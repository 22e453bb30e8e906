import { readFileSync } from 'node:fs'
import { inspect } from 'node:util'
import { describe, expect, test, vi } from 'vitest'
import { version } from '../../src/core/version.js'
import {
  compile,
  concat,
  grad,
  Parameter,
  ShapewiseError,
  type Tensor,
  tensor,
  Variable,
  zeros,
} from '../../src/index.js'
import * as nn from '../../src/nn/index.js'

test('the version is that of the package', () => {
  const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
  expect(version).toBe(manifest.version)
})

describe('printing', () => {
  test('tensors and variables say what they are, without values', () => {
    expect(inspect(tensor([1, 2]))).toBe('Tensor float32[2]')
    expect(inspect({ loss: tensor(1), deep: [[{ x: zeros([2, 3], 'int32') }]] }, { depth: 5, compact: 9 })).toBe(
      '{ loss: Tensor float32[], deep: [ [ { x: Tensor int32[2, 3] } ] ] }',
    )
    expect(inspect(new Parameter(zeros([4]), 'weight'))).toBe('Parameter weight float32[4]')
    expect(inspect(new Variable(zeros([]), 'count'))).toBe('Variable count float32[]')
  })

  test('nothing is computed for it', () => {
    compile((x) => {
      expect(inspect(x)).toBe('Tensor float32[2]')
      return x
    })(tensor([1, 2]))
  })

  test('modules are trees', () => {
    const model = nn.sequential(nn.linear(3, 4), nn.relu(), nn.linear(4, 2))
    expect(inspect(model).split('\n')).toEqual([
      'Sequential (26 parameters)',
      '  layers.0: Linear 3 → 4 (16 parameters)',
      '  layers.1: Activation relu',
      '  layers.2: Linear 4 → 2 (10 parameters)',
    ])
  })
})

describe('what would lose the value is refused', () => {
  const x = tensor(2)
  const variable = new Variable(tensor(2), 'count')
  const promise = x.item()
  test.each<readonly [string, () => unknown, string]>([
    ['text', () => `${x}`, 'A tensor (Tensor float32[]) is used as text by JavaScript'],
    ['a key', () => ['a', 'b'][x as never], 'await t.item()'],
    ['a sum', () => (x as never) + 1, 'Use methods for arithmetic'],
    ['a comparison', () => (x as never) > 1, 'is used as a number by JavaScript'],
    ['a comparison of a variable', () => (variable as never) > 1, 'Use its value: v.value.add(1)'],
    ['a promise that is compared', () => (promise as never) > 1, 'A promise of item() is used as a number'],
    ['a promise in text', () => `${promise}`, 'Await it: await t.item(), or use t.itemSync().'],
    [
      'JSON of a tensor',
      () => JSON.stringify({ x }),
      'JSON does not hold the values of a tensor. Write await t.array()',
    ],
    ['JSON of a variable', () => JSON.stringify(variable), 'await v.value.array()'],
    ['JSON of a module', () => JSON.stringify(nn.linear(2, 2)), 'Take await model.state()'],
    [
      'setting the shape',
      () => Object.assign(x, { shape: [1] }),
      'The shape of a tensor cannot be set. Tensors do not',
    ],
    ['setting the dtype', () => Object.assign(x, { dtype: 'int32' }), "x.cast('float32') is another one"],
  ])('%s', (_, slip, message) => {
    expect(slip).toThrow(ShapewiseError)
    expect(slip).toThrow(message)
  })

  test('promises are promises all the same', async () => {
    expect(await promise).toBe(2)
    expect(await x.data()).toEqual(new Float32Array([2]))
    expect(await tensor([[1], [2]]).array()).toEqual([[1], [2]])
    await expect(tensor([1, 2]).item()).rejects.toThrow('has 2 elements')
  })
})

describe('tensors from elsewhere', () => {
  test('another copy of the library is named', async () => {
    vi.resetModules()
    const other: typeof import('../../src/index.js') = await import('../../src/index.js')
    const foreign = other.tensor([1, 2])
    const cause = `a tensor of another copy of Shapewise (both are ${version})`
    for (const slip of [
      () => tensor([1, 2]).add(foreign),
      () => concat([foreign, foreign]),
      () => grad((x: Tensor) => x.sum())(foreign),
      () => nn.linear(2, 2).forward(foreign),
      () => tensor(foreign as never),
      () => new Variable(tensor([0, 0])).assign(foreign),
      () => compile((x) => x)(foreign),
    ]) {
      expect(slip).toThrow(cause)
      expect(slip).toThrow('npm ls shapewise')
    }
    expect(() => grad(tensor(1), new other.Variable(foreign) as never)).toThrow('a variable of another copy')
  })

  test('a copy of a tensor from another thread is named', () => {
    const copied = structuredClone(tensor([1, 2]))
    for (const slip of [
      () => tensor([1, 2]).add(copied),
      () => grad((x: Tensor) => x.sum())(copied),
      () => compile((x) => x)(copied),
    ]) {
      expect(slip).toThrow('a tensor that was copied without its class, as between threads')
      expect(slip).toThrow('Send await t.data() and t.shape')
    }
  })
})
