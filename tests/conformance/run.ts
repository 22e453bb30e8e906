import type { Backend, Executable } from '../../src/backends/backend.js'
import type { Elements } from '../../src/backends/reference/interpret.js'
import { simplify } from '../../src/compiler/simplify.js'
import type { Graph, Storage } from '../../src/graph/index.js'

/** Uploads a copy: backends may keep the array. */
export const upload = (backend: Backend, { dtype, shape, data }: Elements): Storage =>
  backend.upload({ dtype, shape }, data.slice())

export async function download(backend: Backend, storage: Storage): Promise<Elements> {
  const { dtype, shape } = storage
  return { dtype, shape, data: (await backend.download(storage)).slice() }
}

/** Output storages for one run: new ones, or the donated inputs that the program writes over. */
export const outputsFor = (
  backend: Backend,
  { outputs }: Graph,
  { reuse }: Executable,
  inputs: readonly Storage[],
): Storage[] => outputs.map(({ dtype, shape }, i) => inputs[reuse[i] ?? -1] ?? backend.allocate({ dtype, shape }))

/** What one run left: results, and what became of the inputs. */
export interface Run {
  readonly results: readonly Elements[]
  readonly inputs: readonly Elements[]
  readonly reuse: Executable['reuse']
}

/** The way of a program: simplify, load, run. Donated inputs are overwritten where the backend says so. */
export async function runOn(
  backend: Backend,
  graph: Graph,
  values: readonly Elements[],
  donated: Iterable<number> = [],
): Promise<Run> {
  const executable = backend.load(simplify(graph), new Set(donated))
  const inputs = values.map((value) => upload(backend, value))
  const outputs = outputsFor(backend, graph, executable, inputs)
  executable.run(inputs, outputs)
  const fetched = (storages: readonly Storage[]) => Promise.all(storages.map((storage) => download(backend, storage)))
  return { results: await fetched(outputs), inputs: await fetched(inputs), reuse: executable.reuse }
}
