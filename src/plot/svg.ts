/** Text as it may stand in XML, between tags and in attributes. Characters that XML does not know are left out. */
export const escapeXml = (text: string): string =>
  text
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what XML cannot hold
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '')
    .replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;')

type Attributes = Readonly<Record<string, string | number | undefined>>

/** An element with its attributes; numbers to a hundredth of a pixel. */
export function element(name: string, attributes: Attributes, content?: string): string {
  const list = Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined ? [] : [` ${key}="${typeof value === 'number' ? round(value) : escapeXml(value)}"`],
  )
  return content === undefined ? `<${name}${list.join('')}/>` : `<${name}${list.join('')}>${content}</${name}>`
}

export const textElement = (attributes: Attributes, text: string): string =>
  element('text', attributes, escapeXml(text))

export const round = (value: number): number => Math.round(value * 100) / 100

/** Colours that are told apart, with good and with weak eyes, on white and on black (Okabe and Ito, 2008, the dark ones lighter). */
export const colors = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#7f7f7f'] as const

/** Pixels of a letter of a title, on average. */
const LETTER = 7.6
const LINE = 18

/** A title that begins at `left` and takes as many lines as `width` pixels make it take, and by how much all else is lower. */
export function heading(title: string | undefined, left: number, width: number) {
  if (title === undefined) return { height: 0, content: '' }
  const lines = wrapped(title, Math.max(8, Math.floor(width / LETTER)))
  const texts = lines.map((text, i) => textElement({ x: left, y: 22 + i * LINE, class: 'title' }, text))
  return { height: 24 + (lines.length - 1) * LINE, content: texts.join('') }
}

/** Text in lines of so many letters; longer words are cut into several. */
export function wrapped(text: string, letters: number): string[] {
  const words = text.split(/\s+/).flatMap((word) => word.match(new RegExp(`.{1,${letters}}`, 'gu')) ?? [])
  const lines: string[] = []
  for (const word of words) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + 1 + word.length <= letters) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines
}

/** A picture with its size, whose letters and lines follow the reader's wish for light or dark. */
export function picture(width: number, height: number, title: string | undefined, content: readonly string[]): string {
  const style =
    'text{font:12px system-ui,sans-serif;fill:#333}.title{font-size:14px;font-weight:600}.grid{stroke:#e4e4e4}' +
    '.axis{stroke:#999}.cell{stroke:#fff}.line{fill:none;stroke-width:1.8;stroke-linejoin:round}' +
    '@media (prefers-color-scheme:dark){text{fill:#ddd}.grid{stroke:#3a3a3a}.axis{stroke:#888}.cell{stroke:#1b1b1b}}'
  const attributes = {
    xmlns: 'http://www.w3.org/2000/svg',
    viewBox: `0 0 ${width} ${height}`,
    width,
    height,
    role: 'img',
    'aria-label': title,
  }
  return element('svg', attributes, `<style>${style}</style>${content.join('')}`)
}
