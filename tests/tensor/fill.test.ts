import { expect, test } from 'vitest'
import { tensor } from '../../src/tensor/create.js'
import {
  arange,
  eye,
  full,
  fullLike,
  linspace,
  meshgrid,
  ones,
  onesLike,
  zeros,
  zerosLike,
} from '../../src/tensor/fill.js'

test('values and dtypes of filled tensors', () => {
  expect(zeros([2, 2]).arraySync()).toEqual([
    [0, 0],
    [0, 0],
  ])
  expect(ones([2], 'int32').dtype).toBe('int32')
  expect(full([2], 0.5).arraySync()).toEqual([0.5, 0.5])
  expect(full([], true).dtype).toBe('bool')
  const model = tensor([[1, 2]]).cast('float64')
  expect(zerosLike(model).dtype).toBe('float64')
  expect(onesLike(model).arraySync()).toEqual([[1, 1]])
  expect(fullLike(model, 7).arraySync()).toEqual([[7, 7]])
  expect(() => zeros([2, -1])).toThrow('zeros')
})

test('sequences', () => {
  expect(arange(3).arraySync()).toEqual([0, 1, 2])
  expect(arange(3).dtype).toBe('int32')
  expect(arange(5, 1, -2).arraySync()).toEqual([5, 3])
  expect(arange(0, 1, 0.25).arraySync()).toEqual([0, 0.25, 0.5, 0.75])
  expect(linspace(-1, 1, 5).arraySync()).toEqual([-1, -0.5, 0, 0.5, 1])
  expect(() => arange(0, 1, 0)).toThrow('never ends')
})

test('matrices and grids', () => {
  expect(eye(2).arraySync()).toEqual([
    [1, 0],
    [0, 1],
  ])
  expect(eye(2, 3, 'int32', 1).arraySync()).toEqual([
    [0, 1, 0],
    [0, 0, 1],
  ])
  const [x, y] = meshgrid([arange(3), arange(2)])
  expect(x.arraySync()).toEqual([
    [0, 1, 2],
    [0, 1, 2],
  ])
  expect(y.arraySync()).toEqual([
    [0, 0, 0],
    [1, 1, 1],
  ])
})
