import { useEffect, useState } from 'preact/hooks'
import { Button, Select } from '../../parts/controls'
import { cssColour } from '../../parts/palette'
import { theme } from '../../parts/theme'
import type { Described } from '../data/collection'
import type { EmbeddingModel } from '../model'
import { classColour } from './colours'
import { short } from './legend'
import { find } from './search'
import { Thumb } from './thumb'

/** Numbers of a vector that are written out. */
const WRITTEN = 6

/** What is known of the point under the pointer, or of the one that was clicked, and its nearest among the vectors. */
export function PointPanel({ model }: { readonly model: EmbeddingModel }) {
  const described = model.described.value
  const index = model.hovered.value ?? model.focus.value
  if (described === undefined) return null
  return (
    <>
      <Search model={model} described={described} />
      <Selection model={model} described={described} />
      <section class="point" aria-label="The point">
        {index === undefined ? (
          <p class="hint">Point at a point to see what it is; click it for its nearest neighbours among the vectors.</p>
        ) : (
          <Point model={model} described={described} index={index} />
        )}
      </section>
      {model.focus.value !== undefined && <Neighbours model={model} described={described} focus={model.focus.value} />}
    </>
  )
}

/** All labels of a point, in words. */
function labelsOf({ colourings }: Described, index: number): { readonly name: string; readonly value: string }[] {
  return colourings.map((each) => ({
    name: each.name,
    value: each.kind === 'values' ? short(each.of[index]!) : (each.names[each.of[index]!] ?? ''),
  }))
}

interface PointProps {
  readonly model: EmbeddingModel
  readonly described: Described
  readonly index: number
}

function Point({ model, described, index }: PointProps) {
  const [vector, setVector] = useState<Float32Array | undefined>(undefined)
  useEffect(() => {
    let isWanted = true
    void model.vector(index).then((found) => isWanted && setVector(found))
    return () => {
      isWanted = false
    }
  }, [described, index])
  const { pictures, features, width } = described
  return (
    <div class="row start">
      {pictures !== undefined && <Thumb pictures={pictures} index={index} size={96} />}
      <dl>
        <div>
          <dt>Point</dt>
          <dd>#{index}</dd>
        </div>
        {labelsOf(described, index).map(({ name, value }) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
        {features !== undefined && width <= 12 && vector !== undefined ? (
          features.map((feature, j) => (
            <div key={feature}>
              <dt>{feature}</dt>
              <dd>{short(vector[j]!)}</dd>
            </div>
          ))
        ) : (
          <div>
            <dt>{width.toLocaleString('en')} numbers</dt>
            <dd>
              {vector === undefined ? '…' : Array.from(vector.subarray(0, WRITTEN), short).join(', ')}
              {width > WRITTEN && ' …'}
            </dd>
          </div>
        )}
      </dl>
    </div>
  )
}

function Neighbours({
  model,
  described,
  focus,
}: {
  readonly model: EmbeddingModel
  readonly described: Described
  readonly focus: number
}) {
  const { measure } = model.settings.value
  const found = model.neighbours.value
  const colouring = model.colouring.value
  const classOf = (index: number): number => (colouring?.kind === 'classes' ? colouring.of[index]! : -1)
  const alike = found.filter(({ index }) => classOf(index) === classOf(focus)).length
  return (
    <section class="neighbours" aria-label="Nearest neighbours">
      <div class="row between">
        <h3>Nearest among the vectors</h3>
        <Button
          onClick={() => {
            model.selection.value = [focus, ...found.map(({ index }) => index)]
          }}
        >
          Select
        </Button>
      </div>
      <Select
        label="Distance"
        value={measure}
        options={{ cosine: 'Cosine: 1 − cos of the angle', euclidean: 'Euclidean' }}
        onChange={(chosen) => model.change({ measure: chosen })}
      />
      {classOf(focus) >= 0 && (
        <p class="note" role="status">
          {alike} of {found.length} have its {colouring!.name}.
        </p>
      )}
      <ol>
        {found.map(({ index, distance }) => (
          <li key={index}>
            <button
              type="button"
              class="quiet"
              aria-label={`Go to point ${index}, distance ${short(distance)}`}
              onClick={() => {
                model.focus.value = index
              }}
              onPointerEnter={() => {
                model.hovered.value = index
              }}
              onPointerLeave={() => {
                model.hovered.value = undefined
              }}
            >
              {described.pictures !== undefined ? (
                <Thumb pictures={described.pictures} index={index} size={32} />
              ) : (
                classOf(index) >= 0 && (
                  <span class="dot" style={{ background: cssColour(classColour(classOf(index), theme.value)) }} />
                )
              )}
              <span class="name">
                {colouring === undefined
                  ? `#${index}`
                  : labelsOf(described, index)[described.colourings.indexOf(colouring)]!.value}
              </span>
              <small>{short(distance)}</small>
            </button>
          </li>
        ))}
      </ol>
    </section>
  )
}

function Search({ model, described }: { readonly model: EmbeddingModel; readonly described: Described }) {
  const [question, setQuestion] = useState('')
  const [count, setCount] = useState<number | undefined>(undefined)
  const search = (text: string) => {
    setQuestion(text)
    const found = find(described, text)
    setCount(text.trim() === '' ? undefined : found.length)
    model.selection.value = found.length === 0 ? undefined : found
    if (found.length === 1) model.focus.value = found[0]
  }
  return (
    <div class="field">
      <label for="embedding-search">Search for a label, or #number</label>
      <input
        id="embedding-search"
        type="search"
        value={question}
        placeholder={described.colourings.length > 0 ? 'such as 7' : 'such as #12'}
        onInput={({ currentTarget }) => search(currentTarget.value)}
      />
      {count === 0 && (
        <p class="note" role="status">
          Nothing is called so.
        </p>
      )}
    </div>
  )
}

/** How many points were chosen, and of which classes. */
function Selection({ model, described }: { readonly model: EmbeddingModel; readonly described: Described }) {
  const selection = model.selection.value
  const colouring = model.colouring.value
  if (selection === undefined) return null
  const counts = new Map<number, number>()
  if (colouring?.kind === 'classes') {
    for (const i of selection) counts.set(colouring.of[i]!, (counts.get(colouring.of[i]!) ?? 0) + 1)
  }
  const parts = [...counts].sort((a, b) => b[1] - a[1])
  return (
    <section class="selection" aria-label="Selection">
      <div class="row between">
        <p role="status">
          <b data-selected>{selection.length.toLocaleString('en')}</b> of {described.count.toLocaleString('en')} points
        </p>
        <Button
          onClick={() => {
            model.selection.value = undefined
          }}
        >
          Clear
        </Button>
      </div>
      {parts.length > 0 && colouring?.kind === 'classes' && (
        <>
          <div class="shares" aria-hidden="true">
            {parts.map(([index, count]) => (
              <span key={index} style={{ flexGrow: count, background: cssColour(classColour(index, theme.value)) }} />
            ))}
          </div>
          <p class="note">
            {parts
              .slice(0, 5)
              .map(([index, count]) => `${colouring.names[index] || '(none)'}: ${count}`)
              .join(', ')}
            {parts.length > 5 ? ' …' : ''}
          </p>
        </>
      )}
    </section>
  )
}
