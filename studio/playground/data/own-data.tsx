import { useState } from 'preact/hooks'
import { Button } from '../../parts/controls'
import { classColours, cssColour } from '../../parts/palette'
import { view } from '../output/view'
import type { Trainer } from '../training/trainer'
import { readPoints } from './csv'
import { encodePoints } from './plane'

/** Points of the user: drawn into the picture of the output, pasted, or dropped as a file. */
export function OwnData({ trainer }: { readonly trainer: Trainer }) {
  const [message, setMessage] = useState<string | undefined>(undefined)
  const [text, setText] = useState('')
  const count = trainer.points.value?.targets.length ?? 0
  const take = (table: string): void => {
    try {
      const { points, note } = readPoints(table)
      void trainer.change({ points: encodePoints(points) })
      setMessage(note)
    } catch (error) {
      setMessage(error instanceof Error ? error.message : String(error))
    }
  }
  return (
    <section
      class="own"
      aria-label="Your own points"
      onDragOver={(event) => event.preventDefault()}
      onDrop={async (event) => {
        event.preventDefault()
        const [file] = event.dataTransfer?.files ?? []
        if (file !== undefined) take(await file.text())
      }}
    >
      <p>Draw points into the large picture, or paste or drop a table: two columns of numbers and one of classes.</p>
      <fieldset class="classes" aria-label="Class of the points that you draw">
        {classColours.map((colour, i) => (
          <label key={cssColour(colour)} style={{ background: cssColour(colour) }}>
            <input
              type="radio"
              name="drawn-class"
              checked={view.drawnClass.value === i}
              onChange={() => {
                view.drawnClass.value = i
              }}
            />
            <span class="unseen">Class {i + 1}</span>
          </label>
        ))}
      </fieldset>
      <label>
        <span class="unseen">Table</span>
        <textarea
          rows={4}
          placeholder={'length,width,kind\n5.1,3.5,setosa\n7.0,3.2,versicolor'}
          value={text}
          onInput={({ currentTarget }) => setText(currentTarget.value)}
        />
      </label>
      <div class="row">
        <Button disabled={text.trim() === ''} onClick={() => take(text)}>
          Use the table
        </Button>
        <Button disabled={count === 0} onClick={() => void trainer.change({ points: '' })}>
          Clear
        </Button>
      </div>
      <p class="note" role="status">
        {message ?? `${count} points`}
      </p>
    </section>
  )
}
