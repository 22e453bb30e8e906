import { useRef } from 'preact/hooks'
import { Button, Select, Toggle } from '../../parts/controls'
import { builtIn, isBuiltIn } from '../models/built-in'
import { type Drawn, drawn, hidesShared, openBuiltIn, openFile, reveal, show } from '../state'

/** More nodes are not opened at once. */
const MOST_OPENED = 20_000

/** Which models are drawn, and how much of them. */
export function ModelChoice() {
  const [model, ...others] = drawn.value
  const own = model !== undefined && model.name === undefined
  return (
    <>
      <Select<string>
        label="Model"
        value={own ? 'file' : (model?.name ?? 'lenet')}
        options={own ? { file: model.graph.title, ...builtIn } : builtIn}
        onChange={(name) => {
          if (isBuiltIn(name)) void openBuiltIn(name).then((found) => show(found))
        }}
      />
      <div class="row wrap">
        <FileButton label="Open a file …" onFile={(file) => void openFile(file).then((found) => show(found))} />
        {model !== undefined && <Extent model={model} />}
      </div>
      {model !== undefined && (
        <div class="row end">
          <Select<string>
            label="Compare with"
            value=""
            options={{ '': others.length > 0 ? 'another one …' : 'nothing', ...builtIn }}
            onChange={(name) => {
              if (isBuiltIn(name)) void openBuiltIn(name).then((found) => show(found, drawn.value.length))
            }}
          />
          <FileButton
            label="A file …"
            onFile={(file) => void openFile(file).then((found) => show(found, drawn.value.length))}
          />
        </div>
      )}
    </>
  )
}

function FileButton({ label, onFile }: { readonly label: string; onFile(file: File): void }) {
  const input = useRef<HTMLInputElement>(null)
  return (
    <>
      <Button onClick={() => input.current?.click()}>{label}</Button>
      <input
        ref={input}
        type="file"
        hidden
        aria-label={`${label} A model of ONNX, Keras, PyTorch, safetensors or GGUF`}
        onChange={({ currentTarget }) => {
          const file = currentTarget.files?.[0]
          currentTarget.value = ''
          if (file !== undefined) onFile(file)
        }}
      />
    </>
  )
}

/** How much of a model is opened. */
function Extent({ model }: { readonly model: Drawn }) {
  const { nodes } = model.graph
  const parents = new Set(nodes.map(({ parent }) => parent))
  const inside = nodes.filter((_, i) => parents.has(i))
  const isShared = nodes.some(({ sharedWith }) => sharedWith !== undefined)
  return (
    <>
      {inside.length > 0 && (
        <>
          <Button
            disabled={nodes.length > MOST_OPENED}
            onClick={() => void reveal(model, new Set(inside.map(({ id }) => id)))}
          >
            Open all
          </Button>
          <Button disabled={model.opened.value.size === 0} onClick={() => void reveal(model, new Set())}>
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
            void reveal(model, model.opened.value)
          }}
        />
      )}
    </>
  )
}
