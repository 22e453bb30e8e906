import { useEffect, useId, useRef } from 'preact/hooks'
import { Button } from '../../parts/controls'
import { features } from '../settings/choices'
import type { Trainer } from '../training/trainer'

/** The weights of the chosen neuron: to be read, and to be changed by hand. */
export function NeuronPanel({ trainer }: { readonly trainer: Trainer }) {
  const chosen = trainer.neuron.value
  const frame = trainer.frame.value
  const link = chosen && frame?.links[chosen.layer - 1]
  if (chosen === undefined || link === undefined || chosen.neuron >= link.to) {
    return (
      <p class="hint">
        Click a neuron or a link to read and change weights by hand. Point at a link for its weight and gradient, at a
        neuron to see its map large, at the output to see every neuron’s value there.
      </p>
    )
  }
  const { layer, neuron } = chosen
  const { settings } = trainer
  const isOutput = layer === frame!.links.length
  const nameOf = (from: number): string =>
    layer === 1 ? features[settings.value.features[from]!].label : `neuron ${from + 1} of layer ${layer - 1}`
  const set = (from: number | undefined, value: number) => void trainer.setWeight(layer - 1, from, neuron, value)
  const map = frame!.maps[layer]
  const size = map === undefined ? 0 : map.length / link.to
  const own = map?.subarray(neuron * size, (neuron + 1) * size)
  const low = own?.reduce((least, value) => Math.min(least, value), Infinity)
  const high = own?.reduce((most, value) => Math.max(most, value), -Infinity)
  return (
    <div class="neuron-panel">
      <div class="row">
        <h3>
          {isOutput ? 'Output' : 'Neuron'} {isOutput && link.to === 1 ? '' : neuron + 1}
          {isOutput ? '' : ` of layer ${layer}`}
        </h3>
        <span>
          {low === undefined || high === undefined ? '' : `gives ${low.toPrecision(3)} … ${high.toPrecision(3)}`}
        </span>
        <Button
          kind="quiet"
          label="Close"
          onClick={() => {
            trainer.neuron.value = undefined
          }}
        >
          ×
        </Button>
      </div>
      <table>
        <thead>
          <tr>
            <th scope="col">from</th>
            <th scope="col">weight</th>
            <th scope="col">gradient</th>
          </tr>
        </thead>
        <tbody>
          {Array.from({ length: link.from }, (_, from) => (
            <WeightRow
              key={nameOf(from)}
              name={nameOf(from)}
              isChosen={chosen.from === from}
              value={link.weights[from * link.to + neuron]!}
              gradient={link.gradients[from * link.to + neuron]}
              onChange={(value) => set(from, value)}
            />
          ))}
          <WeightRow
            name="bias"
            value={link.biases[neuron]!}
            gradient={link.biasGradients[neuron]}
            onChange={(value) => set(undefined, value)}
          />
        </tbody>
      </table>
    </div>
  )
}

interface WeightRowProps {
  readonly name: string
  /** Whether its link was clicked. */
  readonly isChosen?: boolean
  readonly value: number
  readonly gradient: number | undefined
  onChange(value: number): void
}

function WeightRow({ name, isChosen = false, value, gradient, onChange }: WeightRowProps) {
  const id = useId()
  const input = useRef<HTMLInputElement>(null)
  useEffect(() => {
    if (isChosen) input.current!.select()
  }, [isChosen])
  return (
    <tr>
      <th scope="row">
        <label for={id}>{name}</label>
      </th>
      <td>
        <input
          id={id}
          ref={input}
          type="number"
          step="0.1"
          value={Number(value.toPrecision(4))}
          onChange={({ currentTarget }) => {
            const given = currentTarget.valueAsNumber
            if (Number.isFinite(given)) onChange(given)
          }}
        />
      </td>
      <td>{gradient === undefined ? '–' : gradient.toPrecision(3)}</td>
    </tr>
  )
}
