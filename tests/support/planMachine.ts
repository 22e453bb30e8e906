import type { Operand, Place, Plan } from '../../src/compiler/plan.js'
import { dtypes } from '../../src/core/dtype.js'
import { sizeOf } from '../../src/core/shape.js'
import { isOp, type Node, type TensorType } from '../../src/graph/index.js'
import { isElementwise } from '../../src/graph/scalar.js'

/** A value that lies somewhere, named by what computes it. */
type Name = string

interface Range {
  readonly offset: number
  readonly bytes: number
  readonly name: Name
}

const bytesOf = ({ dtype, shape }: TensorType): number => sizeOf(shape) * dtypes[dtype].bytes

/** The value that a node stands for: views stand for what they see. */
function nameOf(node: Node): Name {
  if (isOp(node, 'reshape') || isOp(node, 'stopGradient')) return nameOf(node.inputs[0])
  if (isOp(node, 'bitcast') && !isOp(rootOf(node), 'constant')) return nameOf(node.inputs[0])
  if (isOp(node, 'result')) return `${node.inputs[0].id}.${node.attributes.index}`
  if (isOp(node, 'constant')) return `constant ${node.attributes.value}`
  return `${node.id}.0`
}

function rootOf(node: Node): Node {
  return node.op === 'reshape' || node.op === 'bitcast' || node.op === 'stopGradient' ? rootOf(node.inputs[0]) : node
}

/**
 * Runs a plan on names instead of numbers and says what is wrong with it: a step that reads a place where its operand does not lie
 * (any more), that overwrites what it still reads although it is not elementwise, or an output that ends up with something else.
 * `overwrite` decides whether donated inputs are really overwritten, which the caller of a program may choose.
 */
export function findFaults(plan: Plan, overwrite = true): string[] {
  const faults: string[] = []
  const { graph } = plan
  const inputs: (Name | undefined)[] = graph.inputs.map(nameOf)
  const outputs: (Name | undefined)[] = graph.outputs.map(() => undefined)
  let arena: Range[] = []

  const read = (place: Place, bytes: number): Name | undefined => {
    if (place.kind === 'constant') return `constant ${place.value}`
    if (place.kind === 'arena') {
      // Nothing can go wrong with no bytes.
      return arena.find(({ offset, bytes: size }) => offset === place.offset && size === bytes)?.name
    }
    const reuse = place.kind === 'output' ? plan.reuse[place.index] : place.index
    const shared = place.kind === 'output' && !(overwrite && reuse !== undefined)
    return shared ? outputs[place.index] : inputs[reuse ?? 0]
  }
  const write = (place: Place, bytes: number, name: Name): void => {
    if (place.kind === 'output') {
      const reuse = plan.reuse[place.index]
      if (overwrite && reuse !== undefined) inputs[reuse] = name
      else outputs[place.index] = name
    } else if (place.kind === 'arena') {
      const end = place.offset + bytes
      if (end > plan.arenaBytes) faults.push(`${name} lies outside of the arena`)
      arena = arena.filter(({ offset, bytes: size }) => offset + size <= place.offset || offset >= end)
      arena.push({ offset: place.offset, bytes, name })
    } else {
      faults.push(`${name} is written to a ${place.kind}`)
    }
  }

  plan.steps.forEach(({ node, inputs: operands, outputs: results }, index) => {
    const what = `step ${index}, ${node.op}`
    operands.forEach((operand, i) => {
      const found = read(operand.place, bytesOf(operand))
      const wanted = nameOf(node.inputs[i])
      if (found !== wanted && bytesOf(operand) > 0) faults.push(`${what}: operand ${i} is ${found}, not ${wanted}`)
    })
    results.forEach((result, i) => {
      if (!isElementwise(node.op) && operands.some((operand) => overlap(plan, overwrite, operand, result))) {
        faults.push(`${what}: writes over its operands`)
      }
      if (results.slice(0, i).some((other) => overlap(plan, overwrite, other, result))) {
        faults.push(`${what}: two results share memory`)
      }
      write(result.place, bytesOf(result), `${node.id}.${i}`)
    })
  })
  for (const { from, output } of plan.copies) {
    const found = read(from.place, bytesOf(from))
    const wanted = nameOf(graph.outputs[output])
    if (found !== wanted && bytesOf(from) > 0) faults.push(`copy to output ${output}: ${found}, not ${wanted}`)
    outputs[output] = found
  }
  graph.outputs.forEach((node, i) => {
    const reuse = plan.reuse[i]
    const found = overwrite && reuse !== undefined ? inputs[reuse] : outputs[i]
    if (found !== nameOf(node) && bytesOf(node) > 0) faults.push(`output ${i} is ${found}, not ${nameOf(node)}`)
  })
  return faults
}

/** Whether two operands share bytes. */
function overlap(plan: Plan, overwrite: boolean, a: Operand, b: Operand): boolean {
  if (bytesOf(a) === 0 || bytesOf(b) === 0) return false
  if (a.place.kind === 'arena' && b.place.kind === 'arena') {
    return a.place.offset < b.place.offset + bytesOf(b) && b.place.offset < a.place.offset + bytesOf(a)
  }
  const storage = (place: Place): string => {
    if (place.kind === 'constant' || place.kind === 'arena') return 'none'
    const reuse = place.kind === 'output' && overwrite ? plan.reuse[place.index] : undefined
    return reuse === undefined ? `${place.kind} ${place.index}` : `input ${reuse}`
  }
  return storage(a.place) !== 'none' && storage(a.place) === storage(b.place)
}
