import { useEffect, useState } from 'preact/hooks'
import type { Assessment, Cells } from 'shapewise/train'
import type { RunDetails } from '../../src/studio/api'
import { classColours, cssColour, mix, neutral } from '../parts/palette'
import { theme } from '../parts/theme'
import { numberText } from './scale'
import { Scroll } from './scroll'
import { fileAddress, readJson } from './server'

/** So large small pictures are shown. */
const SHOWN = 64

/** What the model has said of examples that it has not learned from: which classes it takes for which, and where it was most wrong. */
export function Confusion({ run }: { readonly run: RunDetails }) {
  const [found, setFound] = useState<Assessment | undefined>()
  const stamp = run.files.find(({ path }) => path === 'evaluation.json')?.time
  useEffect(() => {
    void readJson<Assessment>(run.id, 'evaluation.json').then(setFound)
  }, [run.id, stamp])
  if (found === undefined) return <p class="hint">Reading …</p>
  return (
    <div class="confusion">
      <p>
        Measured on {found.examples.toLocaleString('en')} examples: loss {numberText(found.loss)}
        {found.accuracy !== undefined && `, accuracy ${(100 * found.accuracy).toFixed(2)} %`}.
      </p>
      <div class="confusion-parts">
        {found.confusion !== undefined && <Matrix id={run.id} found={found} stamp={stamp} />}
        <Worst id={run.id} found={found} stamp={stamp} />
      </div>
    </div>
  )
}

interface Part {
  readonly id: string
  readonly found: Assessment
  readonly stamp: number | undefined
}

function Matrix({ id, found, stamp }: Part) {
  const { confusion = [], classNames = [], cells } = found
  const [open, setOpen] = useState<{ readonly is: number; readonly named: number } | undefined>(() =>
    worstCell(confusion),
  )
  const nothing = neutral[theme.value]
  const [wrong, right] = [classColours[0]!, classColours[1]!]
  const most = Math.max(1, ...confusion.map((row, i) => Math.max(0, ...row.filter((_, j) => j !== i))))
  const shade = (count: number, is: number, named: number): string => {
    if (count === 0) return 'transparent'
    const total = confusion[is]!.reduce((sum, each) => sum + each, 0)
    const share = is === named ? 0.15 + 0.4 * (count / total) : 0.12 + 0.5 * Math.sqrt(count / most)
    return cssColour(mix(nothing, is === named ? right : wrong, share))
  }
  return (
    <div class="matrix">
      <Scroll label="Confusion matrix">
        <table>
          <caption>What it is (rows) and what it was named; a click shows the pictures</caption>
          <thead>
            <tr>
              <td />
              {classNames.map((name) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {confusion.map((row, is) => (
              <tr key={classNames[is]}>
                <th scope="row">{classNames[is]}</th>
                {row.map((count, named) => (
                  <td key={named}>
                    <button
                      type="button"
                      style={{ background: shade(count, is, named) }}
                      disabled={count === 0}
                      aria-label={`${count} times ${classNames[is]} was named ${classNames[named]}`}
                      aria-pressed={open?.is === is && open.named === named}
                      onClick={() => setOpen({ is, named })}
                    >
                      {count === 0 ? '·' : count}
                    </button>
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
      {open !== undefined && (
        <section class="cell" aria-label="Examples of the cell" data-cell={`${open.is}-${open.named}`}>
          <h3>
            {classNames[open.is]} named {classNames[open.named]}:{' '}
            {confusion[open.is]![open.named]!.toLocaleString('en')} times
          </h3>
          {cells === undefined ? (
            <p class="hint">These examples are no pictures, or the run was measured by an older Shapewise.</p>
          ) : (
            <Examples cells={cells} {...open} address={fileAddress(id, cells.picture, stamp)} />
          )}
        </section>
      )}
    </div>
  )
}

/** The mistake that happens most. */
function worstCell(
  confusion: readonly (readonly number[])[],
): { readonly is: number; readonly named: number } | undefined {
  const mistakes = confusion.flatMap((row, is) => row.map((count, named) => ({ is, named, count })))
  const [first] = mistakes.filter(({ is, named, count }) => is !== named && count > 0).sort((a, b) => b.count - a.count)
  return first
}

interface ExamplesProps {
  readonly cells: Cells
  readonly is: number
  readonly named: number
  readonly address: string
}

/** The row of the large picture that belongs to a cell, cut into its examples. */
function Examples({ cells: { width, height, rows }, is, named, address }: ExamplesProps) {
  const at = rows.findIndex((row) => row.is === is && row.named === named)
  if (at < 0) return <p class="hint">Of this cell no pictures are kept: there are too many cells.</p>
  const across = Math.max(...rows.map(({ examples }) => examples.length))
  const zoom = SHOWN / Math.max(width, height)
  return (
    <ul class="examples">
      {rows[at]!.examples.map((example, i) => (
        <li key={example}>
          <div
            role="img"
            aria-label={`example ${example}`}
            style={{
              width: `${width * zoom}px`,
              height: `${height * zoom}px`,
              backgroundImage: `url("${address}")`,
              backgroundSize: `${across * width * zoom}px ${rows.length * height * zoom}px`,
              backgroundPosition: `${-i * width * zoom}px ${-at * height * zoom}px`,
            }}
          />
          <small>{example}</small>
        </li>
      ))}
    </ul>
  )
}

/** The examples with the largest losses. */
function Worst({ id, found: { worst }, stamp }: Part) {
  if (worst.length === 0) return null
  return (
    <section class="worst" aria-label="Top losses">
      <h3>Top losses</h3>
      <ul class="examples">
        {worst.map(({ text, picture, loss }) => (
          <li key={text}>
            {picture !== undefined && <img src={fileAddress(id, picture, stamp)} alt="" />}
            <small>
              {loss !== undefined && <b>{numberText(loss, 3)} </b>}
              {text}
            </small>
          </li>
        ))}
      </ul>
    </section>
  )
}
