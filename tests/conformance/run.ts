import type { Backend } from '../../src/backends/backend.js'
import type { Elements } from '../../src/backends/reference/interpret.js'
import { type Plan, plan } from '../../src/compiler/plan.js'
import { simplify } from '../../src/compiler/simplify.js'
import type { Graph, Storage } from '../../src/graph/index.js'

/** Uploads a copy: backends may keep the array. */
export const upload = (backend: Backend, { dtype, shape, data }: Elements): Storage =>
  backend.upload({ dtype, shape }, data.slice())

export async function download(backend: Backend, storage: Storage): Promise<Elements> {
  const { dtype, shape } = storage
  return { dtype, shape, data: (await backend.download(storage)).slice() }
}

/** Output storages for one run: new ones, or the donated inputs that the plan writes over. */
export const outputsFor = (backend: Backend, { graph, reuse }: Plan, inputs: readonly Storage[]): Storage[] =>
  graph.outputs.map(({ dtype, shape }, i) => inputs[reuse[i] ?? -1] ?? backend.allocate({ dtype, shape }))

/** What one run left: results, and what became of the inputs. */
export interface Run {
  readonly results: readonly Elements[]
  readonly inputs: readonly Elements[]
  readonly plan: Plan
}

/** The way of a program: simplify, plan, load, run. Donated inputs are overwritten where the plan says so. */
export async function runOn(
  backend: Backend,
  graph: Graph,
  values: readonly Elements[],
  donated: Iterable<number> = [],
): Promise<Run> {
  const planned = plan(simplify(graph), new Set(donated))
  const executable = backend.load(planned)
  const inputs = values.map((value) => upload(backend, value))
  const outputs = outputsFor(backend, planned, inputs)
  executable.run(inputs, outputs)
  const fetched = (storages: readonly Storage[]) => Promise.all(storages.map((storage) => download(backend, storage)))
  return { results: await fetched(outputs), inputs: await fetched(inputs), plan: planned }
}
