import { describe } from '../../core/describe.js'
import { fail, failShape } from '../../core/errors.js'
import { formatShape, range, sizeOf } from '../../core/shape.js'
import { build, type Node } from '../../graph/index.js'
import { diagonal } from '../movement/diagonal.js'
import { inFloat32, numeric, type Operand, promoted } from '../operand.js'

/** A tensor whose axes have names. */
interface Labelled {
  readonly node: Node
  readonly labels: readonly string[]
}

/**
 * Einstein's sum convention: letters name axes; equal letters are the same index, and letters that the result does not
 * name are summed over. `...` stands for leading axes that broadcast. Without `->` the result has the letters that occur
 * once, in alphabetical order.
 *
 * Pairs are multiplied as matrix products, each time the pair with the smallest result.
 * @throws ShapeError if the equation does not fit the operands.
 * @example einsum('bqhd,bkhd->bhqk', queries, keys)
 */
export const einsum = inFloat32((equation: string, ...xs: readonly Operand[]): Node => {
  if (typeof equation !== 'string') {
    fail(`einsum: the equation is ${describe(equation)}`, "It comes first: einsum('ij,jk->ik', a, b).")
  }
  const nodes = xs.length > 0 ? promoted(xs, 'einsum').map(numeric) : []
  const { terms, result } = parseEinsum(equation, nodes)
  const sizes = sizesOfLabels(equation, nodes, terms)
  let rest = nodes.map((node, i) => dropUnitEllipsis(withoutRepeats({ node, labels: terms[i] }), sizes))
  while (rest.length > 1) {
    const [i, j] = cheapestPair(rest, result, sizes)
    const others = rest.filter((_, k) => k !== i && k !== j)
    const needed = new Set([...result, ...others.flatMap(({ labels }) => labels)])
    rest = [...others, multiplyPair(rest[i], rest[j], needed, sizes)]
  }
  return arrange(sumAway(rest[0], new Set(result)), result, sizes)
})

function failEquation(equation: string, cause: string, cure: string): never {
  failShape('einsum', `'${equation}': ${cause}`, cure)
}

/** The labels of each operand and of the result; the axes of an ellipsis are called …0, …1 from the end. */
function parseEinsum(equation: string, nodes: readonly Node[]): { terms: string[][]; result: string[] } {
  const [left, right, more] = equation.replaceAll(' ', '').split('->')
  const written = left.split(',')
  if (more !== undefined || !/^([a-zA-Z]*(\.\.\.)?[a-zA-Z]*,?)*$/.test(`${left},${right ?? ''}`)) {
    failEquation(equation, 'this is not an equation', "Write letters, commas, '...' and one '->', e.g. 'ij,jk->ik'.")
  }
  if (written.length !== nodes.length) {
    failEquation(equation, `it names ${written.length} operand(s), ${nodes.length} are given`, 'Name each one.')
  }
  const hidden = (rank: number): string[] => range(rank).map((i) => `…${rank - 1 - i}`)
  const terms = written.map((term, i) => {
    const letters = term.replace('...', '')
    const spare = nodes[i].rank - letters.length
    if (spare < 0 || (spare > 0 && !term.includes('...'))) {
      failEquation(
        equation,
        `'${term}' does not name the ${nodes[i].rank} axes of ${formatShape(nodes[i].shape)}`,
        "Give one letter per axis, or '...' for the rest.",
      )
    }
    return labelsOf(term, hidden(spare))
  })
  const widest = hidden(Math.max(0, ...terms.map((labels) => labels.filter((label) => label.startsWith('…')).length)))
  if (right === undefined) {
    const letters = terms.flat().filter((label) => !label.startsWith('…'))
    const single = letters.filter((label) => letters.indexOf(label) === letters.lastIndexOf(label))
    return { terms, result: [...widest, ...single.sort()] }
  }
  const result = labelsOf(right, widest)
  const unknown = result.find((label) => !terms.flat().includes(label))
  if (unknown !== undefined || new Set(result).size !== result.length) {
    failEquation(
      equation,
      unknown === undefined ? 'the result names an axis twice' : `no operand has the axis '${unknown}' of the result`,
      'Each letter of the result must occur once there and in an operand.',
    )
  }
  return { terms, result }
}

function labelsOf(term: string, hidden: readonly string[]): string[] {
  const [before, after] = term.split('...')
  return after === undefined ? [...before] : [...before, ...hidden, ...after]
}

function sizesOfLabels(
  equation: string,
  nodes: readonly Node[],
  terms: readonly (readonly string[])[],
): Map<string, number> {
  const sizes = new Map<string, number>()
  terms.forEach((labels, i) => {
    labels.forEach((label, axis) => {
      const size = nodes[i].shape[axis]
      const known = sizes.get(label)
      const stretches = label.startsWith('…') && (known === 1 || size === 1)
      if (known !== undefined && known !== size && !stretches) {
        failEquation(
          equation,
          `'${label}' is ${known} and, in ${formatShape(nodes[i].shape)}, ${size}`,
          'Equal letters name axes of equal size.',
        )
      }
      sizes.set(label, known === undefined || known === 1 ? size : known)
    })
  })
  return sizes
}

/** 'ii' means the diagonal: the repeated axes become one, at the end. */
function withoutRepeats({ node, labels }: Labelled): Labelled {
  const repeated = labels.find((label, i) => labels.indexOf(label) !== i)
  if (repeated === undefined) return { node, labels }
  const first = labels.indexOf(repeated)
  const second = labels.indexOf(repeated, first + 1)
  return withoutRepeats({
    node: diagonal(node, 0, first, second),
    labels: [...labels.filter((_, i) => i !== first && i !== second), repeated],
  })
}

/** Axes of size 1 that stretch are left out: what is multiplied with them is the same everywhere. */
function dropUnitEllipsis({ node, labels }: Labelled, sizes: ReadonlyMap<string, number>): Labelled {
  const keep = labels.map((label, axis) => node.shape[axis] === sizes.get(label))
  return {
    node: build.reshape(
      node,
      node.shape.filter((_, axis) => keep[axis]),
    ),
    labels: labels.filter((_, axis) => keep[axis]),
  }
}

function cheapestPair(
  rest: readonly Labelled[],
  result: readonly string[],
  sizes: ReadonlyMap<string, number>,
): [number, number] {
  let best: [number, number] = [0, 1]
  let smallest = Infinity
  for (let i = 0; i < rest.length; i++) {
    for (let j = i + 1; j < rest.length; j++) {
      const others = rest.filter((_, k) => k !== i && k !== j).flatMap(({ labels }) => labels)
      const union = new Set([...rest[i].labels, ...rest[j].labels])
      const kept = [...union].filter((label) => result.includes(label) || others.includes(label))
      const size = kept.reduce((product, label) => product * sizes.get(label)!, 1)
      // Of equal results the one whose inputs go away: what counts is by how much the total shrinks.
      const cost = size - sizeOf(rest[i].node.shape) - sizeOf(rest[j].node.shape)
      if (cost < smallest) {
        smallest = cost
        best = [i, j]
      }
    }
  }
  return best
}

function sumAway({ node, labels }: Labelled, needed: ReadonlySet<string>): Labelled {
  const axes = range(node.rank).filter((axis) => !needed.has(labels[axis]))
  return { node: build.reduceSum(node, axes), labels: labels.filter((label) => needed.has(label)) }
}

function multiplyPair(
  a: Labelled,
  b: Labelled,
  needed: ReadonlySet<string>,
  sizes: ReadonlyMap<string, number>,
): Labelled {
  const left = sumAway(a, new Set([...needed, ...b.labels]))
  const right = sumAway(b, new Set([...needed, ...a.labels]))
  const common = left.labels.filter((label) => right.labels.includes(label))
  const batch = common.filter((label) => needed.has(label))
  const summed = common.filter((label) => !needed.has(label))
  const rows = left.labels.filter((label) => !common.includes(label))
  const columns = right.labels.filter((label) => !common.includes(label))
  const labels = [...batch, ...rows, ...columns]
  const shape = (list: readonly string[]): number[] => list.map((label) => sizes.get(label)!)
  if (summed.length === 0) {
    const grid = (list: readonly string[]): number[] =>
      labels.map((label) => (list.includes(label) ? sizes.get(label)! : 1))
    const stretched = ({ node, labels: own }: Labelled): Node => {
      const order = labels.filter((label) => own.includes(label)).map((label) => own.indexOf(label))
      return build.expand(build.reshape(build.permute(node, order), grid(own)), shape(labels))
    }
    return { node: build.mul(stretched(left), stretched(right)), labels }
  }
  const matrix = ({ node, labels: own }: Labelled, first: readonly string[], second: readonly string[]): Node => {
    const order = [...batch, ...first, ...second].map((label) => own.indexOf(label))
    return build.reshape(build.permute(node, order), [...shape(batch), sizeOf(shape(first)), sizeOf(shape(second))])
  }
  const product = build.dot(matrix(left, rows, summed), matrix(right, summed, columns))
  return { node: build.reshape(product, shape(labels)), labels }
}

/** The axes in the order of the result; those of an ellipsis that nothing has had are stretched. */
function arrange({ node, labels }: Labelled, result: readonly string[], sizes: ReadonlyMap<string, number>): Node {
  const present = result.filter((label) => labels.includes(label))
  const ordered = build.permute(
    node,
    present.map((label) => labels.indexOf(label)),
  )
  const shape = result.map((label) => sizes.get(label)!)
  return build.expand(
    build.reshape(
      ordered,
      result.map((label) => (labels.includes(label) ? sizes.get(label)! : 1)),
    ),
    shape,
  )
}
