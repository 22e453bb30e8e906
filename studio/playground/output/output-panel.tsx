import { Slider, Toggle } from '../../parts/controls'
import { Curves } from '../../parts/curves'
import { HealthNote } from '../training/health-note'
import type { Trainer } from '../training/trainer'
import { PlaneView } from './plane-view'
import { Scores } from './scores'
import { view } from './view'

/** What the network answers everywhere in the plane, and how good it is. */
export function OutputPanel({ trainer }: { readonly trainer: Trainer }) {
  return (
    <section class="panel output" aria-label="Output">
      <PlaneView trainer={trainer} />
      <HealthNote trainer={trainer} />
      <Scores trainer={trainer} />
      <div class="row wrap">
        <Toggle
          label="Test points"
          hint="Also those that are kept to test on, with a dark rim"
          value={view.showTest.value}
          onChange={(value) => {
            view.showTest.value = value
          }}
        />
        <Toggle
          label="Discretise"
          hint="Only the more likely class, not how sure the network is"
          value={view.discretize.value}
          onChange={(value) => {
            view.discretize.value = value
          }}
        />
        <Toggle
          label="Log scale"
          hint="Of the losses"
          value={view.logarithmic.value}
          onChange={(value) => {
            view.logarithmic.value = value
          }}
        />
      </div>
      <Curves
        label="step"
        curves={CURVES}
        data={trainer.history.value}
        height={150}
        logarithmic={view.logarithmic.value}
      />
      <Scrubber trainer={trainer} />
    </section>
  )
}

const CURVES = [
  { name: 'training', colour: '#8a93a3' },
  { name: 'test', colour: '#0a84c6' },
] as const

/** Back through the boundary's history. */
function Scrubber({ trainer }: { readonly trainer: Trainer }) {
  const moments = trainer.frame.value?.moments ?? []
  if (moments.length < 2) return null
  const last = moments.length - 1
  return (
    <Slider
      label="Look back to step"
      value={trainer.moment.value ?? last}
      {...{ from: 0, to: last }}
      format={() => `${moments[Math.min(last, trainer.moment.value ?? last)]}`}
      onChange={(moment) => {
        trainer.playing.value = false
        trainer.moment.value = moment >= last ? undefined : moment
      }}
    />
  )
}
