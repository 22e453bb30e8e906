import { tensor } from 'shapewise'
import { describe, expect, it } from 'vitest'
import { accuracy, confusionMatrix, topKAccuracy } from '../../src/metrics/index.js'

const outputs = tensor([
  [3, 2, 1, 0],
  [0, 1, 2, 3],
  [1, 3, 2, 0],
  [2, 0, 1, 3],
])
const labels = tensor([0, 2, 2, 1], [4], 'int32')

describe('metrics of classification', () => {
  it('accuracy is the part of labels with the largest output', () => {
    expect(accuracy(outputs, labels).itemSync()).toBe(1 / 4)
    const sequences = accuracy(outputs.reshape([2, 2, 4]), labels.reshape([2, 2]))
    expect(sequences.itemSync()).toBe(1 / 4)
  })

  it('topKAccuracy takes the k largest', () => {
    const found = [1, 2, 3, 4, 5].map((k) => topKAccuracy(k)(outputs, labels).itemSync())
    expect(found).toEqual([1 / 4, 3 / 4, 3 / 4, 1, 1])
  })

  it('confusionMatrix counts pairs of true and named class', () => {
    expect(confusionMatrix([0, 1, 1, 2, 0], [0, 0, 1, 2, 2], { classes: 3 })).toEqual([
      [1, 1, 0],
      [0, 1, 0],
      [1, 0, 1],
    ])
  })

  it('refuse what does not fit', () => {
    expect(() => accuracy(outputs, tensor([0], [1], 'int32'))).toThrow(/accuracy: outputs \[4, 4\] and labels \[1\]/)
    expect(() => topKAccuracy(0)).toThrow(/k is 0/)
    expect(() => confusionMatrix([0], [0, 1])).toThrow(/outputs \[1\] and targets \[2\]/)
    expect(() => confusionMatrix([0, 1], [0, 3], { classes: 2 })).toThrow(/there is a class 3 among 2 classes/)
    // As it was called before, with the number of classes alone behind the true ones.
    expect(() => confusionMatrix([0, 1], [0, 1], 2 as never)).toThrow(/ConfusionMatrix/)
  })
})
