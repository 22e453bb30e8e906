import { useRef } from 'preact/hooks'
import { Button, Select, Slider, Toggle } from '../../parts/controls'
import { limits, sources } from '../method/settings'
import type { EmbeddingModel } from '../model'

/** Which vectors are shown, and how they are coloured. */
export function DataPanel({ model }: { readonly model: EmbeddingModel }) {
  const settings = model.settings.value
  const described = model.described.value
  const input = useRef<HTMLInputElement>(null)
  const isLayer = ['C1', 'S2', 'C3', 'S4', 'C5', 'F6', 'output'].includes(settings.data)
  const colourings = described?.colourings ?? []
  return (
    <>
      <Select
        label="Vectors"
        value={settings.data}
        options={sources}
        onChange={(data) => model.change({ data, colour: 0 })}
      />
      {settings.data === 'own' ? null : (
        <Slider
          label="How many"
          value={settings.count}
          from={limits.count[0]}
          to={limits.count[1]}
          step={100}
          format={(count) => count.toLocaleString('en')}
          onChange={(count) => model.change({ count })}
        />
      )}
      {isLayer && (
        <Toggle label="LeNet has learned" value={settings.trained} onChange={(trained) => model.change({ trained })} />
      )}
      <div class="row wrap">
        <Button onClick={() => input.current!.click()}>Open a file …</Button>
        <input
          ref={input}
          type="file"
          multiple
          hidden
          accept=".csv,.tsv,.txt,.npy,.npz,.safetensors"
          aria-label="Files with your own vectors"
          onChange={({ currentTarget }) => {
            void model.take([...(currentTarget.files ?? [])])
            currentTarget.value = ''
          }}
        />
      </div>
      <p class="hint">
        {described === undefined || described.note === ''
          ? 'Or drop one anywhere: CSV, TSV, npy, npz or safetensors; a second file may hold labels.'
          : described.note}
      </p>
      <Select
        label="Scale"
        hint="What distances are measured between"
        value={settings.scaling}
        options={{ none: 'as they are', unit: 'all of length 1', columns: 'each column of variance 1' }}
        onChange={(scaling) => model.change({ scaling })}
      />
      {colourings.length > 1 && (
        <Select
          label="Colour by"
          value={String(Math.min(settings.colour, colourings.length - 1))}
          options={Object.fromEntries(colourings.map(({ name }, i) => [String(i), name]))}
          onChange={(colour) => model.change({ colour: Number(colour) })}
        />
      )}
    </>
  )
}
