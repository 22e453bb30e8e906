import type { Divide, ShapeFunction } from '../../tensor/types/index.js'
import type { AllButLast, Last, ShowSizes } from './sizes.js'

/** […, 2 · n] → […, n] */
export interface HalfShape extends ShapeFunction {
  readonly out: [...AllButLast<this['in']>, Half<Last<this['in']>>]
  readonly problem: Half<Last<this['in']>> extends 'remainder'
    ? `the last axis of ${ShowSizes<this['in']>} has no halves`
    : never
}

type Half<Size> = Size extends number ? (number extends Size ? number : Divide<Size, 2>) : number
