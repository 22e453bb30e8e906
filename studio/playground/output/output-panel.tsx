import { useMemo, useRef, useState } from 'preact/hooks'
import { Slider, Toggle } from '../../parts/controls'
import { Curves } from '../../parts/curves'
import { HeatMap } from '../../parts/heat-map'
import { theme } from '../../parts/theme'
import { EXTENT, encodePoints, GRID } from '../data/plane'
import { PointsCanvas } from '../data/points-canvas'
import type { Score } from '../training/experiment'
import type { Trainer } from '../training/trainer'
import { neuronMap, paintAnswer, paintNeuron } from './maps'
import { view } from './view'

const SIZE = 300

/** What the network answers everywhere in the plane, and how good it is. */
export function OutputPanel({ trainer }: { readonly trainer: Trainer }) {
  const frame = trainer.frame.value
  const points = trainer.points.value
  const [shown, setShown] = useState<string | undefined>(undefined)
  const area = useRef<HTMLDivElement>(null)
  const shade = theme.value
  const chosen = trainer.neuron.value
  const layer = chosen === undefined ? undefined : frame?.maps[chosen.layer]
  const outputs = frame?.maps.at(-1)
  const discretize = view.discretize.value
  const paint = useMemo(() => {
    if (outputs === undefined || points === undefined) return undefined
    if (chosen !== undefined && layer !== undefined) return paintNeuron(neuronMap(layer, chosen.neuron), shade)
    return paintAnswer(outputs, points, shade, discretize)
  }, [outputs, layer, chosen, points, shade, discretize])
  const filled = useMemo(() => new Set(points?.trained), [points])
  const showTest = view.showTest.value
  const isShown = useMemo(() => (showTest ? undefined : (i: number) => filled.has(i)), [showTest, filled])

  /** The place in the plane under the pointer. */
  const placeOf = (event: PointerEvent): readonly [number, number] => {
    const { left, top, width, height } = area.current!.getBoundingClientRect()
    return [
      ((event.clientX - left) / width) * 2 * EXTENT - EXTENT,
      EXTENT - ((event.clientY - top) / height) * 2 * EXTENT,
    ]
  }
  const draw = (event: PointerEvent): void => {
    const { data, points: encoded } = trainer.settings.value
    if (data !== 'own') return
    const [x, y] = placeOf(event)
    const point = { places: Float32Array.of(x, y), targets: Float32Array.of(view.drawnClass.value) }
    void trainer.change({ points: encoded + encodePoints(point) })
  }
  const point = (event: PointerEvent): void => {
    const [x, y] = placeOf(event)
    const square = [(EXTENT - y) / (2 * EXTENT), (x + EXTENT) / (2 * EXTENT)].map((share) =>
      Math.max(0, Math.min(GRID - 1, Math.floor(share * GRID))),
    )
    const value = outputs?.[square[0]! * GRID + square[1]!]
    const place = `x₁ ${x.toFixed(1)}, x₂ ${y.toFixed(1)}`
    const isLogit = points?.kind === 'classes' && points.classes === 2
    const answer = value === undefined ? '' : isLogit ? `blue ${percent(1 / (1 + Math.exp(-value)))}` : value.toFixed(2)
    setShown(points !== undefined && points.classes > 2 ? place : `${place}: ${answer}`)
  }
  return (
    <section class="panel output" aria-label="Output">
      <h2>
        {chosen === undefined ? 'Output' : `Neuron ${chosen.neuron + 1} of layer ${chosen.layer}`}
        <small>{shown}</small>
      </h2>
      <div
        ref={area}
        class={`plane${trainer.settings.value.data === 'own' ? ' drawable' : ''}`}
        style={{ width: SIZE, height: SIZE }}
        onPointerDown={draw}
        onPointerMove={point}
        onPointerLeave={() => setShown(undefined)}
      >
        {paint !== undefined && (
          <HeatMap
            width={GRID}
            height={GRID}
            paint={paint}
            label="What the network answers at each place of the plane"
          />
        )}
        {points !== undefined && <PointsCanvas {...{ points, filled }} shown={isShown} size={SIZE} radius={3} />}
      </div>
      <Scores trainer={trainer} />
      <div class="row">
        <Toggle
          label="Test points"
          value={showTest}
          onChange={(value) => {
            view.showTest.value = value
          }}
        />
        <Toggle
          label="Discretise"
          hint="Only the more likely class, not how sure the network is"
          value={discretize}
          onChange={(value) => {
            view.discretize.value = value
          }}
        />
        <Toggle
          label="Log scale"
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
      {trainer.stopped.value !== undefined && (
        <p class="problem" role="alert">
          {trainer.stopped.value}
        </p>
      )}
    </section>
  )
}

const CURVES = [
  { name: 'training', colour: '#8a93a3' },
  { name: 'test', colour: '#0a84c6' },
] as const

const percent = (share: number): string => `${(100 * share).toFixed(0)} %`

/** Without points there is nothing to measure. */
const isThere = (score: Score | undefined): score is Score => score !== undefined && !Number.isNaN(score.loss)

function Scores({ trainer }: { readonly trainer: Trainer }) {
  const frame = trainer.frame.value
  const isClasses = trainer.points.value?.kind === 'classes'
  const rows = [
    ['Test', frame?.test],
    ['Training', frame?.train],
  ] as const
  return (
    <dl class="scores">
      {rows.map(([name, score]) => (
        <div key={name}>
          <dt>{name} loss</dt>
          <dd data-loss={name.toLowerCase()}>{isThere(score) ? score.loss.toFixed(3) : '–'}</dd>
          {isClasses && (
            <>
              <dt>right</dt>
              <dd data-accuracy={name.toLowerCase()}>
                {isThere(score) ? `${(100 * score.accuracy).toFixed(1)} %` : '–'}
              </dd>
            </>
          )}
        </div>
      ))}
    </dl>
  )
}

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
