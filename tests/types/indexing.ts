import type { Tensor } from '../../src/tensor/tensor.js'
import { shape } from './assert.js'

declare const table: Tensor<[1000, 64]>
declare const tokens: Tensor<[16, 128]>
declare const rows: Tensor<[5]>
declare const logits: Tensor<[16, 10]>
declare const labels: Tensor<[16, 1]>
declare const unknown: Tensor

shape(table.take(tokens)).is<[16, 128, 64]>()
shape(table.take(rows, 1)).is<[1000, 5]>()
shape(table.take(rows, -1)).is<[1000, 5]>()
shape(table.take(7)).is<[64]>()
shape(table.take(unknown)).is<any>()
// @ts-expect-error take: axis 2 is out of range for rank 2
table.take(rows, 2)

shape(logits.takeAlongAxis(labels)).is<[16, 1]>()
shape(logits.takeAlongAxis(labels, 1)).is<[16, 1]>()
shape(table.scatterAdd(rows, 1)).is<[1000, 64]>()
shape(logits.scatterAlongAxis(labels, 0)).is<[16, 10]>()
// @ts-expect-error scatterSet: axis 2 is out of range for rank 2
table.scatterSet(rows, 0, 2)

shape(logits.sort()).is<[16, 10]>()
shape(logits.argSort(0, { descending: true })).is<[16, 10]>()
shape(logits.topK(3).values).is<[16, 3]>()
shape(logits.topK(3, 0).indices).is<[3, 10]>()
shape(rows.searchSorted(logits)).is<[16, 10]>()
shape(tokens.oneHot(1000)).is<[16, 128, 1000]>()
shape(logits.softmax().logSoftmax(0)).is<[16, 10]>()
// @ts-expect-error softmax: axis 2 is out of range for rank 2
logits.softmax(2)
// @ts-expect-error topK: axis 2 is out of range for rank 2
logits.topK(3, 2)
// @ts-expect-error topK: there are no 11 elements along axis -1 of [16, 10]
logits.topK(11)
shape(logits.topK(3 as number).values).is<[16, number]>()
// @ts-expect-error take: index 1000 is outside axis 0 of [1000, 64]
table.take(1000)
