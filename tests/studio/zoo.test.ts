import { describe, expect, it } from 'vitest'
import { catalogue } from '../../src/models/index.js'
import * as nn from '../../src/nn/index.js'
import { builtIn } from '../../studio/network/models/built-in'
import { arcsOf } from '../../studio/zoo/arcs'
import { collapsed } from '../../studio/zoo/collapse'
import { type Block, type Item, itemsOf } from '../../studio/zoo/items'
import { layoutOf } from '../../studio/zoo/layout'

type Model = Parameters<typeof nn.flowOf>[0]

const flowFor = (name: string): nn.Flow => {
  const { make, input } = catalogue.find((entry) => entry.name === name)!
  return nn.flowOf(nn.unfilled(make) as Model, [null, ...input])
}

/** Items in one line: 'conv 3×[sum around input: conv conv]'. */
function text(items: readonly Item[]): string {
  return items
    .flatMap((item) => {
      if (item.type === 'mark') return []
      if (item.type === 'block') return [item.kind]
      if (item.type === 'repeat') return [`${item.times}×(${text(item.items)})`]
      const around = typeof item.around === 'string' ? item.around : text(item.around)
      return [`${item.kind}[${item.lanes.map(text).join(' | ')}; ${around}]`]
    })
    .join(' ')
}

/** All blocks, those of repeats as often as they come. */
const blocksIn = (items: readonly Item[]): Block[] =>
  items.flatMap((item) => {
    if (item.type === 'mark') return []
    if (item.type === 'block') return [item]
    if (item.type === 'repeat') return Array.from({ length: item.times }, () => blocksIn(item.items)).flat()
    return [...item.lanes.flatMap(blocksIn), ...(typeof item.around === 'string' ? [] : blocksIn(item.around))]
  })

describe('what is drawn of a model', () => {
  it('are the stages of the paper, each once with how often it comes', () => {
    const items = itemsOf(flowFor('resnet34'))
    const stage = 'convolution convolution'
    expect(text(items)).toBe(
      `input convolution pool 3×(sum[${stage}; input]) 4×(sum[${stage}; convolution]) ` +
        `6×(sum[${stage}; convolution]) 3×(sum[${stage}; convolution]) pool linear`,
    )
    expect(items.flatMap((item) => (item.type === 'mark' ? [item.name] : []))).toEqual([
      ...['conv1', 'conv2_x', 'conv3_x', 'conv4_x', 'conv5_x', 'head'],
    ])
    expect(text(itemsOf(flowFor('vitSmall')))).toBe(
      'input convolution 12×(sum[attention; input] sum[linear linear; input]) linear',
    )
    expect(text(itemsOf(flowFor('vgg16')))).toContain('3×(convolution) pool')
    expect(text(itemsOf(flowFor('highway10')))).toBe('input linear 9×(gate[linear; input]) linear')
  })

  it.each(catalogue.map(({ name }) => name))('leaves nothing of %s out', (name) => {
    const { stages } = flowFor(name)
    const items = itemsOf(flowFor(name))
    const drawn = new Set(items.flatMap((item) => (item.type === 'mark' ? [] : item.stages)))
    const isWithin = (place: number | undefined): boolean =>
      place !== undefined && (drawn.has(place) || isWithin(stages[place]!.around))
    const missing = stages.filter(({ multiplyAdds }, place) => multiplyAdds > 0 && !isWithin(place))
    expect(missing.map(({ title }) => title)).toEqual([])
  })

  it('counts what a block holds with all in it', () => {
    const blocks = blocksIn(itemsOf(flowFor('unet')))
    expect(blocks.reduce((sum, { parameters }) => sum + parameters, 0)).toBe(31_030_658)
  })

  it('has arcs where values go past others', () => {
    const unet = flowFor('unet')
    const items = itemsOf(unet)
    const arcs = arcsOf(unet, items).map(({ from, to }) => [items[from], items[to]] as [Block, Block])
    expect(arcs.map(([from, to]) => [from.kind, from.channels, to.kind, to.channels])).toEqual([
      ['convolution', 512, 'up', 512],
      ['convolution', 256, 'up', 256],
      ['convolution', 128, 'up', 128],
      ['convolution', 64, 'up', 64],
    ])
    const vgg = flowFor('vgg11')
    expect(arcsOf(vgg, itemsOf(vgg))).toEqual([])
    const vit = flowFor('vitSmall')
    expect(arcsOf(vit, itemsOf(vit))).toEqual([])
  })

  it('is laid out from left to right, without a block over another', () => {
    for (const name of ['inceptionV3', 'densenet121', 'segnet', 'featurePyramid50', 'tabular']) {
      const flow = flowFor(name)
      const items = itemsOf(flow)
      const { blocks, width, top, bottom } = layoutOf(items, arcsOf(flow, items))
      for (const one of blocks) {
        expect(one.x + one.width).toBeLessThanOrEqual(width)
        expect(one.y).toBeGreaterThanOrEqual(top)
        expect(one.y + one.height).toBeLessThanOrEqual(bottom)
        const over = blocks.filter(
          (other) =>
            other !== one &&
            other.x < one.x + one.width &&
            one.x < other.x + other.width &&
            other.y < one.y + one.height &&
            one.y < other.y + other.height,
        )
        expect([name, over]).toEqual([name, []])
      }
    }
  })

  it('is nothing where there is nothing, and one block where there is one', () => {
    expect(layoutOf([])).toMatchObject({ blocks: [], lines: [], frames: [] })
    expect(collapsed([])).toEqual([])
    const one = nn.flowOf(nn.sequential(nn.linear(3, 2)), [null, 3])
    expect(text(itemsOf(one))).toBe('input linear')
    expect(text(itemsOf(nn.flowOf(nn.sequential(nn.relu()), [null, 3])))).toBe('input')
  })

  it('600 layers are one, 600 times', () => {
    const deep = nn.unfilled(() => nn.sequential(...Array.from({ length: 600 }, () => nn.linear(4, 4))))
    expect(text(itemsOf(nn.flowOf(deep as Model, [null, 4])))).toBe('input 600×(linear)')
  })
})

it('the network view knows all models of the catalogue by their names', () => {
  const known = new Map<string, string>(Object.entries(builtIn))
  const own = new Set(['mlp', 'tabular', 'lenet'])
  for (const { name, title } of catalogue) {
    if (own.has(name)) expect(known.has(name)).toBe(true)
    else expect(known.get(name)).toBe(title)
  }
})
