import { type FeatureName, features } from '../settings/choices'
import type { Settings } from '../settings/settings'

/** Pixels of a neuron, and from one to the next below it. */
export const [NEURON, ROW] = [40, 54]
/** Above the neurons there is room for the heads of the columns. */
export const HEAD = 92
const NARROWEST = 92
/** Left of the features stand their names. */
export const NAMES = 64

export const featureNames = Object.keys(features) as FeatureName[]

/** The middle of a neuron. */
export interface Place {
  readonly x: number
  readonly y: number
}

/** The neurons of each layer, features first, outputs last. */
export type Places = readonly (readonly Place[])[]

export interface Layout {
  readonly places: Places
  readonly width: number
  readonly height: number
  /** Where a column stands; 0 are the features. */
  columnX(column: number): number
}

/** Where the neurons stand in an area that is so wide, or wider if there are many layers. */
export function layoutOf({ layers, features: chosen }: Settings, outputs: number, width: number): Layout {
  const columns = layers.length + 1
  const left = NAMES + NEURON / 2
  const step = Math.max(NARROWEST, (width - NEURON - left) / columns)
  const columnX = (column: number): number => left + column * step
  const rows = Math.max(featureNames.length, outputs, ...layers.map(({ units }) => units))
  const rowY = (row: number): number => HEAD + NEURON / 2 + row * ROW
  const middle = Math.max(0, (featureNames.length - outputs) / 2)
  return {
    places: [
      chosen.map((name) => ({ x: columnX(0), y: rowY(featureNames.indexOf(name)) })),
      ...layers.map(({ units }, i) =>
        Array.from({ length: units }, (_, unit) => ({ x: columnX(i + 1), y: rowY(unit) })),
      ),
      Array.from({ length: outputs }, (_, i) => ({ x: columnX(columns), y: rowY(middle + i) })),
    ],
    width: Math.max(width, columnX(columns) + NEURON / 2 + 8),
    height: HEAD + rows * ROW,
    columnX,
  }
}
