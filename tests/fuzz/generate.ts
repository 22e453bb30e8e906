import { RandomStream } from '../../src/core/threefry.js'
import { setBackend } from '../../src/tensor/backends.js'
import { Draw, type Limits, Workshop } from './draw.js'
import { forms } from './forms.js'
import { makeStatement } from './operations/index.js'
import { code, type Value, valuesOf } from './program.js'
import { subjectOf, withoutDeadCode } from './shrink.js'
import type { Subject } from './subject.js'

/** So many statements: mostly a few, sometimes some hundred. */
function lengthOf(random: RandomStream): number {
  const r = random.uniform()
  if (r < 0.45) return 5 + random.integer(11)
  if (r < 0.8) return 16 + random.integer(30)
  if (r < 0.97) return 46 + random.integer(80)
  return 126 + random.integer(275)
}

function limitsOf(random: RandomStream): Limits {
  const r = random.uniform()
  if (r < 0.55) return { size: 600, work: 20_000, axis: 64 }
  if (r < 0.93) return { size: 8000, work: 200_000, axis: 600 }
  return { size: 100_000, work: 2_000_000, axis: 600 }
}

/** The program of a seed; `length` is the number of statements, by default drawn too. */
export function generate(seed: number, length?: number): Subject {
  setBackend('wide')
  const random = new RandomStream(seed, 1)
  const form = forms[random.integer(forms.length)]
  const shop = new Workshop(random, limitsOf(random), form.stateful)
  const d = new Draw(shop, [], 0)
  const wanted = length ?? lengthOf(random)
  const start = d.between(1, 3)
  for (let i = 0; i < start; i++) d.input(d.dtype(), d.shape(d.rank()))
  for (let tries = 0; shop.made < wanted && tries < wanted * 4; tries++) {
    if (shop.stateful && d.chance(0.05)) assign(d)
    else makeStatement(d)
  }
  const outputs = resultsOf(d)
  return subjectOf(withoutDeadCode({ inputs: shop.inputs, statements: d.statements, outputs }), form)
}

function assign(d: Draw): void {
  const variables = d.shop.inputs.filter(({ kind }) => kind === 'variable')
  if (variables.length === 0) return
  const { value } = d.pick(variables)
  const x = d.find(({ dtype }) => dtype.includes('float'))
  if (x === undefined) return
  const next = d.fit(x, value.dtype, value.shape)
  if (d.shop.bind(value.name, next) !== undefined)
    d.statements.push({ operation: 'Variable.assign', value: undefined, expression: code`${value}.assign(${next})` })
}

/** What the function returns: values that nothing has used, and sometimes one that something has. */
function resultsOf(d: Draw): Value[] {
  const values = d.statements.flatMap(({ value }) => value ?? [])
  const used = new Set(d.statements.flatMap(({ expression }) => valuesOf(expression)).map(({ name }) => name))
  const ends = d.random.shuffle(values.filter(({ name }) => !used.has(name))).slice(0, d.pick([1, 2, 4, 12]))
  // The others are added up, so that they are not computed in vain.
  const rest = values.filter((value) => !used.has(value.name) && !ends.includes(value) && value.dtype.includes('float'))
  let total: Value | undefined
  for (const value of rest) {
    const mean = code`${value}${value.shape.length === 0 ? '' : d.pick(['.mean()', '.sum().tanh()'])}`
    total = d.add('add', total === undefined ? mean : code`${total}.add(${mean})`) ?? total
  }
  const middle = d.chance(0.3) && values.length > 0 ? [d.pick(values)] : []
  return [...new Set([...ends, ...middle, ...(total === undefined ? [] : [total])])]
}
