import { GRID, type Points } from '../data/plane'

const COLOURS = ['orange', 'blue', 'green', 'purple', 'yellow', 'sky'] as const

/** What the network answers in a square of the plane, in words. */
export function answerAt(
  outputs: Float32Array,
  { kind, classes }: Pick<Points, 'kind' | 'classes'>,
  square: number,
): string {
  const first = outputs[square] ?? Number.NaN
  if (kind === 'values') return first.toFixed(2)
  if (classes === 2) {
    const blue = 1 / (1 + Math.exp(-first))
    return blue > 0.5 ? `blue ${percent(blue)}` : `orange ${percent(1 - blue)}`
  }
  const logits = Array.from({ length: classes }, (_, i) => outputs[i * GRID * GRID + square] ?? Number.NaN)
  const most = Math.max(...logits)
  const sum = logits.reduce((total, logit) => total + Math.exp(logit - most), 0)
  return `${COLOURS[logits.indexOf(most)] ?? '?'} ${percent(1 / sum)}`
}

/** How near the pointer has to be. */
const NEAR = 0.25

/** The point under the pointer, in words. */
export function nearestPoint(
  { kind, places, targets }: Points,
  trained: ReadonlySet<number>,
  x: number,
  y: number,
): string | undefined {
  let best: { readonly point: number; readonly distance: number } | undefined
  for (let point = 0; point < targets.length; point++) {
    const distance = Math.hypot(places[2 * point]! - x, places[2 * point + 1]! - y)
    if (distance < (best?.distance ?? NEAR)) best = { point, distance }
  }
  if (best === undefined) return undefined
  const target = targets[best.point]!
  const use = trained.has(best.point) ? 'learned from' : 'kept to test'
  return `point: ${kind === 'values' ? target.toFixed(2) : COLOURS[target]}, ${use}`
}

const percent = (share: number): string => `${(100 * share).toFixed(0)} %`
