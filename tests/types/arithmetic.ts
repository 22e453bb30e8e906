import type { Add, Multiply, NestedShape, Product } from '../../src/tensor/types/index.js'
import type { NestedArray } from '../../src/tensor/values.js'
import { type } from './assert.js'

declare function value<T>(): T

type(value<Multiply<28, 28>>()).is<784>()
type(value<Multiply<0, 28>>()).is<0>()
type(value<Multiply<1, 28>>()).is<28>()
type(value<Multiply<99, 99>>()).is<9801>()
type(value<Multiply<1000, 1000>>()).is<1000000>()
type(value<Multiply<4096, 11008>>()).is<45088768>()
type(value<Multiply<999999, 999999>>()).is<999998000001>()
type(value<Multiply<number, 28>>()).is<number>()
type(value<Add<0, 0>>()).is<0>()
type(value<Add<999, 1>>()).is<1000>()
type(value<Add<64, 32>>()).is<96>()
type(value<Add<5, 12345>>()).is<12350>()
type(value<Add<5, number>>()).is<number>()
type(value<Product<[128, 28, 28]>>()).is<100352>()
type(value<Product<[]>>()).is<1>()
type(value<Product<[128, number]>>()).is<number>()

declare function nested<const V extends NestedArray>(values: V): NestedShape<V>
type(
  nested([
    [1, 2, 3],
    [4, 5, 6],
  ]),
).is<[2, 3]>()
type(nested([true, false])).is<[2]>()
type(nested(3)).is<[]>()
type(nested([] as number[])).is<[number]>()
type(nested([] as number[][])).is<[number, number]>()
type(nested(value<NestedArray>())).is<any>()
