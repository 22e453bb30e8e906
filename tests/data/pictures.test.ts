import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { pictures } from '../../src/data/index.js'
import { checkGradients, compile, ones, type Tensor, tensor, zeros } from '../../src/index.js'

interface Case {
  readonly name: keyof typeof pictures
  readonly arguments: Readonly<Record<string, never>>
  readonly tolerance: number
  readonly wanted: string
}

/** By scripts/fixtures/picture-operations.py */
const fixture: { readonly shape: readonly number[]; readonly pictures: string; readonly cases: readonly Case[] } =
  JSON.parse(readFileSync(new URL('../fixtures/picture-operations.json', import.meta.url), 'utf8'))
const floatsOf = (text: string) => new Float32Array(new Uint8Array(Buffer.from(text, 'base64')).buffer)
const x = tensor(floatsOf(fixture.pictures), fixture.shape) as Tensor
const batch = fixture.shape[0]!

/** Each operation with the arguments of a case, numbers for all pictures or `each` for one of them. */
const run: { readonly [name: string]: (x: Tensor, given: Case['arguments'], each: (n: number) => never) => Tensor } = {
  grey: (x) => pictures.grey(x),
  invert: (x) => pictures.invert(x),
  autoContrast: (x) => pictures.autoContrast(x),
  equalize: (x) => pictures.equalize(x),
  brightness: (x, { factor }, each) => pictures.brightness(x, each(factor)),
  contrast: (x, { factor }, each) => pictures.contrast(x, each(factor)),
  saturation: (x, { factor }, each) => pictures.saturation(x, each(factor)),
  sharpness: (x, { factor }, each) => pictures.sharpness(x, each(factor)),
  solarize: (x, { threshold }, each) => pictures.solarize(x, each(threshold)),
  posterize: (x, { bits }, each) => pictures.posterize(x, each(bits)),
  hue: (x, { shift }, each) => pictures.hue(x, each(shift)),
  gaussianBlur: (x, { sigma, radius }, each) => pictures.gaussianBlur(x, each(sigma), { radius }),
  affineMatrix: (_, given) => pictures.affineMatrix(given),
  affine: (x, { matrix, how }) => pictures.affine(x, tensor(matrix, [2, 3]), how),
  perspectiveCoefficients: (_, { from, to }) =>
    pictures.perspectiveCoefficients(tensor(from, [1, 4, 2]), tensor(to, [1, 4, 2])),
  perspective: (x, { coefficients, how }) => pictures.perspective(x, tensor(coefficients, [8]), how),
  displace: (x, { displacement, how }) =>
    pictures.displace(x, tensor(floatsOf(displacement), [...fixture.shape.slice(0, 3), 2]), how),
}

async function expectValues(result: Tensor, { wanted, tolerance }: Case): Promise<void> {
  const [values, truth] = [await result.data(), floatsOf(wanted)]
  expect(values.length).toBe(truth.length)
  const worst = truth.reduce((most, value, i) => Math.max(most, Math.abs(value - values[i]!)), 0)
  expect(worst).toBeLessThanOrEqual(tolerance)
}

describe('operations on pictures', () => {
  it.each(fixture.cases.map((each, i) => ({ ...each, i })))(
    '$i $name is Pillow’s, SciPy’s or colorsys’',
    async (each) => {
      const apply = run[each.name]!
      await expectValues(
        apply(x, each.arguments, (n) => n as never),
        each,
      )
      // One number for each picture is the same as one for all; compiled as not.
      const perPicture = compile((x: Tensor) => apply(x, each.arguments, (n) => ones([batch]).mul(n) as never))
      await expectValues(perPicture(x), each)
    },
  )

  it('are all tested', () => {
    const others = ['warp']
    const tested = new Set<string>(fixture.cases.map(({ name }) => name))
    expect(Object.keys(pictures).filter((name) => !tested.has(name) && !others.includes(name))).toEqual([])
  })

  it('treat each picture by its own number', async () => {
    const factors = tensor([0, 0.4, 1.7])
    for (const name of ['brightness', 'contrast', 'saturation', 'sharpness', 'hue'] as const) {
      const all = pictures[name](x, factors) as Tensor
      for (let i = 0; i < 3; i++) {
        const alone = pictures[name](x.slice([i, i + 1]) as Tensor, [0, 0.4, 1.7][i]!)
        const difference = (all.slice([i, i + 1]) as Tensor).sub(alone).abs().max()
        expect(await difference.array()).toBeLessThan(1e-6)
      }
    }
    const still = pictures
      .gaussianBlur(x, tensor([0, 1, 0]), { radius: 3 })
      .sub(x)
      .abs()
      .max([1, 2, 3]) as Tensor
    expect(await still.greater(1e-6).array()).toEqual([false, true, false])
  })

  it('let gradients through', async () => {
    const small = tensor([0.2, 0.7, 0.4, 0.9, 0.1, 0.35, 0.3, 0.8, 0.55, 0.15, 0.65, 0.45], [1, 2, 2, 3]).cast(
      'float64',
    )
    const reads: readonly ((x: Tensor) => Tensor)[] = [
      (x) => pictures.hue(x, 0.2),
      (x) => pictures.contrast(x, 0.7),
      (x) => pictures.saturation(x, 0.7),
      (x) => pictures.sharpness(x, 0.7),
      (x) => pictures.gaussianBlur(x, 1),
      (x) => pictures.affine(x, pictures.affineMatrix({ degrees: 20, scale: 1.1 })),
      (x) => pictures.warp(x, tensor([0.3, 0.6, 0.2, 0.1], [1, 1, 2, 2])),
    ]
    for (const read of reads) {
      expect(
        checkGradients((x: Tensor) => read(x).square().sum() as never, [small as Tensor]).compared,
      ).toBeGreaterThan(3)
    }
  })

  it('take grey pictures, which have no hue', async () => {
    const grey = x.slice('...', [0, 1]) as Tensor
    expect(await pictures.hue(grey, 0.3).sub(grey).abs().max().array()).toBe(0)
    expect(await pictures.saturation(grey, 0).sub(grey).abs().max().array()).toBe(0)
    expect(pictures.contrast(grey, 0.5).shape).toEqual(grey.shape)
  })

  it('refuse what is no batch of pictures, in their own words', () => {
    expect(() => pictures.grey(zeros([4, 4, 3]))).toThrow(/grey: \[4, 4, 3\] is not \[batch.*unsqueeze/)
    expect(() => pictures.hue(zeros([1, 4, 4, 4]), 0.1)).toThrow(/hue: pictures of 4 channels.*opacity/)
    expect(() => pictures.invert(zeros([1, 4, 4, 3], 'uint8'))).toThrow(/invert: the pictures are uint8.*255/)
    expect(() => pictures.brightness(x, ones([2]))).toThrow(/brightness: the factor is \[2\] for 3 pictures/)
    expect(() => pictures.gaussianBlur(x, ones([3]))).toThrow(/also the radius/)
    expect(() => pictures.gaussianBlur(x, -1)).toThrow(/sigma is -1/)
    expect(() => pictures.affine(x, zeros([3, 3]))).toThrow(/affine: the matrix is \[3, 3\]. Give \[2, 3\]/)
    expect(() => pictures.affine(x, zeros([2, 2, 3]))).toThrow(/\[3, 2, 3\]/)
    expect(() => pictures.warp(x, zeros([2, 4, 4, 2]))).toThrow(/do not fit pictures/)
    expect(() => pictures.warp(x, zeros([1, 4, 4, 2]), { padding: 'zeros' as never })).toThrow(/'fill'/)
  })
})
