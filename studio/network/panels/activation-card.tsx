import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { shapeText } from '../graph/graph'
import { fed, service } from '../state'
import type { NumbersView } from '../worker'
import { Figures } from './figures'
import { TileSheet } from './tile-sheet'

const RANKED = 5

/** What a node gives for the input that is fed. */
export function ActivationCard({ modelKey, name }: { readonly modelKey: string; readonly name: string }) {
  const shown = useSignal<NumbersView | undefined>(undefined)
  useEffect(() => {
    let isOver = false
    void service.value?.activation(modelKey, name).then((found) => {
      if (!isOver) shown.value = found
    })
    return () => {
      isOver = true
    }
  }, [modelKey, name, fed.value])
  const { value } = shown
  if (value === undefined || fed.value === undefined) return null
  const isVector = value.values !== undefined && value.shape.slice(1).filter((size) => size > 1).length <= 1
  const isSigned = value.statistics.least < 0
  return (
    <section class="activation" aria-label={`What ${name || 'the model'} gives`}>
      <h3>
        What it gives <small>{shapeText(value.shape)}</small>
      </h3>
      {value.tiles !== undefined && (
        <TileSheet
          tiles={value.tiles}
          scale={isSigned ? 'signed' : 'bright'}
          what={value.tiles.of > 1 ? 'Feature maps' : isVector ? 'One number a unit' : 'Values'}
        />
      )}
      {isVector && <Largest values={value.values!} />}
      <Figures of={value.statistics} what={`what ${name || 'the model'} gives`} />
    </section>
  )
}

/** The places of the largest numbers: for an answer the classes. */
function Largest({ values }: { readonly values: Float32Array }) {
  const order = Array.from(values.keys()).sort((a, b) => values[b]! - values[a]!)
  return (
    <ol class="largest" aria-label="The largest values">
      {order.slice(0, RANKED).map((place) => (
        <li key={place} data-place={place} data-value={values[place]}>
          <span>{place}</span>
          <b>{Number(values[place]!.toPrecision(4))}</b>
        </li>
      ))}
    </ol>
  )
}
