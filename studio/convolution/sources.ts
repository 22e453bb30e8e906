import type { Grey } from './lab'

/** Pictures have at most this size in each direction, so that single pixels can be seen. */
export const SIZE = 96

/** A grey picture of what a canvas, picture or video shows, its middle cut to a square. */
export function greyOf(source: CanvasImageSource, width: number, height: number, size = SIZE): Grey {
  const canvas = document.createElement('canvas')
  canvas.width = canvas.height = size
  const context = canvas.getContext('2d', { willReadFrequently: true })!
  const side = Math.min(width, height)
  context.imageSmoothingQuality = 'high'
  context.drawImage(source, (width - side) / 2, (height - side) / 2, side, side, 0, 0, size, size)
  const { data } = context.getImageData(0, 0, size, size)
  const values = Float32Array.from(
    { length: size * size },
    // Brightness as the eye sees it (ITU-R BT.601).
    (_, i) => (0.299 * data[4 * i]! + 0.587 * data[4 * i + 1]! + 0.114 * data[4 * i + 2]!) / 255,
  )
  return { width: size, height: size, values }
}

/** A picture file of the user. */
export async function greyOfFile(file: File): Promise<Grey> {
  const bitmap = await createImageBitmap(file)
  try {
    return greyOf(bitmap, bitmap.width, bitmap.height)
  } finally {
    bitmap.close()
  }
}

/** A house at a lake in the evening: areas, edges in all directions, curves, small spots and soft light. */
export function scene(): Grey {
  const canvas = document.createElement('canvas')
  const size = 384
  canvas.width = canvas.height = size
  const context = canvas.getContext('2d')!
  const fill = (style: string | CanvasGradient, draw: (context: CanvasRenderingContext2D) => void): void => {
    context.fillStyle = style
    context.beginPath()
    draw(context)
    context.fill()
  }
  const sky = context.createLinearGradient(0, 0, 0, size)
  sky.addColorStop(0, '#445')
  sky.addColorStop(0.7, '#bbc')
  fill(sky, (c) => c.rect(0, 0, size, size))
  fill('#fff', (c) => c.arc(300, 80, 34, 0, 2 * Math.PI))
  for (let i = 0; i < 14; i++) fill('#eee', (c) => c.arc((i * 97) % 250, 16 + ((i * 53) % 110), 2.4, 0, 2 * Math.PI))
  fill('#555', (c) => {
    c.moveTo(0, 250)
    for (const [x, y] of [
      [70, 150],
      [130, 210],
      [210, 120],
      [300, 220],
      [384, 170],
      [384, 270],
      [0, 270],
    ]) {
      c.lineTo(x!, y!)
    }
  })
  const lake = context.createLinearGradient(0, 260, 0, size)
  lake.addColorStop(0, '#99a')
  lake.addColorStop(1, '#334')
  fill(lake, (c) => c.rect(0, 262, size, size))
  context.strokeStyle = '#ccd'
  context.lineWidth = 2
  for (let y = 280; y < size; y += 18) {
    context.beginPath()
    for (let x = 0; x <= size; x += 8) context.lineTo(x, y + 3 * Math.sin(x / 22 + y))
    context.stroke()
  }
  fill('#ddd', (c) => c.rect(60, 190, 110, 92))
  fill('#222', (c) => {
    c.moveTo(48, 192)
    c.lineTo(115, 138)
    c.lineTo(182, 192)
  })
  for (const x of [78, 126]) fill('#333', (c) => c.rect(x, 208, 26, 26))
  fill('#333', (c) => c.rect(104, 244, 22, 38))
  return greyOf(canvas, size, size)
}

/** A letter, as large as its picture. */
export function letter(text: string): Grey {
  const canvas = document.createElement('canvas')
  canvas.width = canvas.height = 96
  const context = canvas.getContext('2d')!
  context.fillStyle = '#000'
  context.fillRect(0, 0, 96, 96)
  context.fillStyle = '#fff'
  context.font = '700 84px system-ui, sans-serif'
  context.textAlign = 'center'
  context.textBaseline = 'middle'
  context.fillText(text, 48, 52)
  return greyOf(canvas, 96, 96, 32)
}
