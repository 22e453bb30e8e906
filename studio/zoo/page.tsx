import { type Signal, signal, useSignal } from '@preact/signals'
import { wrap } from 'comlink'
import { useEffect, useId } from 'preact/hooks'
import { replaceQuery, route } from '../parts/address'
import { Legend } from './legend'
import { Strip } from './strip'
import type { Drawn, Listed, ZooService } from './worker'
import './zoo.css'

type Catalogue = ReturnType<ZooService['list']>

/** Every architecture of the library, in one visual language. */
export default function Zoo() {
  const listed = useSignal<Catalogue | undefined>(undefined)
  const drawings = useSignal<ReadonlyMap<string, Signal<Drawn | string | undefined>>>(new Map())
  const find = useSignal(route.value.query.get('find') ?? '')
  const id = useId()

  useEffect(() => {
    const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' })
    const service = wrap<ZooService>(worker)
    const draw = async () => {
      const catalogue = await service.list()
      drawings.value = new Map(
        catalogue.models.map(({ name }) => [name, signal<Drawn | string | undefined>(undefined)]),
      )
      listed.value = catalogue
      for (const [name, drawing] of drawings.value) {
        drawing.value = await service.draw(name).catch((failure: Error) => failure.message)
      }
    }
    void draw()
    return () => worker.terminate()
  }, [])

  const search = (text: string) => {
    find.value = text
    replaceQuery('zoo', new URLSearchParams(text === '' ? {} : { find: text }))
  }
  const wanted = find.value.trim().toLowerCase()
  const matches = ({ title, name, paper }: Listed) =>
    `${title} ${name} ${paper.authors} ${paper.title}`.toLowerCase().includes(wanted)
  const models = listed.value?.models.filter(matches) ?? []
  return (
    <main class="zoo">
      <header>
        <div>
          <h1>Architecture zoo</h1>
          <p class="hint">
            Every network of the library, drawn as it computes: a block is a layer, as high as its pictures and as wide
            as its channels. What comes several times in a row is drawn once.
          </p>
        </div>
        <div class="field">
          <label for={id}>Find</label>
          <input
            {...{ id }}
            type="search"
            value={find.value}
            placeholder="resnet, He, 2015 …"
            onInput={({ currentTarget }) => search(currentTarget.value)}
          />
        </div>
      </header>
      <Legend />
      {listed.value === undefined && <p class="hint">Opening the catalogue …</p>}
      {listed.value !== undefined && models.length === 0 && (
        <p class="hint" role="status">
          No network is called so. Try a shorter part of its name, an author or a year.
        </p>
      )}
      {Object.entries(listed.value?.families ?? {}).map(([family, title]) => {
        const members = models.filter((model) => model.family === family)
        return (
          members.length > 0 && (
            <section key={family} aria-labelledby={`family-${family}`}>
              <h2 id={`family-${family}`}>{title}</h2>
              {members.map((model) => (
                <Card key={model.name} {...{ model }} drawn={drawings.value.get(model.name)!} />
              ))}
            </section>
          )
        )
      })}
    </main>
  )
}

function Card({ model, drawn }: { readonly model: Listed; readonly drawn: Signal<Drawn | string | undefined> }) {
  const { name, title, call, paper, parameters, input, recipe } = model
  const state = drawn.value
  return (
    <article class="panel model" id={name}>
      <div class="about">
        <h3>{title}</h3>
        <p class="numbers">
          <Short value={parameters} /> parameters
          {typeof state === 'object' && state.multiplyAdds > 0 && (
            <>
              {' · '}
              <Short value={state.multiplyAdds} /> multiply-adds
            </>
          )}
          {' · '}
          {input.join(' × ')}
          {typeof state === 'object' && ` → ${state.output.slice(1).join(' × ')}`}
        </p>
        <p class="hint">
          <a href={paper.url} target="_blank" rel="noreferrer" title={paper.title}>
            {paper.authors}
          </a>
          <a href={`#/network?model=${name}`} aria-label={`${title} in the network view`}>
            Network view
          </a>
          {recipe !== undefined && <code title="The recipe that trains it">shapewise run {recipe}</code>}
        </p>
        <code class="call">{call}</code>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys */}
      <section class="drawing" tabIndex={0} aria-label={`Drawing of ${title}`}>
        {state === undefined ? (
          <span class="waits" />
        ) : typeof state === 'string' ? (
          <p class="problem">{state}</p>
        ) : (
          <Strip drawing={state.drawing} {...{ title }} />
        )}
      </section>
    </article>
  )
}

/** A large number in short, and in full under the pointer. */
function Short({ value }: { readonly value: number }) {
  const [size, unit] = value >= 1e9 ? [1e9, ' billion'] : value >= 1e6 ? [1e6, ' million'] : [1, '']
  const text = size === 1 ? value.toLocaleString('en-US') : (value / size).toPrecision(3)
  return <strong title={value.toLocaleString('en-US')}>{`${text}${unit}`}</strong>
}
