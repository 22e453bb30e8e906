import type { Shape } from '../../core/shape.js'
import type { Padding } from '../../graph/primitives.js'

/** How windows lie on the spatial axes of an image. */
export interface Windows {
  readonly spatial: Shape
  readonly window: Shape
  readonly places: Shape
  readonly strides: Shape
  readonly padding: readonly Padding[]
  readonly inputDilation?: Shape
  readonly kernelDilation?: Shape
}

/**
 * For each place of the window and each of its elements, [places · window], the position in the flattened image, or −1
 * outside of it and on the zeros of a dilated input. With it, loops over windows do not depend on the number of axes.
 */
export function windowTable(windows: Windows): Int32Array {
  let table = Int32Array.of(0)
  let [places, elements] = [1, 1]
  windows.spatial.forEach((size, axis) => {
    const [axisPlaces, axisElements] = [windows.places[axis], windows.window[axis]]
    const along = axisTable(windows, axis)
    const combined = new Int32Array(places * axisPlaces * elements * axisElements)
    let at = 0
    for (let p = 0; p < places; p++) {
      for (let q = 0; q < axisPlaces; q++) {
        for (let v = 0; v < elements; v++) {
          const outer = table[p * elements + v]
          for (let w = 0; w < axisElements; w++) {
            const position = along[q * axisElements + w]
            combined[at++] = outer < 0 || position < 0 ? -1 : outer * size + position
          }
        }
      }
    }
    table = combined
    places *= axisPlaces
    elements *= axisElements
  })
  return table
}

function axisTable(windows: Windows, axis: number): Int32Array {
  const { spatial, window, places, strides, padding } = windows
  const spacing = windows.inputDilation?.[axis] ?? 1
  const reach = windows.kernelDilation?.[axis] ?? 1
  const table = new Int32Array(places[axis] * window[axis])
  for (let place = 0; place < places[axis]; place++) {
    for (let element = 0; element < window[axis]; element++) {
      const dilated = place * strides[axis] + element * reach - padding[axis][0]
      const position = dilated / spacing
      const inside = Number.isInteger(position) && position >= 0 && position < spatial[axis]
      table[place * window[axis] + element] = inside ? position : -1
    }
  }
  return table
}
