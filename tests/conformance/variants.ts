import type { Elements } from '../../src/backends/reference/interpret.js'
import { allocate, type DType, decodeAll, dtypeNames, encodeAll, isFloat, roundTo } from '../../src/core/dtype.js'
import { ShapewiseError } from '../../src/core/errors.js'
import { build, type Graph, makeGraph } from '../../src/graph/index.js'
import { type Sample, sampleInputs } from './samples.js'

/** A sample in one of the dtypes that its primitive takes. */
export interface Variant {
  readonly dtype: DType
  readonly graph: Graph
  readonly inputs: readonly Elements[]
}

/**
 * The sample in every dtype that the type rules accept: its main inputs (the floats, or those like the first) cast, the rest,
 * such as indices, as they are. Values that were chosen and that the dtype does not hold are left out.
 */
export function variantsOf(sample: Sample): Variant[] {
  const dtypes = sample.inputs.map(({ dtype }) => dtype)
  const main = dtypes.find((dtype) => dtype === 'float64') ?? dtypes[0]
  const others = main === undefined ? [] : dtypeNames.filter((dtype) => dtype !== main)
  return [main ?? 'float64', ...others].flatMap((dtype) => {
    const cast = sample.inputs.map((input) => input.dtype === main && dtype !== main)
    const holds = ({ values = [] }: Sample['inputs'][number]): boolean =>
      isFloat(dtype) || values.every((value) => roundTo(dtype, value) === value)
    if (!sample.inputs.every((input, i) => !cast[i] || holds(input))) return []
    const inputs = sampleInputs(sample, 1).map((value, i) => (cast[i] ? castTo(dtype, value) : value))
    const graph = graphOf(sample, inputs)
    return graph === undefined ? [] : [{ dtype, graph, inputs }]
  })
}

/** The graph of the sample, if its rules take these types. */
function graphOf(sample: Sample, inputs: readonly Elements[]): Graph | undefined {
  const nodes = inputs.map(({ dtype, shape }) => build.input(dtype, shape))
  try {
    return makeGraph(nodes, [sample.build(nodes)].flat())
  } catch (error) {
    if (error instanceof ShapewiseError) return undefined
    throw error
  }
}

function castTo(dtype: DType, { dtype: from, shape, data }: Elements): Elements {
  return { dtype, shape, data: encodeAll(dtype, decodeAll(from, data), allocate(dtype, data.length)) }
}
