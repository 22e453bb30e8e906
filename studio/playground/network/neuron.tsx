import { useMemo } from 'preact/hooks'
import { HeatMap } from '../../parts/heat-map'
import { classColours, cssColour } from '../../parts/palette'
import { theme } from '../../parts/theme'
import { GRID } from '../data/plane'
import { neuronMap, paintNeuron } from '../output/maps'
import { view } from '../output/view'
import { type FeatureName, features } from '../settings/choices'
import type { Trainer } from '../training/trainer'
import { featureNames, NAMES, NEURON, type Place } from './layout'

interface FeatureProps {
  readonly trainer: Trainer
  readonly name: FeatureName
  readonly place: Place
}

/** What a network can be given of a point, and a click whether it is. */
export function Feature({ trainer, name, place }: FeatureProps) {
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
    <div class="feature" style={{ left: place.x - NEURON / 2 - NAMES, top: place.y - NEURON / 2 }}>
      <button
        type="button"
        aria-pressed={isChosen}
        aria-label={`Feature ${label}`}
        title={isChosen ? undefined : `Let the network see ${label}`}
        onClick={toggle}
        {...pointing(trainer, isChosen ? { layer: 0, neuron: index } : undefined)}
      >
        <span>{label}</span>
        <span class="map">
          <MapOf trainer={trainer} layer={0} neuron={index} />
        </span>
      </button>
    </div>
  )
}

interface NeuronProps {
  readonly trainer: Trainer
  /** 0 are the features. */
  readonly layer: number
  readonly unit: number
  readonly place: Place
  /** For one of several outputs: the class that it stands for. */
  readonly isOutput?: boolean
  readonly ofClass?: number | undefined
}

/** What a neuron answers everywhere in the plane; a click opens its weights. */
export function Neuron({ trainer, layer, unit, place, isOutput = false, ofClass }: NeuronProps) {
  const chosen = trainer.neuron.value
  const isChosen = chosen?.layer === layer && chosen.neuron === unit
  const name = isOutput ? `Output ${unit + 1}` : `Neuron ${unit + 1} of layer ${layer}`
  return (
    <button
      type="button"
      class="neuron map"
      style={{
        ...{ left: place.x - NEURON / 2, top: place.y - NEURON / 2 },
        ...(ofClass !== undefined && { borderColor: cssColour(classColours[ofClass]!), borderWidth: 3 }),
      }}
      aria-pressed={isChosen}
      aria-label={`${name}: show its weights`}
      onClick={() => {
        trainer.neuron.value = isChosen ? undefined : { layer, neuron: unit }
      }}
      {...pointing(trainer, { layer, neuron: unit })}
    >
      <MapOf trainer={trainer} layer={layer} neuron={unit} />
    </button>
  )
}

/** While the pointer is on a neuron, its map is shown large. */
const pointing = (trainer: Trainer, neuron: { readonly layer: number; readonly neuron: number } | undefined) => ({
  onPointerEnter: () => {
    trainer.pointed.value = neuron
  },
  onPointerLeave: () => {
    trainer.pointed.value = undefined
  },
})

interface MapOfProps {
  readonly trainer: Trainer
  readonly layer: number
  readonly neuron: number
}

/** The map of a neuron, and its value for the place that is pointed at. */
function MapOf({ trainer, layer, neuron }: MapOfProps) {
  const values = trainer.frame.value?.maps[layer]
  const shade = theme.value
  const map = useMemo(
    () => (values === undefined || neuron < 0 ? undefined : neuronMap(values, neuron)),
    [values, neuron],
  )
  const paint = useMemo(() => map && paintNeuron(map, shade), [map, shade])
  const square = view.square.value
  if (paint === undefined || map === undefined || map.length === 0) return <span class="no-map" />
  return (
    <>
      <HeatMap width={GRID} height={GRID} paint={paint} />
      {square !== undefined && <span class="value">{short(map[square] ?? Number.NaN)}</span>}
    </>
  )
}

/** A number in at most five characters. */
const short = (value: number): string =>
  Math.abs(value) < 99.5 ? value.toFixed(Math.abs(value) < 9.95 ? 2 : 1) : value.toPrecision(2)
