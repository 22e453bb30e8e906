import { formatRatio, formatTime } from './format.js'

/**
 * What is said about a measured workload; tables, JSON and documents are made from it.
 *
 * @returns `ours` by backend and `peers` by key, the fastest of several variants, as maps to results; `best` is the fastest of ours
 */
export function summarize({ workload, results }) {
  const measured = results.filter(({ median }) => median !== undefined)
  const ours = measured.filter(({ isOurs }) => isOurs)
  const peers = new Map()
  for (const result of measured) {
    if (result.isOurs) continue
    peers.set(result.key, fastest([result, peers.get(result.key) ?? result]))
  }
  return { workload, results, ours: new Map(ours.map((result) => [result.key, result])), peers, best: fastest(ours) }
}

const fastest = (results) => results.toSorted((a, b) => a.median - b.median)[0]

/**
 * The goals of a workload for which both sides have been measured: how many times faster we mean to be, with how much memory,
 * and how soon there is a result.
 *
 * @returns of each what it is about, the goal and what was measured as text, and whether it is reached
 */
export function goalsOf({ workload, ours, peers }) {
  const goals = []
  for (const [backend, speeds] of Object.entries(workload.goals ?? {})) {
    const us = ours.get(backend)
    if (us === undefined) continue
    for (const [peer, goal] of Object.entries(speeds)) {
      const them = peers.get(peer)
      if (them === undefined) continue
      const ratio = them.median / us.median
      const what = `${backend}, speed against ${peer}`
      goals.push({ what, goal: `≥ ${goal} ×`, measured: formatRatio(ratio), isReached: ratio >= goal })
    }
    const [memory, theirs] = [us.stepMemory, peers.get('pytorch')?.stepMemory]
    if (backend === 'native' && us.parameters > 0 && memory !== undefined && theirs !== undefined) {
      const what = `${backend}, memory against pytorch`
      goals.push({ what, goal: '≤ 1 ×', measured: formatRatio(memory / theirs), isReached: memory <= theirs })
    }
    if (backend === 'native' && workload.coldGoal !== undefined) {
      const what = `${backend}, import to first step`
      const [goal, measured] = [`≤ ${formatTime(workload.coldGoal)}`, formatTime(us.cold)]
      goals.push({ what, goal, measured, isReached: us.cold <= workload.coldGoal })
    }
  }
  return goals
}

/** One object for each workload: medians of a step in milliseconds, and all that was measured. */
export function asJson({ workload, results, ours, peers }, peak) {
  const medians = (map) => Object.fromEntries([...map].map(([key, { median }]) => [key, median]))
  const details = results.map(({ key, isOurs, ...rest }) => {
    const share = shareOfPeak(workload, rest, peak)
    return share === undefined ? rest : { ...rest, shareOfPeak: share }
  })
  return { workload: workload.name, ours: medians(ours), peers: medians(peers), flops: workload.flops, details }
}

/** How much of the arithmetic that the machine could do in that time the workload needs; undefined where nobody knows. */
export function shareOfPeak({ flops }, { median }, peak) {
  return flops === undefined || median === undefined || peak === undefined
    ? undefined
    : flops / (median / 1000) / peak.flops
}
