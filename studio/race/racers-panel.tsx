import { Button, Select, Slider } from '../parts/controls'
import { cssColour } from '../parts/palette'
import { theme } from '../parts/theme'
import { racerColour } from './landscape'
import { type MethodName, methodOf, methods, type Spec, spec } from './methods'
import type { Race } from './race'
import { limits } from './settings'

const titles = Object.fromEntries(Object.entries(methods).map(([name, { title }]) => [name, title])) as Readonly<
  Record<MethodName, string>
>

/** Who runs, each with its settings. */
export function RacersPanel({ race }: { readonly race: Race }) {
  const { racers } = race.settings.value
  const put = (which: number, changed: Spec) =>
    race.change({ racers: racers.map((racer, i) => (i === which ? changed : racer)) })
  return (
    <section class="panel racers" aria-label="Racers">
      <h2>Racers</h2>
      {racers.map((racer, i) => (
        <RacerCard
          // A racer is its place.
          key={`racer ${i + 1}`}
          number={i + 1}
          racer={racer}
          onChange={(changed) => put(i, changed)}
          onRemove={() => race.change({ racers: racers.filter((_, j) => j !== i) })}
        />
      ))}
      <Button
        disabled={racers.length >= limits.racers}
        onClick={() => race.change({ racers: [...racers, spec(unused(racers))] })}
      >
        Add a racer
      </Button>
    </section>
  )
}

/** A method that does not run yet. */
const unused = (racers: readonly Spec[]): MethodName => {
  const names = Object.keys(methods) as MethodName[]
  return names.find((name) => racers.every(({ method }) => method !== name)) ?? 'adam'
}

interface CardProps {
  readonly number: number
  readonly racer: Spec
  onChange(changed: Spec): void
  onRemove(): void
}

function RacerCard({ number, racer, onChange, onRemove }: CardProps) {
  const { idea, settings } = methodOf(racer.method)
  const [least, most] = limits.rate.map(Math.log10) as [number, number]
  return (
    <fieldset class="racer" style={{ borderColor: cssColour(racerColour(number - 1, theme.value)) }}>
      <legend class="unseen">Racer {number}</legend>
      <div class="row">
        <Chip number={number} />
        <Select
          label={`Method of racer ${number}`}
          value={racer.method}
          options={titles}
          onChange={(method) => onChange(spec(method))}
        />
        <Button kind="quiet" label={`Remove racer ${number}`} onClick={onRemove}>
          ✕
        </Button>
      </div>
      <p class="hint">{idea}</p>
      <div class="sliders">
        <Slider
          label="Rate"
          {...{ from: least, to: most, step: 0.05, value: Math.log10(racer.rate) }}
          format={() => `${Number(racer.rate.toPrecision(3))}`}
          onChange={(power) => onChange({ ...racer, rate: Number((10 ** power).toPrecision(3)) })}
        />
        {Object.entries(settings).map(([name, { title, from, to, step }]) => (
          <Slider
            key={name}
            label={title}
            {...{ from, to, step, value: racer.values[name]! }}
            onChange={(value) => onChange({ ...racer, values: { ...racer.values, [name]: value } })}
          />
        ))}
      </div>
    </fieldset>
  )
}

/** The number of a racer in its colour. */
export function Chip({ number }: { readonly number: number }) {
  const [red, green, blue] = racerColour(number - 1, theme.value)
  // On light colours dark ink is read better.
  const ink = 0.3 * red + 0.59 * green + 0.11 * blue > 140 ? '#10141a' : '#fff'
  return (
    <span class="chip" style={{ background: cssColour([red, green, blue]), color: ink }}>
      {number}
    </span>
  )
}
