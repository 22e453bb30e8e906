import { useEffect } from 'preact/hooks'
import { Button } from '../parts/controls'
import { Sheet } from './drawing/sheet'
import './network.css'
import { CompareTable } from './panels/compare-table'
import { CompiledPanel } from './panels/compiled-panel'
import { FeedPanel } from './panels/feed-panel'
import { LayerPanel } from './panels/layer-panel'
import { ModelChoice } from './panels/model-choice'
import { Outline } from './panels/outline'
import { Totals } from './panels/totals'
import { aspect, busy, type Drawn, drawn, goTo, openFile, problem, remember, restore, show, start } from './state'

export default function NetworkPage() {
  useEffect(() => {
    const end = start()
    void restore()
    return end
  }, [])
  const models = drawn.value
  const [model] = models
  const place = model?.graph.nodes.findIndex(({ id }) => id === model.selected.value) ?? -1
  return (
    <main
      class="network"
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault()
        const file = event.dataTransfer?.files[0]
        if (file !== undefined) void openFile(file).then((found) => show(found))
      }}
    >
      <h1 class="unseen">Network view</h1>
      <aside class="panel side" aria-label="Model">
        <ModelChoice />
        {busy.value !== undefined && (
          <p class="note" role="status">
            {busy.value}
          </p>
        )}
        {problem.value !== undefined && (
          <div class="problem" role="alert">
            {problem.value}
          </div>
        )}
        {model !== undefined && (
          <>
            <Totals graph={model.graph} notes={model.notes} />
            <FeedPanel key={model.key} model={model} />
            <Outline graph={model.graph} selected={place} onSelect={(to) => look(model, to)} />
          </>
        )}
      </aside>
      <section class="drawing" aria-label="Drawings">
        <div class="sheets">
          {models.map((one, i) => (
            <Sheet key={one.key} model={one} at={i} />
          ))}
        </div>
        {models.length > 1 && <CompareTable onLook={look} />}
      </section>
      <aside class="panel details" aria-label="Details">
        {model !== undefined && (
          <>
            <Aspects canRun={model.inputs.length > 0} />
            {aspect.value === 'compiled' && model.inputs.length > 0 ? (
              <CompiledPanel key={model.key} model={model} />
            ) : (
              <LayerPanel model={model} place={place} onSelect={(to) => look(model, to)} />
            )}
          </>
        )}
      </aside>
    </main>
  )
}

/** Looks at a node of a model in its drawing. */
function look(model: Drawn, place: number): void {
  const canvas = document.querySelector(`[data-sheet="${model.key}"] canvas`)
  void goTo(model, place, { width: canvas?.clientWidth ?? 600, height: canvas?.clientHeight ?? 600 })
}

function Aspects({ canRun }: { readonly canRun: boolean }) {
  if (!canRun) return null
  const choose = (next: 'layer' | 'compiled') => {
    aspect.value = next
    remember()
  }
  return (
    <fieldset class="aspects">
      <legend class="unseen">What is shown</legend>
      <Button pressed={aspect.value === 'layer'} onClick={() => choose('layer')}>
        Layer
      </Button>
      <Button pressed={aspect.value === 'compiled'} onClick={() => choose('compiled')}>
        Compiled
      </Button>
    </fieldset>
  )
}
