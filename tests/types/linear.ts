import type { Tensor } from '../../src/tensor/tensor.js'
import { shape } from './assert.js'

declare const square: Tensor<[5, 3, 3]>
declare const tall: Tensor<[6, 4]>
declare const vector: Tensor<[3]>
declare const unknown: Tensor

shape(square.tril().triu(1)).is<[5, 3, 3]>()
shape(square.diagonal()).is<[5, 3]>()
shape(tall.diagonal()).is<[number]>()
shape(vector.diagonalMatrix()).is<[3, 3]>()
shape(square.trace()).is<[5]>()
shape(square.determinant()).is<[5]>()
shape(unknown.determinant()).is<any>()
shape(square.logDeterminant().sign).is<[5]>()
shape(square.inverse().cholesky()).is<[5, 3, 3]>()
shape(square.solve(vector)).is<[3]>()
shape(square.lu().permutation).is<[5, 3]>()
shape(square.qr().q).is<[5, 3, 3]>()
shape(tall.qr().q).is<[6, number]>()
shape(tall.svd().vt).is<[number, 4]>()
shape(square.svd().s).is<[5, 3]>()
shape(square.eigh().values).is<[5, 3]>()
shape(square.eigh().vectors).is<[5, 3, 3]>()

shape(tall.rfft()).is<[6, number, 2]>()
shape(tall.rfft(0)).is<[number, 4, 2]>()
shape(tall.rfft().irfft()).is<[6, number]>()
shape(tall.rfft().irfft(4)).is<[6, 4]>()
shape(tall.rfft().fft().ifft()).is<[6, number, 2]>()
shape(unknown.rfft()).is<any>()
