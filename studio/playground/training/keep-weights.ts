import { tensor } from 'shapewise'
import type { Network } from '../network/network'

/**
 * Copies what two networks have in common: the weights between the same features and neurons. New ones keep their first weights.
 *
 * @returns whether that is all of both
 */
export async function keepWeights(from: Network, to: Network): Promise<boolean> {
  const [old, fresh] = [from.variables(), to.variables()]
  let isAll = old.size === fresh.size
  for (const [path, variable] of fresh) {
    const before = old.get(path)
    // With another number of layers a first layer is none any more: its weights belong to features.
    const isFirst = path === firstWeight(to)
    if (before === undefined || isFirst !== (path === firstWeight(from))) {
      isAll = false
      continue
    }
    const [values, kept] = [Float32Array.from(await variable.value.data()), await before.value.data()]
    const [columns, oldColumns] = [variable.shape.at(-1) ?? 1, before.shape.at(-1) ?? 1]
    const [rows, oldRows] = [values.length / columns, kept.length / oldColumns]
    if (rows !== oldRows || columns !== oldColumns) isAll = false
    for (let row = 0; row < rows; row++) {
      // Neurons are added and taken away at the end, features anywhere.
      const oldRow = isFirst ? from.settings.features.indexOf(to.settings.features[row]!) : row
      if (oldRow !== row) isAll = false
      if (oldRow < 0 || oldRow >= oldRows) continue
      for (let column = 0; column < Math.min(columns, oldColumns); column++) {
        values[row * columns + column] = Number(kept[oldRow * oldColumns + column])
      }
    }
    variable.assign(tensor(values, variable.shape).cast(variable.dtype))
  }
  return isAll
}

const firstWeight = ({ hidden }: Network): string => (hidden.length > 0 ? 'hidden.0.weight' : 'output.weight')
