import type { Graph, GraphNode } from './graph'

interface Listed {
  readonly name: string
  readonly shape: readonly number[]
}

interface Branch {
  readonly name: string
  readonly branches: Map<string, Branch>
  readonly weights: Listed[]
}

/** The tree of the names of weights, where a file tells no more: `encoder.0.weight` lies in 0, which lies in encoder. */
export function graphOfNames(title: string, tensors: readonly Listed[]): Graph {
  const root: Branch = { name: '', branches: new Map(), weights: [] }
  for (const tensor of tensors) {
    // The last part says what the weight is to its layer.
    const parts = tensor.name.split(/[./]/).filter(Boolean).slice(0, -1)
    let at = root
    for (const part of parts) {
      const next = at.branches.get(part) ?? { name: part, branches: new Map(), weights: [] }
      at.branches.set(part, next)
      at = next
    }
    at.weights.push(tensor)
  }
  const nodes: GraphNode[] = []
  const add = (branch: Branch, parent: number, path: string): void => {
    // A branch that only leads to another one is no place of its own.
    let [at, name] = [branch, branch.name]
    while (at.weights.length === 0 && at.branches.size === 1) {
      at = [...at.branches.values()][0]!
      name = `${name}.${at.name}`
    }
    const id = path === '' ? name : `${path}.${name}`
    const parameters = at.weights.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0)
    const detail = at.weights.map(({ shape }) => `[${shape.join(', ')}]`).join(' ')
    nodes.push({
      ...{ id, kind: 'weights', name, type: typeOf(at), detail, parent, outputs: [], weights: at.weights, parameters },
      ...{ multiplyAdds: 0, memory: 0 },
    })
    const place = nodes.length - 1
    for (const inner of at.branches.values()) add(inner, place, id)
  }
  for (const branch of root.branches.values()) add(branch, -1, '')
  if (root.weights.length > 0) add({ name: 'weights', branches: new Map(), weights: root.weights }, -1, '')
  return { title, nodes, edges: [] }
}

/** What a layer is, as far as the shapes of its weights tell. */
function typeOf({ weights, branches }: Branch): string {
  if (weights.length === 0) return 'Module'
  const ranks = weights.map(({ shape }) => shape.length)
  if (ranks.some((rank) => rank >= 4)) return 'Convolution'
  if (ranks.includes(2)) return 'Matrix'
  return branches.size > 0 ? 'Module' : 'Vector'
}
