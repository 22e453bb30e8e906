import { sizeOf } from '../../../core/shape.js'
import { damaged } from '../../../data/formats/damage.js'
import type { Node } from '../../../graph/node.js'
import type { Layer } from '../../../nn/layer.js'
import type { Module } from '../../../nn/module.js'
import { Tensor } from '../../../tensor/tensor.js'
import type { Variable } from '../../../tensor/variable.js'
import type { Layout } from '../../weights/layout.js'
import type { Config } from '../config.js'

/** Where a weight of a layer goes. */
export interface WeightPlace extends Omit<Layout, 'shape'> {
  readonly variable: Variable
  /** Which of the layer's weights; 'zeros' for what Keras does not have. */
  readonly weight: number | 'zeros'
}

/** A layer of Keras as one of ours. */
export interface BuiltLayer {
  /** What holds its variables. */
  readonly module?: Module
  readonly places?: readonly WeightPlace[]
  run(inputs: readonly Node[]): Node
}

/** Makes a layer from its settings and the shapes of its weights, which tell the sizes of its inputs. */
export type Build = (config: Config, shapes: readonly (readonly number[])[]) => BuiltLayer

/** A layer of one input without weights. */
export const plain =
  (run: (x: Node, config: Config) => Node): Build =>
  (config) => ({ run: ([x]) => run(x, config) })

/** What a layer of ours makes of a node. */
export const through = (layer: Layer, x: Node): Node => layer.forward(new Tensor(x) as Tensor).node

/** The shape of a weight, with so many axes. */
export function shapeOf(
  config: Config,
  shapes: readonly (readonly number[])[],
  i: number,
  axes: number,
): readonly number[] {
  const shape = shapes[i]
  if (shape === undefined) return damaged(config.label, `weight ${i} is missing`)
  return shape.length === axes
    ? shape
    : damaged(config.label, `weight ${i} is [${shape.join(', ')}], not of ${axes} axes`)
}

/** Weights in the order of a layer, each as it is, those that are undefined left out. */
export const inOrder = (...variables: readonly (Variable | undefined)[]): readonly WeightPlace[] =>
  variables.filter((variable) => variable !== undefined).map((variable, weight) => ({ variable, weight }))

/** Throws unless a weight has as many elements as its place. */
export function checkPlace({ variable, rows }: WeightPlace, shape: readonly number[], label: string): void {
  const count = rows === undefined ? sizeOf(shape) : (rows[1] - rows[0]) * sizeOf(shape.slice(1))
  if (count === sizeOf(variable.shape)) return
  damaged(label, `a weight is [${shape.join(', ')}] where [${variable.shape.join(', ')}] is expected`)
}
