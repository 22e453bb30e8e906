import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks'
import { Button, Select } from '../../parts/controls'
import { HeatMap } from '../../parts/heat-map'
import { classColours, cssColour } from '../../parts/palette'
import { theme } from '../../parts/theme'
import { GRID } from '../data/plane'
import { neuronMap, paintNeuron } from '../output/maps'
import { activations, type FeatureName, features } from '../settings/choices'
import { limits, type Settings } from '../settings/settings'
import type { Link } from '../training/experiment'
import type { Trainer } from '../training/trainer'
import { GradientSizes } from './gradient-sizes'
import { NeuronPanel } from './neuron-panel'

/** Pixels of a neuron, and from one to the next below it. */
const [NEURON, ROW] = [40, 54]
/** Above the neurons there is room for the heads of the columns. */
const HEAD = 92
const NARROWEST = 92

const featureNames = Object.keys(features) as FeatureName[]

interface Place {
  readonly x: number
  readonly y: number
}

/** Features, hidden layers and the links between them; the outputs stand in the panel beside it. */
export function NetworkView({ trainer }: { readonly trainer: Trainer }) {
  const settings = trainer.settings.value
  const frame = trainer.frame.value
  const place = useRef<HTMLDivElement>(null)
  const [width, setWidth] = useState(640)
  useLayoutEffect(() => {
    const observer = new ResizeObserver(() => setWidth(place.current!.clientWidth))
    observer.observe(place.current!)
    return () => observer.disconnect()
  }, [])
  const { layers } = settings
  const columns = layers.length + 1
  const step = Math.max(NARROWEST, (width - NEURON - 70) / columns)
  const columnX = (column: number): number => 70 + column * step
  const outputs = frame?.links.at(-1)?.to ?? 1
  const rows = Math.max(featureNames.length, ...layers.map(({ units }) => units))
  const height = HEAD + rows * ROW
  const outputPlaces = Array.from({ length: outputs }, (_, i) => ({
    x: columnX(columns),
    y: HEAD + NEURON / 2 + (i + (featureNames.length - outputs) / 2) * ROW,
  }))
  const places: readonly (readonly Place[])[] = [
    settings.features.map((name) => ({ x: columnX(0), y: HEAD + NEURON / 2 + featureNames.indexOf(name) * ROW })),
    ...layers.map(({ units }, column) =>
      Array.from({ length: units }, (_, i) => ({ x: columnX(column + 1), y: HEAD + NEURON / 2 + i * ROW })),
    ),
    outputPlaces,
  ]
  const change = (changes: Partial<Settings>) => void trainer.change(changes)
  const setLayer = (index: number, changes: Partial<Settings['layers'][number]>) =>
    change({ layers: layers.map((layer, i) => (i === index ? { ...layer, ...changes } : layer)) })
  return (
    <section class="panel network" aria-label="Network">
      <div class="network-head">
        <h2>Network</h2>
        <div class="row">
          <Button
            label="Remove the last hidden layer"
            disabled={layers.length === 0}
            onClick={() => change({ layers: layers.slice(0, -1) })}
          >
            −
          </Button>
          <span>{layers.length === 1 ? '1 hidden layer' : `${layers.length} hidden layers`}</span>
          <Button
            label="Add a hidden layer"
            disabled={layers.length >= limits.layers[1]}
            onClick={() =>
              change({ layers: [...layers, { units: 2, activation: layers.at(-1)?.activation ?? 'tanh' }] })
            }
          >
            +
          </Button>
        </div>
      </div>
      <div class="network-scroll" ref={place}>
        <div class="network-canvas" style={{ width: Math.max(width, columnX(columns) + 16), height }}>
          <Links
            places={places}
            links={frame?.links ?? []}
            width={Math.max(width, columnX(columns) + 16)}
            height={height}
          />
          <div class="column" style={{ left: columnX(0) - NEURON / 2 - 64, width: 64 + NEURON }}>
            <h3>Features</h3>
          </div>
          {featureNames.map((name, i) => (
            <Feature key={name} {...{ trainer, name }} x={columnX(0)} y={HEAD + i * ROW} />
          ))}
          {layers.map((layer, i) => (
            <div key={i}>
              <div class="column" style={{ left: columnX(i + 1) - 50, width: 100 }}>
                <div class="row">
                  <Button
                    label={`A neuron less in layer ${i + 1}`}
                    disabled={layer.units <= limits.units[0]}
                    onClick={() => setLayer(i, { units: layer.units - 1 })}
                  >
                    −
                  </Button>
                  <span>
                    {layer.units}
                    <span class="unseen"> neurons in layer {i + 1}</span>
                  </span>
                  <Button
                    label={`A neuron more in layer ${i + 1}`}
                    disabled={layer.units >= limits.units[1]}
                    onClick={() => setLayer(i, { units: layer.units + 1 })}
                  >
                    +
                  </Button>
                </div>
                <Select
                  label={`Layer ${i + 1}`}
                  value={layer.activation}
                  options={activationLabels}
                  onChange={(activation) => setLayer(i, { activation })}
                />
              </div>
              {Array.from({ length: layer.units }, (_, unit) => (
                <Neuron key={unit} {...{ trainer, unit }} layer={i + 1} x={columnX(i + 1)} y={HEAD + unit * ROW} />
              ))}
            </div>
          ))}
          {outputs > 1 &&
            outputPlaces.map(({ x, y }, i) => (
              <span
                key={cssColour(classColours[i]!)}
                class="output-dot"
                style={{ left: x - 7, top: y - 7, background: cssColour(classColours[i]!) }}
              />
            ))}
        </div>
      </div>
      <div class="network-foot">
        <NeuronPanel trainer={trainer} />
        <GradientSizes trainer={trainer} />
      </div>
    </section>
  )
}

const activationLabels = Object.fromEntries(
  Object.entries(activations).map(([name, { label }]) => [name, label]),
) as Record<keyof typeof activations, string>

interface FeatureProps {
  readonly trainer: Trainer
  readonly name: FeatureName
  readonly x: number
  readonly y: number
}

function Feature({ trainer, name, x, y }: FeatureProps) {
  const { features: chosen } = trainer.settings.value
  const index = chosen.indexOf(name)
  const isChosen = index >= 0
  const toggle = () => {
    const next = featureNames.filter((one) => (one === name ? !isChosen : chosen.includes(one)))
    // A network needs something to see.
    if (next.length > 0) void trainer.change({ features: next })
  }
  const { label } = features[name]
  return (
    <div class="feature" style={{ left: x - NEURON / 2 - 64, top: y }}>
      <button type="button" aria-pressed={isChosen} aria-label={`Feature ${label}`} onClick={toggle}>
        <span>{label}</span>
        <MapOf trainer={trainer} layer={0} neuron={index} />
      </button>
    </div>
  )
}

interface NeuronProps {
  readonly trainer: Trainer
  /** 0 are the features. */
  readonly layer: number
  readonly unit: number
  readonly x: number
  readonly y: number
}

function Neuron({ trainer, layer, unit, x, y }: NeuronProps) {
  const chosen = trainer.neuron.value
  const isChosen = chosen?.layer === layer && chosen.neuron === unit
  return (
    <button
      type="button"
      class="neuron"
      style={{ left: x - NEURON / 2, top: y }}
      aria-pressed={isChosen}
      aria-label={`Neuron ${unit + 1} of layer ${layer}: show its weights`}
      onClick={() => {
        trainer.neuron.value = isChosen ? undefined : { layer, neuron: unit }
      }}
    >
      <MapOf trainer={trainer} layer={layer} neuron={unit} />
    </button>
  )
}

function MapOf({
  trainer,
  layer,
  neuron,
}: {
  readonly trainer: Trainer
  readonly layer: number
  readonly neuron: number
}) {
  const values = trainer.frame.value?.maps[layer]
  const shade = theme.value
  const paint = useMemo(
    () => (values === undefined || neuron < 0 ? undefined : paintNeuron(neuronMap(values, neuron), shade)),
    [values, neuron, shade],
  )
  return paint === undefined ? <span class="no-map" /> : <HeatMap width={GRID} height={GRID} paint={paint} />
}

interface LinksProps {
  readonly places: readonly (readonly Place[])[]
  readonly links: readonly Link[]
  readonly width: number
  readonly height: number
}

/** Weights as curves: the larger, the thicker; orange below 0, blue above. What the pointer is near says its numbers. */
function Links({ places, links, width, height }: LinksProps) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const [near, setNear] = useState<{ readonly x: number; readonly y: number; readonly text: string } | undefined>()
  useLayoutEffect(() => {
    const scale = window.devicePixelRatio || 1
    const element = canvas.current!
    element.width = width * scale
    element.height = height * scale
    const context = element.getContext('2d')!
    context.scale(scale, scale)
    for (const { start, end, weight, most } of curvesOf(places, links)) {
      const share = Math.abs(weight) / most
      context.beginPath()
      context.moveTo(start.x, start.y)
      const middle = (start.x + end.x) / 2
      context.bezierCurveTo(middle, start.y, middle, end.y, end.x, end.y)
      context.strokeStyle = cssColour(classColours[weight < 0 ? 0 : 1]!)
      context.globalAlpha = 0.15 + 0.85 * Math.min(1, share)
      context.lineWidth = 0.5 + 6 * Math.min(1, share)
      context.stroke()
    }
  }, [places, links, width, height])
  useEffect(() => {
    // The links lie under the neurons' layer, which takes the pointer.
    const area = canvas.current!.parentElement!
    const move = (event: PointerEvent) => {
      const bounds = area.getBoundingClientRect()
      const [x, y] = [event.clientX - bounds.left, event.clientY - bounds.top]
      setNear(describeNearest(curvesOf(places, links), x, y))
    }
    const leave = () => setNear(undefined)
    area.addEventListener('pointermove', move)
    area.addEventListener('pointerleave', leave)
    return () => {
      area.removeEventListener('pointermove', move)
      area.removeEventListener('pointerleave', leave)
    }
  }, [places, links])
  return (
    <>
      <canvas ref={canvas} class="links" style={{ width, height }} aria-hidden="true" />
      {near !== undefined && (
        <div class="tip" style={{ left: near.x + 12, top: near.y + 12 }}>
          {near.text}
        </div>
      )}
    </>
  )
}

interface Curve {
  readonly start: Place
  readonly end: Place
  readonly weight: number
  readonly gradient: number
  /** The largest weight of the layer. */
  readonly most: number
}

function curvesOf(places: LinksProps['places'], links: readonly Link[]): readonly Curve[] {
  return links.flatMap(({ from, to, weights, gradients }, layer) => {
    const [starts, ends] = [places[layer], places[layer + 1]]
    // Between a change of the network and its first frame they do not fit.
    if (starts?.length !== from || ends?.length !== to) return []
    const most = weights.reduce((largest, weight) => Math.max(largest, Math.abs(weight)), 0.5)
    return Array.from(weights, (weight, i): Curve => {
      const [start, end] = [starts[Math.floor(i / to)]!, ends[i % to]!]
      return {
        start: { x: start.x + NEURON / 2, y: start.y },
        end: { x: end.x - NEURON / 2, y: end.y },
        ...{ weight, gradient: gradients[i] ?? Number.NaN, most },
      }
    })
  })
}

const REACH = 6

function describeNearest(curves: readonly Curve[], x: number, y: number) {
  let best: { readonly distance: number; readonly curve: Curve } | undefined
  for (const curve of curves) {
    const { start, end } = curve
    if (x < start.x || x > end.x) continue
    // The curve's height where it passes below or above the pointer: its x is nearly that of the pointer's share.
    const t = (x - start.x) / (end.x - start.x)
    const height = start.y + (end.y - start.y) * t * t * (3 - 2 * t)
    const distance = Math.abs(height - y)
    if (distance < REACH && (best === undefined || distance < best.distance)) best = { distance, curve }
  }
  if (best === undefined) return undefined
  const { weight, gradient } = best.curve
  const slope = Number.isNaN(gradient) ? '' : `, ∂loss/∂w ${gradient.toPrecision(3)}`
  return { x, y, text: `w ${weight.toPrecision(3)}${slope}` }
}
