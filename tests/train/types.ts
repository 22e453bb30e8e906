import type { Tensor } from 'shapewise'
import type { Column, Dataset, DigitDataset } from 'shapewise/data'
import { lenet, mlp } from 'shapewise/models'
import * as nn from 'shapewise/nn'
import { adam } from 'shapewise/optim'
import { type Epoch, evaluate, type FitOptions, fit, type Model, type Run } from 'shapewise/train'
import { shape, type } from '../types/assert.js'

// What the compiler knows of training. Never run.

declare const digits: DigitDataset
declare const colours: Dataset<{
  readonly inputs: Column<'float32', readonly [32, 32, 3]>
  readonly labels: Column<'int32', readonly []>
}>
declare const curves: Dataset<{
  readonly inputs: Column<'float32', readonly [2]>
  readonly targets: Column<'float32', readonly [1]>
}>
declare const words: Dataset<{
  readonly words: Column<'int32', readonly [9]>
  readonly next: Column<'int32', readonly [9]>
}>
declare const unknown: Dataset
declare const any: Model
const options = { loss: nn.crossEntropy, optimizer: adam() }

// Whole numbers are classes, which have an accuracy.
type(fit(lenet(), digits, options)).is<Run<Epoch<'classes'>>>()
type(fit(mlp([2, 1]), curves, options)).is<Run<Epoch<'values'>>>()
type(fit(any, digits, options)).is<Run<Epoch<'classes'>>>()
type(fit(any, unknown, options)).is<Run<Epoch<'classes' | 'values'>>>()
type(fit(any, words, { ...options, inputs: 'words', targets: 'next' })).is<Run<Epoch<'classes'>>>()
declare const classes: Epoch<'classes'>
declare const values: Epoch<'values'>
type(classes.accuracy).is<number>()
type(classes.validation?.accuracy).is<number | undefined>()
type(values.accuracy).is<undefined>()

async function evaluations(): Promise<void> {
  type((await evaluate(lenet(), digits)).confusion).is<readonly (readonly number[])[]>()
  type((await evaluate(mlp([2, 1]), curves)).accuracy).is<undefined>()
  // @ts-expect-error real values have no confusion matrix
  ;(await evaluate(mlp([2, 1]), curves)).confusion
}
void evaluations

// A model that cannot take the inputs is refused, with the layer's message.
// @ts-expect-error conv2d: takes [batch, height, width, 1], not [number, 32, 32, 3]
fit(lenet(), colours, options)
// @ts-expect-error linear: takes [..., 784], not [number, 2]
evaluate(mlp([784, 10]), curves)

class Grey extends nn.Module {
  forward<B extends number>(x: Tensor<[B, 28, 28, 1]>): Tensor<[B, 784]> {
    return x.reshape([x.shape[0] as B, 784])
  }
}
type(fit(new Grey(), digits, options)).is<Run<Epoch<'classes'>>>()
// @ts-expect-error the model does not take inputs of shape [number, 32, 32, 3]
fit(new Grey(), colours, options)
fit(new Grey(), unknown, options)

// @ts-expect-error validation has other columns
fit(lenet(), digits, { ...options, validation: curves })
// @ts-expect-error there is no loss
fit(lenet(), digits, { optimizer: adam() })
// @ts-expect-error a loss is a function
const wrong: FitOptions = { ...options, loss: 'crossEntropy' }
void wrong

// Losses see what the model makes of a batch, and give one number.
fit(lenet(), digits, { ...options, loss: (outputs, labels) => nn.crossEntropy(outputs, labels) })
fit(lenet(), digits, {
  ...options,
  loss: (outputs, labels) => {
    shape(outputs).is<[number, 10]>()
    shape(labels).is<[number]>()
    return nn.crossEntropy(outputs, labels)
  },
})
fit(mlp([2, 1]), curves, { ...options, loss: nn.meanSquaredError })
// @ts-expect-error one number for each example
fit(lenet(), digits, { ...options, loss: (outputs, labels) => nn.crossEntropy(outputs, labels, { reduction: 'none' }) })
// @ts-expect-error meanSquaredError: targets [number, 1] differ from [number, 2]
fit(mlp([2, 2]), curves, { ...options, loss: nn.meanSquaredError })

// Columns that are not there.
// @ts-expect-error fit: the data set has no column 'inputs'
fit(any, words, options)
// @ts-expect-error fit: the data set has no column 'next word'
fit(any, words, { ...options, inputs: 'words', targets: 'next word' })
// @ts-expect-error evaluate: the data set has no column 'targets'
evaluate(any, words, { inputs: 'words' })
