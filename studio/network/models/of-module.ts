import { flowOf } from 'shapewise/nn'
import { graphOfFlow } from '../graph/from-flow'
import type { InputSpec } from './input-spec'
import type { Source } from './source'

type Model = Parameters<typeof flowOf>[0]

/** A module of the library, drawn as data flows through it. */
export function moduleSource(
  title: string,
  model: Model,
  inputs: readonly InputSpec[],
  notes: readonly string[] = [],
): Source {
  model.eval()
  const flow = flowOf(
    model,
    inputs.map(({ shape, dtype }) => ({ shape, dtype })),
  )
  const variables = model.variables()
  const named = [...variables].map(([name, { shape }]) => ({ name, shape }))
  return {
    graph: graphOfFlow(title, flow, named),
    ...{ inputs, notes, order: 'last' },
    async weight(name) {
      const { value } = variables.get(name)!
      return { shape: value.shape, data: await value.data() }
    },
    async close() {},
  }
}
