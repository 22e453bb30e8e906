import { type DType, isFloat } from '../../../../core/dtype.js'
import type { Node } from '../../../../graph/node.js'
import type { Primitive } from '../../../../graph/primitives.js'
import { codeOf } from '../../file/tensors.js'
import type { Emitter } from '../emitter.js'
import { namedForm } from '../named-forms.js'
import { peeled } from '../origins.js'
import { refuse } from '../refusal.js'
import type { ExportRow } from './row.js'

type Form = 'plain' | 'first'

/** The operands without their stretching, as long as the operator's broadcasting gives the whole shape all the same. */
function operandsOf(node: Node, emitter: Emitter, form: Form): string[] {
  const sources = node.inputs.map(peeled)
  const isWhole = node.shape.every(
    (n, axis) => n === 1 || sources.some((x) => x.rank === node.rank && x.shape[axis] === n),
  )
  return node.inputs.map((x, i) => {
    if (isWhole || i > 0) return emitter.operand(x, form)
    return form === 'first' ? emitter.first(x) : emitter.plain(x)
  })
}

/** A row for what is calculated element by element: it keeps the order of axes of what it is given. */
const elementwise =
  <P extends Primitive>(
    write: (operands: readonly string[], emitter: Emitter, node: Node<P>) => string,
  ): ExportRow<P> =>
  (node, emitter) => {
    const form: Form = node.rank > 2 && node.inputs.some((x) => emitter.isFirst(peeled(x))) ? 'first' : 'plain'
    const written = namedForm(node, emitter, form) ?? {
      name: write(operandsOf(node, emitter, form), emitter, node),
      form,
    }
    if (written.form === 'first') emitter.setFirst(node, written.name)
    else emitter.set(node, written.name)
  }

const operator = <P extends Primitive>(name: string, attributes: Readonly<Record<string, number>> = {}): ExportRow<P> =>
  elementwise((operands, emitter, node) => emitter.emit(name, operands, attributes, node))

const one = (emitter: Emitter, { dtype }: Node): string => emitter.scalar(1, dtype)
const zero = (emitter: Emitter, { dtype }: Node): string => emitter.scalar(0, dtype)

/** Logical on booleans, bitwise on whole numbers. */
const logical = <P extends Primitive>(name: string): ExportRow<P> =>
  elementwise((operands, emitter, node) =>
    emitter.emit(node.inputs[0].dtype === 'bool' ? name : `Bitwise${name}`, operands, {}, node),
  )

/** Of booleans the larger one is their "or", the smaller one their "and". */
const extremum = <P extends Primitive>(name: string, ofBooleans: string): ExportRow<P> =>
  elementwise((operands, emitter, node) => emitter.emit(node.dtype === 'bool' ? ofBooleans : name, operands, {}, node))

/** Comparisons of booleans and bytes, which runtimes do not have, are those of whole numbers. */
const comparison = <P extends Primitive>(name: string): ExportRow<P> =>
  elementwise((operands, emitter, node) => {
    const { dtype } = node.inputs[0]
    const isNarrow = dtype === 'uint8' || (dtype === 'bool' && name !== 'Equal')
    const given = isNarrow ? operands.map((x) => emitter.emit('Cast', [x], { to: codeOf.int32 })) : operands
    return emitter.emit(name, given, {}, node)
  })

/** The remainder with the sign of the divisor. */
const remainder: ExportRow<'mod'> = elementwise((operands, emitter, node) => {
  if (!isFloat(node.dtype)) return emitter.emit('Mod', operands, { fmod: 0 }, node)
  const rest = emitter.emit('Mod', operands, { fmod: 1 }, node)
  const none = zero(emitter, node)
  const differs = emitter.emit('Xor', [emitter.emit('Less', [rest, none]), emitter.emit('Less', [operands[1], none])])
  const isOdd = emitter.emit('And', [emitter.emit('Not', [emitter.emit('Equal', [rest, none])]), differs])
  return emitter.emit('Where', [isOdd, emitter.emit('Add', [rest, operands[1]]), rest], {}, node)
})

const castTo = (emitter: Emitter, name: string, dtype: DType): string =>
  emitter.emit('Cast', [name], { to: codeOf[dtype] })

/** Shifts of unsigned numbers; negative ones are shifted to the right with their bits turned round. */
const shift = <P extends 'shiftLeft' | 'shiftRight'>(direction: 'LEFT' | 'RIGHT'): ExportRow<P> =>
  elementwise(([x, distance], emitter, node) => {
    if (node.dtype !== 'int32') return emitter.emit('BitShift', [x, distance], { direction }, node)
    const by = castTo(emitter, distance, 'uint32')
    const shifted = (value: string): string =>
      castTo(emitter, emitter.emit('BitShift', [castTo(emitter, value, 'uint32'), by], { direction }), 'int32')
    if (direction === 'LEFT') return shifted(x)
    const turned = emitter.emit('BitwiseNot', [shifted(emitter.emit('BitwiseNot', [x]))])
    return emitter.emit('Where', [emitter.emit('Less', [x, zero(emitter, node)]), turned, shifted(x)], {}, node)
  })

const where: ExportRow<'where'> = elementwise((operands, emitter, node) => {
  if (node.dtype !== 'bool') return emitter.emit('Where', operands, {}, node)
  const [condition, yes, no] = operands
  const other = emitter.emit('And', [emitter.emit('Not', [condition]), no])
  return emitter.emit('Or', [emitter.emit('And', [condition, yes]), other], {}, node)
})

export const elementwiseRows = {
  neg: operator('Neg'),
  exp: operator('Exp'),
  expm1: elementwise(([x], emitter, node) =>
    emitter.emit('Sub', [emitter.emit('Exp', [x], {}, node), one(emitter, node)], {}, node),
  ),
  log: operator('Log'),
  log1p: elementwise(([x], emitter, node) =>
    emitter.emit('Log', [emitter.emit('Add', [x, one(emitter, node)], {}, node)], {}, node),
  ),
  sqrt: operator('Sqrt'),
  reciprocal: operator('Reciprocal'),
  sin: operator('Sin'),
  cos: operator('Cos'),
  atan: operator('Atan'),
  tanh: operator('Tanh'),
  erf: operator('Erf'),
  floor: operator('Floor'),
  not: logical('Not'),
  cast: elementwise(([x], emitter, node) => castTo(emitter, x, node.dtype)),
  bitcast: refuse('bitcast', 'Calculate with the numbers themselves instead of their bits.'),
  stopGradient: elementwise(([x]) => x),
  add: operator('Add'),
  sub: operator('Sub'),
  mul: operator('Mul'),
  div: operator('Div'),
  mod: remainder,
  pow: operator('Pow'),
  max: extremum('Max', 'Or'),
  min: extremum('Min', 'And'),
  less: comparison('Less'),
  lessEqual: comparison('LessOrEqual'),
  equal: comparison('Equal'),
  and: logical('And'),
  or: logical('Or'),
  xor: logical('Xor'),
  shiftLeft: shift('LEFT'),
  shiftRight: shift('RIGHT'),
  where,
} as const satisfies { readonly [P in Primitive]?: ExportRow<P> }
