import type { Paint } from '../../parts/heat-map'
import { type Colour, classColours, mix, neutral, packed, signed, signedShade, type Theme } from '../../parts/palette'
import { GRID, type Points } from '../data/plane'

const SQUARES = GRID * GRID

/** The values of one neuron of a layer, by squares. */
export const neuronMap = (layer: Float32Array, neuron: number): Float32Array =>
  layer.subarray(neuron * SQUARES, (neuron + 1) * SQUARES)

function paintSigned(squares: Uint32Array, theme: Theme, value: (square: number) => number): void {
  for (let square = 0; square < squares.length; square++) squares[square] = signedShade(value(square), theme)
}

/** A neuron: from orange through nothing at 0 to blue, by its largest size. */
export const paintNeuron =
  (map: Float32Array, theme: Theme): Paint =>
  (squares) => {
    let most = 0
    for (const value of map) most = Math.max(most, Math.abs(value))
    paintSigned(squares, theme, (square) => map[square]! / (most || 1))
  }

/** What the network answers: the more sure, the stronger. */
export const paintAnswer =
  (
    outputs: Float32Array,
    { kind, classes }: Pick<Points, 'kind' | 'classes'>,
    theme: Theme,
    discretize: boolean,
  ): Paint =>
  (squares) => {
    if (kind === 'values' || classes === 2) {
      const answer = (square: number) => (kind === 'values' ? outputs[square]! : Math.tanh(outputs[square]! / 2))
      paintSigned(squares, theme, discretize ? (square) => Math.sign(answer(square)) : answer)
      return
    }
    for (let square = 0; square < SQUARES; square++) {
      let winner = 0
      for (let i = 1; i < classes; i++) {
        if (outputs[i * SQUARES + square]! > outputs[winner * SQUARES + square]!) winner = i
      }
      let sum = 0
      for (let i = 0; i < classes; i++) {
        sum += Math.exp(outputs[i * SQUARES + square]! - outputs[winner * SQUARES + square]!)
      }
      // Where all classes are equally likely there is nothing to see.
      const sure = discretize ? 1 : (1 / sum - 1 / classes) / (1 - 1 / classes)
      squares[square] = packed(mix(neutral[theme], classColours[winner]!, sure))
    }
  }

/** The colour of a point by its class or its value. */
export const pointColour = (kind: Points['kind'], target: number, theme: Theme): Colour =>
  kind === 'classes' ? classColours[target % classColours.length]! : signed(target, neutral[theme])
