import { digits, formatTime } from './format.js'

// The colours can be told apart by everyone (Okabe and Ito, 2008). Ours are the warm ones.
const ourColors = ['#d55e00', '#e69f00', '#a04000']
const theirColors = ['#0072b2', '#009e73', '#56b4e9', '#777777', '#cc79a7']

const WIDTH = 960
const MARGIN = { left: 110, right: 40 }
const ROW = 34
const PANEL = { width: 236, height: 210, gap: 68 }

/** The times of a step of all workloads, and below them steps per second against the size of a network, as SVG. */
export function plot(summaries, points) {
  const series = seriesOf([...summaries, ...points])
  const top = 64
  const timesHeight = ROW * summaries.length
  const curvesTop = top + timesHeight + 92
  const height = points.length > 0 ? curvesTop + PANEL.height + 64 : top + timesHeight + 52
  const parts = [
    text(MARGIN.left, 24, 'Time of one step (median and quartiles; left is better)', { weight: 'bold' }),
    legend(series, 44),
    times(summaries, series, top),
    points.length > 0 && curvePanels(points, series, curvesTop),
  ]
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="system-ui, sans-serif" font-size="12">`,
    '<title>Time of a step by workload, and steps per second against the size of a network</title>',
    `<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>`,
    ...parts.filter(Boolean),
    '</svg>',
    '',
  ].join('\n')
}

/** Each backend of ours and each peer with a name, a colour and where to find its result. */
function seriesOf(summaries) {
  const keys = (side) => [...new Set(summaries.flatMap((summary) => [...summary[side].keys()]))]
  const ours = keys('ours').map((key, i) => ({ key, side: 'ours', name: `Shapewise ${key}`, color: ourColors[i % 3] }))
  const theirs = keys('peers').map((key, i) => ({ key, side: 'peers', name: key, color: theirColors[i % 5] }))
  return [...ours, ...theirs]
}

const resultOf = (summary, { side, key }) => summary[side].get(key)

/** A logarithmic axis from numbers to places, with its decades. */
function logarithmic(values, from, to) {
  const low = Math.floor(Math.log10(Math.min(...values)))
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...values))))
  const place = (value) => round(from + ((Math.log10(value) - low) / (high - low)) * (to - from))
  return { place, decades: Array.from({ length: high - low + 1 }, (_, i) => 10 ** (low + i)) }
}

function times(summaries, series, top) {
  const results = summaries.flatMap((summary) => series.flatMap((one) => resultOf(summary, one) ?? []))
  if (results.length === 0) return ''
  const axis = logarithmic(
    results.flatMap(({ lower, upper }) => [lower, upper]),
    MARGIN.left,
    WIDTH - MARGIN.right,
  )
  const bottom = top + ROW * summaries.length
  const grid = axis.decades.flatMap((decade) => {
    const x = axis.place(decade)
    return [line(x, top, x, bottom, '#dddddd'), text(x, bottom + 16, decadeOfTime(decade), { anchor: 'middle' })]
  })
  const rows = summaries.flatMap((summary, row) => {
    const y = top + ROW * (row + 0.5)
    const marks = series.flatMap((one) => {
      const result = resultOf(summary, one)
      if (result === undefined) return []
      const { lower, median, upper } = result
      const whisker = line(axis.place(lower), y, axis.place(upper), y, one.color, 3)
      return [whisker, dot(axis.place(median), y, one, `${one.name}: ${formatTime(median)}`)]
    })
    return [
      line(MARGIN.left, y, WIDTH - MARGIN.right, y, '#eeeeee'),
      text(MARGIN.left - 10, y + 4, summary.workload.name, { anchor: 'end' }),
      ...marks,
    ]
  })
  return [...grid, ...rows].join('\n')
}

function curvePanels(points, series, top) {
  const axes = [...new Set(points.map(({ axis }) => axis))]
  const speeds = points.flatMap((point) => series.flatMap((one) => speedOf(point, one) ?? []))
  const vertical = logarithmic(speeds, top + PANEL.height, top)
  const panels = axes.map((axis, i) => {
    const left = 76 + i * (PANEL.width + PANEL.gap)
    return curvePanel(
      points.filter((point) => point.axis === axis),
      series,
      { axis, left, top, vertical },
    )
  })
  const title = text(MARGIN.left, top - 40, 'Steps per second of a perceptron (higher is better)', { weight: 'bold' })
  return [title, ...panels].join('\n')
}

const speedOf = (point, one) => {
  const median = resultOf(point, one)?.median
  return median === undefined ? undefined : 1000 / median
}

function curvePanel(points, series, { axis, left, top, vertical }) {
  const bottom = top + PANEL.height
  const sizes = points.map(({ value }) => value)
  const [low, high] = [Math.log(Math.min(...sizes)), Math.log(Math.max(...sizes))]
  const horizontal = (value) => round(left + ((Math.log(value) - low) / (high - low)) * PANEL.width)
  const grid = vertical.decades.flatMap((decade) => {
    const y = vertical.place(decade)
    return [line(left, y, left + PANEL.width, y, '#dddddd'), text(left - 6, y + 4, plain(decade), { anchor: 'end' })]
  })
  const ticks = sizes.map((size) => text(horizontal(size), bottom + 18, `${size}`, { anchor: 'middle' }))
  const curves = series.flatMap((one) => {
    const known = points.filter((point) => speedOf(point, one) !== undefined)
    if (known.length === 0) return []
    const places = known.map((point) => [horizontal(point.value), vertical.place(speedOf(point, one))])
    const path = `<polyline points="${places.map((place) => place.join(',')).join(' ')}" fill="none" stroke="${one.color}" stroke-width="1.5"/>`
    const dots = known.map((point, i) => dot(...places[i], one, `${one.name}: ${digits(speedOf(point, one))} steps/s`))
    return [path, ...dots]
  })
  return [...grid, ...ticks, text(left + PANEL.width / 2, bottom + 40, axis, { anchor: 'middle' }), ...curves].join(
    '\n',
  )
}

const decadeOfTime = (milliseconds) =>
  milliseconds < 1
    ? `${plain(1000 * milliseconds)} µs`
    : milliseconds < 1000
      ? `${plain(milliseconds)} ms`
      : `${plain(milliseconds / 1000)} s`

const plain = (decade) => decade.toLocaleString('en-US', { maximumFractionDigits: 3 })

function legend(series, y) {
  let x = MARGIN.left
  return series
    .map((one) => {
      const entry = `${dot(x, y - 4, one)}\n${text(x + 9, y, one.name)}`
      x += 30 + 6.6 * one.name.length
      return entry
    })
    .join('\n')
}

const round = (value) => Math.round(value * 10) / 10

const line = (x1, y1, x2, y2, color, width = 1) =>
  `<line x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}" stroke="${color}" stroke-width="${width}"/>`

/** Ours are squares, so that colour is not all that tells them apart. */
function dot(x, y, { side, color }, title = '') {
  const label = title === '' ? '' : `<title>${title}</title>`
  return side === 'ours'
    ? `<rect x="${round(x - 5)}" y="${round(y - 5)}" width="10" height="10" fill="${color}">${label}</rect>`
    : `<circle cx="${x}" cy="${y}" r="4.5" fill="${color}">${label}</circle>`
}

const text = (x, y, content, { anchor = 'start', weight = 'normal' } = {}) =>
  `<text x="${x}" y="${y}" text-anchor="${anchor}" font-weight="${weight}" fill="#222222">${content}</text>`
