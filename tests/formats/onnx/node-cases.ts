import { readFileSync } from 'node:fs'
import { decodeAll, type TypedArray } from '../../../src/core/dtype.js'
import { fromOnnx, type OnnxModel, type OnnxPort } from '../../../src/formats/index.js'
import { readMessage } from '../../../src/formats/onnx/file/read.js'
import type { Message } from '../../../src/formats/onnx/file/schema.js'
import { type Values, valuesOf } from '../../../src/formats/onnx/file/tensors.js'
import { graphsIn } from '../../../src/formats/onnx/import/weights.js'
import { compile, Tensor } from '../../../src/index.js'
import { dataNode } from '../../../src/tensor/runtime.js'

/** A node test of the ONNX standard. */
export interface StoredCase {
  readonly name: string
  readonly model: string
  readonly data: readonly (readonly [inputs: readonly string[], outputs: readonly string[]])[]
  readonly rtol: number
  readonly atol: number
}

interface NodeCases {
  /** The version that they come from. */
  readonly onnx: string
  readonly cases: readonly StoredCase[]
  /** Left out for their size. */
  readonly large: Readonly<Record<string, number>>
}

/** As scripts/fixtures/onnx-nodes.py writes them: data are places in a list of tensors. */
interface Fixture extends Omit<NodeCases, 'cases'> {
  readonly cases: readonly (Omit<StoredCase, 'data'> & {
    readonly data: readonly (readonly [inputs: readonly number[], outputs: readonly number[]])[]
  })[]
  readonly tensors: readonly string[]
}

export function readNodeCases(): NodeCases {
  const file = new URL('../../fixtures/onnx-nodes.json', import.meta.url)
  const { cases, tensors, ...rest }: Fixture = JSON.parse(readFileSync(file, 'utf8'))
  const named = (places: readonly number[]) => places.map((place) => tensors[place])
  return {
    ...rest,
    cases: cases.map((each) => ({
      ...each,
      data: each.data.map(([inputs, outputs]) => [named(inputs), named(outputs)] as const),
    })),
  }
}

const bytesOf = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'base64'))

const modelOf = ({ name, model }: StoredCase): Message<'Model'> => readMessage('Model', bytesOf(model), name)

/** The operators of a case, those inside of branches and loops too. */
export function operatorsOf(stored: StoredCase): string[] {
  const { graph } = modelOf(stored)
  if (graph === undefined) return []
  return [...new Set([...graphsIn(graph)].flatMap(({ nodes }) => nodes.map(({ operator = '' }) => operator)))]
}

/** The operator that a case is about: that of its name, else the first. */
export function subjectOf(stored: StoredCase): string {
  const operators = operatorsOf(stored)
  const name = stored.name.replaceAll('_', '')
  const named = operators.filter((operator) => name.startsWith(`test${operator.toLowerCase()}`))
  return named.sort((a, b) => b.length - a.length)[0] ?? operators[0] ?? ''
}

const quantized = /^(QLinear|Quantize|Dequantize|DynamicQuantize|ConvInteger|MatMulInteger)/
const random = /^(Bernoulli|Multinomial|Random)/

/** Why a case is outside of what is asked for, or of what there is; undefined for those that have to pass. */
export function reasonOf(stored: StoredCase): { readonly reason: string; readonly counts: boolean } | undefined {
  const model = modelOf(stored)
  const operators = operatorsOf(stored)
  const outside = (reason: string) => ({ reason, counts: false })
  const ports = [...(model.graph?.inputs ?? []), ...(model.graph?.outputs ?? [])]
  if (ports.some(({ type }) => type?.optional !== undefined)) return outside('optional values')
  if (ports.some(({ type }) => type?.sequence !== undefined)) return outside('sequences')
  if (ports.some(({ type }) => type?.tensor?.elementType === 8)) return outside('strings')
  if (operators.some((operator) => /Sequence(?!.*Reverse)/.test(operator) && operator !== 'ReverseSequence'))
    return outside('sequences')
  if (operators.includes('TfIdfVectorizer')) return outside('strings')
  if (model.graph?.nodes.some(({ domain }) => domain === 'ai.onnx.preview.training')) return outside('training')
  if (operators.some((operator) => quantized.test(operator))) return outside('quantised only')
  if (/^test_training_dropout(?!.*zero_ratio)/.test(stored.name)) return outside('training')
  const counts = true
  if (operators.some((operator) => random.test(operator)) || /_bernoulli/.test(stored.name))
    return { reason: 'The numbers of the file were drawn by another generator.', counts }
  if (/^test_castlike_(FLOAT_to_BFLOAT16|BFLOAT16_to_FLOAT)/.test(stored.name))
    return { reason: 'Its data are not of the shape that its model declares.', counts }
  if (stored.name === 'test_cast_FLOAT_to_BFLOAT16')
    return { reason: 'Its data cut bits off where we round to the nearest.', counts }
  if (stored.name === 'test_scan_sum')
    return { reason: 'Version 8 of Scan had a batch axis; version 9 and newer have none.', counts }
  return undefined
}

/** bfloat16 comes as whole numbers from NumPy, which does not know it. */
function storedValues(text: string, name: string, { dtype }: OnnxPort): Values {
  const values = valuesOf(readMessage('Tensor', bytesOf(text), name), name, () => new Uint8Array())
  if (dtype !== 'bfloat16' || values.dtype !== 'int32') return values
  return { dtype, shape: values.shape, data: Uint16Array.from(values.data) }
}

/** What a compiled function cannot know: shapes and the like that a case passes as inputs. */
const unknown = /known only when the compiled function runs/

/** Runs a case, compiled too; what differs from its data is thrown. */
export async function runCase(stored: StoredCase): Promise<void> {
  await runOnce(stored, (model) => model.run.bind(model))
  await runOnce(stored, (model) => compile((inputs: Record<string, Tensor>) => model.run(inputs))).catch(
    (error: unknown) => {
      if (!(error instanceof Error) || !unknown.test(error.message)) throw error
    },
  )
}

type Run = (inputs: Record<string, Tensor>) => Record<string, Tensor>

async function runOnce(stored: StoredCase, runOf: (model: OnnxModel) => Run): Promise<void> {
  const { name, data, rtol, atol } = stored
  const model = await fromOnnx(bytesOf(stored.model))
  for (const [inputs, outputs] of data) {
    const given = model.inputs.map((port, i) => {
      const { data: elements, ...type } = storedValues(inputs[i], name, port)
      return [port.name, new Tensor(dataNode(type, elements))] as const
    })
    const results = runOf(model)(Object.fromEntries(given))
    for (const [i, port] of model.outputs.entries()) {
      const wanted = storedValues(outputs[i], name, port)
      const found = results[port.name]
      if (`${found.dtype}[${found.shape}]` !== `${wanted.dtype}[${wanted.shape}]`) {
        throw new Error(`${port.name} is ${found}, not ${wanted.dtype}[${wanted.shape}]`)
      }
      expectClose(await found.data(), decodeAll(wanted.dtype, wanted.data), rtol, atol, port.name)
    }
  }
}

function expectClose(found: TypedArray, wanted: TypedArray, rtol: number, atol: number, what: string): void {
  wanted.forEach((value, i) => {
    const isClose =
      Object.is(found[i], value) || found[i] === value || Math.abs(found[i] - value) <= atol + rtol * Math.abs(value)
    if (!isClose) throw new Error(`${what}: element ${i} is ${found[i]}, not ${value}`)
  })
}
