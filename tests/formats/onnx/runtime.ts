import { createRequire } from 'node:module'
import type { DType, TypedArray } from '../../../src/core/dtype.js'
import { decodeAll, encodeAll } from '../../../src/core/dtype.js'
import { Tensor } from '../../../src/index.js'
import { dataNode } from '../../../src/tensor/runtime.js'

interface RuntimeTensor {
  readonly type: string
  readonly dims: readonly number[]
  readonly data: ArrayLike<number | bigint>
}

interface Session {
  readonly inputNames: readonly string[]
  readonly outputNames: readonly string[]
  run(feeds: Readonly<Record<string, RuntimeTensor>>): Promise<Readonly<Record<string, RuntimeTensor>>>
}

interface Runtime {
  readonly InferenceSession: { create(model: Uint8Array | string, options?: object): Promise<Session> }
  readonly Tensor: new (type: string, data: unknown, dims: readonly number[]) => RuntimeTensor
}

/** onnxruntime-node, from its own package (`npm ci` in tests/formats/onnxruntime), or where else it is installed. */
function load(): Runtime | undefined {
  for (const from of ['../onnxruntime/package.json', '../../../package.json']) {
    try {
      return createRequire(new URL(from, import.meta.url))('onnxruntime-node') as Runtime
    } catch {
      // The next place.
    }
  }
  return undefined
}

const runtime = load()

/** Why tests are skipped; undefined if they are not. */
export const noRuntime =
  runtime === undefined ? 'onnxruntime-node is not installed: npm ci in tests/formats/onnxruntime' : undefined

const types: { readonly [D in DType]: string } = {
  float32: 'float32',
  float64: 'float64',
  float16: 'float16',
  bfloat16: 'bfloat16',
  int32: 'int32',
  uint32: 'uint32',
  uint8: 'uint8',
  bool: 'bool',
}

/** What onnxruntime makes of a model: its outputs in order. */
export async function runElsewhere(model: Uint8Array | string, inputs: readonly Tensor[]): Promise<Tensor[]> {
  if (runtime === undefined) throw new Error(noRuntime)
  const session = await runtime.InferenceSession.create(model, {
    logSeverityLevel: 3,
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
  })
  const feeds = await Promise.all(
    session.inputNames.map(async (name, i) => {
      const { dtype, shape } = inputs[i]
      const data = await inputs[i].data()
      const stored = dtype === 'float16' ? Uint16Array.from(encodeAll(dtype, data)) : data
      return [name, new runtime.Tensor(types[dtype], stored, [...shape])] as const
    }),
  )
  const results = await session.run(Object.fromEntries(feeds))
  return session.outputNames.map((name) => tensorFrom(results[name]))
}

function tensorFrom({ type, dims, data }: RuntimeTensor): Tensor {
  const found = Object.entries(types).find(([, name]) => name === type)?.[0] as DType | undefined
  const dtype = found ?? 'int32'
  const values = Array.from(data, Number)
  // Half precision comes as bit patterns or as numbers, as the version of Node has it.
  const isBits = dtype === 'float16' && data instanceof Uint16Array
  const stored = isBits ? Uint16Array.from(values) : encodeAll(dtype, values)
  return new Tensor(dataNode({ dtype, shape: [...dims] }, stored))
}

export const numbersOf = (x: Tensor): TypedArray => decodeAll('float32', x.dataSync())
