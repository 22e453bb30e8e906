import { useEffect, useRef } from 'preact/hooks'
import { Button, Select, Toggle } from '../parts/controls'
import { GraphView } from './drawing/graph-view'
import { begin } from './drawing/view'
import { wayTo } from './graph/graph'
import { builtIn, isBuiltIn } from './models/built-in'
import './network.css'
import { LayerPanel } from './panels/layer-panel'
import { Outline } from './panels/outline'
import { Totals } from './panels/totals'
import {
  busy,
  drawn,
  hidesShared,
  layout,
  openBuiltIn,
  opened,
  openFile,
  problem,
  remembered,
  reveal,
  select,
  selected,
  show,
  start,
  view,
} from './state'

export default function NetworkPage() {
  useEffect(() => {
    const end = start()
    const { model, open, layer } = remembered()
    void openBuiltIn(model).then((found) => show(found, open, layer))
    return end
  }, [])
  const [model] = drawn.value
  const graph = model?.graph
  const place = graph === undefined ? -1 : graph.nodes.findIndex(({ id }) => id === selected.value)
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
        {model !== undefined && <Totals graph={model.graph} notes={model.notes} />}
        {model !== undefined && <Outline graph={model.graph} selected={place} onSelect={goTo} />}
      </aside>
      <section class="drawing" aria-label="Drawing of the network">
        {graph !== undefined && layout.value !== undefined && (
          <GraphView
            {...{ graph, view, layout: layout.value, selected: place }}
            onReady={(screen) => {
              view.value = begin(layout.value!, screen)
            }}
            onSelect={(at) => select(graph.nodes[at]?.id)}
            onToggle={toggle}
          />
        )}
      </section>
      <aside class="panel details" aria-label="Layer">
        {model !== undefined && <LayerPanel model={model} place={place} onSelect={goTo} />}
      </aside>
    </main>
  )
}

function ModelChoice() {
  const input = useRef<HTMLInputElement>(null)
  const [model] = drawn.value
  const own = model !== undefined && model.name === undefined
  const options = own ? { file: model.graph.title, ...builtIn } : builtIn
  const isNested = model?.graph.nodes.some(({ parent }) => parent >= 0) ?? false
  const isShared = model?.graph.nodes.some(({ sharedWith }) => sharedWith !== undefined) ?? false
  const inside = model?.graph.nodes.filter((_, i) => model.graph.nodes.some(({ parent }) => parent === i)) ?? []
  return (
    <>
      <Select<string>
        label="Model"
        value={own ? 'file' : (model?.name ?? 'lenet')}
        options={options}
        onChange={(name) => {
          if (isBuiltIn(name)) void openBuiltIn(name).then((found) => show(found))
        }}
      />
      <div class="row wrap">
        <Button onClick={() => input.current?.click()}>Open a file …</Button>
        <input
          ref={input}
          type="file"
          hidden
          aria-label="A model of ONNX, Keras, PyTorch, safetensors or GGUF"
          onChange={({ currentTarget }) => {
            const file = currentTarget.files?.[0]
            currentTarget.value = ''
            if (file !== undefined) void openFile(file).then((found) => show(found))
          }}
        />
        {isNested && (
          <>
            <Button
              disabled={inside.length > MOST_OPENED}
              onClick={() => void reveal(new Set(inside.map(({ id }) => id)))}
            >
              Open all
            </Button>
            <Button disabled={opened.value.size === 0} onClick={() => void reveal(new Set())}>
              Close all
            </Button>
          </>
        )}
        {isShared && (
          <Toggle
            label="Hide repeated calls"
            hint="Layers that are called again, with the weights that they have already"
            value={hidesShared.value}
            onChange={(hides) => {
              hidesShared.value = hides
              void reveal(opened.value)
            }}
          />
        )}
      </div>
    </>
  )
}

const MOST_OPENED = 20_000

function toggle(place: number): void {
  const { id } = drawn.value[0]!.graph.nodes[place]!
  const next = new Set(opened.value)
  if (!next.delete(id)) next.add(id)
  void reveal(next, place)
}

/** Opens what a node lies in, and brings it into the middle. */
async function goTo(place: number): Promise<void> {
  const { graph } = drawn.value[0]!
  const way = wayTo(graph, place).slice(0, -1)
  const next = new Set([...opened.value, ...way.map((at) => graph.nodes[at]!.id)])
  if (next.size > opened.value.size) await reveal(next)
  select(graph.nodes[place]?.id)
  const laid = layout.value
  const at = laid?.nodes.indexOf(place) ?? -1
  const element = document.querySelector('.graph-view canvas')
  if (laid === undefined || at < 0 || element === null || view.value === undefined) return
  const [x, y, width] = laid.boxes.subarray(4 * at, 4 * at + 3)
  const scale = Math.max(0.6, view.value.scale)
  view.value = {
    x: x! + width! / 2 - element.clientWidth / 2 / scale,
    y: y! - element.clientHeight / 3 / scale,
    scale,
  }
}
