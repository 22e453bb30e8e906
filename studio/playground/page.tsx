import { effect, type Signal, signal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { replaceQuery, route } from '../parts/address'
import { Button } from '../parts/controls'
import { DataPanel } from './data/data-panel'
import { takeTable } from './data/own-data'
import { NetworkView } from './network/network-view'
import { OutputPanel } from './output/output-panel'
import { ProgramPanel } from './program/program-panel'
import { DATA_SETTINGS, decodeSettings, encodeSettings } from './settings/settings'
import { Tour } from './tour/tour'
import { Trainer } from './training/trainer'
import { TrainingSettings, Transport } from './training/transport'
import './playground.css'

/** The training, and a second one where two are compared. */
const trainers: Signal<readonly Trainer[]> = signal([])

/** Where the address keeps the settings of the second training. */
const SECOND = 'second'

function open(query: URLSearchParams): readonly Trainer[] {
  const second = query.get(SECOND)
  const settings = [decodeSettings(query)]
  if (second !== null) settings.push(decodeSettings(new URLSearchParams(second)))
  return settings.map((one) => new Trainer(one))
}

export default function PlaygroundPage() {
  useEffect(() => {
    trainers.value = open(route.value.query)
    const endAddress = effect(() => {
      const [first, second] = trainers.value
      if (first === undefined) return
      const query = encodeSettings(first.settings.value)
      if (second !== undefined) query.set(SECOND, encodeSettings(second.settings.value).toString())
      replaceQuery('playground', query)
    })
    // Two trainings are about the same points: what is chosen for the first holds for both.
    const endData = effect(() => {
      const [first, second] = trainers.value
      if (second === undefined) return
      const wanted = Object.fromEntries(DATA_SETTINGS.map((key) => [key, first!.settings.value[key]]))
      const has = second.settings.peek()
      if (DATA_SETTINGS.some((key) => has[key] !== wanted[key])) void second.change(wanted)
    })
    // A link that is opened in a page that stands is followed, too; what the page has written itself is no news.
    const opened = route.peek()
    const endLink = effect(() => {
      const { page, query } = route.value
      if (route.value === opened || page !== 'playground') return
      for (const trainer of trainers.peek()) trainer.stop()
      trainers.value = open(query)
    })
    return () => {
      endLink()
      endAddress()
      endData()
      for (const trainer of trainers.peek()) trainer.stop()
      trainers.value = []
    }
  }, [])
  const [first, second] = trainers.value
  if (first === undefined) return <main class="loading">Loading …</main>
  const compare = () => {
    if (second === undefined) {
      // From the same weights, so that only what differs between their settings makes a difference.
      first.playing.value = false
      void first.reset()
      trainers.value = [first, new Trainer(first.settings.value)]
    } else {
      second.stop()
      trainers.value = [first]
    }
  }
  return (
    <main
      class="playground"
      onDragOver={(event) => event.preventDefault()}
      onDrop={async (event) => {
        event.preventDefault()
        const [file] = event.dataTransfer?.files ?? []
        if (file !== undefined) await takeTable(first, await file.text())
      }}
    >
      <h1 class="unseen">Playground</h1>
      <div class="top">
        <Transport trainers={trainers.value} />
        <Button onClick={compare}>{second === undefined ? 'Compare with another' : 'Stop comparing'}</Button>
      </div>
      {second === undefined ? (
        <>
          <Tour trainer={first} />
          <TrainingSettings trainer={first} />
          <div class="bench">
            <DataPanel trainer={first} />
            <NetworkView trainer={first} />
            <OutputPanel trainer={first} />
          </div>
        </>
      ) : (
        <div class="pair">
          <DataPanel trainer={first} />
          {[first, second].map((trainer, i) => (
            <section key={i === 0 ? 'first' : 'second'} class="one-of-two" aria-label={`Training ${'AB'[i]}`}>
              <h2>{'AB'[i]}</h2>
              <TrainingSettings trainer={trainer} />
              <NetworkView trainer={trainer} />
              <OutputPanel trainer={trainer} />
            </section>
          ))}
        </div>
      )}
      <ProgramPanel trainer={first} />
    </main>
  )
}
