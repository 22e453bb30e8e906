import { describe, expect, test } from 'vitest'
import { expectShape } from '../../src/core/shape.js'
import { full, ones, random, ShapewiseError, tensor, zeros } from '../../src/index.js'

describe('typed arrays', () => {
  test.each([
    [new Float32Array([1.5, 2]), 'float32'],
    [new Float64Array([1.5, 2]), 'float64'],
    [new Int32Array([-1, 2]), 'int32'],
    [new Uint32Array([1, 2 ** 32 - 1]), 'uint32'],
    [new Uint8Array([1, 255]), 'uint8'],
    [Buffer.from([1, 255]), 'uint8'],
    [new Uint8ClampedArray([1, 300]), 'uint8'],
    [new Int8Array([-128, 127]), 'int32'],
    [new Int16Array([-32768, 3]), 'int32'],
    [new Uint16Array([0, 65535]), 'int32'],
    [new BigInt64Array([-7n, 8n]), 'int32'],
    [new BigUint64Array([7n, 8n]), 'int32'],
  ] as const)('%o becomes %s', (values, dtype) => {
    const made = tensor(values)
    expect([made.dtype, made.shape]).toEqual([dtype, [2]])
    expect([...made.dataSync()]).toEqual(Array.from(values, Number))
  })

  test('become rows where they stand in an array', () => {
    const rows = tensor([new Uint8ClampedArray([1, 2]), new Uint8ClampedArray([3, 4])])
    expect([rows.dtype, rows.arraySync()]).toEqual([
      'uint8',
      [
        [1, 2],
        [3, 4],
      ],
    ])
    expect(tensor([new Int8Array(2), new Float32Array(2)]).dtype).toBe('float32')
    expect(tensor([[new Float64Array(3)], [new Float64Array(3)]]).shape).toEqual([2, 1, 3])
  })

  test('hold numbers, also where another dtype is asked for', () => {
    expect(tensor(new Uint16Array([1, 2]), undefined, 'float16').arraySync()).toEqual([1, 2])
    expect(tensor(new Int16Array([1, 0]), [2, 1], 'bool').arraySync()).toEqual([[true], [false]])
  })
})

describe('what is refused', () => {
  test.each<readonly [unknown, string | RegExp]>([
    [new BigInt64Array([2n ** 40n]), '1099511627776 is not a int32 (element 0)'],
    [
      new DataView(new ArrayBuffer(8)),
      'the value is a DataView, neither a number nor a boolean. Say what its bytes are',
    ],
    [new ArrayBuffer(8), 'new Float32Array(buffer)'],
    [[1, 2n], 'element [1] is a bigint (2), neither a number nor a boolean. Convert it: Number(value).'],
    ['3', 'Number(text)'],
    [[[1], ['a']], 'element [1][0] is a string (a)'],
    [null, 'the value is null'],
    [undefined, 'the value is undefined'],
    [[1, undefined], 'element [1] is undefined'],
    [new Array(3), 'element [0] is undefined'],
    [new Set([1, 2]), 'Array.from(values)'],
    [zeros([2]), "It is a tensor already; x.cast('int32') has another dtype."],
    [[zeros([]), zeros([])], 'Join tensors with stack([a, b]).'],
    [Promise.resolve(1), 'Await it first.'],
    [[[1, 2], [3]], 'ragged'],
    [[[1, 2], new Float32Array(3)], 'ragged'],
    [[new Float32Array(2), 3], 'ragged'],
    [[3, new Float32Array(2)], 'ragged'],
    [{ length: 2 }, 'an Object, neither a number nor a boolean'],
  ])('%o', (values, message) => {
    expect(() => tensor(values as number)).toThrow(ShapewiseError)
    expect(() => tensor(values as number)).toThrow(message)
  })

  test('dtypes and shapes that are none', () => {
    expect(() => tensor([1], [1], 'float' as 'float32')).toThrow("there is no dtype 'float'. Did you mean 'float32'?")
    expect(() => tensor([1], 1 as never)).toThrow(
      'tensor: the shape is a number (1), not a list. Numbers stand in one list',
    )
    expect(() => tensor([1, 2], [2, 0.5])).toThrow('[2, 0.5] is not a shape')
    expect(() => expectShape('zeros', [-1])).toThrow('zeros: [-1] is not a shape')
  })
})

test('a shape cannot be written to', () => {
  const { shape } = zeros([2, 3])
  expect(() => Object.assign(shape, [9])).toThrow(TypeError)
  expect(shape).toEqual([2, 3])
})

test('the list of sizes may change afterwards', () => {
  for (const make of [zeros, ones, random.normal, random.uniform, random.gumbel]) {
    const sizes = [2, 3]
    const made = make(sizes)
    sizes[0] = 7
    expect(made.shape).toEqual([2, 3])
    expect(made.sum(0).shape).toEqual([3])
  }
  const sizes = [6]
  const made = [full(sizes, 1), zeros([2, 3]).reshape(sizes), zeros([1]).expand(sizes)]
  sizes[0] = 5
  for (const x of made) expect(x.shape).toEqual([6])
})
