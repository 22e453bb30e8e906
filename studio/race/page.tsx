import { signal, useSignal } from '@preact/signals'
import { useEffect, useMemo, useState } from 'preact/hooks'
import { replaceQuery, route } from '../parts/address'
import { Button, Select, Slider } from '../parts/controls'
import { Icon } from '../parts/icons'
import { Space } from '../parts/space'
import { camera, fromAbove, nearest } from '../parts/space/camera'
import type { Pointed } from '../parts/space/gestures'
import type { Scene } from '../parts/space/scene'
import { theme } from '../parts/theme'
import { Landscape } from './landscape'
import { lessons } from './lessons'
import { MOST_STEPS, Race } from './race'
import { RacersPanel } from './racers-panel'
import { decode, encode, limits, surfaceNames } from './settings'
import { Standings } from './standings'
import './race.css'

const homes = {
  map: { ...fromAbove, zoom: 1.4 },
  space: camera({ turn: -0.5, tilt: 0.72, zoom: 1.65, y: 0 }),
} as const
const cameras = { map: signal<typeof homes.map>(homes.map), space: signal(homes.space) } as const
const nothing: Scene = {}

export default function RacePage() {
  const [race, setRace] = useState<Race | undefined>(undefined)
  useEffect(() => {
    const made = new Race(decode(route.value.query))
    setRace(made)
    return () => made.end()
  }, [])
  return (
    <main class="race">
      <h1 class="unseen">Optimizer race</h1>
      {race === undefined ? <p class="loading">Loading …</p> : <Course race={race} />}
    </main>
  )
}

function Course({ race }: { readonly race: Race }) {
  const settings = race.settings.value
  useEffect(() => replaceQuery('race', encode(settings)), [settings])
  const lesson = useSignal<number | undefined>(undefined)
  const begin = (which: number) => {
    lesson.value = which
    const { racers, ...rest } = lessons[which]!.settings
    race.reset()
    race.change({ noise: 0, start: undefined, ...rest, racers })
    race.playing.value = true
  }
  return (
    <>
      <section class="panel lessons" aria-label="Lessons">
        <Select
          label="What a race can teach"
          value={lesson.value === undefined ? '' : `${lesson.value}`}
          options={{ '': 'Choose a lesson …', ...Object.fromEntries(lessons.map(({ title }, i) => [`${i}`, title])) }}
          onChange={(which) => which !== '' && begin(Number(which))}
        />
        {lesson.value !== undefined && <p class="lesson">{lessons[lesson.value]!.text}</p>}
        <Select
          label="Surface"
          value={settings.surface}
          options={surfaceNames}
          onChange={(surface) => {
            lesson.value = undefined
            race.reset()
            race.change({ surface, start: undefined })
          }}
        />
        <Slider
          label="Noise"
          hint="How far each step sees the surface shifted, in parts of the map's width"
          {...{ from: 0, to: limits.noise, step: 0.002, value: settings.noise }}
          format={(value) => (value === 0 ? 'none' : `${(100 * value).toFixed(1)} %`)}
          onChange={(noise) => race.change({ noise })}
        />
      </section>
      <Picture race={race} />
      <Followed race={race} />
      <RacersPanel race={race} />
    </>
  )
}

/** The standings some times a second: nobody reads faster. */
function Followed({ race }: { readonly race: Race }) {
  const step = race.step.value
  const shown = useSignal({ step, at: 0 })
  const now = performance.now()
  const isDue = !race.playing.value || now - shown.value.at > 150 || step < shown.value.step
  const current = isDue ? step : shown.value.step
  useEffect(() => {
    if (isDue) shown.value = { step, at: now }
  }, [isDue, step])
  return useMemo(
    () => <Standings race={race} step={current} />,
    [race, current, race.entrants.value, race.ground.value],
  )
}

function Picture({ race }: { readonly race: Race }) {
  const settings = race.settings.value
  const { view } = settings
  const isFlat = view === 'map'
  const [ground, shade] = [race.ground.value, theme.value]
  const landscape = useMemo(() => ground && new Landscape(ground, shade, isFlat), [ground, shade, isFlat])
  const pointed = useSignal<readonly [number, number] | undefined>(undefined)
  const scene = landscape?.scene(race.entrants.value, race.step.value) ?? nothing
  const placeAt = ({ x, y, view }: Pointed): readonly [number, number] | undefined => {
    if (landscape === undefined || ground === undefined) return undefined
    if (isFlat) {
      const place = landscape.onGround((x - view.middle[0]) / view.unit, (view.middle[1] - y) / view.unit)
      return Number.isNaN(landscape.place(...place, 0)[0]) ? undefined : place
    }
    const [surface] = landscape.still.surfaces ?? []
    const at = surface === undefined ? -1 : nearest(view, surface.places, x, y, 14)
    return at < 0 ? undefined : landscape.onGround(surface!.places[3 * at]!, surface!.places[3 * at + 1]!)
  }
  const title = surfaceNames[settings.surface]!
  return (
    <section class="panel course" aria-label="The race">
      <div class="row wrap">
        <h2>{title}</h2>
        <span class="views">
          <Button pressed={isFlat} onClick={() => race.change({ view: 'map' })}>
            Map
          </Button>
          <Button pressed={!isFlat} onClick={() => race.change({ view: 'space' })}>
            In space
          </Button>
        </span>
      </div>
      <div class="picture">
        {ground === undefined && (
          <p class="loading" role="status">
            {settings.surface === 'network' ? 'A network learns two spirals …' : 'Measuring the surface …'}
          </p>
        )}
        <Space
          key={view}
          {...{ scene, flat: isFlat, camera: cameras[view], home: homes[view] }}
          label={`${title}, ${isFlat ? 'seen from above' : 'in space'}, with the ways of ${race.entrants.value.length} racers`}
          onPoint={(at) => {
            pointed.value = at && placeAt(at)
          }}
          onClick={(at) => {
            const start = placeAt(at)
            if (start === undefined) return
            race.step.value = 0
            race.change({ start: [Number(start[0].toPrecision(4)), Number(start[1].toPrecision(4))] })
          }}
        />
      </div>
      <p class="hint readout">
        {pointed.value === undefined || landscape === undefined
          ? 'Click on the map: all start there. × marks the minima.'
          : `x ${pointed.value[0].toFixed(2)}, y ${pointed.value[1].toFixed(2)}: height ${landscape
              .heightAt(...pointed.value)
              .toPrecision(3)}. Click to start here.`}
      </p>
      <Transport race={race} />
      {race.problem.value !== '' && (
        <p class="problem" role="alert">
          {race.problem.value}
        </p>
      )}
    </section>
  )
}

function Transport({ race }: { readonly race: Race }) {
  const playing = race.playing.value
  const { speed } = race.settings.value
  const step = Math.floor(race.step.value)
  const [slowest, fastest] = limits.speed.map(Math.log10) as [number, number]
  return (
    <div class="transport" data-step={step}>
      <div class="row">
        <Button label="Back to the start" onClick={() => race.reset()}>
          <Icon name="again" />
        </Button>
        <Button
          kind="main"
          label={playing ? 'Pause' : 'Race'}
          onClick={() => {
            race.playing.value = !playing
          }}
        >
          <Icon name={playing ? 'pause' : 'play'} />
        </Button>
        <Button
          label="One step"
          onClick={() => {
            race.playing.value = false
            void race.seek(step + 1)
          }}
        >
          <Icon name="step" />
        </Button>
      </div>
      <Slider
        label="Step"
        value={step}
        from={0}
        to={Math.max(step, Math.min(MOST_STEPS, race.known.value), 1)}
        onChange={(wanted) => {
          race.playing.value = false
          void race.seek(wanted)
        }}
      />
      <Slider
        label="Steps a second"
        {...{ from: slowest, to: fastest, step: 0.05, value: Math.log10(speed) }}
        format={() => `${Math.round(speed)}`}
        onChange={(power) => race.change({ speed: Math.round(10 ** power) })}
      />
    </div>
  )
}
