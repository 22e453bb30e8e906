import type { Product, ShapeFunction } from '../../tensor/types/index.js'
import type { AllButLast, Takes } from './sizes.js'

/** [batch, time, inputs] → [batch, time, outputs] */
export interface RecurrentShape<Name extends string, Inputs extends number, Outputs extends number>
  extends ShapeFunction {
  readonly out: [...AllButLast<this['in']>, Outputs]
  readonly problem: Takes<Name, 'batch, time', Inputs, this['in']>
}

/** The units of one direction, or of two side by side. */
export type Directions<Units extends number, Both extends boolean> = boolean extends Both
  ? number
  : Both extends true
    ? Product<[2, Units]>
    : Units
