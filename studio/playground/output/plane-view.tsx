import { useMemo, useRef, useState } from 'preact/hooks'
import { HeatMap } from '../../parts/heat-map'
import { theme } from '../../parts/theme'
import { decodePoints, EXTENT, encodePoints, GRID } from '../data/plane'
import { PointsCanvas } from '../data/points-canvas'
import { features } from '../settings/choices'
import type { NeuronPlace, Trainer } from '../training/trainer'
import { answerAt, nearestPoint } from './answer'
import { neuronMap, paintAnswer, paintNeuron } from './maps'
import { view } from './view'

/** Pixels of the points' canvas. */
const SIZE = 300
/** The mouse draws a point for each such way, and takes away points that are so near. */
const [SPACING, REACH] = [0.35, 0.5]

type Place = readonly [x: number, y: number]

/** The plane by what the network answers, or one neuron; own points can be drawn into it. */
export function PlaneView({ trainer }: { readonly trainer: Trainer }) {
  const frame = trainer.frame.value
  const points = trainer.points.value
  const [here, setHere] = useState<Place | undefined>(undefined)
  const area = useRef<HTMLDivElement>(null)
  const last = useRef<Place | undefined>(undefined)
  const shade = theme.value
  const chosen = trainer.pointed.value ?? trainer.neuron.value
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
  const isOwn = trainer.settings.value.data === 'own'

  const placeOf = (event: PointerEvent): Place => {
    const { left, top, width, height } = area.current!.getBoundingClientRect()
    const within = (share: number): number => Math.max(-EXTENT, Math.min(EXTENT, share * 2 * EXTENT - EXTENT))
    return [within((event.clientX - left) / width), -within((event.clientY - top) / height)]
  }
  const draw = (place: Place): void => {
    last.current = place
    void trainer.change({ points: drawn(trainer.settings.value.points, place, view.drawnClass.value) })
  }
  const point = (event: PointerEvent): void => {
    const [x, y] = placeOf(event)
    if (last.current !== undefined && Math.hypot(x - last.current[0], y - last.current[1]) > SPACING) draw([x, y])
    view.square.value = squareAt([x, y])
    setHere([x, y])
  }
  const lift = (): void => {
    last.current = undefined
  }
  const leave = (): void => {
    view.square.value = undefined
    setHere(undefined)
  }
  // Said anew with each frame, since the answer changes while it trains.
  const shown = here && [
    `x₁ ${here[0].toFixed(1)}, x₂ ${here[1].toFixed(1)}`,
    points && outputs && answerAt(outputs, points, squareAt(here)),
    points && nearestPoint(points, filled, ...here),
  ]
  return (
    <>
      <h2>{chosen === undefined ? 'Output' : titleOf(trainer, chosen)}</h2>
      <div
        ref={area}
        class={`plane${isOwn ? ' drawable' : ''}`}
        onPointerDown={(event) => {
          if (!isOwn) return point(event)
          event.currentTarget.setPointerCapture(event.pointerId)
          draw(placeOf(event))
        }}
        onPointerMove={point}
        onPointerUp={lift}
        onPointerCancel={lift}
        onPointerLeave={leave}
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
      <p class="at">
        {shown?.filter((part) => part !== undefined).join(' · ') ??
          describe(trainer, chosen) ??
          'Point at a place to see the answer there.'}
      </p>
    </>
  )
}

/** The square of the maps that a place lies in. */
function squareAt([x, y]: Place): number {
  const index = (share: number): number => Math.min(GRID - 1, Math.floor(share * GRID))
  return index((EXTENT - y) / (2 * EXTENT)) * GRID + index((x + EXTENT) / (2 * EXTENT))
}

/** Own points with one more of a class, or without those near a place. */
function drawn(encoded: string, [x, y]: Place, target: number | undefined): string {
  if (target !== undefined) {
    return encoded + encodePoints({ places: Float32Array.of(x, y), targets: Float32Array.of(target) })
  }
  const { places, targets } = decodePoints(encoded)
  const kept = Array.from(targets.keys()).filter((i) => Math.hypot(places[2 * i]! - x, places[2 * i + 1]! - y) > REACH)
  return encodePoints({
    places: Float32Array.from(kept.flatMap((i) => [places[2 * i]!, places[2 * i + 1]!])),
    targets: Float32Array.from(kept, (i) => targets[i]!),
  })
}

function titleOf(trainer: Trainer, { layer, neuron }: NeuronPlace): string {
  const { settings, frame } = trainer
  if (layer === 0) return `Feature ${features[settings.value.features[neuron] ?? 'x'].label}`
  const isOutput = layer === frame.value?.links.length
  return isOutput ? `Output ${neuron + 1}` : `Neuron ${neuron + 1} of layer ${layer}`
}

/** The bias of a neuron, how the loss changes with it, and what it gives. */
function describe(trainer: Trainer, place: NeuronPlace | undefined): string | undefined {
  const { value: frame } = trainer.frame
  const [link, maps] = [frame?.links[(place?.layer ?? 0) - 1], frame?.maps[place?.layer ?? -1]]
  if (place === undefined || maps === undefined) return undefined
  const map = neuronMap(maps, place.neuron)
  const [low, high] = [map.reduce((a, b) => Math.min(a, b), Infinity), map.reduce((a, b) => Math.max(a, b), -Infinity)]
  const gives = `gives ${low.toPrecision(3)} … ${high.toPrecision(3)}`
  const [bias, slope] = [link?.biases[place.neuron], link?.biasGradients[place.neuron]]
  if (bias === undefined) return gives
  const gradient = slope === undefined ? '' : `, ∂loss/∂b ${slope.toPrecision(2)}`
  return `${gives} · bias ${bias.toPrecision(3)}${gradient}`
}
