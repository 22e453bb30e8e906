import { setTimeout as pause } from 'node:timers/promises'
import { ContenderProcess } from './process.js'
import { spread } from './statistics.js'

/**
 * How long is measured, in milliseconds.
 *
 * - `rounds`: how many times each contender's turn comes; between two turns all others have theirs
 * - `turn`: how long a turn is; at least one step is made
 * - `budget`: for all turns of a contender together; slow ones have fewer
 * - `patience`: for one answer
 */
export const efforts = {
  normal: { rounds: 9, turn: 250, budget: 8000, patience: 180_000 },
  quick: { rounds: 3, turn: 60, budget: 1500, patience: 60_000 },
}

/** Threads of the one before go to sleep: OpenBLAS keeps its own awake for some 30 ms. */
const REST = 100

/**
 * Runs a workload by all contenders, each in a fresh process, in turns.
 *
 * @returns for each contender a result: `median`, `lower`, `upper` of the milliseconds of a step and more, or `error`, `absent`
 * (the library is not installed), `inexpressible` (the workload is not written for it)
 */
export async function measure(workload, contenders, effort, progress) {
  const runs = []
  try {
    for (const contender of contenders) {
      progress(`${workload.name}: ${contender.label} prepares`)
      runs.push(await start(contender, workload, effort))
    }
    for (let round = 0; round < effort.rounds; round++) {
      for (const run of runs) {
        if (run.failure !== undefined || round >= run.rounds) continue
        progress(`${workload.name}: round ${round + 1} of ${effort.rounds}, ${run.contender.label}`, true)
        await pause(REST)
        await takeTurn(run, effort)
      }
    }
    return runs.map(resultOf)
  } finally {
    await Promise.all(runs.map(({ process }) => process.stop()))
  }
}

async function start(contender, workload, effort) {
  const process = new ContenderProcess(contender)
  const run = { contender, process, samples: [] }
  const about = await process.answer(effort.patience)
  if (about.error !== undefined) return { ...run, failure: about }
  const idle = process.memory()?.now
  const { model, options } = workload
  const prepared = await process.ask({ request: 'prepare', model, options }, effort.patience)
  if (prepared.error !== undefined || prepared.inexpressible) return { ...run, failure: prepared }
  Object.assign(run, { about, idle, prepared, firstLoss: prepared.loss, lastLoss: prepared.loss })
  // What is compiled while it runs needs some steps until it is as fast as it gets.
  const warmup = await process.ask({ request: 'round', milliseconds: effort.turn, limit: 1000 }, effort.patience)
  if (warmup.error !== undefined) return { ...run, failure: warmup }
  const step = spread(warmup.samples).median
  // One step takes longer than all are meant to: it has to do.
  if (step > effort.budget) return { ...run, rounds: 0, samples: warmup.samples, lastLoss: warmup.loss }
  const perTurn = Math.max(step, effort.turn)
  return { ...run, rounds: Math.min(effort.rounds, Math.floor(effort.budget / perTurn)) }
}

async function takeTurn(run, effort) {
  const answer = await run.process.ask({ request: 'round', milliseconds: effort.turn, limit: 2000 }, effort.patience)
  if (answer.error !== undefined) {
    run.failure = answer
    return
  }
  run.samples.push(...answer.samples)
  run.lastLoss = answer.loss
}

function resultOf({ contender, process, failure, samples, about, idle, prepared, firstLoss, lastLoss }) {
  const { key, label, isOurs = false, cure } = contender
  const named = { key, label, isOurs }
  if (failure?.absent) return { ...named, absent: cure }
  if (failure?.inexpressible) return { ...named, inexpressible: true }
  if (failure !== undefined) return { ...named, error: failure.error }
  const peak = process.memory()?.peak
  return {
    ...named,
    ...spread(samples),
    steps: samples.length,
    parameters: prepared.parameters,
    firstLoss,
    lastLoss,
    cold: about.milliseconds + prepared.milliseconds,
    ...(peak === undefined ? {} : { peakMemory: peak, stepMemory: peak - idle }),
  }
}
