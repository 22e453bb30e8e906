import { useState } from 'preact/hooks'
import { Button } from '../../parts/controls'
import { download } from '../../parts/download'
import { datasets } from '../data/plane'
import { activations, optimizers } from '../settings/choices'
import type { Settings } from '../settings/settings'
import type { Trainer } from '../training/trainer'
import { pictureOf } from './picture'
import { programOf } from './program'

/** The training as a program, a picture, or an address. */
export function ProgramPanel({ trainer }: { readonly trainer: Trainer }) {
  const [note, setNote] = useState('')
  const settings = trainer.settings.value
  const copy = async (what: string, text: string): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text)
      setNote(`${what} copied.`)
    } catch {
      setNote('The browser does not let this page copy; mark the text instead.')
    }
  }
  const save = async (): Promise<void> => {
    const root = document.querySelector<HTMLElement>('main.playground')
    const frame = trainer.frame.value
    const caption = [
      `Shapewise playground: ${datasets[settings.data].label}, ${widthsOf(settings)}`,
      `${optimizers[settings.optimizer].label}, learning rate ${settings.learningRate}; step ${frame?.step ?? 0}, ` +
        `training loss ${frame?.train.loss.toFixed(3) ?? '–'}, test loss ${frame?.test.loss.toFixed(3) ?? '–'}`,
    ]
    const blob = root === null ? undefined : await pictureOf(root, caption)
    if (blob !== undefined) download('playground.png', blob)
    setNote(blob === undefined ? 'There is nothing to save yet.' : 'Picture saved.')
  }
  const points = trainer.points.value
  const program = points === undefined ? '' : programOf(settings, points)
  return (
    <section class="panel program" aria-label="Take it with you">
      <h2>Take it with you</h2>
      <div class="row wrap">
        <Button onClick={() => void copy('Program', program)}>Copy program</Button>
        <Button onClick={() => download('playground.mjs', new Blob([program], { type: 'text/javascript' }))}>
          Save program
        </Button>
        <Button onClick={() => void copy('Link', location.href)}>Copy link</Button>
        <Button onClick={() => void save()}>Save picture</Button>
      </div>
      <p class="note" role="status">
        {note}
      </p>
      <textarea
        readOnly
        rows={14}
        aria-label="The training as a Shapewise program"
        spellcheck={false}
        value={program}
      />
    </section>
  )
}

const widthsOf = ({ features, layers }: Settings): string =>
  [features.length, ...layers.map(({ units, activation }) => `${units} ${activations[activation].label}`)].join(' – ')
