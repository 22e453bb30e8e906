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

/** The goals of a workload for which both sides have been measured: how many times faster we are, and mean to be. */
export function goalsOf({ workload, ours, peers }) {
  const sides = [
    ['native', workload.goals],
    ['wasm', workload.wasmGoals],
  ]
  return sides.flatMap(([backend, goals = {}]) => {
    const us = ours.get(backend)
    if (us === undefined) return []
    return Object.entries(goals).flatMap(([peer, goal]) => {
      const them = peers.get(peer)
      return them === undefined ? [] : [{ backend, peer, goal, reached: them.median / us.median }]
    })
  })
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
