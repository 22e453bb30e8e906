import picocolors from 'picocolors'
import { describe, expect, it } from 'vitest'
import { drawPictures } from '../../src/cli/picture.js'
import { drawTable } from '../../src/cli/table.js'
import { formatDuration } from '../../src/core/duration.js'

const plain = picocolors.createColors(false)

describe('formatDuration', () => {
  it.each([
    [0, '0:00'],
    [59.6, '1:00'],
    [754, '12:34'],
    [3723, '1:02:03'],
    [-3, '0:00'],
  ])('%d s is %s', (seconds, text) => expect(formatDuration(seconds)).toBe(text))
})

describe('drawTable', () => {
  it('aligns numbers to the right and words to the left', () => {
    const table = {
      title: 'T',
      columns: ['what', 'value', 'who'],
      rows: [
        ['a', '1.5 %', 'x'],
        ['longer', { text: '12.25 %', tone: 'good' as const }, 'yes'],
      ],
    }
    expect(drawTable(table, plain)).toEqual(['T', 'what      value  who', 'a         1.5 %  x', 'longer  12.25 %  yes'])
  })
})

describe('drawPictures', () => {
  const picture = (caption: string, values: number[], width: number) => ({
    caption,
    width,
    height: values.length / width,
    values,
  })

  it('shows two rows of pixels as one of characters, darker or brighter', () => {
    const pictures = { title: '', scale: 'ink' as const, pictures: [picture('p', [1, 0, 1, 0.5, 1, 0, 0, 0], 4)] }
    // The means of the columns are 1, 0, 0.5 and 0.25.
    expect(drawPictures(pictures, 80, false)).toEqual(['p', '█ ▒░'])
  })

  it('draws both pixels of a half block in their own grey', () => {
    const pictures = { title: '', scale: 'ink' as const, pictures: [picture('p', [1, 0, 0, 1], 2)] }
    const [, line] = drawPictures(pictures, 80, true)
    expect(line).toBe('\x1b[38;5;231;48;5;16m▀\x1b[38;5;16;48;5;231m▀\x1b[0m')
  })

  it('tells negative and positive values apart', () => {
    const pictures = { title: '', scale: 'signed' as const, pictures: [picture('', [-4, 0, 4, -4, 0, 4], 3)] }
    expect(drawPictures(pictures, 80, false)[1]).toBe('≡ #')
    const [, line] = drawPictures(pictures, 80, true)
    // 16 is black, 196 pure red, 33 a blue.
    expect(line).toBe('\x1b[38;5;196;48;5;196m▀\x1b[38;5;16;48;5;16m▀\x1b[38;5;33;48;5;33m▀\x1b[0m')
  })

  it('takes away the border that all pictures share, and puts as many side by side as fit', () => {
    const ring = [0, 0, 0, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 0, 0, 0]
    const one = { caption: 'c', width: 4, height: 4, values: ring }
    const pictures = { title: '', scale: 'ink' as const, pictures: [one, one, one] }
    expect(drawPictures(pictures, 8, false)).toEqual(['c    c', '██   ██', '', 'c', '██'])
  })

  it('draws colours in both halves of a cell, or their brightness', () => {
    const values = [1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 1, 0]
    const one = { caption: '', width: 2, height: 2, channels: 3 as const, values }
    const pictures = { title: '', scale: 'ink' as const, pictures: [one] }
    const cells = ['38;2;255;0;0;48;2;0;0;255', '38;2;0;255;0;48;2;0;255;0'].map((code) => `\x1b[${code}m▀`)
    expect(drawPictures(pictures, 80, true)[1]).toBe(`${cells.join('')}\x1b[0m`)
    // Red and blue are dark, 0.21 in the mean; green is bright, 0.59.
    expect(drawPictures(pictures, 80, false)[1]).toBe('░▒')
  })

  it('makes a picture no wider than the terminal, by means', () => {
    const pictures = { title: '', scale: 'signed' as const, pictures: [picture('', [4, -4, 4, 4, 4, -4, 4, 4], 4)] }
    expect(drawPictures(pictures, 3, false)[1]).toBe(' #')
  })

  it('draws an empty picture', () => {
    const pictures = { title: '', scale: 'ink' as const, pictures: [picture('', [0, 0, 0, 0], 2)] }
    expect(drawPictures(pictures, 80, false)).toEqual(['', ''])
  })
})
