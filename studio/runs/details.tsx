import { useEffect, useRef, useState } from 'preact/hooks'
import type { RunDetails, RunEntry } from '../../src/studio/api'
import { Button } from '../parts/controls'
import { Confusion } from './confusion'
import { Histograms } from './histogram-view'
import { stateNames } from './list'
import { nameOf } from './listing'
import { flatten } from './options'
import { Pictures } from './pictures'
import { reels } from './reels'
import { durationText, numberText } from './scale'
import { Scroll } from './scroll'
import {
  annotate,
  arrivals,
  details,
  downloadAddress,
  entries,
  points,
  remove,
  reportAddress,
  resume,
  stop,
} from './server'
import { opened, tab } from './view'

interface Shown {
  readonly run: RunDetails
}

const holds =
  (name: string) =>
  ({ files }: RunDetails): boolean =>
    files.some(({ path }) => path === name)

/** What is shown of a run, under which name; those that a run has nothing for are not offered. */
const tabs: Readonly<
  Record<
    string,
    { readonly title: string; has(run: RunDetails): boolean; readonly body: (shown: Shown) => preact.JSX.Element }
  >
> = {
  '': { title: 'About', has: () => true, body: About },
  pictures: { title: 'Pictures', has: ({ files }) => reels(files).length > 0, body: Pictures },
  mistakes: { title: 'Mistakes', has: holds('evaluation.json'), body: Confusion },
  histograms: { title: 'Histograms', has: holds('histograms.jsonl'), body: Histograms },
  options: { title: 'Options', has: () => true, body: Options },
  output: { title: 'Output', has: ({ output }) => output !== undefined, body: Output },
  files: { title: 'Files', has: ({ files }) => files.length > 0, body: Files },
}

export function Details() {
  const id = opened.value
  const entry = entries.value.get(id)
  const [run, setRun] = useState<RunDetails | undefined>()
  const [problem, setProblem] = useState('')
  // Entries are other objects when something has changed.
  useEffect(() => {
    let isLatest = true
    if (entry === undefined) return setRun(undefined)
    details(id).then(
      (found) => isLatest && setRun(found),
      ({ message }) => isLatest && setProblem(message),
    )
    return () => {
      isLatest = false
    }
  }, [id, entry])
  if (id === '' || entry === undefined) return null
  const offered = run?.id === id ? Object.entries(tabs).filter(([, { has }]) => has(run)) : []
  const [current = '', { body: Body }] = offered.find(([name]) => name === tab.value) ?? ['', tabs['']!]
  const act = (action: (id: string) => Promise<object>) => async () => {
    setProblem('')
    await action(id).catch(({ message }) => setProblem(message))
  }
  return (
    <section class="panel details" aria-label={`Run ${nameOf(entry)}`}>
      <header class="row wrap">
        <h2>{nameOf(entry)}</h2>
        <span class={`state ${entry.state}`}>{stateNames[entry.state]}</span>
        <span class="grow" />
        {run?.canStop && <Button onClick={act(stop)}>Stop</Button>}
        {run?.canResume && <Button onClick={act(resume)}>Resume</Button>}
        <a class="button" href={reportAddress(id)} download={`${id}.html`}>
          Export
        </a>
        <Delete entry={entry} />
        <Button kind="quiet" label="Close the details" onClick={() => (opened.value = '')}>
          ✕
        </Button>
      </header>
      {entry.reason !== undefined && (
        <p class={entry.state === 'failed' ? 'problem' : 'note'} data-reason>
          {entry.reason}
        </p>
      )}
      {problem !== '' && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
      {run?.id === id && (
        <>
          <div class="tabs" role="tablist" aria-label="About the run">
            {offered.map(([name, { title }]) => (
              <button
                key={name}
                type="button"
                role="tab"
                class="quiet"
                aria-selected={name === current}
                onClick={() => (tab.value = name)}
              >
                {title}
              </button>
            ))}
          </div>
          <Body key={id} run={run} />
        </>
      )}
    </section>
  )
}

function About({ run }: Shown) {
  const [label, setLabel] = useState(run.label ?? '')
  const [note, setNote] = useState(run.note ?? '')
  const [problem, setProblem] = useState('')
  const isChanged = label.trim() !== (run.label ?? '') || note !== (run.note ?? '')
  const [said, setSaid] = useState<readonly { readonly step: number; readonly text: string }[]>([])
  useEffect(() => {
    void points().notes(run.id).then(setSaid)
  }, [run.id, arrivals.value.count])
  const names = [...new Set([...Object.keys(run.results), ...Object.keys(run.literature)])]
  return (
    <div class="about">
      <div>
        <p>
          {run.title ?? run.name}. <span class="hint">{facts(run)}</span>
        </p>
        {names.length > 0 && (
          <table class="results">
            <thead>
              <tr>
                <th scope="col">result</th>
                <th scope="col">reached</th>
                <th scope="col">literature</th>
              </tr>
            </thead>
            <tbody>
              {names.map((name) => (
                <tr key={name}>
                  <th scope="row">{name}</th>
                  <td class="number">{run.results[name] === undefined ? '' : numberText(run.results[name], 5)}</td>
                  <td title={run.literature[name]?.source}>
                    {run.literature[name] !== undefined && (
                      <>
                        {numberText(run.literature[name].value, 5)} <small>{run.literature[name].source}</small>
                      </>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
        {said.length > 0 && (
          <ul class="said">
            {said.slice(-20).map(({ step, text }) => (
              <li key={`${step} ${text}`}>
                <small>step {step.toLocaleString('en')}</small> {text}
              </li>
            ))}
          </ul>
        )}
      </div>
      <form
        class="annotation"
        onSubmit={(event) => {
          event.preventDefault()
          setProblem('')
          annotate(run.id, label.trim(), note).catch(({ message }) => setProblem(message))
        }}
      >
        <div class="field">
          <label for="label">Name</label>
          <input
            id="label"
            type="text"
            maxLength={200}
            placeholder={run.id}
            value={label}
            onInput={({ currentTarget }) => setLabel(currentTarget.value)}
          />
        </div>
        <div class="field">
          <label for="note">Notes</label>
          <textarea
            id="note"
            rows={4}
            maxLength={20_000}
            value={note}
            onInput={({ currentTarget }) => setNote(currentTarget.value)}
          />
        </div>
        <div class="row">
          <button type="submit" disabled={!isChanged}>
            Save
          </button>
          <span class="hint">{isChanged ? 'not saved yet' : `in ${run.id}`}</span>
        </div>
        {problem !== '' && <p class="problem">{problem}</p>}
      </form>
    </div>
  )
}

function facts({ started, seconds, epoch, epochs, seed, resumed, environment }: RunDetails): string {
  return [
    `begun ${new Date(started).toLocaleString()}`,
    seconds === undefined ? '' : `took ${durationText(seconds)}`,
    epoch === undefined ? '' : `${epoch} of ${epochs} epochs`,
    resumed === 0 ? '' : `went on after ${resumed} ${resumed === 1 ? 'break' : 'breaks'}`,
    seed === undefined ? '' : `seed ${seed}`,
    environment === undefined ? '' : `${environment.backend} backend`,
  ]
    .filter((text) => text !== '')
    .join(' · ')
}

function Options({ run }: Shown) {
  const { options, seed, data, environment } = run
  const surroundings = { ...environment, command: environment?.command?.join(' ') }
  const all = { ...options, seed, data, surroundings }
  return (
    <Scroll label="Options and surroundings">
      <table>
        <tbody>
          {[...flatten(all)].map(([path, value]) => (
            <tr key={path}>
              <th scope="row">{path.replaceAll('.', ' › ')}</th>
              <td>{value}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  )
}

function Output({ run }: Shown) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be scrolled by keys
    <pre class="output" tabIndex={0} data-output>
      {run.output === '' ? 'Nothing has been printed yet.' : run.output}
    </pre>
  )
}

const sizeText = (bytes: number): string =>
  bytes < 1000 ? `${bytes} B` : bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`

function Files({ run }: Shown) {
  return (
    <Scroll label="Files of the run">
      <table>
        <tbody>
          {run.files.map(({ path, bytes }) => (
            <tr key={path}>
              <td>
                <a href={downloadAddress(run.id, path)} download>
                  {path}
                </a>
              </td>
              <td>
                {path.endsWith('.safetensors') && (
                  <a href={`#/network?${new URLSearchParams({ run: run.id, file: path })}`}>look inside</a>
                )}
              </td>
              <td class="number">{sizeText(bytes)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  )
}

function Delete({ entry }: { readonly entry: RunEntry }) {
  const dialog = useRef<HTMLDialogElement>(null)
  const [problem, setProblem] = useState('')
  return (
    <>
      <Button onClick={() => dialog.current?.showModal()}>Delete</Button>
      <dialog ref={dialog} class="dialog" aria-label="Delete the run">
        <h2>Delete {nameOf(entry)}?</h2>
        <p>Its metrics, checkpoints, weights and pictures are deleted from the disk. That cannot be undone.</p>
        {problem !== '' && <p class="problem">{problem}</p>}
        <div class="row">
          <Button
            kind="main"
            onClick={() =>
              void remove(entry.id).then(
                () => dialog.current?.close(),
                ({ message }) => setProblem(message),
              )
            }
          >
            Delete for good
          </Button>
          <Button onClick={() => dialog.current?.close()}>Keep it</Button>
        </div>
      </dialog>
    </>
  )
}
