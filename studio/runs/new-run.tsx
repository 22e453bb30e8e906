import { useEffect, useId, useRef, useState } from 'preact/hooks'
import type { RecipeEntry, StartErrors } from '../../src/studio/api'
import { Button } from '../parts/controls'
import { check, Refused, recipes, start } from './server'
import { chosen, opened, shown } from './view'

type Declaration = RecipeEntry['options'][string]

/** A run is begun here: a recipe, its options as it has declared them, and a seed. */
export function NewRun({ onClose }: { onClose(): void }) {
  const dialog = useRef<HTMLDialogElement>(null)
  const [known, setKnown] = useState<readonly RecipeEntry[]>([])
  const [name, setName] = useState('lenet-mnist')
  const [texts, setTexts] = useState<Readonly<Record<string, string>>>({})
  const [seed, setSeed] = useState('0')
  const [errors, setErrors] = useState<StartErrors>({})
  const [problem, setProblem] = useState('')
  const [isStarting, setStarting] = useState(false)
  useEffect(() => {
    dialog.current?.showModal()
    recipes().then(setKnown, ({ message }) => setProblem(message))
  }, [])
  const given = { recipe: name, options: texts, seed }
  useEffect(() => {
    if (known.length === 0) return
    let isLatest = true
    check(given).then(
      (found) => isLatest && setErrors(found),
      ({ message }) => isLatest && setProblem(message),
    )
    return () => {
      isLatest = false
    }
  }, [known, name, texts, seed])
  const recipe = known.find((one) => one.name === name)
  const go = async () => {
    setStarting(true)
    setProblem('')
    try {
      const { id } = await start(given)
      if (chosen.value !== undefined) chosen.value = [id, ...shown.value.map((run) => run.id)]
      opened.value = id
      onClose()
    } catch (error) {
      setStarting(false)
      setProblem(error instanceof Error ? error.message : String(error))
      if (error instanceof Refused) setErrors(error.errors)
    }
  }
  return (
    <dialog ref={dialog} class="dialog" aria-label="New run" onClose={onClose}>
      <form
        class="run-form"
        method="dialog"
        onSubmit={(event) => {
          event.preventDefault()
          if (Object.keys(errors).length === 0) void go()
        }}
      >
        <h2>New run</h2>
        <div class="field">
          <label for="recipe">Recipe</label>
          <select
            id="recipe"
            value={name}
            onChange={({ currentTarget }) => {
              setName(currentTarget.value)
              setTexts({})
            }}
          >
            {known.map((one) => (
              <option key={one.name} value={one.name} selected={one.name === name}>
                {one.name}: {one.title}
              </option>
            ))}
          </select>
        </div>
        {recipe !== undefined && (
          <>
            <p>
              {recipe.title}. <span class="hint">{recipe.source}</span>
            </p>
            <div class="option-grid">
              {Object.entries(recipe.options).map(([option, declaration]) => (
                <OptionField
                  key={`${name} ${option}`}
                  {...{ option, declaration, error: errors[option] }}
                  value={texts[option] ?? String(declaration.default)}
                  onChange={(text) => setTexts((before) => ({ ...before, [option]: text }))}
                />
              ))}
              <OptionField
                option="seed"
                declaration={{ kind: 'integer', default: 0, minimum: 0, description: 'start of all random numbers' }}
                {...{ value: seed, error: errors.seed, onChange: setSeed }}
              />
            </div>
          </>
        )}
        {problem !== '' && (
          <p class="problem" role="alert">
            {problem}
          </p>
        )}
        <div class="row">
          <button
            type="submit"
            class="main"
            disabled={isStarting || recipe === undefined || Object.keys(errors).length > 0}
          >
            {isStarting ? 'Starting …' : 'Start'}
          </button>
          <Button onClick={() => dialog.current?.close()}>Cancel</Button>
          <span class="hint">It goes on when this page, or the studio, is closed.</span>
        </div>
      </form>
    </dialog>
  )
}

interface FieldProps {
  readonly option: string
  readonly declaration: Declaration
  readonly value: string
  readonly error: string | undefined
  onChange(text: string): void
}

/** `batchSize` → `Batch size`. */
const wordsOf = (name: string): string => {
  const words = name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
  return words[0]!.toUpperCase() + words.slice(1)
}

const rangeText = (declaration: Declaration): string =>
  declaration.kind === 'integer'
    ? `a whole number of at least ${declaration.minimum}`
    : declaration.kind === 'number'
      ? `a number greater than ${declaration.above}`
      : ''

function OptionField({ option, declaration, value, error, onChange }: FieldProps) {
  const id = useId()
  const shared = { id, 'aria-describedby': `${id}-hint`, 'aria-invalid': error !== undefined }
  const take = ({ currentTarget }: { readonly currentTarget: HTMLInputElement | HTMLSelectElement }) =>
    onChange(currentTarget.value)
  const isOwn = value !== String(declaration.default)
  const range = rangeText(declaration)
  return (
    <div class="field option">
      <label for={id}>
        {wordsOf(option)}
        {isOwn && <small> (default {String(declaration.default) || 'empty'})</small>}
      </label>
      {declaration.kind === 'choice' ? (
        <select {...shared} value={value} onChange={take}>
          {declaration.choices.map((choice) => (
            <option key={choice} value={choice} selected={choice === value}>
              {choice}
            </option>
          ))}
        </select>
      ) : declaration.kind === 'flag' ? (
        <select {...shared} value={value} onChange={take}>
          <option value="true">yes</option>
          <option value="false">no</option>
        </select>
      ) : (
        <input
          {...shared}
          type="text"
          inputMode={declaration.kind === 'integer' ? 'numeric' : declaration.kind === 'number' ? 'decimal' : 'text'}
          value={value}
          onInput={take}
        />
      )}
      <small id={`${id}-hint`} class={error === undefined ? '' : 'wrong'}>
        {error ?? `${declaration.description}${range === '' ? '' : `; ${range}`}`}
      </small>
    </div>
  )
}
