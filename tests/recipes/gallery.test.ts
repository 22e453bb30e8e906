import { decodePng } from 'shapewise/data'
import { memoryStorage, RunFolder } from 'shapewise/train'
import { expect, it } from 'vitest'
import { gallery } from '../../src/recipes/gallery.js'
import type { Pictures } from '../../src/recipes/index.js'

async function stored(pictures: Pictures & { readonly columns?: number }): Promise<string> {
  const folder = await RunFolder.open(memoryStorage())
  const drawn: Pictures[] = []
  const quiet = () => {}
  const report = { log: quiet, data: quiet, progress: quiet, epoch: () => Promise.resolve(), table: quiet }
  await gallery({ folder, report: { ...report, pictures: (given) => drawn.push(given) } }, 'some', pictures)
  expect(drawn).toHaveLength(1)
  return new TextDecoder().decode(await folder.storage.read('pictures/some.svg'))
}

/** The pixels of the pictures in an SVG file, by our own reader of PNG, which others' files are tested with. */
const pixels = (svg: string) =>
  Promise.all(
    [...svg.matchAll(/base64,([^"]+)"/g)].map(async ([, text]) => {
      const { data, width, height } = await decodePng(
        Uint8Array.from(atob(text!), (character) => character.charCodeAt(0)),
      )
      return { width, height, data: [...data] }
    }),
  )

it('keeps ink dark on paper, colours as they are, and cuts what lies beyond', async () => {
  const grey = { caption: 'a < b', width: 3, height: 1, values: [0, 1, 2] }
  const color = { caption: 'red', width: 1, height: 1, channels: 3 as const, values: [1, 0, -1] }
  const svg = await stored({ title: 'Two', scale: 'ink', pictures: [grey, color] })
  expect(svg).toContain('a &lt; b')
  expect(await pixels(svg)).toEqual([
    { width: 3, height: 1, data: [255, 255, 255, 0, 0, 0, 0, 0, 0] },
    { width: 1, height: 1, data: [255, 0, 0] },
  ])
})

it('tells negative from positive numbers, each picture by its largest', async () => {
  const weights = { caption: '', width: 3, height: 1, values: [-4, 0, 4] }
  const [picture] = await pixels(await stored({ title: '', scale: 'signed', pictures: [weights] }))
  expect(picture!.data).toEqual([0xb2, 0x18, 0x2b, 255, 255, 255, 0x21, 0x66, 0xac])
})

it('stands them in as many columns as told', async () => {
  const one = { caption: '', width: 28, height: 28, values: new Float32Array(784) }
  const svg = await stored({ title: '', scale: 'ink', columns: 2, pictures: [one, one, one, one] })
  const places = [...svg.matchAll(/<image x="([\d.]+)" y="([\d.]+)" width="112" height="112"/g)]
  expect(new Set(places.map(([, x]) => x)).size).toBe(2)
  expect(new Set(places.map(([, , y]) => y)).size).toBe(2)
})
