import { describe, expect, it } from 'vitest'
import { ShapewiseError } from '../../../src/core/errors.js'
import { fromOnnx } from '../../../src/formats/index.js'
import type { Draft } from '../../../src/formats/onnx/file/schema.js'
import { writeMessage } from '../../../src/formats/onnx/file/write.js'
import { zeros } from '../../../src/index.js'
import { mutated } from '../mutations.js'
import { readNodeCases } from './node-cases.js'

const { cases } = readNodeCases()
const fileOf = (name: string): Uint8Array =>
  new Uint8Array(Buffer.from(cases.find((one) => one.name === name)?.model ?? '', 'base64'))

const port = (name: string, elementType = 1): Draft<'ValueInfo'> => ({
  name,
  type: { tensor: { elementType, shape: { dims: [{ value: 2 }] } } },
})

/** A model of one graph. */
const model = (graph: Draft<'Graph'>, version = 17): Uint8Array =>
  writeMessage('Model', { irVersion: 8, operatorSets: [{ domain: '', version }], graph })

const added = (tensor: Draft<'Tensor'>): Uint8Array =>
  model({
    nodes: [{ operator: 'Add', inputs: ['x', 'w'], outputs: ['y'] }],
    initializers: [{ name: 'w', ...tensor }],
    inputs: [port('x')],
    outputs: [port('y')],
  })

describe('damaged and foreign models', () => {
  const refusals: readonly (readonly [what: string, bytes: () => Uint8Array, message: RegExp])[] = [
    ['nothing', () => new Uint8Array(), /there is no graph/],
    ['text', () => new TextEncoder().encode('{"model": 1}'), /no ONNX file/],
    ['half a file', () => fileOf('test_relu').subarray(0, 60), /no ONNX file|there is no/],
    ['a version from the future', () => model({ nodes: [] }, 99), /version 99 of the operators/],
    [
      'fewer elements than the shape says',
      () => added({ dims: [2], dataType: 1, rawData: new Uint8Array(4) }),
      /needs 2 elements, it has 1/,
    ],
    ['an absurd shape', () => added({ dims: [2 ** 40, 2 ** 40], dataType: 1 }), /has the shape/],
    ['a negative size', () => added({ dims: [-2], dataType: 1 }), /has the shape \[-2\]/],
    ['a type that there is not', () => added({ dims: [2], dataType: 99 }), /elements of type type 99/],
    [
      'numbers of 64 bits',
      () => added({ dims: [2], dataType: 7, int64Data: [1, 2 ** 40] }),
      /does not fit into 32 bits/,
    ],
    [
      'a path out of the folder',
      () => added({ dims: [2], dataType: 1, dataLocation: 1, externalData: [{ key: 'location', value: '../secret' }] }),
      /outside of the folder/,
    ],
    [
      'an absolute path',
      () =>
        added({ dims: [2], dataType: 1, dataLocation: 1, externalData: [{ key: 'location', value: '/etc/passwd' }] }),
      /outside of the folder/,
    ],
    [
      'weights beside that are not given',
      () => added({ dims: [2], dataType: 1, dataLocation: 1, externalData: [{ key: 'location', value: 'w.bin' }] }),
      /'w.bin' with weights is missing/,
    ],
    [
      'an operator that there is not',
      () =>
        model({
          nodes: [{ operator: 'Relo', inputs: ['x'], outputs: ['y'] }],
          inputs: [port('x')],
          outputs: [port('y')],
        }),
      /no such operator.*Relu/,
    ],
    [
      'operators of others',
      () =>
        model({
          nodes: [{ operator: 'Gelu', domain: 'com.microsoft', inputs: ['x'], outputs: ['y'] }],
          inputs: [port('x')],
          outputs: [port('y')],
        }),
      /com\.microsoft/,
    ],
    [
      'an operator that is refused',
      () =>
        model({
          nodes: [{ operator: 'DeformConv', inputs: ['x'], outputs: ['y'] }],
          inputs: [port('x')],
          outputs: [port('y')],
        }),
      /DeformConv is not supported/,
    ],
    [
      'a value that nothing computes',
      () =>
        model({
          nodes: [{ operator: 'Relu', inputs: ['z'], outputs: ['y'] }],
          inputs: [port('x')],
          outputs: [port('y')],
        }),
      /uses 'z'/,
    ],
    [
      'an output that nothing computes',
      () => model({ nodes: [], inputs: [port('x')], outputs: [port('y')] }),
      /nothing computes the output 'y'/,
    ],
    ['graphs without end', () => nested(300), /more than 100 deep/],
  ]
  it.each(refusals)('%s: cause and cure', async (_, bytes, message) => {
    const run = async (): Promise<unknown> => (await fromOnnx(bytes())).forward(zeros([2]))
    const error = await run().catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(ShapewiseError)
    expect(String(error)).toMatch(message)
  })

  it('survives 3,000 damaged files', async () => {
    const names = [
      'test_conv_with_strides_padding',
      'test_lstm_with_peepholes',
      'test_if',
      'test_slice',
      'test_loop11',
      'test_layer_normalization_2d_axis0_expanded',
    ]
    const files = names.map(fileOf).filter(({ length }) => length > 0)
    expect(files.length).toBe(names.length)
    let refused = 0
    for (let seed = 0; seed < 3000; seed++) {
      const run = async (): Promise<unknown> => {
        const read = await fromOnnx(mutated(files[seed % files.length], seed))
        const inputs = read.inputs.map(({ dtype, shape }) =>
          zeros(shape?.map((n) => (typeof n === 'number' && n < 100 ? n : 1)) ?? [], dtype),
        )
        return read.forward(...inputs)
      }
      const error = await run().catch((caught: unknown) => caught)
      if (!(error instanceof Error)) continue
      expect(error, `seed ${seed}: ${error.stack}`).toBeInstanceOf(ShapewiseError)
      refused++
    }
    expect(refused).toBeGreaterThan(1000)
  }, 60_000)
})

function nested(depth: number): Uint8Array {
  let graph: Draft<'Graph'> = { nodes: [] }
  for (let i = 0; i < depth; i++)
    graph = { nodes: [{ operator: 'If', inputs: ['x'], outputs: ['y'], attributes: [{ name: 'then_branch', graph }] }] }
  return model(graph)
}
