import type { DType } from '../../src/core/dtype.js'

// A random program is text with holes: statements whose operands can be exchanged, so that it can be printed, run and shrunk, and
// what is printed is what runs.

/** Something with a name in the program. */
export interface Value {
  readonly name: string
  readonly dtype: DType
  readonly shape: readonly number[]
  /** The range of its elements for the arguments that the program is made with. */
  readonly low: number
  readonly high: number
}

/** `(header) => { statements; return result }` */
export interface Block {
  readonly header: Expression
  readonly statements: readonly Statement[]
  readonly result: Expression
}

export interface Expression {
  readonly parts: readonly (string | Value | Block)[]
}

export interface Statement {
  /** The row of the table that made it. */
  readonly operation: string
  /** Its name, if it has a result. */
  readonly value: Value | undefined
  readonly expression: Expression
}

/** What the program is given: arguments of the function, tensors that it takes from outside, and variables. */
export interface Input {
  readonly kind: 'argument' | 'captured' | 'variable'
  readonly value: Value
  /** Makes the tensor. */
  readonly source: string
}

export interface Program {
  readonly inputs: readonly Input[]
  readonly statements: readonly Statement[]
  readonly outputs: readonly Value[]
}

type Hole = string | number | boolean | null | undefined | Value | Block | Expression | readonly unknown[] | object

const isValue = (hole: object): hole is Value => 'name' in hole && 'low' in hole
const isBlock = (hole: object): hole is Block => 'header' in hole
const isExpression = (hole: object): hole is Expression => 'parts' in hole

/** An expression: values, blocks and expressions stand for themselves, strings are text, and anything else is written as a literal. */
export function code(strings: TemplateStringsArray, ...holes: readonly Hole[]): Expression {
  const parts: (string | Value | Block)[] = [strings[0]]
  holes.forEach((hole, i) => {
    if (typeof hole === 'string') parts.push(hole)
    else if (typeof hole !== 'object' || hole === null) parts.push(literal(hole))
    else if (isExpression(hole)) parts.push(...hole.parts)
    else if (isValue(hole) || isBlock(hole)) parts.push(hole)
    else parts.push(literal(hole))
    parts.push(strings[i + 1])
  })
  return { parts: parts.filter((part) => part !== '') }
}

/** Several expressions with commas between them. */
export const list = (items: readonly (Value | Expression)[]): Expression =>
  items.reduce<Expression>((all, item, i) => (i === 0 ? code`${item}` : code`${all}, ${item}`), code``)

/** As JavaScript writes it. */
export function literal(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value)
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`
  if (typeof value === 'object' && value !== null) {
    return `{ ${Object.entries(value)
      .map(([key, item]) => `${key}: ${literal(item)}`)
      .join(', ')} }`
  }
  return String(value)
}

export function printExpression({ parts }: Expression, indent = ''): string {
  return parts
    .map((part) => (typeof part === 'string' ? part : isBlock(part) ? printBlock(part, indent) : part.name))
    .join('')
}

export function printBlock({ header, statements, result }: Block, indent = ''): string {
  const inner = `${indent}  `
  const lines = [...statements.map((line) => printStatement(line, inner)), `return ${printExpression(result, inner)}`]
  return `(${printExpression(header)}) => {\n${lines.map((line) => inner + line).join('\n')}\n${indent}}`
}

export function printStatement({ value, expression }: Statement, indent = ''): string {
  const text = printExpression(expression, indent)
  return value === undefined ? text : `const ${value.name} = ${text}`
}

/** The values that are read, in bodies too. */
export function valuesOf({ parts }: Expression): Value[] {
  return parts.flatMap((part) => {
    if (typeof part === 'string') return []
    return isBlock(part)
      ? [...part.statements.map(({ expression }) => expression), part.result].flatMap(valuesOf)
      : [part]
  })
}

/** The expression with every part changed, statements of bodies by way of their expressions. */
export function mapExpression(
  expression: Expression,
  change: (part: string | Value | Block) => string | Value | Block,
): Expression {
  return { parts: expression.parts.map(change) }
}

/** All statements, those of bodies after the one that they belong to. */
export function allStatements(statements: readonly Statement[]): Statement[] {
  return statements.flatMap((statement) => [
    statement,
    ...statement.expression.parts.flatMap((part) =>
      typeof part !== 'string' && isBlock(part) ? allStatements(part.statements) : [],
    ),
  ])
}

export const isBlockPart = (part: string | Value | Block): part is Block => typeof part !== 'string' && isBlock(part)
