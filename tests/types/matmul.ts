import { einsum } from '../../src/tensor/functions.js'
import type { Tensor } from '../../src/tensor/tensor.js'
import { shape } from './assert.js'

declare const x: Tensor<[128, 784]>
declare const w: Tensor<[784, 10]>
declare const narrow: Tensor<[700, 10]>
declare const vector: Tensor<[784]>
declare const scalar: Tensor<[]>
declare const batch: Tensor<[number, 784]>
declare const unknown: Tensor

shape(x.matmul(w)).is<[128, 10]>()
shape(batch.matmul(w)).is<[number, 10]>()
shape(x.matmul(vector)).is<[128]>()
shape(vector.matmul(w)).is<[10]>()
shape(vector.matmul(vector)).is<[]>()
shape(vector.dot(vector)).is<[]>()
shape(unknown.matmul(w)).is<any>()
shape(x.matmul(unknown)).is<any>()
declare const wide: Tensor<[128, number]>
shape(wide.matmul(w)).is<[128, 10]>()

// @ts-expect-error matmul: inner sizes 784 and 700 differ
x.matmul(narrow)
// @ts-expect-error matmul: inner sizes 784 and 700 differ
batch.matmul(narrow)
// @ts-expect-error matmul: inner sizes 784 and 128 differ
vector.matmul(x)
// @ts-expect-error matmul: a scalar has no inner size; use mul
x.matmul(scalar)
// @ts-expect-error not a tensor
x.matmul(3)

// Leading axes broadcast.
declare const queries: Tensor<[8, 4, 64, 32]>
declare const keys: Tensor<[8, 4, 32, 64]>
declare const shared: Tensor<[4, 32, 64]>
declare const one: Tensor<[32, 64]>
declare const three: Tensor<[3, 32, 64]>
shape(queries.matmul(keys)).is<[8, 4, 64, 64]>()
shape(queries.matmul(shared)).is<[8, 4, 64, 64]>()
shape(queries.matmul(one)).is<[8, 4, 64, 64]>()
declare const sixtyFour: Tensor<[64]>
shape(shared.matmul(sixtyFour)).is<[4, 32]>()
// @ts-expect-error matmul: batch shapes [8, 4] and [3] do not broadcast
queries.matmul(three)

shape(vector.outer(w.at(0))).is<[784, 10]>()

shape(einsum('ij,jk->ik', x, w)).is<[128, 10]>()
shape(einsum('bhqd, bhdk -> bhqk', queries, keys)).is<[8, 4, 64, 64]>()
shape(einsum('ii->i', one.matmul(one.transpose()))).is<[32]>()
shape(einsum('ij->', x)).is<[]>()
shape(einsum('i,j->ij', vector, w.at(0))).is<[784, 10]>()
shape(einsum('ij,jk->ik', batch, w)).is<[number, 10]>()
shape(einsum('ij,jk->ik', unknown, w)).is<[number, 10]>()
shape(einsum('...i,i->...', x, vector)).is<[128]>()
shape(einsum('...ij,...jk->...ik', queries, keys)).is<[8, 4, 64, 64]>()
shape(einsum('...ij,...jk->...ik', queries, shared)).is<[8, 4, 64, 64]>()
shape(einsum('b...d->d...', queries)).is<[32, 4, 64]>()
shape(einsum('...i->i', queries)).is<[32]>()
shape(einsum('...i,i->...', unknown, vector)).is<any>()
// @ts-expect-error einsum: i is 784 and 10
einsum('...i,i->...', x, w.at(0))
// @ts-expect-error einsum: shapes [8, 4] and [3] do not broadcast
einsum('...ij,...jk->...ik', queries, three)
// @ts-expect-error einsum: i is named twice on the right
einsum('i->ii', vector)
shape(einsum('ij,jk', x, w)).is<any>()
shape(einsum('ij,jk->ik' as string, x, w)).is<any>()
// @ts-expect-error einsum: j is 784 and 700
einsum('ij,jk->ik', x, narrow)
// @ts-expect-error einsum: z is in no term on the left
einsum('ij,jk->iz', x, w)
// @ts-expect-error einsum: "ijk" has more letters than its tensor has axes
einsum('ijk->i', x)
// @ts-expect-error einsum: "i" has fewer letters than its tensor has axes
einsum('i->i', x)
// @ts-expect-error einsum: more tensors than terms
einsum('ij->i', x, w)
// @ts-expect-error einsum: fewer tensors than terms
einsum('ij,jk->ik', x)
