import { computed } from '@preact/signals'
import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { RunEntry } from '../../src/studio/api'
import { Select } from '../parts/controls'
import { cssColour } from '../parts/palette'
import { nameOf, resultNames, resultOf, type SortColumn } from './listing'
import { durationText, numberText } from './scale'
import { entries } from './server'
import { chosen, colours, filter, listed, opened, order, result, shown, toggle } from './view'

const ROW = 46
/** Rows that are drawn beyond those that are seen. */
const SPARE = 8
/** So far can be scrolled before others are drawn. */
const STEP = 4 * ROW

/** What came out of any run. */
const known = computed(() => resultNames([...entries.value.values()]))

export const stateNames: Readonly<Record<RunEntry['state'], string>> = {
  starting: 'starting',
  running: 'running',
  finished: 'finished',
  stopped: 'stopped early',
  interrupted: 'interrupted',
  failed: 'failed',
  lost: 'lost: its process is gone',
}

/** The runs of the folder, of which only those in sight are in the page. */
export function RunList() {
  const runs = listed.value
  const viewport = useRef<HTMLDivElement>(null)
  const [top, setTop] = useState(0)
  const [height, setHeight] = useState(600)
  useLayoutEffect(() => {
    const observer = new ResizeObserver(([entry]) => setHeight(entry!.contentRect.height))
    observer.observe(viewport.current!)
    return () => observer.disconnect()
  }, [])
  const first = Math.max(0, Math.min(Math.floor(top / ROW) - SPARE, runs.length - 1))
  const last = Math.min(runs.length, Math.ceil((top + height) / ROW) + SPARE)
  const ids = new Set(shown.value.map(({ id }) => id))
  const all = runs.length > 0 && ids.size >= runs.length && runs.every(({ id }) => ids.has(id))
  const names = known.value
  const name = result.value === '' ? (names[0] ?? '') : result.value
  return (
    <section class="panel run-list" aria-label="Runs">
      <div class="row wrap">
        <input
          type="search"
          class="filter"
          placeholder="Filter: words, epochs=3, loss<0.1"
          aria-label="Filter runs by words, option=value, or result<number"
          value={filter.value}
          onInput={({ currentTarget }) => {
            filter.value = currentTarget.value
          }}
        />
        {names.length > 0 && (
          <Select
            label="Result"
            value={name}
            options={Object.fromEntries(names.map((each) => [each, each]))}
            onChange={(value) => {
              result.value = value
            }}
          />
        )}
      </div>
      <p class="hint" role="status">
        {runs.length === entries.value.size
          ? `${runs.length.toLocaleString('en')} runs`
          : `${runs.length.toLocaleString('en')} of ${entries.value.size.toLocaleString('en')} runs`}
        , {ids.size} shown{chosen.value === undefined && ids.size > 0 ? ' (the latest)' : ''}
      </p>
      <div
        class="run-table"
        ref={viewport}
        onScroll={({ currentTarget }) => setTop(Math.floor(currentTarget.scrollTop / STEP) * STEP)}
      >
        <table aria-rowcount={runs.length + 1}>
          <thead>
            <tr aria-rowindex={1}>
              <th class="tick">
                <input
                  type="checkbox"
                  aria-label="Show all listed runs"
                  checked={all}
                  onChange={({ currentTarget }) => {
                    chosen.value = currentTarget.checked ? runs.map(({ id }) => id) : []
                  }}
                />
              </th>
              <Head column="run" text="Run" />
              <Head column="result" text={name === '' ? 'Result' : name} />
              <Head column="started" text="Begun" />
            </tr>
          </thead>
          <tbody>
            {first > 0 && <tr aria-hidden="true" style={{ height: `${first * ROW}px` }} />}
            {runs.slice(first, last).map((run, i) => (
              <Row key={run.id} run={run} index={first + i + 2} isShown={ids.has(run.id)} value={resultOf(run, name)} />
            ))}
            {last < runs.length && <tr aria-hidden="true" style={{ height: `${(runs.length - last) * ROW}px` }} />}
          </tbody>
        </table>
        {runs.length === 0 && <p class="hint empty">{entries.value.size === 0 ? 'No run yet.' : 'No run fits.'}</p>}
      </div>
    </section>
  )
}

function Head({ column, text }: { readonly column: SortColumn; readonly text: string }) {
  const isOrdered = order.value.column === column
  const direction = order.value.isRising ? 'ascending' : 'descending'
  return (
    <th aria-sort={isOrdered ? direction : undefined}>
      <button
        type="button"
        class="quiet"
        onClick={() => {
          order.value = { column, isRising: isOrdered ? !order.value.isRising : column === 'run' }
        }}
      >
        {text}
        {isOrdered && <span aria-hidden="true">{order.value.isRising ? ' ↑' : ' ↓'}</span>}
      </button>
    </th>
  )
}

interface RowProps {
  readonly run: RunEntry
  readonly index: number
  readonly isShown: boolean
  readonly value: number | undefined
}

function Row({ run, index, isShown, value }: RowProps) {
  const { id, state, epoch, epochs, note } = run
  const isOpen = state === 'running' || state === 'starting'
  const name = nameOf(run)
  return (
    <tr aria-rowindex={index} class={opened.value === id ? 'opened' : undefined} style={{ height: `${ROW}px` }}>
      <td class="tick">
        <input type="checkbox" aria-label={`Show ${name}`} checked={isShown} onChange={() => toggle(id)} />
        <i style={{ background: isShown ? cssColour(colours.value.of(id)) : 'transparent' }} />
      </td>
      <td class="what">
        <button
          type="button"
          class="quiet"
          aria-pressed={opened.value === id}
          title={note === undefined ? name : `${name}\n${note}`}
          onClick={() => {
            opened.value = opened.value === id ? '' : id
          }}
        >
          {run.label === undefined ? <Id id={id} /> : name}
        </button>
        <small class={`state ${state}`}>
          {stateNames[state]}
          {isOpen && epoch !== undefined && `, epoch ${epoch} of ${epochs}`}
          {note !== undefined && ' · note'}
        </small>
      </td>
      <td class="number">{value === undefined ? '' : numberText(value)}</td>
      <td class="number">
        {whenText(run.started)}
        <small>{run.seconds === undefined ? '' : durationText(Math.round(run.seconds))}</small>
      </td>
    </tr>
  )
}

/** What stands before the time in the name of a folder is what tells runs apart at a glance. */
function Id({ id }: { readonly id: string }) {
  const [, name, time] = /^(.+)(-\d{8}-\d{6}.*)$/.exec(id) ?? [undefined, id, '']
  return (
    <>
      {name}
      {time !== '' && <small>{time}</small>}
    </>
  )
}

function whenText(iso: string): string {
  const date = new Date(iso)
  const isToday = date.toDateString() === new Date().toDateString()
  return isToday
    ? date.toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit', hour12: false })
    : date.toLocaleDateString(undefined, { month: 'short', day: 'numeric' })
}
