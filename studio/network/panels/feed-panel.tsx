import { useSignal } from '@preact/signals'
import { useRef } from 'preact/hooks'
import { DigitPad } from '../../digits/digit-pad'
import { Button } from '../../parts/controls'
import { shapeText } from '../graph/graph'
import { type Drawn, fed, feed } from '../state'
import { TileSheet } from './tile-sheet'

const BLANK = new Float32Array(28 * 28)

/** Runs the model on an example, so that every layer shows what it gives. */
export function FeedPanel({ model }: { readonly model: Drawn }) {
  const draws = useSignal(false)
  const drawing = useSignal<Float32Array>(BLANK)
  const seed = useRef(0)
  const file = useRef<HTMLInputElement>(null)
  if (model.inputs.length === 0) return null
  const takesPicture = model.inputs.some(({ channels }) => channels !== undefined)
  const next = () => ++seed.current
  const shown = fed.value
  return (
    <section class="feed" aria-label="Feed an input">
      <h3>Feed an input</h3>
      <div class="row wrap">
        <Button onClick={() => void feed({ kind: 'random', seed: next() })}>Random</Button>
        {takesPicture && (
          <>
            <Button onClick={() => void feed({ kind: 'digit', seed: next() })}>Digit</Button>
            <Button pressed={draws.value} onClick={() => (draws.value = !draws.value)}>
              Draw
            </Button>
            <Button onClick={() => file.current?.click()}>Picture …</Button>
            <input
              ref={file}
              type="file"
              accept="image/*"
              hidden
              aria-label="A picture to feed"
              onChange={({ currentTarget }) => {
                const chosen = currentTarget.files?.[0]
                currentTarget.value = ''
                if (chosen !== undefined) void feed({ kind: 'file', file: chosen })
              }}
            />
          </>
        )}
      </div>
      {draws.value && (
        <DigitPad
          picture={drawing.value}
          evidence={undefined}
          onDraw={(pixels) => {
            drawing.value = pixels
            void feed({ kind: 'drawn', pixels })
          }}
        />
      )}
      {shown === undefined ? (
        <p class="note">Then a layer that is clicked shows what it gives.</p>
      ) : (
        shown.inputs.map(
          ({ tiles, shape }, i) =>
            tiles !== undefined && (
              <TileSheet
                key={model.inputs[i]!.name}
                tiles={tiles}
                scale={model.inputs[i]!.channels === undefined ? 'signed' : 'bright'}
                what={`${model.inputs[i]!.name}, ${shapeText(shape)}`}
              />
            ),
        )
      )}
    </section>
  )
}
