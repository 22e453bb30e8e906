import { useSignal } from '@preact/signals'
import { useId } from 'preact/hooks'
import { cssColour } from '../../parts/palette'
import { families, familyOf } from '../drawing/families'
import type { Graph } from '../graph/graph'
import { found } from '../graph/search'

interface OutlineProps {
  readonly graph: Graph
  readonly selected: number
  onSelect(place: number): void
}

const LISTED = 60

/** Searches a network for layers; without words it lists what is on the paper itself. */
export function Outline({ graph, selected, onSelect }: OutlineProps) {
  const words = useSignal('')
  const id = useId()
  const places = found(graph, words.value)
  return (
    <div class="outline">
      <div class="field">
        <label for={id}>Search for a layer</label>
        <input
          id={id}
          type="search"
          placeholder="conv, layers.3, 64 …"
          value={words.value}
          onInput={({ currentTarget }) => {
            words.value = currentTarget.value
          }}
        />
      </div>
      <ul>
        {places.slice(0, LISTED).map((place) => {
          const node = graph.nodes[place]!
          return (
            <li key={node.id}>
              <button
                type="button"
                aria-current={place === selected ? 'true' : undefined}
                onClick={() => onSelect(place)}
              >
                <i style={{ background: cssColour(families[familyOf(node)].colour) }} />
                <b>{node.type}</b> <span>{node.detail}</span>
                <small>{node.kind === 'layer' || node.kind === 'weights' ? node.id : ''}</small>
              </button>
            </li>
          )
        })}
      </ul>
      {places.length === 0 && <p class="note">Nothing is called so.</p>}
      {places.length > LISTED && <p class="note">… and {(places.length - LISTED).toLocaleString('en-US')} more.</p>}
    </div>
  )
}
