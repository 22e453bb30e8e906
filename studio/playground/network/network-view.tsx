import { useCallback, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks'
import { Button, Select } from '../../parts/controls'
import { activations } from '../settings/choices'
import { limits, type Settings } from '../settings/settings'
import type { Trainer } from '../training/trainer'
import { GradientSizes } from './gradient-sizes'
import { featureNames, HEAD, layoutOf, NAMES, NEURON, ROW } from './layout'
import { Links } from './links'
import { Feature, Neuron } from './neuron'
import { NeuronPanel } from './neuron-panel'

/** Features, hidden layers, outputs, and the links between them. */
export function NetworkView({ trainer }: { readonly trainer: Trainer }) {
  const settings = trainer.settings.value
  const frame = trainer.frame.value
  const area = useRef<HTMLDivElement>(null)
  const [room, setRoom] = useState(640)
  useLayoutEffect(() => {
    const observer = new ResizeObserver(() => setRoom(area.current!.clientWidth))
    observer.observe(area.current!)
    return () => observer.disconnect()
  }, [])
  const { layers } = settings
  const outputs = frame?.links.at(-1)?.to ?? 1
  const layout = useMemo(() => layoutOf(settings, outputs, room), [settings, outputs, room])
  const choose = useCallback(
    (layer: number, from: number, to: number) => {
      trainer.neuron.value = { layer: layer + 1, neuron: to, from }
    },
    [trainer],
  )
  const { places, width, height, columnX } = layout
  return (
    <section class="panel network" aria-label="Network">
      <LayerCount trainer={trainer} />
      <div class="network-scroll" ref={area}>
        <div class="network-canvas" style={{ width, height }}>
          <Links {...{ places, width, height }} links={frame?.links ?? []} onChoose={choose} />
          <div class="column" style={{ left: columnX(0) - NEURON / 2 - NAMES, width: NAMES + NEURON }}>
            <h3>Features</h3>
          </div>
          {featureNames.map((name, i) => (
            <Feature key={name} {...{ trainer, name }} place={{ x: columnX(0), y: HEAD + NEURON / 2 + i * ROW }} />
          ))}
          {layers.map((_, i) => (
            <div key={i}>
              <LayerHead {...{ trainer, index: i }} x={columnX(i + 1)} />
              {places[i + 1]!.map((place, unit) => (
                <Neuron key={unit} {...{ trainer, unit, place }} layer={i + 1} />
              ))}
            </div>
          ))}
          <div class="column" style={{ left: columnX(layers.length + 1) - 36, width: 56 }}>
            <h3>Output</h3>
          </div>
          {places.at(-1)!.map((place, unit) => (
            <Neuron
              key={unit}
              {...{ trainer, unit, place, isOutput: true, ofClass: outputs > 1 ? unit : undefined }}
              layer={layers.length + 1}
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

function LayerCount({ trainer }: { readonly trainer: Trainer }) {
  const { layers } = trainer.settings.value
  const change = (changes: Partial<Settings>) => void trainer.change(changes)
  return (
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
          onClick={() => change({ layers: [...layers, { units: 2, activation: layers.at(-1)?.activation ?? 'tanh' }] })}
        >
          +
        </Button>
      </div>
    </div>
  )
}

interface LayerHeadProps {
  readonly trainer: Trainer
  readonly index: number
  /** The middle of its column. */
  readonly x: number
}

/** How many neurons a layer has, and of which kind. */
function LayerHead({ trainer, index, x }: LayerHeadProps) {
  const { layers } = trainer.settings.value
  const { units, activation } = layers[index]!
  const set = (changes: Partial<Settings['layers'][number]>) =>
    void trainer.change({ layers: layers.map((layer, i) => (i === index ? { ...layer, ...changes } : layer)) })
  return (
    <div class="column" style={{ left: x - 45, width: 90 }}>
      <div class="row">
        <Button
          label={`A neuron less in layer ${index + 1}`}
          disabled={units <= limits.units[0]}
          onClick={() => set({ units: units - 1 })}
        >
          −
        </Button>
        <span>
          {units}
          <span class="unseen"> neurons in layer {index + 1}</span>
        </span>
        <Button
          label={`A neuron more in layer ${index + 1}`}
          disabled={units >= limits.units[1]}
          onClick={() => set({ units: units + 1 })}
        >
          +
        </Button>
      </div>
      <Select
        label={`Layer ${index + 1}`}
        value={activation}
        options={activationLabels}
        onChange={(chosen) => set({ activation: chosen })}
      />
    </div>
  )
}

const activationLabels = Object.fromEntries(
  Object.entries(activations).map(([name, { label }]) => [name, label]),
) as Record<keyof typeof activations, string>
