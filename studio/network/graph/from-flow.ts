import type { Flow, Stage } from 'shapewise/nn'
import type { Graph, GraphNode } from './graph'

/** A parameter or buffer of a model, by its path. */
export interface NamedShape {
  readonly name: string
  readonly shape: readonly number[]
}

/** The drawing of how data flows through a model. The model itself is the paper that it is drawn on. */
export function graphOfFlow(title: string, { stages, edges }: Flow, variables: readonly NamedShape[]): Graph {
  const inside = new Set(stages.map(({ around }) => around))
  const model = stages.findIndex(({ kind, around }, i) => kind === 'layer' && around === undefined && inside.has(i))
  const places = new Map<number, number>()
  const first = new Map<string, number>()
  const owned = weightsByLayer(stages, variables)
  const counts = new Map<string, number>()
  const nodes: GraphNode[] = []
  stages.forEach((stage, i) => {
    if (i === model) return
    const { kind, path, call } = stage
    const base = kind === 'layer' ? path : kind === 'operations' ? `${path}+` : kind
    const count = counts.get(base) ?? 0
    counts.set(base, count + 1)
    const sharedWith = kind === 'layer' && call > 0 ? first.get(path) : undefined
    const around = stage.around === undefined || stage.around === model ? undefined : stages[stage.around]
    const [type = '', ...detail] = kind === 'operations' ? [stage.title] : wordsOf(stage.title)
    places.set(i, nodes.length)
    if (kind === 'layer' && call === 0) first.set(path, nodes.length)
    nodes.push({
      id: count === 0 ? base : `${base}~${count}`,
      kind,
      name: kind === 'layer' ? nameWithin(path, around?.path ?? '') : '',
      type,
      detail: detail.join(' '),
      parent: stage.around === undefined ? -1 : (places.get(stage.around) ?? -1),
      outputs: stage.outputs.map(({ shape }) => shape),
      weights: kind === 'layer' && call === 0 ? (owned.get(path) ?? []) : [],
      parameters: stage.parameters,
      multiplyAdds: stage.multiplyAdds,
      memory: stage.activationBytes,
      ...(kind === 'layer' && { value: callName(path, call) }),
      ...(kind === 'output' && { value: `output ${count}` }),
      ...(sharedWith !== undefined && { sharedWith }),
    })
  })
  // What the model holds itself belongs to nothing that is drawn but counts.
  const whole = stages[model]
  const own = owned.get('') ?? []
  if (whole !== undefined && own.length > 0) {
    nodes.push({
      ...{ id: 'own', kind: 'weights', name: 'outside of layers that run', type: 'Parameters', detail: '', parent: -1 },
      ...{ outputs: [], weights: own, parameters: whole.parameters, multiplyAdds: 0, memory: 0 },
    })
  }
  return {
    title,
    nodes,
    edges: edges.map(({ from, to, shape }) => ({ from: places.get(from)!, to: places.get(to)!, shape })),
  }
}

/** What a call of a layer gives, by name. */
export const callName = (path: string, call: number): string => (call === 0 ? path : `${path}~${call}`)

/** The class, then the rest; of activations and ways to combine layers the function is what they are. */
function wordsOf(title: string): string[] {
  const [type = '', name, ...rest] = title.split(' ')
  return ['Activation', 'Parallel'].includes(type) && name !== undefined ? [name, ...rest] : title.split(' ')
}

const nameWithin = (path: string, outer: string): string =>
  outer !== '' && path.startsWith(`${outer}.`) ? path.slice(outer.length + 1) : path

/** The weights that lie in each layer and in none further inside that is drawn. */
function weightsByLayer(stages: readonly Stage[], variables: readonly NamedShape[]): Map<string, NamedShape[]> {
  const known = new Set(stages.flatMap(({ kind, path }) => (kind === 'layer' ? [path] : [])))
  const found = new Map<string, NamedShape[]>()
  for (const variable of variables) {
    let at = variable.name
    while (at !== '' && !known.has(at)) at = at.slice(0, Math.max(0, at.lastIndexOf('.')))
    found.set(at, [...(found.get(at) ?? []), variable])
  }
  return found
}
