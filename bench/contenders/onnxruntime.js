// ONNX Runtime: it does not train in Node, so only the matrix product is there to compare.
import { answer } from './answer.js'

// A model is a Protocol Buffers message (onnx.proto3): fields of (number << 3 | wire type), wire type 0 for numbers and 2 for
// bytes with their length in front.
const varint = (value) => (value < 128 ? [value] : [(value & 127) | 128, ...varint(value >>> 7)])
const number = (field, value) => [field << 3, ...varint(value)]
const bytes = (field, content) => [(field << 3) | 2, ...varint(content.length), ...content]
const text = (field, value) => bytes(field, [...new TextEncoder().encode(value)])

const FLOAT32 = 1

/** ValueInfoProto: name = 1, type = 2 { tensor_type = 1 { elem_type = 1, shape = 2 { dim = 1 { dim_value = 1 } } } } */
function valueInfo(name, shape) {
  const dimensions = shape.flatMap((size) => bytes(1, number(1, size)))
  const tensorType = [...number(1, FLOAT32), ...bytes(2, dimensions)]
  return [...text(1, name), ...bytes(2, bytes(1, tensorType))]
}

/** ModelProto: ir_version = 1, graph = 7, opset_import = 8; GraphProto: node = 1, name = 2, input = 11, output = 12 */
function matmulModel(size) {
  const product = [...text(1, 'a'), ...text(1, 'b'), ...text(2, 'product'), ...text(4, 'MatMul')]
  const graph = [
    ...bytes(1, product),
    ...text(2, 'matmul'),
    ...['a', 'b'].flatMap((name) => bytes(11, valueInfo(name, [size, size]))),
    ...bytes(12, valueInfo('product', [size, size])),
  ]
  return Uint8Array.from([...number(1, 8), ...bytes(7, graph), ...bytes(8, number(2, 17))])
}

await answer(async () => {
  const { InferenceSession, Tensor } = (await import('onnxruntime-node')).default
  const uniform = (size) => new Tensor(Float32Array.from({ length: size * size }, Math.random), [size, size])

  async function matmul({ size }) {
    const session = await InferenceSession.create(matmulModel(size))
    const inputs = { a: uniform(size), b: uniform(size) }
    return { parameters: 0, step: () => session.run(inputs) }
  }
  return {
    about: {},
    build: (model, options) => (model === 'matmul' ? matmul(options) : undefined),
    read: ({ product }) => product.data[0],
  }
})
