import { amountsWithin, amountText, shapeText } from '../graph/graph'
import { layersWithin } from '../graph/layers-within'
import type { Drawn } from '../state'
import { ActivationCard } from './activation-card'
import { WeightCard } from './weight-card'

interface LayerPanelProps {
  readonly model: Drawn
  readonly place: number
  onSelect(place: number): void
}

/** All about one node. */
export function LayerPanel({ model, place, onSelect }: LayerPanelProps) {
  const { graph } = model
  const node = graph.nodes[place]
  if (node === undefined) {
    return (
      <>
        <h2>Layer</h2>
        <p class="note">Click a layer to see its weights and what it gives. Click what lies on others to open it.</p>
      </>
    )
  }
  const inside = layersWithin(graph)[place]!
  const { parameters, multiplyAdds, memory } = amountsWithin(graph)[place]!
  const shared = node.sharedWith === undefined ? undefined : graph.nodes[node.sharedWith]
  const rows = [
    ['Gives', node.outputs.map(shapeText).join(', ')],
    ['Layers in it', inside > 0 ? inside.toLocaleString('en-US') : ''],
    ['Parameters', parameters > 0 ? parameters.toLocaleString('en-US') : ''],
    ['Multiply-adds', multiplyAdds > 0 ? amountText(multiplyAdds) : ''],
    ['Memory', memory > 0 ? amountText(memory, 'B') : ''],
  ] as const
  return (
    <>
      <h2>
        {node.type} <small>{node.detail}</small>
      </h2>
      <p class="note path">{node.id}</p>
      <dl class="figures">
        {rows.map(
          ([name, value]) =>
            value !== '' && (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ),
        )}
      </dl>
      {shared !== undefined && (
        <p class="note">
          It has the weights of{' '}
          <button type="button" class="link" onClick={() => onSelect(node.sharedWith!)}>
            {shared.id}
          </button>
          , which count there.
        </p>
      )}
      {node.value !== undefined && <ActivationCard modelKey={model.key} name={node.value} />}
      {(shared ?? node).weights.map(({ name, shape }) => (
        <WeightCard key={`${model.key} ${name}`} {...{ modelKey: model.key, name, shape, order: model.order }} />
      ))}
    </>
  )
}
