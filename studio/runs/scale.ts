/** From numbers to pixels, and back. */
export interface Scale {
  readonly low: number
  readonly high: number
  readonly isLog: boolean
  at(value: number): number
  from(pixel: number): number
}

/** Values from `low` to `high` over pixels from `start` to `end`. */
export function scale(low: number, high: number, start: number, end: number, isLog = false): Scale {
  const go = isLog ? Math.log10 : (value: number) => value
  const back = isLog ? (value: number) => 10 ** value : (value: number) => value
  const [a, b] = [go(low), go(high)]
  const factor = (end - start) / (b - a || 1)
  return {
    ...{ low, high, isLog },
    at: (value) => start + (go(value) - a) * factor,
    from: (pixel) => back(a + (pixel - start) / factor),
  }
}

/** The range of finite values; on a logarithmic scale of the positive ones, with a little room. */
export function rangeOf(lists: readonly Float64Array[], isLog = false): readonly [number, number] | undefined {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const list of lists) {
    for (const value of list) {
      if (!Number.isFinite(value) || (isLog && value <= 0)) continue
      if (value < low) low = value
      if (value > high) high = value
    }
  }
  if (low > high) return undefined
  if (low === high)
    return isLog ? [low / 2, high * 2] : [low - (Math.abs(low) || 1) / 2, high + (Math.abs(high) || 1) / 2]
  if (isLog) return [low / (high / low) ** 0.03, high * (high / low) ** 0.03]
  return [low - 0.03 * (high - low), high + 0.03 * (high - low)]
}

/** Round numbers within a range, about so many. */
export function ticks(low: number, high: number, count: number, isLog = false): number[] {
  if (isLog && high / low >= 10) {
    const [from, to] = [Math.ceil(Math.log10(low) - 1e-9), Math.floor(Math.log10(high) + 1e-9)]
    const every = Math.max(1, Math.ceil((to - from + 1) / count))
    const powers = Array.from({ length: to - from + 1 }, (_, i) => from + i).filter((power) => power % every === 0)
    const between = powers.length > 3 ? [1] : [1, 2, 5]
    return powers
      .concat(powers.length > 3 ? [] : [from - 1])
      .flatMap((power) => between.map((digit) => Number(`${digit}e${power}`)))
      .filter((value) => value >= low && value <= high)
      .sort((a, b) => a - b)
  }
  const rough = (high - low) / Math.max(1, count)
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = [1, 2, 5, 10].map((digit) => digit * power).find((each) => each >= rough * 0.999) ?? 10 * power
  const first = Math.ceil(low / step - 1e-9)
  const last = Math.floor(high / step + 1e-9)
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => Number(((first + i) * step).toPrecision(12)))
}

const units = [
  [86_400, 'd'],
  [3600, 'h'],
  [60, 'min'],
  [1, 's'],
] as const

/** `90` → `1 min 30 s`, `0.02` → `0.02 s`. */
export function durationText(seconds: number): string {
  if (Math.abs(seconds) < 10) return `${Number(seconds.toPrecision(3))} s`
  const at = units.findIndex(([size]) => Math.abs(seconds) >= size)
  const [size, unit] = units[at]!
  const whole = Math.floor(seconds / size)
  const next = units[at + 1]
  const rest = next === undefined ? 0 : Math.round((seconds - whole * size) / next[0])
  return rest === 0 ? `${whole} ${unit}` : `${whole} ${unit} ${rest} ${next![1]}`
}

/** A number in few characters, with as many digits as tell it apart. */
export function numberText(value: number, digits = 4): string {
  if (!Number.isFinite(value)) return String(value).replace('-', '−')
  const size = Math.abs(value)
  const text =
    size !== 0 && (size < 1e-4 || size >= 1e7)
      ? value
          .toExponential(Math.max(0, digits - 2))
          .replace(/\.?0+e/, 'e')
          .replace('e+', 'e')
      : String(Number(value.toPrecision(Math.max(digits, Math.ceil(Math.log10(size + 1))))))
  return text.replace('-', '−').replace('e−', 'e-')
}
