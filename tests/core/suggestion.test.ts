import { describe, expect, it } from 'vitest'
import { didYouMean, editDistance, suggestion } from '../../src/core/suggestion.js'

describe('editDistance', () => {
  it.each([
    ['kitten', 'sitting', 3], // the textbook example
    ['', 'abc', 3],
    ['same', 'same', 0],
    ['lsit', 'list', 1], // one swap of neighbours
  ])('%s → %s takes %i', (from, to, distance) => {
    expect(editDistance(from, to)).toBe(distance)
    expect(editDistance(to, from)).toBe(distance)
  })
})

describe('suggestion', () => {
  const known = ['perceptron', 'mlp-mnist', 'lenet-mnist']
  it.each([
    ['lenet', 'lenet-mnist'],
    ['lenet-minst', 'lenet-mnist'],
    ['perceptrom', 'perceptron'],
    ['MLP', 'mlp-mnist'],
  ])('%s means %s', (given, expected) => expect(suggestion(given, known)).toBe(expected))

  it.each([
    ['lr', 'learningRate'],
    ['weight_decay', 'weightDecay'],
    ['keepdim', 'keepDims'],
    ['eps', 'epsilon'],
    ['stirde', 'stride'],
  ])('%s means the option %s', (given, expected) => {
    expect(suggestion(given, ['learningRate', 'weightDecay', 'keepDims', 'epsilon', 'stride'])).toBe(expected)
  })

  it('stays silent where nothing is near', () => {
    expect(suggestion('transformer', known)).toBeUndefined()
    expect(didYouMean('x', known)).toBe('')
  })
})
