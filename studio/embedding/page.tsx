import { signal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { EmbeddingModel } from './model'
import { DataPanel } from './view/data-panel'
import { Legend } from './view/legend'
import { MapBar } from './view/map-bar'
import { MethodPanel } from './view/method-panel'
import { PointMap } from './view/point-map'
import { PointPanel } from './view/point-panel'
import { Progress } from './view/progress'
import './embedding.css'

const shown = signal<EmbeddingModel | undefined>(undefined)

export default function EmbeddingPage() {
  useEffect(() => {
    const model = new EmbeddingModel()
    shown.value = model
    return () => {
      shown.value = undefined
      model.end()
    }
  }, [])
  const model = shown.value
  if (model === undefined) return <main class="loading">Loading …</main>
  return (
    <main
      class="embedding"
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault()
        void model.take([...(event.dataTransfer?.files ?? [])])
      }}
    >
      <h1 class="unseen">Embeddings</h1>
      <div class="column settings">
        <section class="panel" aria-label="Vectors">
          <h2>Vectors</h2>
          <DataPanel model={model} />
        </section>
        <section class="panel" aria-label="Method">
          <h2>Method</h2>
          <MethodPanel model={model} />
        </section>
      </div>
      <section class="panel picture" aria-label="Picture of the vectors">
        <MapBar model={model} />
        {model.error.value !== undefined && (
          <p class="problem" role="alert">
            {model.error.value}
          </p>
        )}
        <PointMap model={model} />
        <Progress model={model} />
      </section>
      <div class="column about">
        <section class="panel" aria-label="Colours">
          <h2>
            Colours <small>{model.colouring.value?.name ?? ''}</small>
          </h2>
          <Legend model={model} />
        </section>
        <section class="panel" aria-label="Points">
          <h2>Points</h2>
          <PointPanel model={model} />
        </section>
      </div>
    </main>
  )
}
