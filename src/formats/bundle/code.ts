import { dtypes } from '../../core/dtype.js'
import { fail } from '../../core/errors.js'
import { type Graph, orderOf } from '../../graph/graph.js'
import { isOp, type Node } from '../../graph/node.js'
import type { Primitive } from '../../graph/primitives.js'
import { isElementwise } from '../../graph/scalar.js'
import type { Size, Variants } from '../tracing/sizes.js'
import { expressionOf, isBundled } from './elementwise.js'
import { type Routine, runtime } from './runtime.js'

/** So many operations stand in one loop at most: engines do not like endless expressions. */
const LONGEST = 24

type Row<P extends Primitive> = (node: Node<P>) => string

/** Writes graphs as statements: what needs neither inputs nor the batch size is calculated once, when the module is loaded. */
export class Code {
  /** The statements of the module, and of the function that is being written. */
  readonly module: string[] = []
  lines: string[] = []
  readonly routines = new Set<Routine>()
  readonly #names = new Map<Node, string>()
  readonly #fixed = new Map<Node, boolean>()
  readonly #uses = new Map<Node, Node[]>()
  #count = 0

  constructor(readonly variants: Variants) {}

  fresh(): string {
    return `v${this.#count++}`
  }

  /** Gives a node a name that it has elsewhere. */
  place(node: Node, name: string, isFixed: boolean): void {
    this.#names.set(node, name)
    this.#fixed.set(node, isFixed)
  }

  /** The arrays of a graph's outputs, after the statements that they need. */
  outputs(graph: Graph): string[] {
    for (const node of orderOf(graph)) {
      for (const input of node.inputs) this.#uses.set(input, [...(this.#uses.get(input) ?? []), node])
    }
    for (const node of graph.outputs) this.#uses.set(node, [...(this.#uses.get(node) ?? []), node])
    return graph.outputs.map((node) => this.#value(node))
  }

  use = (name: Routine): string => {
    this.routines.add(name)
    return name
  }

  #isFixed(node: Node): boolean {
    let isFixed = this.#fixed.get(node)
    if (isFixed === undefined) {
      isFixed = node.op !== 'scan' && this.variants.isFixed(node) && node.inputs.every((x) => this.#isFixed(x))
      this.#fixed.set(node, isFixed)
    }
    return isFixed
  }

  #value(node: Node): string {
    let name = this.#names.get(node)
    if (name === undefined) {
      const expression = this.#expression(node)
      if (isOp(node, 'reshape') || isOp(node, 'result')) name = expression
      else {
        name = this.fresh()
        const lines = this.#isFixed(node) ? this.module : this.lines
        lines.push(`const ${name} = ${expression}`)
      }
      this.#names.set(node, name)
    }
    return name
  }

  #expression(node: Node): string {
    this.variants.checkAttributes(node)
    for (const { dtype } of node.outputs) {
      if (!isBundled(dtype)) fail(`bundle: there are values of ${dtype}`, 'Calculate in float32.')
    }
    if (isElementwise(node.op)) return this.#loop(node)
    const row = this.#rows[node.op] as Row<Primitive> | undefined
    if (row === undefined) return this.#refuse(node)
    return row(node)
  }

  #refuse(node: Node): never {
    return fail(
      `bundle: '${node.op}' of ${node.inputs.map(({ dtype }) => dtype).join(', ') || 'nothing'} is not among the operations of standalone modules`,
      'Export the model as ONNX, which has more of them: toOnnx(model, inputs).',
    )
  }

  /** An elementwise node with those that only it uses, in one loop. */
  #loop(node: Node): string {
    const element = this.#element(node, { left: LONGEST }, true)
    return `${this.#array(node)}.map((_, i) => ${element})`
  }

  #element(node: Node, budget: { left: number }, isRoot = false): string {
    if (isOp(node, 'constant')) return this.#constant(node)
    const uses = this.#uses.get(node)
    const isOwn = isRoot || (uses?.length === 1 && !this.#isFixed(node) && budget.left > 0)
    if (isElementwise(node.op) && isOwn && !this.#names.has(node)) {
      budget.left--
      this.variants.checkAttributes(node)
      const operands = node.inputs.map((x) => this.#element(x, budget))
      return expressionOf(node, operands, this.use) ?? this.#refuse(node)
    }
    const stretched = isOp(node, 'expand') && !this.#names.has(node) ? this.#stretched(node) : undefined
    return stretched ?? `${this.#value(node)}[i]`
  }

  /** A number, which may be calculated from the batch size: how many elements a mean has. */
  #constant(node: Node<'constant'>): string {
    const value = this.variants.size(node, (each) => each.attributes.value)
    return typeof value === 'number' ? literal(value) : text(value)
  }

  /** An element of what is stretched along its first axes, or its last. */
  #stretched(node: Node<'expand'>): string | undefined {
    let [source] = node.inputs
    const shape = source.shape
    while (source.op === 'reshape') [source] = source.inputs
    if (isOp(source, 'constant')) return this.#constant(source)
    const grown = node.shape.map((_, axis) => this.#sizeOf(node, axis) !== this.#sizeOf(node.inputs[0], axis))
    const name = this.#value(node.inputs[0])
    const [first, last] = [grown.indexOf(true), grown.lastIndexOf(true)]
    if (first < 0) return `${name}[i]`
    const isOne = (from: number, to: number): boolean => shape.slice(from, to).every((n) => n === 1)
    if (isOne(0, shape.length)) return `${name}[0]`
    if (isOne(0, last + 1)) return `${name}[i % ${this.#elements(node, last + 1)}]`
    if (isOne(first, shape.length)) return `${name}[Math.floor(i / ${this.#elements(node, first)})]`
    return undefined
  }

  #sizeOf(node: Node, axis: number): string {
    return text(this.variants.size(node, (each) => each.shape[axis]))
  }

  #sizes(node: Node): string {
    return list(this.variants.shape(node).map(text))
  }

  /** How many elements the axes from `start` on have. */
  #elements(node: Node, start = 0, end = node.rank, output = 0): string {
    return product(this.variants.shape(node, output).slice(start, end))
  }

  #array(node: Node, output = 0): string {
    const { dtype } = node.outputs[output]
    return `new ${dtypes[dtype].storage.name}(${this.#elements(node, 0, node.outputs[output].shape.length, output)})`
  }

  #call(routine: Routine, node: Node, before: readonly string[], after: readonly (string | number)[]): string {
    return `${this.use(routine)}(${[...before, this.#array(node), ...after].join(', ')})`
  }

  #attribute<P extends Primitive>(node: Node<P>, read: (each: Node<P>) => readonly number[]): string {
    return list(read(node).map((_, k) => text(this.variants.size(node, (each) => read(each)[k]))))
  }

  /** The elements with some axes after the others. */
  #last(node: Node, axes: readonly number[]): string {
    const order = [...node.shape.keys()].filter((axis) => !axes.includes(axis)).concat(axes)
    if (order.every((axis, k) => axis === k)) return this.#value(node)
    const sizes = list(order.map((axis) => this.#sizeOf(node, axis)))
    const [zeros, ones] = [order.map(() => '0'), order.map(() => '1')]
    return this.#call(
      'move',
      node,
      [this.#value(node)],
      [this.#sizes(node), sizes, list(order.map(String)), list(zeros), list(ones)],
    )
  }

  #reduction<P extends 'reduceSum' | 'reduceProd' | 'reduceMax' | 'reduceMin'>(routine: P): Row<P> {
    return (node) => {
      const [x] = node.inputs
      const { axes } = node.attributes as { readonly axes: readonly number[] }
      const n = product(axes.map((axis) => this.variants.size(x, (each) => each.shape[axis])))
      const { lowest, highest } = dtypes[node.dtype]
      const start = routine === 'reduceMax' ? [literal(lowest)] : routine === 'reduceMin' ? [literal(highest)] : []
      return this.#call(routine, node, [this.#last(x, axes)], [n, ...start])
    }
  }

  #argBest<P extends 'argMax' | 'argMin'>(sign: number): Row<P> {
    return (node) => {
      const [x] = node.inputs
      const { axis } = node.attributes as { readonly axis: number }
      return this.#call('argBest', node, [this.#last(x, [axis])], [this.#sizeOf(x, axis), sign])
    }
  }

  #table(
    x: Node,
    node: Node,
    { window, strides, padding, spread, dilation }: Readonly<Record<string, readonly unknown[]>>,
  ): string {
    const spatial = (each: Node): string => list(this.variants.shape(each).slice(1, -1).map(text))
    const low = padding.map((pair) => (pair as readonly number[])[0])
    return `${this.use('places')}(${[spatial(x), spatial(node), ...[window, strides, low, spread, dilation].map((each) => JSON.stringify(each))].join(', ')})`
  }

  #pool<P extends 'maxPool' | 'sumPool'>(routine: P): Row<P> {
    return (node) => {
      const [x] = node.inputs
      const { window, strides, padding } = (node as Node<'maxPool'>).attributes
      const ones = window.map(() => 1)
      const table = this.#table(x, node, { window, strides, padding, spread: ones, dilation: ones })
      const elements = window.reduce((a, b) => a * b, 1)
      const lowest = routine === 'maxPool' ? [literal(dtypes[node.dtype].lowest)] : []
      const sizes = [this.#elements(x, 1, x.rank - 1), this.#sizeOf(x, x.rank - 1)]
      return `${this.use(routine)}(${[this.#value(x), this.#array(node), table, elements, ...sizes, ...lowest].join(', ')})`
    }
  }

  readonly #rows: { readonly [P in Primitive]?: Row<P> } = {
    constant: (node) => `${this.#array(node)}.fill(${this.#constant(node)})`,
    iota: (node) => {
      const { axis } = node.attributes
      const inner = this.#elements(node, axis + 1)
      return `${this.#array(node)}.map((_, i) => Math.floor(i / ${inner}) % ${this.#sizeOf(node, axis)})`
    },
    reshape: ({ inputs: [x] }) => this.#value(x),
    result: ({ inputs: [x], attributes: { index } }) => `${this.#value(x)}[${index}]`,
    permute: (node) => this.#last(node.inputs[0], node.attributes.axes),
    expand: (node) => {
      const [x] = node.inputs
      const axes = node.shape.map((_, axis) => axis)
      const steps = axes.map((axis) => (this.#sizeOf(x, axis) === this.#sizeOf(node, axis) ? '1' : '0'))
      const places = [this.#sizes(x), this.#sizes(node), list(axes.map(String)), list(axes.map(() => '0')), list(steps)]
      return this.#call('move', node, [this.#value(x)], places)
    },
    slice: (node) => {
      const [x] = node.inputs
      const starts = this.#attribute(node, (each) => each.attributes.starts)
      const steps = this.#attribute(node, (each) => each.attributes.steps)
      const axes = list(node.shape.map((_, axis) => String(axis)))
      return this.#call('move', node, [this.#value(x)], [this.#sizes(x), this.#sizes(node), axes, starts, steps])
    },
    pad: (node) => {
      const [x] = node.inputs
      const low = this.#attribute(node, (each) => each.attributes.low)
      const steps = this.#attribute(node, (each) => each.attributes.interior.map((n) => n + 1))
      const { value } = node.attributes
      return this.#call('pad', node, [this.#value(x)], [this.#sizes(x), this.#sizes(node), low, steps, literal(value)])
    },
    concat: (node) => {
      const widths = node.inputs.map((x) => this.#elements(x, node.attributes.axis))
      return this.#call('concat', node, [list(node.inputs.map((x) => this.#value(x)))], [list(widths)])
    },
    reduceSum: this.#reduction('reduceSum'),
    reduceProd: this.#reduction('reduceProd'),
    reduceMax: this.#reduction('reduceMax'),
    reduceMin: this.#reduction('reduceMin'),
    argMax: this.#argBest(1),
    argMin: this.#argBest(-1),
    dot: (node) => {
      const [a, b] = node.inputs
      const sizes = [this.#sizeOf(a, a.rank - 2), this.#sizeOf(a, a.rank - 1), this.#sizeOf(b, b.rank - 1)]
      return this.#call('dot', node, [this.#value(a), this.#value(b)], sizes)
    },
    conv: (node) => {
      const [x, kernel] = node.inputs
      const { strides, padding, inputDilation, kernelDilation, groups } = node.attributes
      const window = kernel.shape.slice(0, -2)
      const table = this.#table(x, node, { window, strides, padding, spread: inputDilation, dilation: kernelDilation })
      const elements = window.reduce((a, b) => a * b, 1)
      const channels = [this.#sizeOf(x, x.rank - 1), this.#sizeOf(node, node.rank - 1), groups]
      const rest = [table, elements, this.#elements(x, 1, x.rank - 1), ...channels]
      return this.#call('conv', node, [this.#value(x), this.#value(kernel)], rest)
    },
    maxPool: this.#pool('maxPool'),
    sumPool: this.#pool('sumPool'),
    gather: (node) => {
      const [x, indices] = node.inputs
      const { batchDims } = node.attributes
      const sizes = [this.#sizeOf(x, batchDims), this.#elements(x, 0, batchDims), this.#elements(x, batchDims + 1)]
      return this.#call('gather', node, [this.#value(x), this.#value(indices)], sizes)
    },
    scan: (node) => {
      const { body, carries, sequences, reverse } = node.attributes
      this.variants.pair(this.variants.of(node).map((each) => each.attributes.body))
      const names = body.inputs.map((input) => {
        const name = this.fresh()
        this.place(input, name, false)
        return name
      })
      const outer = this.lines
      this.lines = []
      const results = this.outputs(body)
      const statements = [...this.lines, `return ${list(results)}`].join('\n')
      this.lines = outer
      // Another loop may have the same body: its values have no names outside of this one.
      for (const each of orderOf(body)) if (!this.#isFixed(each)) this.#names.delete(each)
      const given = node.inputs.map((x) => this.#value(x))
      const stacks = node.outputs.slice(carries).map((_, k) => this.#array(node, carries + k))
      const length = text(this.variants.size(node, (each) => each.attributes.length))
      const parts = [
        given.slice(0, carries),
        given.slice(carries, carries + sequences),
        given.slice(carries + sequences),
      ]
      const lists = parts.map(list).join(', ')
      return `${this.use('scan')}((${names.join(', ')}) => {\n${statements}\n}, ${lists}, ${length}, ${reverse}, ${list(stacks)})`
    },
  }

  /** The functions that the statements call. */
  get functions(): string {
    return [...this.routines].map((name) => `const ${name} = ${runtime[name].toString()}`).join('\n')
  }
}

const list = (items: readonly string[]): string => `[${items.join(', ')}]`

const literal = (value: number): string => (Object.is(value, -0) ? '-0' : value < 0 ? `(${value})` : String(value))

/** A size, where `n` is the batch size. */
const text = (size: Size): string => {
  if (typeof size === 'number') return String(size)
  const scaled = size.factor === 1 ? 'n' : `(${size.factor} * n)`
  return size.offset === 0 ? scaled : `(${scaled} + ${size.offset})`
}

function product(sizes: readonly Size[]): string {
  const fixed = sizes.reduce((a: number, b) => (typeof b === 'number' ? a * b : a), 1)
  const free = sizes.filter((size) => typeof size !== 'number').map(text)
  if (free.length === 0) return String(fixed)
  return `(${[...free, ...(fixed === 1 ? [] : [String(fixed)])].join(' * ')})`
}
