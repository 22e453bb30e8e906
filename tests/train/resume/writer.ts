import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { RunFolder } from 'shapewise/train'
import { fingerprint, scenarios } from './scenarios.js'

// A process that writes into the folder of a run: writer.ts hold|train|fill FOLDER.
const [what, folder] = process.argv.slice(2)
const say = (text: string): void => void process.stdout.write(`${text}\n`)

async function hold(): Promise<void> {
  const run = await RunFolder.open(folder)
  await run.claim()
  say('held')
  await new Promise((resolve) => setTimeout(resolve, 60_000))
}

const scenario = Object.values(scenarios)[0]

/** Trains on a disk that is full for a while. */
async function fill(): Promise<void> {
  const { parts, run } = scenario(folder)
  const filler = join(folder, 'filler')
  let epoch = 0
  for await (const _ of run) {
    epoch++
    if (epoch === 2) {
      try {
        while (true) writeFileSync(filler, new Uint8Array(4096), { flag: 'a' })
      } catch {
        say('full')
      }
    }
    if (epoch === 4) rmSync(filler)
  }
  say(await fingerprint({ parts, run }))
}

try {
  if (what === 'hold') await hold()
  else if (what === 'fill') await fill()
  else say(await fingerprint(scenario(folder, what === 'slow' ? 20 : 0)))
} catch (error) {
  say(`refused: ${error instanceof Error ? error.message : String(error)}`)
}
process.exit()
