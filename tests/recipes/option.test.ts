import { describe, expect, expectTypeOf, it } from 'vitest'
import {
  choice,
  defaultValues,
  flag,
  integer,
  number,
  type OptionValues,
  parseOption,
  text,
} from '../../src/recipes/option.js'

const declarations = {
  epochs: integer(3, ''),
  limit: integer(0, '', { minimum: 0 }),
  rate: number(0.1, ''),
  shift: number(0, '', { above: -1 }),
  optimizer: choice('adam', ['adam', 'sgd'], ''),
  digits: text('01', ''),
  quick: flag(false, ''),
}

describe('options', () => {
  it('have types that follow from their declarations', () => {
    type Values = OptionValues<typeof declarations>
    expectTypeOf<Values['epochs']>().toEqualTypeOf<number>()
    expectTypeOf<Values['rate']>().toEqualTypeOf<number>()
    expectTypeOf<Values['optimizer']>().toEqualTypeOf<'adam' | 'sgd'>()
    expectTypeOf<Values['digits']>().toEqualTypeOf<string>()
    expectTypeOf<Values['quick']>().toEqualTypeOf<boolean>()
  })

  it('start with their defaults', () => {
    expect(defaultValues(declarations)).toEqual({
      epochs: 3,
      limit: 0,
      rate: 0.1,
      shift: 0,
      optimizer: 'adam',
      digits: '01',
      quick: false,
    })
  })

  it.each([
    ['epochs', '12', 12],
    ['limit', '0', 0],
    ['rate', '1e-3', 0.001],
    ['shift', '-0.5', -0.5],
    ['optimizer', 'sgd', 'sgd'],
    ['digits', '', ''],
    ['quick', 'true', true],
  ] as const)('%s takes %j', (name, given, value) => expect(parseOption(declarations[name], given)).toBe(value))

  it.each([
    ['epochs', '0', /whole number of at least 1/],
    ['epochs', '1.5', /whole number/],
    ['epochs', '', /whole number/],
    ['epochs', '1e400', /whole number/],
    ['limit', '-1', /at least 0/],
    ['rate', '0', /greater than 0/],
    ['rate', 'NaN', /greater than 0/],
    ['rate', 'Infinity', /greater than 0/],
    ['shift', '-1', /greater than -1/],
    ['optimizer', 'adams', /There is no 'adams'. Use one of: adam, sgd/],
    ['quick', 'maybe', /neither true nor false/],
  ] as const)('%s refuses %j', (name, given, message) =>
    expect(() => parseOption(declarations[name], given)).toThrow(message),
  )
})
