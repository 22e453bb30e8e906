import { sizeOf } from '../../src/core/shape.js'
import { type Form, forms } from './forms.js'
import { VALUES, WEIGH } from './library.js'
import {
  allStatements,
  type Block,
  type Expression,
  type Input,
  isBlockPart,
  literal,
  type Program,
  type Statement,
  type Value,
  valuesOf,
} from './program.js'
import type { Subject } from './subject.js'

/** Without statements and inputs that nothing reads. */
export function withoutDeadCode(program: Program): Program {
  const needed = new Set(program.outputs.map(({ name }) => name))
  const statements = living(program.statements, needed)
  return { ...program, statements, inputs: program.inputs.filter(({ value }) => needed.has(value.name)) }
}

function living(statements: readonly Statement[], needed: Set<string>): Statement[] {
  const kept: Statement[] = []
  for (const statement of [...statements].reverse()) {
    if (statement.value !== undefined && !needed.has(statement.value.name)) continue
    const expression = livingExpression(statement.expression)
    for (const { name } of valuesOf(expression)) needed.add(name)
    kept.push({ ...statement, expression })
  }
  return kept.reverse()
}

const livingExpression = ({ parts }: Expression): Expression => ({
  parts: parts.map((part) => (isBlockPart(part) ? livingBlock(part) : part)),
})

function livingBlock(block: Block): Block {
  const result = livingExpression(block.result)
  const needed = new Set(valuesOf(result).map(({ name }) => name))
  return { ...block, result, statements: living(block.statements, needed) }
}

/** Every statement changed, in bodies too; undefined leaves it out. */
function changed(
  statements: readonly Statement[],
  change: (statement: Statement) => Statement | undefined,
  inExpression: (expression: Expression) => Expression,
): Statement[] {
  const deep = (expression: Expression): Expression => ({
    parts: inExpression(expression).parts.map((part) =>
      isBlockPart(part)
        ? { header: part.header, statements: changed(part.statements, change, inExpression), result: deep(part.result) }
        : part,
    ),
  })
  return statements.flatMap((statement) => {
    const next = change(statement)
    return next === undefined ? [] : [{ ...next, expression: deep(next.expression) }]
  })
}

/** The program with one value replaced by another one, and its statement gone. */
function replaced(program: Program, from: Value, to: Value, added: readonly Input[] = []): Program {
  const swap = ({ parts }: Expression): Expression => ({
    parts: parts.map((part) => (typeof part !== 'string' && !isBlockPart(part) && part.name === from.name ? to : part)),
  })
  return withoutDeadCode({
    inputs: [...program.inputs, ...added],
    statements: changed(
      program.statements,
      (statement) => (statement.value?.name === from.name ? undefined : statement),
      swap,
    ),
    outputs: program.outputs.map((value) => (value.name === from.name ? to : value)),
  })
}

/** A value as an argument. */
function asInput({ name, dtype, shape, low, high }: Value): Input {
  const n = sizeOf(shape)
  const ends = n === 0 ? [0, 1] : [low, high].map((end) => (dtype.includes('float') ? Number(end.toPrecision(3)) : end))
  const elements =
    n <= 1 && n > 0
      ? literal([ends[0]])
      : `values(${n}, ${name.length + n}, ${ends[0]}, ${ends[1]}${dtype.includes('float') ? '' : ', true'})`
  const value = { name: `x${name}`, dtype, shape, low, high }
  return { kind: 'argument', value, source: `tensor(${elements}, ${literal(shape)}, '${dtype}')` }
}

const isAlike = (a: Value, b: Value): boolean => a.dtype === b.dtype && literal(a.shape) === literal(b.shape)

/** Smaller programs, the smallest first. */
function* smaller(program: Program, form: Form): Generator<{ program: Program; form: Form }> {
  if (program.outputs.length > 1) {
    for (const output of program.outputs) yield { form, program: withoutDeadCode({ ...program, outputs: [output] }) }
    for (const output of program.outputs) {
      const others = program.outputs.filter((other) => other !== output)
      yield { form, program: withoutDeadCode({ ...program, outputs: others }) }
    }
  }
  const place = forms.indexOf(form)
  for (const simpler of forms.slice(0, place)) if (simpler.stateful || !form.stateful) yield { form: simpler, program }
  const named = allStatements(program.statements).flatMap(({ value, expression }) =>
    value ? [{ value, expression }] : [],
  )
  // Many at once, then fewer: values given as arguments instead of computed, and operations left out.
  for (let size = Math.ceil(named.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let from = 0; from < named.length; from += size) {
      const chunk = named.slice(from, from + size)
      let given = program
      let shorter = program
      for (const { value, expression } of chunk) {
        const input = asInput(value)
        given = replaced(given, value, input.value, [input])
        const same = valuesOf(expression).find((other) => isAlike(other, value))
        if (same !== undefined) shorter = replaced(shorter, value, same)
      }
      yield { form, program: given }
      if (shorter !== program) yield { form, program: shorter }
    }
  }
  // A program that ends earlier.
  for (const { value } of program.statements.slice(0, -1)) {
    if (value !== undefined) yield { form, program: withoutDeadCode({ ...program, outputs: [value] }) }
  }
  const kept = program.statements.filter(({ value }) => value !== undefined)
  if (kept.length < program.statements.length)
    yield { form, program: withoutDeadCode({ ...program, statements: kept }) }
  for (const statement of program.statements) {
    if (statement.value !== undefined) continue
    yield {
      form,
      program: withoutDeadCode({ ...program, statements: program.statements.filter((other) => other !== statement) }),
    }
  }
}

/** The text of a program used in some way: it returns a list of tensors. */
function textOf(program: Program, form: Form): string {
  const inputs = program.inputs.map(({ value, source }) => `const ${value.name} = ${source}`)
  const body = [...inputs, form.print(program)].join('\n')
  const definitions = [...(/\bvalues\(/.test(body) ? [VALUES] : []), ...(/\bweigh\(/.test(body) ? [WEIGH] : [])]
  return [...definitions, ...(/\brandom\./.test(body) ? ['seed(1)'] : []), body].join('\n')
}

/** A program, used in some way. */
export function subjectOf(program: Program, form: Form): Subject {
  const statements = allStatements(program.statements)
  return {
    text: textOf(program, form),
    operations: statements.map(({ operation }) => operation),
    form: form.name,
    weight: statements.length * 100 + program.inputs.length * 10 + program.outputs.length * 10 + forms.indexOf(form),
    *smaller() {
      for (const next of smaller(program, form))
        if (next.program.outputs.length > 0) yield subjectOf(next.program, next.form)
    },
  }
}
