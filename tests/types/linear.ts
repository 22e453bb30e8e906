import type { Tensor } from '../../src/tensor/tensor.js'
import { shape } from './assert.js'

declare const square: Tensor<[5, 3, 3]>
declare const tall: Tensor<[6, 4]>
declare const vector: Tensor<[3]>
declare const unknown: Tensor

shape(square.tril().triu(1)).is<[5, 3, 3]>()
shape(square.diagonal()).is<[5, 3]>()
shape(tall.diagonal()).is<[4]>()
shape(vector.diagonalMatrix()).is<[3, 3]>()
shape(square.trace()).is<[5]>()
shape(square.determinant()).is<[5]>()
shape(unknown.determinant()).is<any>()
shape(square.logDeterminant().sign).is<[5]>()
shape(square.inverse().cholesky()).is<[5, 3, 3]>()
shape(square.solve(vector)).is<[5, 3]>()
shape(square.lu().permutation).is<[5, 3]>()
shape(square.qr().q).is<[5, 3, 3]>()
shape(tall.qr().q).is<[6, 4]>()
shape(tall.svd().vt).is<[4, 4]>()
shape(square.svd().s).is<[5, 3]>()
shape(square.eigh().values).is<[5, 3]>()
shape(square.eigh().vectors).is<[5, 3, 3]>()

shape(tall.rfft()).is<[6, 3, 2]>()
shape(tall.rfft(0)).is<[4, 4, 2]>()
shape(tall.rfft().irfft()).is<[6, number]>()
shape(tall.rfft().irfft(4)).is<[6, 4]>()
shape(tall.rfft().fft().ifft()).is<[6, 3, 2]>()
shape(unknown.rfft()).is<any>()

declare const batch: Tensor<[number, 4]>, wide: Tensor<[2, 7]>
shape(batch.svd().s).is<[number]>()
shape(wide.svd().u).is<[2, 2]>()
shape(square.solve(square.slice(0))).is<[5, 3, 3]>()
shape(square.solve(unknown)).is<any>()
shape(tall.matmul(tall.transpose()).solve(tall)).is<[6, 4]>()
shape(vector.diagonalMatrix().triangularSolve(vector)).is<[3]>()
// @ts-expect-error svd: takes matrices, not [3]
vector.svd()
// @ts-expect-error inverse: takes square matrices, not [6, 4]
tall.inverse()
// @ts-expect-error determinant: takes square matrices, not [6, 4]
tall.determinant()
// @ts-expect-error cholesky: takes square matrices, not [6, 4]
tall.cholesky()
// @ts-expect-error solve: takes square matrices, not [6, 4]
tall.solve(vector)
// @ts-expect-error solve: [5, 3, 3] and right-hand side [6, 4] do not fit
square.solve(tall)
// @ts-expect-error rfft: axis 2 is out of range for rank 2
tall.rfft(2)
