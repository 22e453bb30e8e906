import { type Tensor, zeros } from 'shapewise'
import { fromOnnx, type OnnxModel, type OnnxPort } from 'shapewise/formats'
import { withoutLonely } from '../graph/flatten'
import { graphOfOperators } from '../graph/from-operators'
import type { InputSpec } from './input-spec'
import { programOf, tensorsOf } from './of-module'
import type { Source, Values } from './source'

/** What sizes that a file leaves open are taken as: batches as one, pictures as small as most models take. */
const OPEN = { batch: 1, picture: 64, other: 8 }

/** An ONNX model, operator by operator; shapes and values by running it. */
export async function onnxSource(bytes: Uint8Array, name: string): Promise<Source> {
  const model = await fromOnnx(bytes)
  const inputs = model.inputs.map(specOf)
  const notes: string[] = []
  let shapes: ReadonlyMap<string, readonly number[]> = new Map()
  let failure: string | undefined
  try {
    const values = model.values(...inputs.map(({ shape, dtype }) => zeros([...shape], dtype) as Tensor))
    shapes = new Map([...values].map(([value, { shape }]) => [value, shape]))
  } catch (error) {
    failure = error instanceof Error ? error.message : String(error)
    notes.push(`Shapes are not known: ${failure}`)
  }
  const open = model.inputs.filter(({ shape }) => shape?.slice(1).some((size) => typeof size === 'string'))
  if (open.length > 0 && failure === undefined) {
    notes.push(
      `Sizes that the file leaves open are drawn for ${inputs.map(({ shape }) => shape.join(' × ')).join(', ')}.`,
    )
  }
  const variables = model.variables()
  const used = { inputs: model.inputs, nodes: model.nodes, outputs: model.outputs.map((port) => port.name) }
  const weights = new Map([...variables].map(([path, { shape }]) => [path, shape]))
  const graph = graphOfOperators(name, {
    ...used,
    ...{ shapes, weights },
    inputs: model.inputs.map((port, i) => ({ name: port.name, shape: inputs[i]!.shape })),
  })
  return {
    graph: withoutLonely(graph),
    ...{ inputs: failure === undefined ? inputs : [], order: 'first', notes },
    async weight(path) {
      const { value } = variables.get(path)!
      return { shape: value.shape, data: await value.data() }
    },
    ...(failure === undefined && {
      activations: (given) => valuesOf(model, inputs, given),
      program: (given) => programOf(model, tensorsOf(inputs, given)),
    }),
    async close() {},
  }
}

async function valuesOf(
  model: OnnxModel,
  inputs: readonly InputSpec[],
  given: readonly Values[],
): Promise<ReadonlyMap<string, Values>> {
  const found = new Map<string, Values>()
  for (const [name, value] of model.values(...tensorsOf(inputs, given))) {
    found.set(name, { shape: value.shape, data: (await value.data()) as ArrayLike<number> })
  }
  return found
}

function specOf({ name, dtype, shape = [] }: OnnxPort): InputSpec {
  const isPicture = shape.length === 4
  const channels = !isPicture ? undefined : isFew(shape[1]) ? 'first' : isFew(shape[3]) ? 'last' : undefined
  const open = channels === undefined ? OPEN.other : OPEN.picture
  return {
    name,
    shape: shape.map((size, axis) => (typeof size === 'number' ? size : axis === 0 ? OPEN.batch : open)),
    dtype: dtype === 'int32' ? 'int32' : 'float32',
    ...(channels && { channels }),
    ...(dtype === 'int32' && { below: 16 }),
  }
}

const isFew = (size: number | string | undefined): boolean => size === 1 || size === 3 || size === 4
