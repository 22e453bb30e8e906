/** Pixels of the picture for one of the page, and around what is shown. */
const [SCALE, MARGIN] = [2, 24]

interface Part {
  readonly element: HTMLElement
  readonly left: number
  readonly top: number
}

/**
 * The network, the plane and the losses as they are on the page, side by side in one picture.
 *
 * @param root the page, or one of two trainings
 * @param caption what stands above them
 */
export async function pictureOf(root: HTMLElement, caption: readonly string[]): Promise<Blob | undefined> {
  const find = (selector: string) => root.querySelector<HTMLElement>(selector)
  const [network, plane, curves] = [find('.network-canvas'), find('.plane'), find('.curves .u-wrap')]
  if (network === null || plane === null) return undefined
  const top = MARGIN + 22 * caption.length + 12
  const right = MARGIN + network.offsetWidth + 32
  const parts: readonly Part[] = [
    { element: network, left: MARGIN, top },
    { element: plane, left: right, top },
    ...(curves === null ? [] : [{ element: curves, left: right, top: top + plane.offsetHeight + 20 }]),
  ]
  const width = right + Math.max(...parts.slice(1).map(({ element }) => element.offsetWidth)) + MARGIN
  const height = Math.max(...parts.map((part) => part.top + part.element.offsetHeight)) + MARGIN
  const canvas = document.createElement('canvas')
  canvas.width = width * SCALE
  canvas.height = height * SCALE
  const context = canvas.getContext('2d')!
  context.scale(SCALE, SCALE)
  const style = getComputedStyle(document.documentElement)
  context.fillStyle = style.getPropertyValue('--card')
  context.fillRect(0, 0, width, height)
  context.fillStyle = style.getPropertyValue('--ink')
  context.textBaseline = 'middle'
  for (const [i, line] of caption.entries()) {
    context.font = `${i === 0 ? '600 16px' : '13px'} system-ui, sans-serif`
    context.fillText(line, MARGIN, MARGIN + 22 * i + 8, width - 2 * MARGIN)
  }
  for (const part of parts) drawPart(context, part)
  return new Promise((resolve) => canvas.toBlob((blob) => resolve(blob ?? undefined)))
}

/** The canvases of a part where they stand in it, and the words between them. */
function drawPart(context: CanvasRenderingContext2D, { element, left, top }: Part): void {
  const origin = element.getBoundingClientRect()
  const placeOf = (inner: Element) => {
    const { x, y, width, height } = inner.getBoundingClientRect()
    return { x: left + x - origin.x, y: top + y - origin.y, width, height }
  }
  for (const inner of element.querySelectorAll('canvas')) {
    const { x, y, width, height } = placeOf(inner)
    context.drawImage(inner, x, y, width, height)
    if (inner.closest('.neuron') === null) continue
    context.strokeStyle = getComputedStyle(document.documentElement).getPropertyValue('--ink')
    context.strokeRect(x, y, width, height)
  }
  context.font = '13px system-ui, sans-serif'
  context.textAlign = 'center'
  for (const inner of element.querySelectorAll('h3, .feature button[aria-pressed="true"] > span:first-child')) {
    const { x, y, width, height } = placeOf(inner)
    context.fillText(inner.textContent ?? '', x + width / 2, y + height / 2)
  }
  for (const inner of element.querySelectorAll('select')) {
    const { x, y, width, height } = placeOf(inner)
    context.fillText(inner.selectedOptions[0]?.text ?? '', x + width / 2, y + height / 2)
  }
  context.textAlign = 'start'
}
