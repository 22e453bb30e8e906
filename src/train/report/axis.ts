/** Where values lie along a line of the drawing. */
export interface Axis {
  readonly place: (value: number) => number
  readonly ticks: readonly { readonly value: number; readonly label: string }[]
  readonly isLogarithmic: boolean
}

/** An axis for values from `least` to `most`, drawn from `begin` to `end`, with about so many labels at round numbers. */
export function axisFor(
  [least, most]: readonly [number, number],
  [begin, end]: readonly [number, number],
  { count = 5, logarithmic = false }: { readonly count?: number; readonly logarithmic?: boolean } = {},
): Axis {
  if (logarithmic && least > 0) return logAxis([least, most], [begin, end], count)
  // A single value lies in the middle.
  const spread = most > least ? most - least : Math.max(Math.abs(most), 1) / 10
  const [from, to] = most > least ? [least, most] : [least - spread, most + spread]
  const step = roundStep((to - from) / count)
  const ticks: number[] = []
  for (let i = Math.ceil(from / step - 1e-9); i * step <= to + step * 1e-9; i++) ticks.push(i * step)
  return {
    place: (value) => begin + ((value - from) / (to - from)) * (end - begin),
    ticks: ticks.map((value) => ({ value, label: tickLabel(value, step) })),
    isLogarithmic: false,
  }
}

function logAxis(
  [least, most]: readonly [number, number],
  [begin, end]: readonly [number, number],
  count: number,
): Axis {
  const [from, to] =
    most > least ? [Math.log10(least), Math.log10(most)] : [Math.log10(least) - 0.5, Math.log10(least) + 0.5]
  const step = Math.max(1, Math.round((to - from) / count))
  const ticks: number[] = []
  for (let power = Math.ceil(from - 1e-9); power <= to + 1e-9; power += step) ticks.push(10 ** power)
  // Within a decade or so there are too few powers of ten.
  if (ticks.length < 2) {
    ticks.length = 0
    for (let power = Math.floor(from); power <= to; power++) {
      for (const digit of [1, 2, 5]) ticks.push(digit * 10 ** power)
    }
  }
  const inside = ticks.filter((value) => value >= 10 ** from * (1 - 1e-9) && value <= 10 ** to * (1 + 1e-9))
  return {
    place: (value) => begin + ((Math.log10(value) - from) / (to - from)) * (end - begin),
    ticks: inside.map((value) => ({ value, label: tickLabel(value, value) })),
    isLogarithmic: true,
  }
}

/** 1, 2 or 5 times a power of ten. */
function roundStep(wished: number): number {
  const power = 10 ** Math.floor(Math.log10(wished))
  const digit = wished / power
  return power * (digit < 1.5 ? 1 : digit < 3.5 ? 2 : digit < 7.5 ? 5 : 10)
}

function tickLabel(value: number, step: number): string {
  if (value === 0 || Math.abs(value) < step * 1e-6) return '0'
  if (Math.abs(value) >= 1e6 || Math.abs(value) < 1e-4) return value.toExponential().replace('e+', 'e')
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9))
  return value.toLocaleString('en-US', { maximumFractionDigits: digits })
}
