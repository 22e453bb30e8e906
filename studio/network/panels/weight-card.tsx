import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { Slider } from '../../parts/controls'
import { service } from '../state'
import type { NumbersView } from '../worker'
import { Figures } from './figures'
import { TileSheet } from './tile-sheet'

interface WeightCardProps {
  readonly modelKey: string
  readonly name: string
  readonly shape: readonly number[]
  readonly order: 'last' | 'first'
}

/** A weight as pictures, with what its numbers are like. */
export function WeightCard({ modelKey, name, shape, order }: WeightCardProps) {
  const shown = useSignal<NumbersView | undefined>(undefined)
  const failure = useSignal<string | undefined>(undefined)
  const channel = useSignal(0)
  useEffect(() => {
    let isOver = false
    service.value?.weight(modelKey, name, channel.value).then(
      (found) => {
        if (!isOver) shown.value = found
      },
      (error) => {
        if (!isOver) failure.value = error instanceof Error ? error.message : String(error)
      },
    )
    return () => {
      isOver = true
    }
  }, [modelKey, name, channel.value])
  const found = shown.value
  const inputs = shape.length === 4 ? shape[order === 'last' ? 2 : 1]! : 1
  return (
    <section class="weight" aria-label={`Weight ${name}`}>
      <h3>
        {name.split('.').at(-1)} <small>[{shape.join(', ')}]</small>
      </h3>
      {failure.value !== undefined && <p class="note">{failure.value}</p>}
      {found?.tiles !== undefined && (
        <TileSheet
          tiles={found.tiles}
          scale="signed"
          what={shape.length === 4 ? `Windows of the outputs for input ${channel.value + 1}` : `The matrix ${name}`}
        />
      )}
      {found?.tiles !== undefined && inputs > 1 && (
        <Slider
          label="for input"
          value={channel.value}
          from={0}
          to={inputs - 1}
          format={(value) => `${value + 1} of ${inputs}`}
          onChange={(value) => {
            channel.value = value
          }}
        />
      )}
      {found !== undefined && <Figures of={found.statistics} what={name} />}
    </section>
  )
}
