import { Button } from '../../parts/controls'
import { cssColour } from '../../parts/palette'
import { theme } from '../../parts/theme'
import type { Colouring } from '../data/collection'
import type { EmbeddingModel } from '../model'
import { classColour, rampColour, rangeOf } from './colours'

/** What colours mean; classes can be hidden. */
export function Legend({ model }: { readonly model: EmbeddingModel }) {
  const colouring = model.colouring.value
  if (colouring === undefined) return <p class="note">There are no labels: all points have one colour.</p>
  if (colouring.kind === 'values') return <Range colouring={colouring} />
  const hidden = model.hidden.value
  const counts = new Int32Array(colouring.names.length)
  for (const each of colouring.of) if (each >= 0) counts[each]!++
  const toggle = (index: number) => {
    const next = new Set(hidden)
    if (!next.delete(index)) next.add(index)
    model.hidden.value = next
  }
  return (
    <>
      <ul class="classes" aria-label={`Classes: ${colouring.name}`}>
        {colouring.names.map((name, i) => (
          <li key={name}>
            <button
              type="button"
              class="quiet"
              aria-pressed={!hidden.has(i)}
              title={hidden.has(i) ? `Show ${name}` : `Hide ${name}`}
              onClick={() => toggle(i)}
            >
              <span class="dot" style={{ background: cssColour(classColour(i, theme.value)) }} />
              <span class="name">{name === '' ? '(none)' : name}</span>
              <small>{counts[i]!.toLocaleString('en')}</small>
            </button>
          </li>
        ))}
      </ul>
      <div class="row">
        <Button
          disabled={hidden.size === 0}
          onClick={() => {
            model.hidden.value = new Set()
          }}
        >
          Show all
        </Button>
        <Button
          disabled={hidden.size === colouring.names.length}
          onClick={() => {
            model.hidden.value = new Set(colouring.names.keys())
          }}
        >
          Hide all
        </Button>
      </div>
    </>
  )
}

function Range({ colouring }: { readonly colouring: Extract<Colouring, { kind: 'values' }> }) {
  const { low, high } = rangeOf(colouring.of)
  const stops = Array.from({ length: 9 }, (_, i) => cssColour(rampColour(i / 8))).join(', ')
  return (
    <div class="ramp">
      <div style={{ background: `linear-gradient(to right, ${stops})` }} />
      <span>{short(low)}</span>
      <span>{short(high)}</span>
    </div>
  )
}

export const short = (value: number): string => {
  if (value === 0) return '0'
  const size = Math.abs(value)
  return size >= 1e5 || size < 1e-3 ? value.toExponential(2) : String(Number(value.toPrecision(4)))
}
