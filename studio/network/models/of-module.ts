import { type Compiled, compile, type ProgramReport, Tensor, tensor } from 'shapewise'
import { flowOf, outputsOf } from 'shapewise/nn'
import { callName, graphOfFlow } from '../graph/from-flow'
import type { Graph } from '../graph/graph'
import type { InputSpec } from './input-spec'
import type { Source, Values } from './source'

export type Model = Parameters<typeof flowOf>[0]
/** The model as what it is called as here. */
export type Runnable = Model & { forward(...inputs: Tensor[]): unknown }

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
  const graph = graphOfFlow(title, flow, named)
  const run = compiledLook(model as Runnable, graph)
  return {
    ...{ graph, inputs, notes, order: 'last' },
    async weight(name) {
      const { value } = variables.get(name)!
      return { shape: value.shape, data: (await value.data()) as ArrayLike<number> }
    },
    activations: (given) => read(run(...tensorsOf(inputs, given))),
    program: (given) => programOf(model as Runnable, tensorsOf(inputs, given)),
    async close() {},
  }
}

/** Numbers as a model takes them. */
export const tensorsOf = (inputs: readonly InputSpec[], given: readonly Values[]): Tensor[] =>
  given.map(({ data, shape }, i) => tensor(Float64Array.from(data), [...shape], inputs[i]!.dtype) as Tensor)

/** The program that a model becomes. */
export async function programOf(model: Runnable, inputs: readonly Tensor[]): Promise<ProgramReport> {
  const run = compile((...given: Tensor[]) => model.forward(...given), { name: 'the model' })
  await Promise.all(leaves(run(...inputs)).map((value) => value.data()))
  return run.programs()[0]!
}

type Look = Readonly<Record<string, Tensor>>

/** One program that gives what all layers give. */
function compiledLook(model: Runnable, { nodes }: Graph): Compiled<Tensor[], Look> {
  const paths = [...new Set(nodes.flatMap(({ kind, id }) => (kind === 'layer' ? [id.replace(/~\d+$/, '')] : [])))]
  return compile(
    (...inputs: Tensor[]): Look => {
      const { result, outputs } = outputsOf(model, paths, () => model.forward(...inputs))
      const found: [string, Tensor][] = leaves(result).map((value, i) => [`output ${i}`, value])
      for (const [path, calls] of Object.entries(outputs)) {
        calls.forEach((given, call) => {
          // Of several tensors the first is what goes on: sequences before states.
          const [value] = leaves(given)
          if (value !== undefined) found.push([callName(path, call), value])
        })
      }
      return Object.fromEntries(found)
    },
    { name: 'what the layers give' },
  )
}

/** The tensors in arrays and objects, those of objects by their names. */
function leaves(value: unknown): Tensor[] {
  if (value instanceof Tensor) return [value]
  if (Array.isArray(value)) return value.flatMap(leaves)
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, each]) => leaves(each))
}

async function read(look: Look): Promise<ReadonlyMap<string, Values>> {
  const found = new Map<string, Values>()
  for (const [name, value] of Object.entries(look)) {
    found.set(name, { shape: value.shape, data: (await value.data()) as ArrayLike<number> })
  }
  return found
}
