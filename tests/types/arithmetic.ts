import type { NestedArray } from '../../src/core/elements.js'
import type {
  Add,
  Divide,
  DivideWithRemainder,
  FloorDivide,
  Multiply,
  NestedShape,
  Product,
  Subtract,
} from '../../src/tensor/types/index.js'
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
type(value<Multiply<100, 10>>()).is<1000>()
type(value<Multiply<305, 0>>()).is<0>()
type(value<Multiply<12, 105>>()).is<1260>()
type(value<Multiply<-1, 12>>()).is<number>()
type(value<Multiply<2, 0.5>>()).is<number>()
type(value<Add<95, 5>>()).is<100>()
type(value<Add<1, 99999>>()).is<100000>()
type(value<Subtract<100, 1>>()).is<99>()
type(value<Subtract<100, 100>>()).is<0>()
type(value<Subtract<1000, 999>>()).is<1>()
type(value<Subtract<12, 100>>()).is<'less'>()
type(value<Subtract<2, 3>>()).is<'less'>()
type(value<Subtract<50257, 768>>()).is<49489>()
type(value<Subtract<number, 3>>()).is<number>()
type(value<Divide<100352, 784>>()).is<128>()
type(value<Divide<100353, 784>>()).is<'remainder'>()
type(value<Divide<0, 7>>()).is<0>()
type(value<Divide<7, 0>>()).is<number>()
type(value<Divide<45088768, 4096>>()).is<11008>()
type(value<FloorDivide<29, 2>>()).is<14>()
type(value<FloorDivide<5, 9>>()).is<0>()
type(value<FloorDivide<1000, 10>>()).is<100>()
type(value<DivideWithRemainder<1000, 7>>()).is<[142, 6]>()
type(value<FloorDivide<number, 2>>()).is<number>()
