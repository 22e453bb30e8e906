import { type Input, type Program, printStatement } from './program.js'

/** A way to use a program, as text. */
export interface Form {
  readonly name: string
  /** Whether variables may be assigned. */
  readonly stateful: boolean
  /** What follows the inputs and returns a list of tensors. */
  print(program: Program): string
}

const names = (program: Program, kind: Input['kind']): string[] =>
  program.inputs.filter((input) => input.kind === kind).map(({ value }) => value.name)

const args = (program: Program): string => names(program, 'argument').join(', ')

const variables = (program: Program): string =>
  names(program, 'variable')
    .map((name) => `, ${name}.value`)
    .join('')

/** `const f = (…) => { … }` */
function functionOf(program: Program): string {
  const lines = program.statements.map((statement) => `  ${printStatement(statement, '  ')}`)
  const results = program.outputs.map(({ name }) => name).join(', ')
  return `const f = (${args(program)}) => {\n${lines.join('\n')}\n  return [${results}]\n}`
}

const form = (name: string, stateful: boolean, use: (program: Program) => string): Form => ({
  name,
  stateful,
  print: (program) => `${functionOf(program)}\n${use(program)}`,
})

/** The arguments that have gradients, and f's total as a function of them. */
function differentiated(program: Program): { floats: string; total: string } {
  const floats = program.inputs
    .filter(({ kind, value }) => kind === 'argument' && value.dtype.includes('float'))
    .map(({ value }) => value.name)
    .join(', ')
  return { floats, total: `const total = ([${floats}]) => weigh(f(${args(program)}))` }
}

export const forms: readonly Form[] = [
  form('plain', true, (p) => `const g = compile(f)\nreturn [...g(${args(p)})${variables(p)}]`),
  form('plain, donated', false, (p) => `return compile(f, { donate: true })(${args(p)})`),
  form('called twice', true, (p) => {
    const held = names(p, 'variable')
      .map((name) => `${name}.value, ${name}.value.mul(2)`)
      .join(', ')
    return `const g = compile(f)\nconst held = [${held}]\nconst first = g(${args(p)})\nconst between = [${held}]\nconst second = g(${args(p)})\nreturn [...first, ...second, ...held, ...between${variables(p)}]`
  }),
  form('gradient', false, (p) => {
    const { floats, total } = differentiated(p)
    return `${total}\nreturn compile((xs) => grad(total)(xs))([${floats}])`
  }),
  form('value and gradient', true, (p) => {
    const { floats, total } = differentiated(p)
    return `${total}\nconst [y, gradients] = compile((xs) => valueAndGrad(total)(xs))([${floats}])\nreturn [y, ...gradients${variables(p)}]`
  }),
  form('second gradient', false, (p) => {
    const { floats, total } = differentiated(p)
    return `${total}\nreturn compile((xs) => grad((ys) => weigh(grad(total)(ys)))(xs))([${floats}])`
  }),
  form('gradient of compiled', false, (p) => {
    const { floats } = differentiated(p)
    return `const g = compile(f)\nreturn grad(([${floats}]) => weigh(g(${args(p)})))([${floats}])`
  }),
  form(
    'compiled in compiled',
    true,
    (p) =>
      `const g = compile(f)\nconst h = compile((...xs) => [...g(...xs), ...g(...xs)])\nreturn [...h(${args(p)})${variables(p)}]`,
  ),
  form('forward derivative', false, (p) => {
    const { floats } = differentiated(p)
    return `return compile((xs) => jvp(([${floats}]) => weigh(f(${args(p)})), xs, xs))([${floats}])`
  }),
  form(
    'mapped',
    false,
    (p) =>
      `return compile((...xs) => vmap(f)(...xs))(${names(p, 'argument')
        .map((name) => `stack([${name}, ${name}.flip()])`)
        .join(', ')})`,
  ),
]
