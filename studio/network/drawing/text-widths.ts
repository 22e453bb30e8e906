const fonts = {
  bold: '600 12.5px system-ui, sans-serif',
  plain: '12px system-ui, sans-serif',
  small: '11.5px system-ui, sans-serif',
} as const

export type Font = keyof typeof fonts

/** Measures texts once; measuring is what takes longest in a drawing. */
export class TextWidths {
  readonly #widths = new Map<string, number>()
  readonly #cut = new Map<string, string>()

  /** The width of a text; the context then writes in the font. */
  width(context: CanvasRenderingContext2D, text: string, font: Font): number {
    if (context.font !== fonts[font]) context.font = fonts[font]
    const key = `${font} ${text}`
    const known = this.#widths.get(key)
    if (known !== undefined) return known
    const { width } = context.measureText(text)
    this.#widths.set(key, width)
    return width
  }

  /** As much of a text as there is room for; the context then writes in the font. */
  cut(context: CanvasRenderingContext2D, text: string, room: number, font: Font): string {
    if (this.width(context, text, font) <= room) return text
    const key = `${font} ${Math.round(room)} ${text}`
    const known = this.#cut.get(key)
    if (known !== undefined) return known
    let [low, high] = [0, text.length]
    while (low < high) {
      const middle = (low + high + 1) >>> 1
      if (this.width(context, `${text.slice(0, middle)}…`, font) <= room) low = middle
      else high = middle - 1
    }
    const short = low === 0 ? '' : `${text.slice(0, low).trimEnd()}…`
    this.#cut.set(key, short)
    return short
  }
}
