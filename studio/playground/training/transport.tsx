import { Button, Select, Toggle } from '../../parts/controls'
import { Icon } from '../../parts/icons'
import { initializers, optimizers, schedules } from '../settings/choices'
import { RATES, type Settings } from '../settings/settings'
import type { Trainer } from './trainer'

const STRENGTHS = [0, 0.0001, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1]
const PACES = {
  '1': '1 step a frame',
  '10': '10 steps a frame',
  '100': '100 steps a frame',
  Infinity: 'As fast as it goes',
}

/** Numbers to choose from, and the present one if it is none of them. */
const numbers = (usual: readonly number[], value: number): Record<string, string> =>
  Object.fromEntries([...new Set([...usual, value])].sort((a, b) => a - b).map((one) => [`${one}`, `${one}`]))

const labels = <Key extends string>(choices: Readonly<Record<Key, { readonly label: string }>>) =>
  Object.fromEntries(
    Object.entries<{ readonly label: string }>(choices).map(([key, { label }]) => [key, label]),
  ) as Record<Key, string>

interface Both {
  /** One, or two that are compared. */
  readonly trainers: readonly Trainer[]
}

/** Starts and stops all trainings together. */
export function Transport({ trainers }: Both) {
  const [first] = trainers as readonly [Trainer]
  const playing = first.playing.value
  const all = (act: (trainer: Trainer) => unknown): void => {
    for (const trainer of trainers) act(trainer)
  }
  return (
    <section class="transport" aria-label="Training">
      <div class="buttons">
        <Button label="Start again from the same weights" onClick={() => all((one) => one.reset())}>
          <Icon name="again" />
        </Button>
        <Button
          kind="main"
          label={playing ? 'Pause' : 'Train'}
          onClick={() =>
            all((one) => {
              one.moment.value = undefined
              one.playing.value = !playing
            })
          }
        >
          <Icon name={playing ? 'pause' : 'play'} />
        </Button>
        <Button label="One step" onClick={() => all((one) => one.step())}>
          <Icon name="step" />
        </Button>
        <Button
          label="Start again from other weights"
          onClick={() => all((one) => one.restart({ seed: one.settings.value.seed + 1 }))}
        >
          <Icon name="dice" />
        </Button>
      </div>
      <Counters trainer={first} />
      <Select
        label="Speed"
        value={`${first.pace.value}` as keyof typeof PACES}
        options={PACES}
        onChange={(pace) =>
          all((one) => {
            one.pace.value = Number(pace)
          })
        }
      />
    </section>
  )
}

/** How it is trained. */
export function TrainingSettings({ trainer }: { readonly trainer: Trainer }) {
  const settings = trainer.settings.value
  const change = (changes: Partial<Settings>) => void trainer.change(changes)
  return (
    <section class="training" aria-label="How it is trained">
      <Select
        label="Learning rate"
        value={`${settings.learningRate}`}
        options={numbers(RATES, settings.learningRate)}
        onChange={(rate) => change({ learningRate: Number(rate) })}
      />
      <Select
        label="Optimizer"
        value={settings.optimizer}
        options={labels(optimizers)}
        onChange={(optimizer) => change({ optimizer })}
      />
      <Select
        label="Schedule"
        value={settings.schedule}
        options={labels(schedules)}
        onChange={(schedule) => change({ schedule })}
      />
      <Select
        label="Regularisation"
        value={settings.regularization}
        options={{ none: 'None', l1: 'L1', l2: 'L2' }}
        onChange={(regularization) => change({ regularization })}
      />
      {settings.regularization !== 'none' && (
        <Select
          label="Its strength"
          value={`${settings.regularizationRate}`}
          options={numbers(STRENGTHS, settings.regularizationRate)}
          onChange={(rate) => change({ regularizationRate: Number(rate) })}
        />
      )}
      <Select
        label="Dropout"
        value={`${settings.dropout}`}
        options={numbers([0, 0.1, 0.2, 0.3, 0.5], settings.dropout)}
        onChange={(dropout) => change({ dropout: Number(dropout) })}
      />
      <Select
        label="First weights"
        hint="Starts the training again"
        value={settings.initializer}
        options={labels(initializers)}
        onChange={(initializer) => void trainer.restart({ initializer })}
      />
      <div class="toggles">
        <Toggle label="Batch norm" value={settings.batchNorm} onChange={(batchNorm) => change({ batchNorm })} />
        <Toggle
          label="Skip connections"
          hint="Layers as wide as the one before add to it"
          value={settings.skip}
          onChange={(skip) => change({ skip })}
        />
      </div>
    </section>
  )
}

const grouped = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 })

function Counters({ trainer }: { readonly trainer: Trainer }) {
  const frame = trainer.frame.value
  return (
    <dl class="counters">
      <div>
        <dt>Epoch</dt>
        <dd>{grouped.format(frame?.epoch ?? 0)}</dd>
      </div>
      <div>
        <dt>Step</dt>
        <dd>{grouped.format(frame?.step ?? 0)}</dd>
      </div>
      <div>
        <dt>Steps/s</dt>
        <dd data-steps-per-second>{grouped.format(trainer.stepsPerSecond.value)}</dd>
      </div>
      <div>
        <dt>Frames/s</dt>
        <dd data-frames-per-second>{grouped.format(trainer.framesPerSecond.value)}</dd>
      </div>
    </dl>
  )
}
