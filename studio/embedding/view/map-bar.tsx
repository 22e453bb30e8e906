import { Button, Slider, Toggle } from '../../parts/controls'
import { download } from '../../parts/download'
import { limits } from '../method/settings'
import type { EmbeddingModel } from '../model'
import { Choice } from './choice'
import { asCsv } from './export'

/** What the pointer does, how points are drawn, and files of what is seen. */
export function MapBar({ model }: { readonly model: EmbeddingModel }) {
  const settings = model.settings.value
  const described = model.described.value
  const frame = model.frame.value
  return (
    <div class="row wrap map-bar">
      <Choice
        label="Dimensions"
        value={settings.dimensions}
        options={{ 2: '2-d', 3: '3-d' }}
        onChange={(dimensions) => model.change({ dimensions })}
      />
      <Choice
        label="What dragging does"
        value={model.tool.value}
        options={{ move: settings.dimensions === '2' ? 'Move' : 'Turn', lasso: 'Lasso', box: 'Box' }}
        onChange={(tool) => {
          model.tool.value = tool
        }}
      />
      {described?.pictures !== undefined && (
        <Toggle label="Pictures" value={settings.pictures} onChange={(pictures) => model.change({ pictures })} />
      )}
      <Slider
        label="Size"
        value={settings.size}
        from={limits.size[0]}
        to={limits.size[1]}
        step={0.1}
        format={(size) => size.toFixed(1)}
        onChange={(size) => model.change({ size })}
      />
      <div class="row export">
        <Button disabled={frame === undefined} onClick={() => void savePicture()}>
          PNG
        </Button>
        <Button
          disabled={frame === undefined || described === undefined}
          onClick={() => download('embedding.csv', new Blob([asCsv(frame!, described!)], { type: 'text/csv' }))}
        >
          CSV
        </Button>
      </div>
    </div>
  )
}

/** What is seen, on the paper of the page. */
async function savePicture(): Promise<void> {
  const shown = document.querySelector<HTMLCanvasElement>('.embedding .map canvas')!
  const canvas = document.createElement('canvas')
  canvas.width = shown.width
  canvas.height = shown.height
  const context = canvas.getContext('2d')!
  context.fillStyle = getComputedStyle(document.documentElement).getPropertyValue('--card')
  context.fillRect(0, 0, canvas.width, canvas.height)
  context.drawImage(shown, 0, 0)
  const made = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve))
  if (made !== null) download('embedding.png', made)
}
