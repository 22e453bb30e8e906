import type { Tensor } from '../../src/tensor/tensor.js'

declare const literal: Tensor<[128, 784]>
declare const batch: Tensor<[number, 784]>
declare const unknown: Tensor
declare const list: Tensor<number[]>

declare function takesLiteral(x: Tensor<[128, 784]>): void
declare function takesBatch(x: Tensor<[number, 784]>): void
declare function takesAny(x: Tensor): void
declare function takesList(x: Tensor<number[]>): void

// What is unknown fits everything, in both directions.
takesLiteral(literal)
takesLiteral(batch)
takesLiteral(unknown)
takesLiteral(list)
takesBatch(literal)
takesBatch(batch)
takesBatch(unknown)
takesBatch(list)
takesAny(literal)
takesAny(batch)
takesAny(unknown)
takesAny(list)
takesList(literal)
takesList(unknown)

// What is known must agree.
declare const narrow: Tensor<[128, 700]>
declare const vector: Tensor<[784]>
declare const narrowBatch: Tensor<[number, 700]>
// @ts-expect-error sizes differ
takesLiteral(narrow)
// @ts-expect-error sizes differ, whatever the batch
takesBatch(narrow)
// @ts-expect-error sizes differ, whatever the batch
takesLiteral(narrowBatch)
// @ts-expect-error ranks differ
takesLiteral(vector)
// @ts-expect-error ranks differ
takesBatch(vector)
// @ts-expect-error not a tensor
takesAny([1, 2, 3])

// The same through structures and functions.
const pair: readonly [Tensor<[number, 784]>, Tensor] = [literal, batch]
const model: { forward(x: Tensor<[number, 784]>): Tensor<[number, 10]> } = {
  forward: (x) => x.matmul(weights),
}
declare const weights: Tensor<[784, 10]>
const step: (x: Tensor<[128, 784]>) => Tensor<[128, 10]> = (x) => model.forward(x)
// @ts-expect-error the model gives 10
const wrong: (x: Tensor<[128, 784]>) => Tensor<[128, 11]> = (x) => model.forward(x)

export { pair, step, wrong }
