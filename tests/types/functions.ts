import {
  cosineSimilarity,
  kron,
  pairwiseDistances,
  segmentSoftmax,
  segmentSum,
  tensorDot,
  vecDot,
} from '../../src/index.js'
import type { Tensor } from '../../src/tensor/tensor.js'
import { shape } from './assert.js'

declare const x: Tensor<[128, 784]>
declare const points: Tensor<[50, 3]>
declare const batch: Tensor<[number, 784]>
declare const ids: Tensor<[128]>
declare const unknown: Tensor

shape(kron(points, x)).is<[6400, 2352]>()
shape(pairwiseDistances(x, batch)).is<[128, number]>()
shape(vecDot(x, x)).is<[128]>()
shape(cosineSimilarity(x, batch, 0)).is<[784]>()
shape(tensorDot(x, points, 0)).is<[128, 784, 50, 3]>()
shape(segmentSum(x, ids, 10)).is<[10, 784]>()
shape(segmentSoftmax(batch, ids, 10)).is<[number, 784]>()
shape(segmentSum(unknown, ids, 10)).is<any>()
shape(x.diff(0, 3)).is<[125, 784]>()
shape(x.quantile(0.5, 1)).is<[128]>()
shape(x.median([0, 1], { keepDims: true })).is<[1, 1]>()
shape(x.trapezoid()).is<[128]>()
shape(x.pinv()).is<[784, 128]>()
shape(x.lstsq(ids)).is<[784]>()
shape(x.covariance()).is<[128, 128]>()
shape(x.histogram(20).edges).is<[21]>()
shape(x.matrixNorm('nuclear')).is<[]>()

// @ts-expect-error pairwiseDistances: rows of [128, 784] and of [50, 3] have different lengths
pairwiseDistances(x, points)
// @ts-expect-error segmentSum: segments [128] for rows [50, 3]
segmentSum(points, ids, 10)
// @ts-expect-error tensorDot: paired axes of [128, 784] and [50, 3] differ
tensorDot(x, points, 1)
// @ts-expect-error quantile: axis 2 is out of range for rank 2
x.quantile(0.5, 2)
// @ts-expect-error pinv: takes matrices, not [128]
ids.pinv()
// @ts-expect-error there is no such norm
x.matrixNorm('trace')
// @ts-expect-error the number of right-hand sides is not that of the rows
x.lstsq(points)
