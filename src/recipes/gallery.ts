import { encodePng } from 'shapewise/data'
import { element, picture as svgPicture, textElement } from '../plot/svg.js'
import { dataUrl } from '../train/report/page.js'
import type { RecipeContext } from './recipe.js'
import type { Picture, Pictures } from './report.js'

/** A frame around a part of a picture, in its pixels, with a word on it. */
export interface Frame {
  readonly box: readonly [left: number, top: number, right: number, bottom: number]
  readonly text: string
  readonly color: string
  readonly isDashed?: boolean
}

const WIDTH = 640
const GAP = 12
const CAPTION = 18
const TITLE = 38
/** A line of colours and what they mean. */
const LEGEND = 20
/** Pixels of a letter of a caption, on average. */
const LETTER = 6.4

/**
 * Keeps pictures side by side with their captions as `pictures/NAME.svg`, where the page of the run shows them, and draws them in the terminal.
 *
 * @param name in kebab-case; its words are the caption on the page
 */
export async function gallery(
  { folder, report }: Pick<RecipeContext, 'folder' | 'report'>,
  name: string,
  pictures: Omit<Pictures, 'pictures'> & {
    readonly pictures: readonly (Picture & { readonly frames?: readonly Frame[] })[]
    /** How many stand in a row; as many as fit. */
    readonly columns?: number
    /** How many times as large they are shown; as many as small ones need to be seen. */
    readonly zoom?: number
    /** What colours in the pictures mean. */
    readonly legend?: readonly { readonly name: string; readonly color: string }[]
  },
): Promise<void> {
  const { pictures: shown, legend = [] } = pictures
  const zoomed = (width: number): number => width * (pictures.zoom ?? wholeZoom(width))
  const width = Math.max(
    ...shown.map((one) => zoomed(one.width)),
    ...shown.map(({ caption }) => caption.length * LETTER),
  )
  const height = Math.max(...shown.map((one) => (zoomed(one.width) / one.width) * one.height)) + CAPTION
  const columns = Math.min(shown.length, pictures.columns ?? Math.max(1, Math.floor(WIDTH / (width + GAP))))
  const meanings = placedLegend(legend, Math.max(GAP + columns * (width + GAP), 2 * GAP + pictures.title.length * 8))
  const top = TITLE + meanings.height
  const places = shown.map(async (one, i) => {
    const [x, y] = [GAP + (i % columns) * (width + GAP), top + Math.floor(i / columns) * (height + GAP)]
    const image = {
      ...{ x, y: y + CAPTION, width: zoomed(one.width), height: (zoomed(one.width) / one.width) * one.height },
      ...{ href: dataUrl('.png', await pngOf(one, pictures.scale)), style: 'image-rendering:pixelated' },
    }
    const frames = (one.frames ?? []).map((frame) => framed(frame, image, zoomed(one.width) / one.width))
    return textElement({ x, y: y + CAPTION - 6 }, one.caption) + element('image', image) + frames.join('')
  })
  const size = [GAP + columns * (width + GAP), top + Math.ceil(shown.length / columns) * (height + GAP)] as const
  const title = textElement({ x: GAP, y: 22, class: 'title' }, pictures.title)
  const svg = svgPicture(Math.max(size[0], 2 * GAP + pictures.title.length * 8), size[1], pictures.title, [
    title,
    ...meanings.elements,
    ...(await Promise.all(places)),
  ])
  await folder.storage.write(`pictures/${name}.svg`, svg)
  report.pictures(pictures)
}

/** Squares of colours with their names below the title, in as many lines as a width takes. */
function placedLegend(legend: readonly { readonly name: string; readonly color: string }[], width: number) {
  let [x, y] = [GAP, TITLE]
  const elements = legend.flatMap(({ name, color }) => {
    const wide = 22 + name.length * LETTER + GAP
    if (x + wide > width && x > GAP) [x, y] = [GAP, y + LEGEND]
    const square = element('rect', { x, y, width: 12, height: 12, fill: color })
    const text = textElement({ x: x + 16, y: y + 11 }, name)
    x += wide
    return [square, text]
  })
  return { elements, height: legend.length === 0 ? 0 : y - TITLE + LEGEND }
}

/** Small pictures are shown larger, by a whole factor so that their pixels stay equal squares. */
const wholeZoom = (width: number): number => Math.max(1, Math.floor(112 / width))

/** A frame and its word, which stands on it, or below where there is no room above. */
function framed(
  { box: [left, top, right, bottom], text, color, isDashed }: Frame,
  image: { x: number; y: number },
  zoom: number,
): string {
  const [x, y, width, height] = [
    image.x + zoom * left,
    image.y + zoom * top,
    zoom * (right - left),
    zoom * (bottom - top),
  ]
  const line = { fill: 'none', stroke: color, 'stroke-width': 2, 'stroke-dasharray': isDashed ? '4 3' : undefined }
  const style = `fill:${color};font-weight:600;paint-order:stroke;stroke:#fff;stroke-width:3px`
  const word = { x: x + 1, y: y - 4 < image.y + 8 ? y + height + 12 : y - 4, style }
  return element('rect', { x, y, width, height, ...line }) + textElement(word, text)
}

function pngOf(picture: Picture, scale: Pictures['scale']): Promise<Uint8Array> {
  const { width, height, channels = 1, values } = picture
  const data = new Uint8Array(width * height * 3)
  const most = Array.from(values).reduce((largest, value) => Math.max(largest, Math.abs(value)), 0) || 1
  for (let pixel = 0; pixel < width * height; pixel++) {
    const color =
      channels === 3
        ? [0, 1, 2].map((channel) => 255 * values[3 * pixel + channel]!)
        : scale === 'ink'
          ? Array.from({ length: 3 }, () => 255 * (1 - values[pixel]!))
          : signedColor(values[pixel]! / most)
    for (const [channel, value] of color.entries()) {
      data[3 * pixel + channel] = Math.round(Math.min(255, Math.max(0, value)))
    }
  }
  return encodePng({ width, height, channels: 3, data })
}

/** From white at 0 to the blue of heatmaps at 1, to their red at −1. */
const signedColor = (value: number): number[] =>
  (value > 0 ? [0x21, 0x66, 0xac] : [0xb2, 0x18, 0x2b]).map((end) => 255 + (end - 255) * Math.abs(value))
