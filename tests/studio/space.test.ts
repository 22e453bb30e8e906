import { describe, expect, it } from 'vitest'
import { packed } from '../../studio/parts/palette.js'
import {
  camera,
  fromAbove,
  moved,
  nearest,
  nearness,
  project,
  turned,
  viewOf,
  within,
  zoomed,
} from '../../studio/parts/space/camera.js'
import { byDepth } from '../../studio/parts/space/depth-order.js'
import { rasterize } from '../../studio/parts/space/painter.js'
import { Raster } from '../../studio/parts/space/raster.js'
import { shaded } from '../../studio/parts/space/scene.js'

const places = (...all: number[]) => Float32Array.from(all)

describe('the camera', () => {
  it('sees a map from above as it is', () => {
    const view = viewOf(fromAbove, 300, 200, true)
    const seen = project(view, places(0, 0, 0, 1, 0, 0, 0, 1, 0, 1, 1, 1))
    const side = 0.92 * 100
    const wanted = [150, 100, 0, 150 + side, 100, 0, 150, 100 - side, 0, 150 + side, 100 - side, 1]
    for (const [i, value] of wanted.entries()) expect(seen[i]).toBeCloseTo(value, 4)
  })

  it('sees z as up and y as away from the side, and the near larger than the far', () => {
    const view = viewOf(camera({ turn: 0, tilt: 0 }), 200, 200)
    const [, top] = project(view, places(0, 0, 1))
    expect(top).toBeCloseTo(100 - 62, 4)
    const [near, far] = [project(view, places(1, -1, 0)), project(view, places(1, 1, 0))]
    expect(near[2]).toBeCloseTo(1, 6)
    expect(far[2]).toBeCloseTo(-1, 6)
    // From 6 away, 1 nearer and 1 farther.
    expect((near[0]! - 100) / (far[0]! - 100)).toBeCloseTo(7 / 5, 4)
    expect(nearness(view, 1) / nearness(view, -1)).toBeCloseTo(7 / 5, 6)
  })

  it('keeps lengths and angles: its axes are a rotation', () => {
    for (const [turn, tilt] of [
      [0.3, 1.1],
      [-2, -0.7],
      [5, 0],
    ]) {
      const { axes } = viewOf(camera({ turn: turn!, tilt: tilt! }), 100, 100)
      const rows = [axes.slice(0, 3), axes.slice(3, 6), axes.slice(6, 9)] as const
      const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, part, i) => sum + part * b[i]!, 0)
      rows.forEach((a, i) => {
        rows.forEach((b, j) => {
          expect(dot(a, b)).toBeCloseTo(i === j ? 1 : 0, 6)
        })
      })
      const [[a, b, c], [d, e, f], last] = rows as readonly (readonly [number, number, number])[]
      const cross = [b! * f! - c! * e!, c! * d! - a! * f!, a! * e! - b! * d!]
      cross.forEach((part, i) => {
        expect(part).toBeCloseTo(last![i]!, 6)
      })
    }
  })

  it('never turns over, and comes back after a whole turn', () => {
    expect(turned(camera(), 0, 99).tilt).toBeCloseTo(Math.PI / 2, 9)
    expect(turned(camera({ turn: 1 }), 2 * Math.PI, 0).turn).toBeCloseTo(1, 9)
  })

  it('zooms to the place that is pointed at', () => {
    const before = moved(camera(), 0.2, -0.1)
    const place = places(0.4, 0.3, -0.2)
    const [x, y] = project(viewOf(before, 400, 400), place)
    const after = zoomed(before, 3, (x! - 200) / 200, (200 - y!) / 200)
    const [x2, y2] = project(viewOf(after, 400, 400), place)
    expect([x2, y2].map((v) => Math.round(v!))).toEqual([x, y].map((v) => Math.round(v!)))
    expect(zoomed(before, 1e9).zoom).toBe(40)
    expect(zoomed(before, 0).zoom).toBe(0.2)
  })

  it('finds what is pointed at, of two behind each other the one in front', () => {
    const view = viewOf(camera({ turn: 0, tilt: 0 }), 200, 200)
    const cloud = places(0, 1, 0, 0, -1, 0, 0.9, 0, 0)
    expect(nearest(view, cloud, 101, 100, 10)).toBe(1)
    expect(nearest(view, cloud, 155, 100, 10)).toBe(2)
    expect(nearest(view, cloud, 20, 20, 10)).toBe(-1)
    expect(nearest(view, new Float32Array(), 20, 20, 10)).toBe(-1)
    expect(nearest(view, places(Number.NaN, 0, 0), 100, 100, 10)).toBe(-1)
  })

  it('finds what a line goes around', () => {
    const view = viewOf(fromAbove, 200, 200, true)
    const cloud = places(0, 0, 0, 0.5, 0.5, 0.5, -0.9, 0, 0)
    expect(within(view, cloud, places(90, 40, 160, 40, 160, 110, 90, 110))).toEqual([0, 1])
    // A horseshoe around the middle does not hold it.
    expect(within(view, cloud, places(0, 0, 200, 0, 200, 200, 110, 200, 110, 90, 90, 90, 90, 200, 0, 200))).toEqual([
      1, 2,
    ])
    expect(within(view, cloud, new Float32Array())).toEqual([])
  })
})

describe('the order by depth', () => {
  it('goes from the farthest to the nearest and leaves out what has no depth', () => {
    const depths = Float32Array.from({ length: 500 }, (_, i) => Math.sin(i * 7919))
    depths[3] = Number.NaN
    depths[4] = Infinity
    const order = byDepth(depths)
    expect(order).toHaveLength(498)
    expect(new Set(order).size).toBe(498)
    for (let i = 1; i < order.length; i++) {
      expect(depths[order[i]!]! - depths[order[i - 1]!]!).toBeGreaterThan(-2 / 8191)
    }
  })

  it('keeps the order of equals, and takes nothing and one', () => {
    expect([...byDepth(new Float32Array())]).toEqual([])
    expect([...byDepth(Float32Array.of(3))]).toEqual([0])
    expect([...byDepth(Float32Array.of(2, 2, 2))]).toEqual([0, 1, 2])
  })
})

describe('light', () => {
  it('leaves a plain as it is, brightens what faces it and darkens what does not', () => {
    const slope = (z: number) => places(-1, -1, 0, 1, -1, z, -1, 1, 0, 1, 1, z)
    const brightness = (z: number) => shaded(2, slope(z), () => [100, 100, 100])[0]! & 255
    expect([...shaded(2, slope(0), () => [100, 100, 100])]).toEqual(Array(4).fill(0xff646464))
    // It comes from the left and the front: what rises to the right faces it.
    expect(brightness(1)).toBeGreaterThan(100)
    expect(brightness(-2)).toBeLessThan(100)
  })
})

describe('the raster', () => {
  const [red, blue] = [packed([255, 0, 0]), packed([0, 0, 255])]
  const share = (raster: Raster, isOf: (pixel: number) => boolean) =>
    raster.pixels.reduce((sum, pixel) => sum + (isOf(pixel) ? (pixel >>> 24) / 255 : 0), 0)

  it('fills a triangle of its area, with colours mixed between its corners, and none twice where two meet', () => {
    const raster = new Raster(100, 100)
    const corners = places(10, 10, 0, 90, 10, 0, 10, 90, 0, 90, 90, 0)
    raster.triangle(corners, 0, 1, 2, Uint32Array.of(red, red, red, red))
    expect(Math.abs(share(raster, () => true) - 3200)).toBeLessThan(45)
    raster.triangle(corners, 3, 2, 1, Uint32Array.of(0, blue, blue, blue))
    expect(share(raster, () => true)).toBe(6400)
    const mixing = new Raster(100, 100)
    mixing.triangle(corners, 0, 1, 2, Uint32Array.of(packed([0, 0, 0]), packed([240, 0, 0]), packed([0, 240, 0])))
    const pixel = mixing.pixels[30 * 100 + 50]!
    expect(pixel & 255).toBeCloseTo((240 * 40.5) / 80, -1)
    expect((pixel >>> 8) & 255).toBeCloseTo((240 * 20.5) / 80, -1)
  })

  it('hides what lies behind, in any order, and shows lines there faintly', () => {
    for (const isNearFirst of [true, false]) {
      const raster = new Raster(40, 40)
      const both = [() => raster.disc(20, 20, 1, 10, red), () => raster.disc(20, 20, 0, 10, blue)]
      for (const draw of isNearFirst ? both : both.reverse()) draw()
      expect(raster.pixels[20 * 40 + 20]).toBe(red)
      raster.line(places(0, 20.5, -1, 39, 20.5, -1), 0, 1, 0, 3, packed([0, 255, 0]))
      const behind = raster.pixels[20 * 40 + 20]!
      expect((behind >>> 8) & 255).toBeGreaterThan(30)
      expect((behind >>> 8) & 255).toBeLessThan(90)
      expect(raster.pixels[20 * 40 + 3]).toBe(packed([0, 255, 0]))
    }
  })

  it('draws discs and lines of their area, with soft edges, wherever they are', () => {
    const disc = new Raster(60, 60)
    disc.disc(30.3, 29.6, 0, 11, blue)
    expect(Math.abs(share(disc, () => true) - Math.PI * 121)).toBeLessThan(4)
    for (const [x, y] of [
      [50, 10],
      [10, 55],
      [12, 50],
      [50, 49],
    ]) {
      const line = new Raster(60, 60)
      line.line(places(10, 10, 0, x!, y!, 0), 0, 1, 0, 4, blue)
      const wanted = 4 * Math.hypot(x! - 10, y! - 10) + Math.PI * 4
      expect(Math.abs(share(line, () => true) - wanted)).toBeLessThan(0.04 * wanted)
    }
  })

  it('leaves out what is outside or nowhere', () => {
    const raster = new Raster(20, 20)
    raster.disc(-50, 4, 0, 5, red)
    raster.disc(Number.NaN, 4, 0, 5, red)
    raster.line(places(0, 0, Number.NaN, 20, 20, 0), 0, 1, 0, 2, red)
    raster.line(places(-90, -90, 0, -5, -9, 0), 0, 1, 0, 2, red)
    raster.triangle(places(0, 0, 0, 0, 0, 0, 0, 0, 0), 0, 1, 2, Uint32Array.of(red, red, red))
    raster.triangle(places(Number.NaN, 0, 0, 9, 0, 0, 9, 9, 0), 0, 1, 2, Uint32Array.of(red, red, red))
    expect(share(raster, () => true)).toBe(0)
    raster.disc(0, 0, 0, 5, red)
    expect(share(raster, () => true)).toBeGreaterThan(10)
  })

  it('draws pictures on planes, texel by texel, behind what lies before them', () => {
    const raster = new Raster(40, 40)
    const seen = places(10, 10, 0, 30, 10, 1, 10, 30, 0)
    raster.picture(seen, Uint32Array.of(red, blue, 0, red), 2)
    const colourAt = (x: number, y: number) => raster.pixels[y * 40 + x]
    expect([colourAt(12, 12), colourAt(28, 12), colourAt(12, 28), colourAt(28, 28)]).toEqual([red, blue, 0, red])
    expect(share(raster, () => true)).toBe(300)
    // Half as deep as its right side: it cuts the picture in the middle.
    const green = packed([0, 255, 0])
    raster.line(places(10, 12.5, 0.5, 30, 12.5, 0.5), 0, 1, 0, 1, green)
    expect(colourAt(12, 12)).toBe(green)
    expect(colourAt(28, 12)).not.toBe(green)
    raster.picture(places(0, 0, 0, 0, 0, 0, 0, 0, 0), Uint32Array.of(red), 1)
    raster.picture(places(Number.NaN, 0, 0, 5, 0, 0, 0, 5, 0), Uint32Array.of(red), 1)
  })

  it('draws small pictures, of which nothing is not drawn', () => {
    const raster = new Raster(20, 20)
    raster.stamp(10, 10, 0, 8, Uint32Array.of(red, 0, 0, blue), 2)
    expect(share(raster, (pixel) => pixel === red)).toBe(16)
    expect(share(raster, (pixel) => pixel === blue)).toBe(16)
    expect(raster.pixels[6 * 20 + 6]).toBe(red)
    expect(raster.pixels[13 * 20 + 13]).toBe(blue)
  })

  it('draws 10,000 points in the time of a frame', () => {
    const kinds = Uint8Array.from({ length: 10_000 }, (_, i) => i % 2)
    const cloud = {
      places: Float32Array.from({ length: 30_000 }, (_, i) => Math.sin(i * 7919)),
      ...{ kinds, size: 6, stamps: [[213, 94, 0] as const, [0, 114, 178] as const] },
    }
    const raster = new Raster(800, 600)
    const times = Array.from({ length: 20 }, () => {
      const start = process.cpuUsage()
      raster.clear()
      rasterize(raster, { clouds: [cloud] }, viewOf(camera(), 800, 600), 1)
      return process.cpuUsage(start).user / 1000
    })
    console.log(`10,000 points: ${Math.min(...times).toFixed(1)} ms of the processor`)
    // Far from what it takes, so that it fails only where something is wrong.
    expect(Math.min(...times)).toBeLessThan(50)
  })
})
