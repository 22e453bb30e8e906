import { signal } from '@preact/signals'
import { Button, Select } from '../../parts/controls'
import type { Settings } from '../settings/settings'
import type { Trainer } from '../training/trainer'
import { lessonSettings, lessons } from './lessons'

const NONE = 'none'
const current = signal<number | undefined>(undefined)

const titles: Readonly<Record<string, string>> = {
  [NONE]: 'Choose a lesson …',
  ...Object.fromEntries(lessons.map(({ title }, i) => [`lesson ${i}`, `${i + 1}. ${title}`])),
}

/** The guided tour: each lesson sets the playground up and says what there is to see. */
export function Tour({ trainer }: { readonly trainer: Trainer }) {
  const number = current.value
  const lesson = number === undefined ? undefined : lessons[number]
  const open = (index: number): void => {
    current.value = index
    trainer.playing.value = false
    void trainer.restart(lessonSettings(lessons[index]!))
  }
  const begin = async (settings: Settings): Promise<void> => {
    await trainer.restart(settings)
    trainer.playing.value = true
  }
  return (
    <section class="panel tour" aria-label="Guided tour">
      <div class="tour-choice">
        <Select
          label="A tour in twelve lessons"
          value={number === undefined ? NONE : `lesson ${number}`}
          options={titles}
          onChange={(key) => {
            if (key === NONE) current.value = undefined
            else open(Number(key.split(' ')[1]))
          }}
        />
        {number === undefined ? (
          <Button onClick={() => open(0)}>Begin</Button>
        ) : (
          <div class="row">
            <Button label="The lesson before" disabled={number === 0} onClick={() => open(number - 1)}>
              ←
            </Button>
            <Button label="The next lesson" disabled={number + 1 >= lessons.length} onClick={() => open(number + 1)}>
              →
            </Button>
          </div>
        )}
      </div>
      {lesson !== undefined && (
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
      )}
    </section>
  )
}
