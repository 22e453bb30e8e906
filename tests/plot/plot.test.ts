import { chart, chartText, contours, heatmap } from 'shapewise/plot'
import { describe, expect, it } from 'vitest'

/** The elements of a picture; throws if it is no well-formed XML: every tag is closed, and no & or < stands alone. */
function parse(svg: string): { name: string; attributes: Record<string, string>; text: string }[] {
  const elements: { name: string; attributes: Record<string, string>; text: string }[] = []
  const open: string[] = []
  let rest = svg
  while (rest !== '') {
    const text = /^[^<]+/.exec(rest)?.[0]
    if (text !== undefined) {
      if (/&(?!(amp|lt|gt|quot);)/.test(text)) throw new Error(`a single & in ${text.slice(0, 40)}`)
      const last = elements.at(-1)
      if (last !== undefined) last.text += text
      rest = rest.slice(text.length)
      continue
    }
    const tag = /^<(\/?)([a-zA-Z]+)((?:\s[\w:-]+="[^"<]*")*)\s*(\/?)>/.exec(rest)
    if (tag === null) throw new Error(`no tag: ${rest.slice(0, 60)}`)
    const [whole, closes, name, list, closed] = tag
    if (closes !== '') {
      if (open.pop() !== name) throw new Error(`</${name}> closes nothing`)
    } else {
      const attributes = Object.fromEntries(
        [...list.matchAll(/([\w:-]+)="([^"]*)"/g)].map(([, key, value]) => [key, value]),
      )
      if (/NaN|undefined|Infinity/.test(list)) throw new Error(`<${name}${list}>`)
      elements.push({ name, attributes, text: '' })
      if (closed === '') open.push(name)
    }
    rest = rest.slice(whole.length)
  }
  expect(open).toEqual([])
  return elements
}

const pathOf = (svg: string): string =>
  parse(svg).find(({ name, attributes }) => name === 'path' && attributes.class === 'line')?.attributes.d ?? ''
const placesOf = (d: string): number[][] =>
  d
    .split(/[ML]/)
    .slice(1)
    .map((pair) => pair.split(',').map(Number))

describe('chart', () => {
  it('puts numbers where they belong', () => {
    const svg = chart({ series: [{ x: [0, 5, 10], y: [0, 50, 100] }] })
    const [[x0, y0], [x1, y1], [x2, y2]] = placesOf(pathOf(svg))
    expect([(x0 + x2) / 2, (y0 + y2) / 2]).toEqual([x1, y1])
    expect(x2).toBeGreaterThan(x0)
    expect(y2).toBeLessThan(y0)
  })

  it('cuts off what lies outside the axes', () => {
    const svg = chart({ y: { from: 0, to: 1 }, series: [{ x: [0, 1, 2], y: [0, 1e6, 1] }] })
    const [, room] = parse(svg).filter(({ name }) => name === 'svg')
    const { x, y, width, height, viewBox } = room!.attributes
    expect(viewBox).toBe(`${x} ${y} ${width} ${height}`)
    const [[left, bottom], , [right, top]] = placesOf(pathOf(svg))
    expect(left - Number(x)).toBeCloseTo(Number(x) + Number(width) - right, 6)
    expect(top - Number(y)).toBeCloseTo(Number(y) + Number(height) - bottom, 6)
    expect(top - Number(y)).toBeLessThan(5)
  })

  it('puts bars of several series side by side', () => {
    const svg = chart({ series: [{ y: [1, 2], kind: 'bars' }, { y: [2, 1], kind: 'bars' }, { y: [1, 1] }] })
    const rects = parse(svg).filter(({ name }) => name === 'rect')
    const spans = rects.map(({ attributes: { x, width } }) => [Number(x), Number(x) + Number(width)] as const)
    expect(spans).toHaveLength(4)
    const inOrder = [...spans].sort(([a], [b]) => a - b)
    for (const [i, [left]] of inOrder.slice(1).entries()) expect(left).toBeGreaterThanOrEqual(inOrder[i][1] - 0.02)
    // Both stand around their number: as far to the left of it as to the right.
    const line = placesOf(pathOf(svg))
    expect((spans[0][0] + spans[2][1]) / 2).toBeCloseTo(line[0][0], 1)
    expect((spans[1][0] + spans[3][1]) / 2).toBeCloseTo(line[1][0], 1)
  })

  it('has equal steps for equal factors on a logarithmic axis, and leaves out what is not positive', () => {
    const svg = chart({ y: { scale: 'log' }, series: [{ y: [1, 10, 100, 0, -1, 1000, 100] }] })
    const pieces = pathOf(svg).split('M').slice(1)
    expect(pieces).toHaveLength(2)
    const [[, a], [, b], [, c]] = placesOf(`M${pieces[0]}`)
    expect(b - a).toBeCloseTo(c - b, 1)
  })

  it('writes small numbers of a logarithmic axis as powers', () => {
    const labels = parse(chart({ y: { scale: 'log' }, series: [{ y: [1e-7, 1] }] }))
      .filter(({ name, attributes }) => name === 'text' && attributes['text-anchor'] === 'end')
      .map(({ text }) => text)
    expect(labels).toEqual(expect.arrayContaining(['1e-6', '1e-4', '0.01', '1']))
  })

  it.each([
    [[Number.NaN, 1, 2, Infinity, 3, 4]],
    [[]],
    [[Number.NaN]],
    [[7]],
    [[7, 7, 7]],
    [[1e300, -1e300]],
    [[1e-310, 2e-310]],
    [Float32Array.of(1, 2)],
  ])('takes %j', (y) => {
    for (const scale of ['linear', 'log', 'symmetricLog'] as const) {
      for (const kind of ['line', 'dashes', 'points', 'bars'] as const) {
        expect(parse(chart({ y: { scale }, series: [{ name: 'a', y, kind }] })).length).toBeGreaterThan(3)
      }
    }
  })

  it('tells the numbers beside an axis apart', () => {
    for (const width of [200, 400, 640, 1200, 4000]) {
      for (const to of [1, 4, 7, 30, 1000]) {
        const labels = parse(chart({ x: { from: 0, to }, series: [{ x: [0, to], y: [0, 1] }], width }))
          .filter(({ name, attributes }) => name === 'text' && attributes['text-anchor'] === 'middle')
          .map(({ text }) => text)
        expect(labels.length).toBeGreaterThan(1)
        expect(new Set(labels).size).toBe(labels.length)
      }
    }
  })

  it('writes any text', () => {
    const name = '<b>"Q&A"</b> \u0000\ud800 Ω'
    const elements = parse(
      chart({ title: name, x: { label: name, names: [name, name] }, series: [{ name, y: [1, 2] }] }),
    )
    expect(elements.find(({ attributes }) => attributes.class === 'title')?.text).toBe(
      '&lt;b&gt;&quot;Q&amp;A&quot;&lt;/b&gt;  Ω',
    )
  })

  it('thins out what falls into one column of pixels, and keeps the extremes', () => {
    const y = Float64Array.from({ length: 100_000 }, (_, i) => Math.sin(i / 1000))
    y[54_321] = 40
    y[12_345] = -30
    const svg = chart({ series: [{ y }] })
    expect(svg.length).toBeLessThan(60_000)
    const heights = placesOf(pathOf(svg)).map(([, h]) => h)
    const [low, high] = [Math.max(...heights), Math.min(...heights)]
    const few = placesOf(pathOf(chart({ series: [{ y: [40, -30] }] }))).map(([, h]) => h)
    expect([high, low]).toEqual([few[0], few[1]])
  })

  it('marks places, shows points that stand alone, and says where there are none', () => {
    const elements = parse(
      chart({
        marks: [
          { x: 2, text: 'here' },
          { x: Number.NaN, text: 'no' },
        ],
        series: [{ y: [1, Number.NaN, 3, Number.NaN, 4, 5] }],
      }),
    )
    expect(elements.filter(({ name }) => name === 'circle')).toHaveLength(2)
    expect(elements.map(({ text }) => text)).toContain('here')
    expect(elements.map(({ text }) => text)).not.toContain('no')
    expect(parse(chart({ series: [{ y: [Number.NaN] }] })).map(({ text }) => text)).toContain('no values')
  })

  it('refuses what it cannot draw', () => {
    expect(() => chart({ series: [] })).toThrow(/no series/)
    expect(() => chart({ series: [{ name: 'a', x: [1], y: [1, 2] }] })).toThrow(/1 numbers x and 2 numbers y/)
    expect(() => chart({ series: [{ y: 3 as never }] })).toThrow(/y is/)
    expect(() => chart({ width: 5, series: [{ y: [1] }] })).toThrow(/width is 5/)
    expect(() => chart({ y: { scale: 'log', from: 0 }, series: [{ y: [1] }] })).toThrow(/y axis ends at 0/)
    // @ts-expect-error
    expect(() => chart({ serie: [] })).toThrow(/serie/)
  })
})

describe('heatmap', () => {
  it('has a cell for each number, the largest the darkest', () => {
    const elements = parse(
      heatmap({
        values: [
          [1, 2, 3],
          [4, 5, -6],
        ],
        rows: ['a', 'b'],
      }),
    )
    const opacities = elements.flatMap(({ attributes }) =>
      attributes['fill-opacity'] === undefined ? [] : [Number(attributes['fill-opacity'])],
    )
    expect(opacities).toEqual([0.17, 0.33, 0.5, 0.67, 0.83, 1])
  })

  it.each([[[[Number.NaN]]], [[[0]]], [[new Float32Array(60), new Float32Array(60)]], [[[Infinity, -Infinity]]]])(
    'takes %j',
    (values) => {
      expect(parse(heatmap({ title: '<', values, rowLabel: '&', columnLabel: '"' })).length).toBeGreaterThan(2)
    },
  )

  it('refuses what it cannot draw', () => {
    expect(() => heatmap({ values: [] })).toThrow(/no cells/)
    expect(() => heatmap({ values: [[1], [1, 2]] })).toThrow(/differ in length/)
    expect(() => heatmap({ values: [[1]], rows: ['a', 'b'] })).toThrow(/2 names for 1 rows/)
  })
})

describe('contours', () => {
  const cone = Array.from({ length: 41 }, (_, i) => Array.from({ length: 41 }, (_, j) => Math.hypot(i - 20, j - 20)))
  const axis = { from: -1, to: 1 }

  it('draws a cone as circles, each with as many places outside as its band says', () => {
    const elements = parse(contours({ heights: cone, x: axis, y: axis, bands: 8, width: 400, height: 400 }))
    const bands = elements.filter(({ attributes }) => attributes.class === 'band')
    expect(bands).toHaveLength(7)
    const heights = cone.flat().sort((a, b) => a - b)
    const [left, top] = [248, 214]
    // The lowest bands do not touch the border: what is higher is everything but the inside of a ring around the middle.
    for (const [i, { attributes }] of bands.slice(0, 4).entries()) {
      const rings = attributes.d.split('Z').filter((ring) => ring !== '')
      expect(rings).toHaveLength(2)
      const radii = placesOf(rings[1]).map(([x, y]) => Math.hypot(x - left, y - top) / 10)
      const level = heights[Math.floor(((i + 1) * heights.length) / 8)]
      for (const radius of radii) expect(Math.abs(radius - level)).toBeLessThan(0.1)
    }
    expect(new Set(bands.map(({ attributes }) => attributes.fill)).size).toBe(7)
  })

  it('draws the row of the smallest y at the bottom', () => {
    const heights = Array.from({ length: 11 }, (_, i) => new Float32Array(11).fill(i))
    const [band] = parse(contours({ heights, bands: 2, width: 200, height: 200 })).filter(
      ({ attributes }) => attributes.class === 'band',
    )
    // High numbers y are high in the picture: at small numbers of pixels.
    for (const [, y] of placesOf(band.attributes.d.replace('Z', ''))) expect(y).toBeLessThanOrEqual(14 + 100.01)
  })

  it('puts paths, numbers and marks where they belong', () => {
    const path = { name: 'a & b', x: [-1, 1, 1], y: [-1, -1, 1] }
    const svg = contours({
      heights: cone,
      x: axis,
      y: axis,
      paths: [path, path],
      marks: [[0, 0]],
      width: 200,
      height: 100,
    })
    expect(placesOf(pathOf(svg))).toEqual([
      [48, 114],
      [248, 114],
      [248, 14],
    ])
    const elements = parse(svg)
    expect(elements.filter(({ text }) => text === 'a &amp; b')).toHaveLength(2)
    // After a third of 300 pixels, and after two thirds.
    const badges = elements
      .filter(({ name }) => name === 'circle')
      .map(({ attributes }) => [+attributes.cx, +attributes.cy])
    expect(badges.slice(0, 2)).toEqual([
      [148, 114],
      [248, 114],
    ])
    expect(svg).not.toMatch(/animate/)
  })

  it('moves all paths by one clock: after half of the time each has made the root of the steps of the longest', () => {
    const line = (count: number) => ({
      x: Array.from({ length: count }, (_, i) => -1 + (2 * i) / 99),
      y: new Array(count).fill(0),
    })
    const svg = contours({ heights: cone, x: axis, y: axis, paths: [line(100), line(7)], seconds: 8 })
    const moves = parse(svg).filter(({ name }) => name === 'animateMotion')
    expect(moves.map(({ attributes }) => attributes.dur)).toEqual(['8s', '8s'])
    const at = ({ attributes }: (typeof moves)[number], share: number) => {
      const frame = attributes.keyTimes.split(';').findIndex((time) => Number(time) >= 0.8 * share - 1e-3)
      return Number(attributes.keyPoints.split(';')[frame])
    }
    // Place 10 of 100, which is 9 steps of 99; the short path has ended with place 7.
    expect(at(moves[0], 0.5)).toBeCloseTo(9 / 99, 3)
    expect(at(moves[0], 1)).toBe(1)
    expect(at(moves[1], 0.25)).toBeCloseTo((100 ** 0.25 - 1) / 6, 3)
    expect(at(moves[1], 0.5)).toBe(1)
    // What shows no movement shows whole lines: dashes come only with the movement.
    for (const { name, attributes } of parse(svg))
      if (name === 'path') expect(attributes['stroke-dasharray']).toBe(undefined)
  })

  it('thins out scribbles, and keeps where they go', () => {
    const x = Array.from({ length: 50_000 }, (_, i) => Math.sin(i * i))
    const y = Array.from({ length: 50_000 }, (_, i) => Math.cos(3 * i * i))
    const places = placesOf(pathOf(contours({ heights: cone, x: axis, y: axis, paths: [{ x, y }], seconds: 5 })))
    expect(places.length).toBeLessThanOrEqual(1000)
    expect(Math.max(...places.map(([px]) => px)) - Math.min(...places.map(([px]) => px))).toBeGreaterThan(470)
  })

  it.each([
    [
      [
        [1, 1],
        [1, 1],
      ],
    ],
    [
      [
        [Number.NaN, Infinity],
        [-Infinity, 1],
      ],
    ],
    [
      [
        [Number.NaN, Number.NaN],
        [Number.NaN, Number.NaN],
      ],
    ],
    [[Float32Array.of(1, 2, 3), Float32Array.of(1e38, -1e38, 0)]],
  ])('takes %j', (heights) => {
    const paths = [
      { x: [], y: [] },
      { x: [0.5], y: [0.5] },
      { x: [0, Number.NaN, 1], y: [0, 0, 0] },
    ]
    expect(parse(contours({ title: '<', heights, paths, seconds: 3, note: '&' })).length).toBeGreaterThan(3)
  })

  it('refuses what it cannot draw', () => {
    expect(() => contours({ heights: [[1, 2]] })).toThrow(/1 × 2 heights/)
    expect(() => contours({ heights: [[1, 2], [1]] })).toThrow(/differ in length/)
    expect(() => contours({ heights: cone, paths: [{ name: 'a', x: [1], y: [] }] })).toThrow(
      /'a' has 1 numbers x and 0/,
    )
  })
})

describe('a long title', () => {
  const title =
    'A title that is a good deal longer than the picture is wide, so that it needs another line, or even several of them'
  it.each([
    ['chart', (title: string) => chart({ title, series: [{ y: [1, 2] }] })],
    ['heatmap', (title: string) => heatmap({ title, values: [[1, 2]] })],
    ['contours', (title: string) => contours({ title, heights: [[1, 2], [3, 4]], width: 200 })], // biome-ignore format: a matrix
  ])('stands in several lines above all else: %s', (_, draw) => {
    const lines = (svg: string) => parse(svg).filter(({ attributes }) => attributes.class === 'title')
    const svg = draw(title)
    const found = lines(svg)
    expect(found.length).toBeGreaterThan(1)
    expect(found.map(({ text }) => text).join(' ')).toBe(title)
    const width = Number(parse(svg)[0].attributes.width)
    for (const { text, attributes } of found) expect(Number(attributes.x) + 7 * text.length).toBeLessThan(width)
    const lowest = Math.max(...found.map(({ attributes }) => Number(attributes.y)))
    const shapes = parse(svg).filter(({ name }) => name === 'line' || name === 'rect')
    const tops = shapes.map(({ attributes: { y, y1 } }) => Number(y ?? y1))
    expect(Math.min(...tops)).toBeGreaterThan(lowest)
    expect(lines(draw('Short'))).toHaveLength(1)
  })
})

describe('a chart as text', () => {
  /** The dots between the axes, row by row from above. */
  const dotsOf = (text: string): boolean[][] =>
    text.split('\n').flatMap((line) => {
      const inside = /[│┤](.*)$/.exec(line)?.[1]
      if (inside === undefined) return []
      const bits = [
        [0x01, 0x08],
        [0x02, 0x10],
        [0x04, 0x20],
        [0x40, 0x80],
      ]
      return bits.map((row) =>
        [...inside].flatMap((letter) => {
          const cell = letter.charCodeAt(0) - 0x2800
          return row.map((bit) => cell > 0 && cell < 256 && (cell & bit) > 0)
        }),
      )
    })

  it('goes from corner to corner as its numbers do', () => {
    const dots = dotsOf(chartText({ x: { from: 0, to: 1 }, y: { from: 0, to: 1 }, series: [{ x: [0, 1], y: [0, 1] }] }))
    const all = dots.flatMap((row, i) => row.flatMap((is, k) => (is ? [[k, i] as const] : [])))
    const [width, height] = [Math.max(...all.map(([x]) => x)), dots.length - 1]
    expect(height).toBe(63)
    for (const [x, y] of all) expect(Math.abs(x / width + y / height - 1)).toBeLessThan(0.03)
    expect(all.length).toBeGreaterThan(width)
  })

  it('names axes and series, and says what marks are', () => {
    const text = chartText(
      {
        title: 'Learning',
        x: { label: 'epoch' },
        y: { label: 'loss', scale: 'log' },
        series: [
          { name: 'training', y: [1, 0.1, 0.01] },
          { name: 'kept', y: [1, 0.5, 0.1], kind: 'dashes' },
        ],
        marks: [{ x: 2, text: 'here' }],
      },
      { columns: 60, rows: 10 },
    )
    const lines = text.split('\n')
    expect(lines.slice(0, 2)).toEqual(['Learning', 'loss'])
    expect(lines.findIndex((line) => line.endsWith(' kept'))).toBeLessThan(
      lines.findIndex((line) => line.endsWith(' training')),
    )
    expect(text).toMatch(/^ *1 ┤/m)
    expect(text).toMatch(/^ *0\.01 ┤/m)
    expect(text).toMatch(/└.*┬.*\n +1\.0 .* 2\.0 .*3\.0\n +epoch\n +┊ here$/)
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(60)
  })

  it('takes what is far outside, gaps, and nothing at all', () => {
    const wild = { y: { from: 0, to: 1 }, series: [{ y: [0.5, 1e15, Number.NaN, -1e15, 0.5, Infinity] }] }
    expect(dotsOf(chartText(wild)).flat().filter(Boolean).length).toBeGreaterThan(10)
    expect(chartText({ series: [{ y: [] }] })).toMatch(/no values/)
    expect(() => chartText({ series: [{ y: [1] }] }, { columns: 10 })).toThrow(/10 columns/)
  })

  it('shows what its axes show of a curve that leaves them by far, and gaps where there is no number', () => {
    const series = [{ y: [0, 0, 1e12, Number.POSITIVE_INFINITY, 0, 0] }]
    const dots = dotsOf(chartText({ y: { from: 0, to: 1 }, series }))
    const width = Math.max(...dots.map((row) => row.lastIndexOf(true) + 1))
    const inked = (share: number): number => dots.filter((row) => row[Math.round(share * (width - 1))] === true).length
    expect(inked(0)).toBe(1)
    // It rises so fast that it stays in one column.
    expect(inked(0.2)).toBe(dots.length)
    expect(inked(0.6)).toBe(0)
    expect(inked(1)).toBe(1)
  })

  it('draws bars from 0', () => {
    const dots = dotsOf(chartText({ series: [{ kind: 'bars', y: [2, 1] }] }))
    const columns = [...Array(200).keys()]
    const heights = columns.map((column) => dots.filter((row) => row[column] === true).length)
    const [high, low] = [Math.max(...heights), Math.min(...heights.filter((height) => height > 0))]
    expect(Math.abs(high / low - 2)).toBeLessThan(0.1)
  })
})
