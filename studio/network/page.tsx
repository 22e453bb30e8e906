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
import {
  aspect,
  busy,
  type Drawn,
  drawn,
  goTo,
  looked,
  openFile,
  problem,
  remember,
  restore,
  show,
  start,
} from './state'

export default function NetworkPage() {
  useEffect(() => {
    const end = start()
    void restore()
    return end
  }, [])
  const models = drawn.value
  const [model] = models
  const told = models.find(({ key }) => key === looked.value) ?? model
  const place = told?.graph.nodes.findIndex(({ id }) => id === told.selected.value) ?? -1
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
            <Outline graph={model.graph} selected={told === model ? place : -1} onSelect={(to) => look(model, to)} />
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
        {told !== undefined && (
          <>
            <Aspects canRun={told.inputs.length > 0} />
            {models.length > 1 && <p class="note">{told.graph.title}</p>}
            {aspect.value === 'compiled' && told.inputs.length > 0 ? (
              <CompiledPanel key={told.key} model={told} />
            ) : (
              <LayerPanel model={told} place={place} onSelect={(to) => look(told, to)} />
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
