import { Button } from '../../parts/controls'
import { comparison, tintOf } from '../comparison'
import { type Drawn, drawn, drop, select, toggle } from '../state'
import { GraphView } from './graph-view'
import { begin } from './view'

/** The drawing of one of the models. */
export function Sheet({ model, at }: { readonly model: Drawn; readonly at: number }) {
  const { graph, layout, view } = model
  const compared = drawn.value.length > 1 ? comparison.value : undefined
  if (layout.value === undefined) return null
  return (
    <div class="sheet" data-sheet={model.key}>
      {compared !== undefined && (
        <div class="sheet-title">
          <b>{graph.title}</b>
          {at > 0 && (
            <Button kind="quiet" label={`Take ${graph.title} away`} onClick={() => drop(model)}>
              ✕
            </Button>
          )}
        </div>
      )}
      <GraphView
        {...{ graph, view, layout: layout.value }}
        selected={graph.nodes.findIndex(({ id }) => id === model.selected.value)}
        tint={compared && tintOf(compared, at)}
        onReady={(screen) => {
          view.value = begin(layout.value!, screen)
        }}
        onSelect={(place) => select(model, place)}
        onToggle={(place) => toggle(model, place)}
      />
    </div>
  )
}
