import { deduplicate } from '../../compiler/passes/deduplicate.js'
import { dropUnreadOutputs, inlineCalls } from '../../compiler/passes/inner.js'
import { expectChoice } from '../../core/arguments.js'
import { describe } from '../../core/describe.js'
import { dtypes } from '../../core/dtype.js'
import { fail, failShape } from '../../core/errors.js'
import { checkOptions } from '../../core/options.js'
import { version } from '../../core/version.js'
import type { Graph } from '../../graph/graph.js'
import type { Node } from '../../graph/node.js'
import { expectTensor } from '../../tensor/methods/operand.js'
import type { Tensor } from '../../tensor/tensor.js'
import { checkAlike, type Exportable, heldBy, inEvaluation, keysOf, pathsOf, variantsOf } from '../tracing/model.js'
import { Variants } from '../tracing/sizes.js'
import { Code } from './code.js'
import { isBundled } from './elementwise.js'
import { type BundledWeights, decoders, written } from './weights.js'

export interface BundleOptions {
  /** How weights are kept; whole numbers have a scale for each output channel; 'float32'. */
  readonly weights?: BundledWeights
  /** Whether `predict` takes batches of any size: inputs that have the leading size of the first one have it free; 'dynamic'. */
  readonly batch?: 'dynamic' | 'fixed'
}

/**
 * The text of an ES module that predicts what a module in evaluation mode, or a function of tensors, does: weights and code in one file, for
 * pages and programs without a framework.
 *
 * It exports `predict(input, batch = 1)`, which takes and gives flat arrays (lists of them where there are several), and `inputs` and `outputs`,
 * which tell shapes and dtypes. Only the operations that the model uses are inside.
 *
 * @param inputs tensors of the shapes that the model takes; their values do not matter. A batch of 1 is as good as any
 * @throws if there is an operation that standalone modules do not have, by its name
 * @example
 * const source = await bundle(nn.linear(2, 3), [zeros([1, 2])], { weights: 'int8' })
 * source.includes('export function predict') // true
 */
export async function bundle(
  model: Exportable,
  inputs: readonly Tensor[],
  options: BundleOptions = {},
): Promise<string> {
  checkOptions('bundle', options, { weights: true, batch: true })
  const { weights = 'float32', batch = 'dynamic' } = options
  expectChoice('bundle', 'the weights', weights, ['float32', 'float16', 'int8', 'int7', 'int6'])
  expectChoice('bundle', 'the batch', batch, ['dynamic', 'fixed'])
  if (!Array.isArray(inputs) || inputs.length === 0) {
    fail(
      `bundle: the inputs are ${describe(inputs)}`,
      'Give a list with a tensor for each argument: bundle(model, [zeros([1, 784])]).',
    )
  }
  const types = inputs.map((each, i) => expectTensor('bundle', `input ${i}`, each))
  if (batch === 'dynamic' && types[0].rank === 0) {
    failShape('bundle', 'the first input is a scalar, which has no batch axis', "Pass batch: 'fixed'.")
  }
  const traced = inEvaluation('bundle', model, (fn) => variantsOf('bundle', fn, types, batch))
  const [{ trace }, ...others] = traced
  for (const other of others) await checkAlike('bundle', trace, other.trace)
  const held = await heldBy(trace, types.length, pathsOf(model))
  const graphs = traced.map((each) => ({ batch: each.batch, graph: prepared(each.trace.graph) }))
  const { graph } = graphs[0]
  const code = new Code(new Variants('bundle', graphs))
  for (const { dtype } of [...graph.inputs, ...graph.outputs]) {
    if (!isBundled(dtype)) fail(`bundle: there are values of ${dtype}`, 'Calculate in float32.')
  }
  held.forEach(({ values }, i) => {
    const name = `w${i}`
    code.place(graph.inputs[types.length + i], name, true)
    code.module.push(`const ${name} = ${written(values, weights)}`)
  })
  const arguments_ = graph.inputs.slice(0, types.length)
  arguments_.forEach((node, i) => {
    code.place(node, `x${i}`, false)
  })
  const results = code.outputs(graph)
  const port = (node: Node, name: string) => ({
    name,
    dtype: node.dtype,
    shape: code.variants.shape(node).map((size) => {
      if (typeof size === 'number') return size
      return size.factor === 1 && size.offset === 0 ? 'batch' : `${size.factor} * batch + ${size.offset}`
    }),
  })
  const keys = keysOf(trace.result.rebuild(trace.result.leaves))
  const named = (nodes: readonly Node[], name: string) =>
    nodes.map((node, i) => port(node, nodes.length === 1 ? name : `${name}_${i}`))
  const ports = {
    inputs: named(arguments_, 'input'),
    outputs: keys === undefined ? named(graph.outputs, 'output') : graph.outputs.map((node, i) => port(node, keys[i])),
  }
  return source(code, ports, results, batch === 'fixed' ? graphs[0].batch : undefined)
}

/** Without calls, and each thing once. Passes that look at sizes or fold them into numbers are left out: they would fix the batch size. */
const prepared = (graph: Graph): Graph => deduplicate(dropUnreadOutputs(inlineCalls(graph)))

interface Port {
  readonly name: string
  readonly dtype: Node['dtype']
  readonly shape: readonly (number | string)[]
}

function source(
  code: Code,
  { inputs, outputs }: { readonly inputs: readonly Port[]; readonly outputs: readonly Port[] },
  results: readonly string[],
  fixed: number | undefined,
): string {
  const told = (ports: readonly Port[]): string =>
    ports.map(({ name, dtype, shape }) => `${name} ${dtype} [${shape.join(', ')}]`).join(', ')
  const checks = inputs.map(({ name, dtype, shape }, i) => {
    const size = shape.map((n) => (typeof n === 'number' ? n : n.replace('batch', 'n').replace(/.*/, '($&)')))
    const given = inputs.length === 1 ? 'input' : `input[${i}]`
    const conversion = dtype === 'bool' ? `${given}, (x) => (x ? 1 : 0)` : given
    return `const x${i} = take(${dtypes[dtype].storage.name}.from(${conversion}), ${size.join(' * ') || 1}, '${name.replace(/\W/g, '_')}')`
  })
  // An output may be an input or a weight, which must not be given away.
  const copies = results.map((name) => `${name}.slice()`)
  const isBatch = fixed === undefined ? 'n >= 0' : `n === ${fixed}`
  const statements = code.module.join('\n')
  return `// Made by Shapewise ${version}: a trained model with its weights; it needs nothing else.
// predict(input, batch = ${fixed ?? 1}): ${told(inputs)} → ${told(outputs)}
export const inputs = ${JSON.stringify(inputs)}
export const outputs = ${JSON.stringify(outputs)}
const f = Math.fround
${decoders.bytes}
${statements.includes('halves(') ? `${decoders.half}\n` : ''}${statements.includes('levels(') ? `${decoders.levels}\n` : ''}${code.functions}
const take = (x, size, name) => {
  if (x.length !== size) throw new RangeError(\`predict: \${name} has \${x.length} elements, not \${size}\`)
  return x
}
${statements}
export function predict(input, batch = ${fixed ?? 1}) {
const n = batch
if (!(Number.isInteger(n) && ${isBatch})) throw new RangeError(\`predict: the batch is \${n}\`)
${[...checks, ...code.lines].join('\n')}
return ${results.length === 1 ? copies[0] : `[${copies.join(', ')}]`}
}
`
}
