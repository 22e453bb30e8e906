import { signal } from '@preact/signals'
import { useRef } from 'preact/hooks'
import { Button, Select } from '../../parts/controls'
import { classColours, cssColour } from '../../parts/palette'
import { view } from '../output/view'
import type { Trainer } from '../training/trainer'
import { encodePoints } from './plane'
import type { Choice, ReadTable } from './table'

/** The table of the user as it was written, and what has been made of it. */
const table = signal<{ readonly text: string; readonly read: ReadTable | undefined }>({ text: '', read: undefined })
const message = signal<string | undefined>(undefined)

/** Takes the points of a table; says what is wrong with it otherwise, and leaves the points as they are. */
export async function takeTable(trainer: Trainer, text: string, chosen?: Choice): Promise<void> {
  table.value = { text, read: chosen === undefined ? undefined : table.value.read }
  try {
    const read = await trainer.readTable(text, chosen)
    table.value = { text, read }
    message.value = read.note
    await trainer.change({ data: 'own', points: encodePoints(read.points) })
  } catch (error) {
    message.value = error instanceof Error ? error.message : String(error)
  }
}

/** Points of the user: drawn into the picture of the output, pasted, or dropped as a file. */
export function OwnData({ trainer }: { readonly trainer: Trainer }) {
  const file = useRef<HTMLInputElement>(null)
  const count = trainer.points.value?.targets.length ?? 0
  const { text, read } = table.value
  return (
    <section class="own" aria-label="Your own points">
      <p>
        <b>Draw</b> points of a colour into the picture of the output, or give a <b>table</b>: two columns of numbers
        and one of classes. A file can be dropped anywhere.
      </p>
      <fieldset class="classes" aria-label="Class of the points that you draw">
        {classColours.map((colour, i) => (
          <label key={cssColour(colour)} style={{ background: cssColour(colour) }} title={`Class ${i + 1}`}>
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
        <label class="eraser" title="Take points away">
          <input
            type="radio"
            name="drawn-class"
            checked={view.drawnClass.value === undefined}
            onChange={() => {
              view.drawnClass.value = undefined
            }}
          />
          <span aria-hidden="true">×</span>
          <span class="unseen">Take points away</span>
        </label>
      </fieldset>
      <label>
        <span class="unseen">Table</span>
        <textarea
          rows={4}
          placeholder={'length,width,kind\n5.1,3.5,setosa\n7.0,3.2,versicolor'}
          value={text}
          spellcheck={false}
          onInput={({ currentTarget }) => {
            table.value = { text: currentTarget.value, read: undefined }
          }}
        />
      </label>
      <div class="row wrap">
        <Button disabled={text.trim() === ''} onClick={() => void takeTable(trainer, text)}>
          Use the table
        </Button>
        <Button onClick={() => file.current!.click()}>Open a file</Button>
        <Button
          disabled={count === 0}
          onClick={() => {
            message.value = undefined
            void trainer.change({ points: '' })
          }}
        >
          Clear
        </Button>
        <input
          ref={file}
          type="file"
          hidden
          accept=".csv,.tsv,.txt,text/*"
          aria-label="File"
          onChange={async ({ currentTarget }) => {
            const [chosen] = currentTarget.files ?? []
            currentTarget.value = ''
            if (chosen !== undefined) await takeTable(trainer, await chosen.text())
          }}
        />
      </div>
      {read !== undefined && read.columns.length > 3 && (
        <Columns read={read} onChoose={(choice) => void takeTable(trainer, text, choice)} />
      )}
      <p class="note" role="status">
        {message.value ?? `${count} points`}
      </p>
    </section>
  )
}

interface ColumnsProps {
  readonly read: ReadTable
  onChoose(choice: Choice): void
}

/** Which column is what. */
function Columns({ read: { columns, choice }, onChoose }: ColumnsProps) {
  const named = (isNumbers: boolean) =>
    Object.fromEntries(
      columns.flatMap(({ name, ...column }, i) => (isNumbers && !column.isNumbers ? [] : [[`${i}`, name]])),
    )
  return (
    <div class="columns">
      {(['x', 'y', 'label'] as const).map((role) => (
        <Select
          key={role}
          label={{ x: 'x₁', y: 'x₂', label: 'Class' }[role]}
          value={`${choice[role]}`}
          options={named(role !== 'label')}
          onChange={(column) => onChoose({ ...choice, [role]: Number(column) })}
        />
      ))}
    </div>
  )
}
