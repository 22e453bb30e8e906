import { signal } from '@preact/signals'
import { Button, Select } from '../../parts/controls'
import type { Settings } from '../settings/settings'
import type { Trainer } from '../training/trainer'
import { lessonSettings, lessons } from './lessons'
import { type Preset, presets } from './presets'

type Stop = { readonly kind: 'lesson' | 'preset'; readonly number: number }

const NONE = 'none'
const current = signal<Stop | undefined>(undefined)

const optionsOf = (first: string, titles: readonly string[]): Readonly<Record<string, string>> => ({
  [NONE]: first,
  ...Object.fromEntries(titles.map((title, i) => [`stop ${i}`, title])),
})
const choices = {
  lesson: optionsOf(
    'Choose a lesson …',
    lessons.map(({ title }, i) => `${i + 1}. ${title}`),
  ),
  preset: optionsOf(
    'Choose one …',
    presets.map(({ title }) => title),
  ),
}

/** The guided tour, and settings that are known to be good: each sets the playground up and says what there is to see. */
export function Tour({ trainer }: { readonly trainer: Trainer }) {
  const stop = current.value
  const open = (next: Stop): void => {
    current.value = next
    trainer.playing.value = false
    void trainer.restart(lessonSettings(next.kind === 'lesson' ? lessons[next.number]! : presets[next.number]!))
  }
  const begin = async (settings: Settings): Promise<void> => {
    await trainer.restart(settings)
    trainer.playing.value = true
  }
  const selectOf = (kind: Stop['kind'], label: string) => (
    <Select
      label={label}
      value={stop?.kind === kind ? `stop ${stop.number}` : NONE}
      options={choices[kind]}
      onChange={(key) => {
        if (key === NONE) current.value = undefined
        else open({ kind, number: Number(key.split(' ')[1]) })
      }}
    />
  )
  return (
    <section class="panel tour" aria-label="Guided tour">
      <div class="tour-choice">
        {selectOf('lesson', 'A tour in twelve lessons')}
        {stop?.kind === 'lesson' ? (
          <div class="row">
            <Button
              label="The lesson before"
              disabled={stop.number === 0}
              onClick={() => open({ kind: 'lesson', number: stop.number - 1 })}
            >
              ←
            </Button>
            <Button
              label="The next lesson"
              disabled={stop.number + 1 >= lessons.length}
              onClick={() => open({ kind: 'lesson', number: stop.number + 1 })}
            >
              →
            </Button>
          </div>
        ) : (
          <Button onClick={() => open({ kind: 'lesson', number: 0 })}>Begin</Button>
        )}
        {selectOf('preset', 'Known good, and why')}
      </div>
      {stop === undefined ? (
        <p class="hint welcome">
          New here? Press <b>▶</b>: the network learns to tell orange from blue, and the picture on the right shows what
          it answers where. Then choose other <b>data</b>, add <b>neurons</b>, or bring <b>your own points</b>. Nothing
          can break.
        </p>
      ) : stop.kind === 'lesson' ? (
        <LessonText number={stop.number} begin={begin} />
      ) : (
        <PresetText preset={presets[stop.number]!} begin={begin} />
      )}
    </section>
  )
}

type Begin = (settings: Settings) => Promise<void>

function LessonText({ number, begin }: { readonly number: number; readonly begin: Begin }) {
  const lesson = lessons[number]!
  return (
    <article>
      {lesson.text.map((paragraph) => (
        <p key={paragraph}>{paragraph}</p>
      ))}
      <div class="row wrap">
        <Button kind="main" onClick={() => void begin(lessonSettings(lesson))}>
          Train it
        </Button>
        {lesson.variants.map(({ label, settings }) => (
          <Button key={label} onClick={() => void begin(lessonSettings(lesson, settings))}>
            {label}
          </Button>
        ))}
      </div>
    </article>
  )
}

function PresetText({ preset, begin }: { readonly preset: Preset; readonly begin: Begin }) {
  const { why, fails, reached } = preset
  const { steps, measure, good, failing } = reached
  const value = (number: number): string =>
    measure === 'accuracy' ? `${(100 * number).toFixed(0)} % of the test points` : `a test loss of ${number}`
  const [beyond, short] = measure === 'accuracy' ? ['more than', 'less than'] : ['less than', 'more than']
  return (
    <article>
      <p>
        <b>Why it works.</b> {why} After {steps.toLocaleString('en-US')} steps: {beyond} {value(good)}
        {measure === 'accuracy' ? ' right' : ''}.
      </p>
      <p>
        <b>What fails.</b> {fails.label}: {fails.why} After as many steps: {short} {value(failing)}.
      </p>
      <div class="row wrap">
        <Button kind="main" onClick={() => void begin(lessonSettings(preset))}>
          Train it
        </Button>
        <Button onClick={() => void begin(lessonSettings(preset, fails.settings))}>{`Fail: ${fails.label}`}</Button>
      </div>
    </article>
  )
}
