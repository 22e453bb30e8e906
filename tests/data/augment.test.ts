import { describe, expect, expectTypeOf, it } from 'vitest'
import { augment, pictures } from '../../src/data/index.js'
import {
  arange,
  backend,
  backendNames,
  checkGradients,
  compile,
  full,
  grad,
  random,
  seed,
  setBackend,
  stack,
  type Tensor,
  tensor,
  vmap,
  zeros,
} from '../../src/index.js'
import { crossEntropy } from '../../src/nn/index.js'

const shape = [6, 9, 8, 3] as const
const noisy = (sizes: readonly number[], n = 1) => random.uniform(sizes, { key: random.key(n) }) as Tensor
const x = noisy(shape)

/** Each augmentation of pictures that leaves their shape. */
const kinds: { readonly [name: string]: augment.Augmentation } = {
  flip: augment.flip({ vertical: 0.3 }),
  crop: augment.crop({ padding: 3 }),
  'crop, reflect': augment.crop({ padding: 3, mode: 'reflect' }),
  affine: augment.affine({ degrees: 20, translate: 0.2, scale: [0.7, 1.2], shear: { x: 10, y: [0, 5] } }),
  rotate: augment.rotate({ degrees: 30, mode: 'bicubic', padding: 'reflection' }),
  perspective: augment.perspective({ fill: 0.5 }),
  elastic: augment.elastic(),
  colourJitter: augment.colourJitter({ brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1 }),
  grey: augment.grey(0.5),
  blur: augment.blur({ sigma: [0.1, 1.5] }),
  noise: augment.noise([0.1, 0.3]),
  cutout: augment.cutout({ size: 4 }),
  erase: augment.erase({ value: 'noise' }),
  mixup: augment.mixup(),
  cutmix: augment.cutmix(),
  randAugment: augment.randAugment(),
  trivialAugment: augment.trivialAugment(),
  timeShift: augment.timeShift({ shift: 0.3 }),
  gain: augment.gain(),
  timeMask: augment.timeMask({ width: 4 }),
  frequencyMask: augment.frequencyMask({ width: 3, count: 2 }),
  specAugment: augment.specAugment(),
  compose: augment.compose(augment.flip(), augment.crop({ padding: 4 }), augment.cutout({ size: 3 })),
  sometimes: augment.sometimes(augment.rotate({ degrees: 90 }), 0.4),
  oneOf: augment.oneOf(augment.flip({ horizontal: 1 }), augment.noise(0.1), augment.compose()),
}

const largest = async (a: Tensor, b: Tensor): Promise<number> => (await a.sub(b).abs().max().array()) as number

describe.each(Object.entries(kinds))('%s', (name, each) => {
  it('draws the same numbers compiled or not, and new ones with each call', async () => {
    const step = compile((x: Tensor) => each(x) as Tensor)
    seed(5)
    const [first, second] = [each(x) as Tensor, each(x) as Tensor]
    seed(5)
    const [compiled, again] = [step(x), step(x)]
    expect(compiled.shape).toEqual(shape)
    expect(compiled.dtype).toBe('float32')
    expect(await largest(first, compiled)).toBeLessThan(1e-4)
    expect(await largest(second, again)).toBeLessThan(1e-4)
    expect(await largest(first, second)).toBeGreaterThan(0.01)
  })

  it('takes a key, also under vmap', async () => {
    const groups = noisy([2, ...shape], 2)
    const keys = random.split(random.key(9), 2)
    const run = (x: Tensor, key: Tensor) => each(x, undefined, { key }) as Tensor
    const together = vmap(run)(groups, keys) as Tensor
    for (let i = 0; i < 2; i++) {
      const alone = run(groups.at(i) as Tensor, keys.at(i) as Tensor)
      expect(await largest(together.at(i) as Tensor, alone)).toBeLessThan(1e-4)
    }
    expect(await largest(run(x, random.key(1)), run(x, random.key(1)))).toBe(0)
  })

  it('lets gradients through', async () => {
    const key = random.key(3)
    const slope = grad((x: Tensor) => each(x, undefined, { key }).sum() as Tensor<[]>)(x) as Tensor
    const values = await slope.data()
    expect(values.every((value) => Number.isFinite(value))).toBe(true)
    expect(values.some((value) => value !== 0)).toBe(true)
    // What is cut to levels or to 0 … 1 has corners that differences step over.
    if (/Augment|Jitter|contrast/.test(name)) return
    const small = noisy([2, 4, 4, 3], 7)
    checkGradients((x: Tensor) => each(x, undefined, { key }).square().sum() as Tensor<[]>, [small])
  })

  it('takes one example, and leaves labels alone unless it mixes', async () => {
    if (!/mix/.test(name)) {
      const labels = arange(6)
      const { inputs, targets } = each(x, labels, { key: random.key(1) })
      expect(targets).toBe(labels)
      expect(await largest(inputs, each(x, undefined, { key: random.key(1) }))).toBe(0)
    }
    for (const sizes of [
      [1, 5, 5, 1],
      [0, 4, 4, 3],
      [2, 1, 1, 3],
      [3, 64, 2, 1],
    ]) {
      if (name === 'crop, reflect' && sizes[1]! < 4) continue
      if (name === 'crop, reflect' && sizes[2]! < 4) continue
      const changed = each(zeros(sizes)) as Tensor
      expect([changed.shape, (await changed.data()).length]).toEqual([sizes, sizes.reduce((a, b) => a * b)])
    }
    for (const dtype of ['float16', 'float64'] as const) expect((each(x.cast(dtype)) as Tensor).dtype).toBe(dtype)
  })
})

it('all give the same on all backends', async () => {
  const own = backend().name
  const results = new Map<string, Tensor>()
  try {
    for (const used of backendNames()) {
      setBackend(used)
      for (const [name, each] of Object.entries(kinds)) {
        const values = (await (each(x, undefined, { key: random.key(4) }) as Tensor).data()) as Float32Array
        const result = tensor(values, shape) as Tensor
        const first = results.get(name)
        if (first === undefined) results.set(name, result)
        else expect([name, used, (await largest(first, result)) < 1e-4]).toEqual([name, used, true])
      }
    }
  } finally {
    setBackend(own)
  }
})

describe('crop and flip', () => {
  // Each pixel has a number of its own.
  const size = 5
  const numbered = arange(1, 1 + size * size, 1, 'float32').reshape([1, size, size, 1]) as Tensor
  const many = numbered.expand([3000, size, size, 1]) as Tensor

  it.each(['fill', 'reflect', 'edge'] as const)('cuts pieces from all places alike (%s)', async (mode) => {
    seed(1)
    const padding = 2
    const pieces = await (augment.crop({ padding, mode, fill: -1 })(many) as Tensor).array()
    const around = await (
      numbered.pad([0, padding, padding, 0], {
        mode: mode === 'fill' ? 'constant' : mode,
        value: -1,
      }) as Tensor
    ).array()
    const counts = new Map<string, number>()
    const padded = (around as number[][][][])[0]!
    for (const piece of pieces as number[][][][]) {
      const middle = piece[2]![2]![0]!
      // The middle of a piece lies in the picture.
      const [row, column] = [Math.floor((middle - 1) / size), (middle - 1) % size]
      counts.set(`${row} ${column}`, (counts.get(`${row} ${column}`) ?? 0) + 1)
      const wanted = padded.slice(row, row + size).map((line) => line.slice(column, column + size))
      expect(piece).toEqual(wanted)
    }
    expect(counts.size).toBe(25)
    // 3000 / 25 = 120 ± 4.5 standard deviations of 10.7.
    for (const count of counts.values()) expect(Math.abs(count - 120)).toBeLessThan(50)
  })

  it('cuts pieces of another size, in its type', () => {
    const small = augment.crop({ size: [3, 4] })(zeros([2, 5, 5, 1]))
    expectTypeOf(small).toEqualTypeOf<Tensor<[2, 3, 4, 1]>>()
    expect(small.shape).toEqual([2, 3, 4, 1])
    const composed = augment.compose(
      augment.flip(),
      augment.resizedCrop({ size: 7 }),
      augment.flip(),
    )(zeros([2, 5, 5, 1]))
    expectTypeOf(composed).toEqualTypeOf<Tensor<[2, 7, 7, 1]>>()
    expectTypeOf(augment.flip()(zeros([2, 5, 5, 1]))).toEqualTypeOf<Tensor<[2, 5, 5, 1]>>()
    expect(() => augment.crop({ size: 8, padding: 1 })(zeros([2, 5, 5, 1]))).toThrow(/pieces of 8 × 8.*5 × 5/)
    expect(() => augment.crop({ padding: 5, mode: 'reflect' })(zeros([2, 5, 5, 1]))).toThrow(/mirror/)
  })

  it('mirrors as often as it should', async () => {
    seed(2)
    const flipped = await (augment.flip({ horizontal: 0.3, vertical: 0.5 })(many) as Tensor)
      .slice(null, 0, 0, 0)
      .array()
    const counts = [1, 5, 21, 25].map((corner) => (flipped as number[]).filter((each) => each === corner).length / 3000)
    const wanted = [0.7 * 0.5, 0.3 * 0.5, 0.7 * 0.5, 0.3 * 0.5]
    for (const [i, count] of counts.entries()) expect(Math.abs(count - wanted[i]!)).toBeLessThan(0.04)
  })

  it('mirrors at the diagonal, too: all eight views of a picture are as frequent', async () => {
    seed(4)
    const flip = augment.flip({ vertical: 0.5, diagonal: 0.5 })
    // The pixel in the corner and the one beside it say which view it is.
    const both = (await (flip(many) as Tensor).slice(null, 0, [0, 2], 0).array()) as number[][]
    const counts = new Map<string, number>()
    for (const pair of both) counts.set(pair.join(), (counts.get(pair.join()) ?? 0) + 1)
    expect([...counts.keys()].sort()).toEqual(['1,2', '1,6', '21,16', '21,22', '25,20', '25,24', '5,10', '5,4'].sort())
    for (const count of counts.values()) expect(Math.abs(count / 3000 - 1 / 8)).toBeLessThan(0.03)
    expect(() => augment.flip({ diagonal: 0.5 })(zeros([2, 3, 4, 1]))).toThrow(/3 × 4 cannot be mirrored/)
  })

  it('cuts boxes of the areas and proportions asked for', async () => {
    seed(3)
    const [n, side] = [2000, 40]
    const coordinates = stack(
      [
        arange(0, side, 1, 'float32').reshape([1, side, 1]).expand([n, side, side]),
        arange(0, side, 1, 'float32').reshape([1, 1, side]).expand([n, side, side]),
      ],
      -1,
    ) as Tensor
    const cut = (await augment
      .resizedCrop({ size: 40, scale: [0.25, 0.6], ratio: [0.5, 2] })(coordinates)
      .data()) as Float32Array
    const at = (i: number, row: number, column: number, c: number) => cut[((i * side + row) * side + column) * 2 + c]!
    let [area, leftmost, lowest, highest] = [0, side, 9, 0]
    for (let i = 0; i < n; i++) {
      // Between pixels in the middle of the result lie as many of the picture as it is smaller.
      const height = (at(i, 30, 0, 0) - at(i, 10, 0, 0)) * 2
      const width = (at(i, 0, 30, 1) - at(i, 0, 10, 1)) * 2
      expect(Math.abs(height - Math.round(height))).toBeLessThan(1e-3)
      const part = (Math.round(height) * Math.round(width)) / side ** 2
      area += part / n
      leftmost = Math.min(leftmost, at(i, 0, 0, 1))
      lowest = Math.min(lowest, width / height)
      highest = Math.max(highest, width / height)
      expect(part).toBeGreaterThan(0.22)
      expect(part).toBeLessThan(0.64)
    }
    // Boxes that do not fit are large ones.
    expect(Math.abs(area - 0.425)).toBeLessThan(0.02)
    expect([lowest < 0.6, lowest > 0.46, highest > 1.7, highest < 2.2, leftmost < 1]).toEqual([
      true,
      true,
      true,
      true,
      true,
    ])
  })
})

it.each([
  ...[
    'flip',
    'crop',
    'affine',
    'rotate',
    'perspective',
    'elastic',
    'resizedCrop',
    'randAugment',
    'trivialAugment',
    'compose',
    'sometimes',
  ],
])('masks move with their pictures: %s', async (name) => {
  const nearest = { mode: 'nearest', fill: 0 } as const
  const each = {
    flip: augment.flip({ vertical: 0.5, diagonal: 0.5 }),
    crop: augment.crop({ padding: 3 }),
    affine: augment.affine({ degrees: 40, translate: 0.2, scale: [0.7, 1.2], ...nearest }),
    rotate: augment.rotate({ degrees: 90, ...nearest }),
    perspective: augment.perspective(nearest),
    elastic: augment.elastic(nearest),
    resizedCrop: augment.resizedCrop({ size: 8, mode: 'nearest' }) as unknown as augment.Augmentation,
    randAugment: augment.randAugment({ magnitude: 20, ...nearest }),
    trivialAugment: augment.trivialAugment(nearest),
    compose: augment.compose(augment.flip(), augment.crop({ padding: 3 }), augment.rotate({ degrees: 45, ...nearest })),
    sometimes: augment.sometimes(augment.flip({ horizontal: 1 })),
  }[name]!
  // In a picture of bits nothing changes by most colour operations; those that do are left out by comparing what is moved.
  const classes = random.randint([40, 8, 8], 0, 2, { key: random.key(4) }) as Tensor
  const real = classes.cast('float32') as Tensor
  const key = random.key(11)
  const { inputs, targets } = each(real.unsqueeze(-1) as Tensor, classes, { key })
  expect([targets.dtype, targets.shape]).toEqual(['int32', [40, 8, 8]])
  const floats = each(real.unsqueeze(-1) as Tensor, real, { key }).targets
  expect(floats.dtype).toBe('float32')
  expect(await largest(floats, targets)).toBeLessThan(1e-4)
  if (/Augment/.test(name)) {
    // Colours change pictures only; where they do not, both are the same.
    const same = inputs.squeeze(-1).sub(targets).abs().max([1, 2]).less(1e-4).cast('float32').mean()
    expect(await same.array()).toBeGreaterThan(0.35)
  } else expect(await largest(inputs.squeeze(-1) as Tensor, targets)).toBeLessThan(1e-4)
  const filled = augment.crop({ padding: 8, maskFill: 255 })(real.unsqueeze(-1) as Tensor, classes, { key }).targets
  expect(await filled.max().array()).toBe(255)
})

describe('mixing', () => {
  const n = 3000
  const labels = arange(n).mod(10) as Tensor

  it('mixes inputs and targets alike', async () => {
    seed(4)
    // The picture of a class is its number everywhere.
    const inputs = labels.cast('float32').reshape([n, 1, 1, 1]).expand([n, 2, 2, 1]) as Tensor
    const mixed = augment.mixup({ classes: 10, alpha: 1 })(inputs, labels)
    const means = mixed.targets.mul(arange(0, 10, 1, 'float32')).sum(-1) as Tensor
    expect(await largest(mixed.inputs.slice(null, 0, 0, 0) as Tensor, means)).toBeLessThan(1e-5)
    expect(await largest(mixed.targets.sum(-1) as Tensor, full([n], 1))).toBeLessThan(1e-6)
    const share = (await mixed.targets.takeAlongAxis(labels.reshape([n, 1]) as Tensor, 1).data()) as Float32Array
    // One in ten has a partner of its class; else shares are uniform: the mean is 0.1 + 0.9 / 2.
    expect(Math.abs(share.reduce((a, b) => a + b, 0) / n - 0.55)).toBeLessThan(0.03)
    const loss = await crossEntropy(zeros([n, 10]), mixed.targets).array()
    expect(loss).toBeCloseTo(Math.log(10), 4)
  })

  it('draws shares from its beta distribution', async () => {
    seed(6)
    const inputs = arange(0, n, 1, 'float32').reshape([n, 1]) as Tensor
    const own = augment.mixup({ alpha: 0.4, probability: 0.75 })(
      inputs,
      inputs.greaterEqual(0).cast('float32') as Tensor,
    )
    expect(await largest(own.targets, full([n, 1], 1))).toBeLessThan(1e-6)
    const onehot = arange(0, 2).oneHot(2).cast('float32').expand([1, 2, 2]).reshape([2, 2]) as Tensor
    const shares: number[] = []
    for (let i = 0; i < 400; i++) {
      const { targets } = augment.mixup({ alpha: 0.4 })(onehot, onehot)
      const [[a, b]] = (await targets.array()) as [[number, number]]
      // Alone, or with the other.
      if (b > 0) shares.push(a)
    }
    const mean = shares.reduce((a, b) => a + b, 0) / shares.length
    const variance = shares.reduce((sum, each) => sum + (each - mean) ** 2, 0) / shares.length
    // Var Beta(a, a) = 1 / (4 (2 a + 1)) = 0.139; about half of the pairs are mixed.
    expect(Math.abs(mean - 0.5)).toBeLessThan(0.11)
    expect(Math.abs(variance - 1 / 7.2)).toBeLessThan(0.03)
    expect(shares.length).toBeGreaterThan(140)
  })

  it('fills boxes and shares targets by area', async () => {
    seed(5)
    const inputs = arange(0, 500, 1, 'float32').reshape([500, 1, 1, 1]).expand([500, 12, 10, 1]) as Tensor
    const own = arange(500).oneHot(500).cast('float32') as Tensor
    const { inputs: filled, targets } = augment.cutmix()(inputs, own)
    const kept = filled.equal(inputs).cast('float32').mean([1, 2, 3]) as Tensor
    const share = targets.mul(own).sum(-1) as Tensor
    expect(await largest(kept, share)).toBeLessThan(1e-5)
    // λ is uniform; what is cut at the edge keeps more.
    const mean = await kept.mean().array()
    expect(mean).toBeGreaterThan(0.55)
    expect(mean).toBeLessThan(0.75)
    // Masks are filled with what the pictures are filled with.
    const masks = inputs.squeeze(-1).cast('int32') as Tensor
    const both = augment.cutmix()(inputs, masks)
    expect(await largest(both.inputs.squeeze(-1) as Tensor, both.targets)).toBe(0)
  })

  it('asks for the number of classes', () => {
    expect(() => augment.mixup()(zeros([2, 2]), zeros([2], 'int32'))).toThrow(
      /mixup: the targets are int32.*classes: 10/,
    )
    expect(() => augment.cutmix({ alpha: 0 })).toThrow(/alpha is 0/)
    expect(() => augment.sometimes(augment.mixup({ classes: 3 }))(zeros([2, 2]), zeros([2], 'int32'))).toThrow(
      /makes float32 \[2, 3\] of int32 \[2\]/,
    )
  })
})

describe('what is drawn', () => {
  const n = 4000
  const ones = full([n, 8, 8, 1], 1) as Tensor
  const share = (erased: Tensor) => erased.mean([1, 2, 3]).neg().add(1) as Tensor

  it('erases boxes of the areas asked for, as often as asked for', async () => {
    seed(1)
    const big = full([1500, 30, 30, 1], 1) as Tensor
    const areas = (await share(
      augment.erase({ probability: 0.6, scale: [0.1, 0.3] })(big) as Tensor,
    ).data()) as Float32Array
    const erased = areas.filter((each) => each > 1e-6)
    expect(Math.abs(erased.length / 1500 - 0.6)).toBeLessThan(0.05)
    expect(Math.abs(erased.reduce((a, b) => a + b, 0) / erased.length - 0.2)).toBeLessThan(0.01)
    expect(erased.every((each) => each > 0.08 && each < 0.32)).toBe(true)
  })

  it('cuts squares out whose middle is any pixel', async () => {
    seed(2)
    const cut = augment.cutout({ size: 4 })(ones) as Tensor
    // Of 8 places along an axis one leaves 2, one 3 rows inside and one 3 at the other end.
    const areas = await share(cut).mul(64).mean().array()
    const rows = (2 + 3 + 4 * 5 + 3) / 8
    expect(Math.abs((areas as number) - rows ** 2)).toBeLessThan(0.3)
  })

  it('multiplies by factors from the range', async () => {
    seed(3)
    const half = full([n, 1, 1, 3], 0.5) as Tensor
    const bright = (await augment.colourJitter({ brightness: 0.4 })(half).slice(null, 0, 0, 0).data()) as Float32Array
    expect(Math.min(...bright)).toBeCloseTo(0.3, 2)
    expect(Math.max(...bright)).toBeCloseTo(0.7, 2)
    expect(bright.reduce((a, b) => a + b, 0) / n).toBeCloseTo(0.5, 2)
    const loud = (await augment
      .gain([-6, 0])(full([n, 2], 1))
      .slice(null, 0)
      .data()) as Float32Array
    expect(Math.min(...loud)).toBeCloseTo(10 ** (-6 / 20), 2)
    expect(Math.max(...loud)).toBeCloseTo(1, 2)
    const noise = (await augment
      .noise(0.2)(zeros([n, 5]))
      .data()) as Float32Array
    const variance = noise.reduce((sum, each) => sum + each ** 2, 0) / noise.length
    expect(Math.sqrt(variance)).toBeCloseTo(0.2, 2)
  })

  it('moves pixels as far as asked for', async () => {
    seed(4)
    const ramp = arange(0, 64, 1, 'float32').reshape([1, 1, 64, 1]).expand([60, 64, 64, 1]) as Tensor
    const moved = (augment.elastic({ distance: 1.5, sigma: 2 })(ramp) as Tensor)
      .sub(ramp)
      .slice(null, [12, 52], [12, 52], null) as Tensor
    expect(Math.abs(Math.sqrt((await moved.square().mean().array()) as number) - 1.5)).toBeLessThan(0.1)
  })

  it('shifts sounds, and masks times and frequencies', async () => {
    seed(5)
    const sound = arange(1, 11, 1, 'float32').expand([2000, 10]) as Tensor
    const shifted = (await augment.timeShift({ shift: 0.3 })(sound).array()) as number[][]
    const rolled = (await augment.timeShift({ shift: 0.3, mode: 'roll' })(sound).array()) as number[][]
    const starts = new Set<number>()
    for (const [i, row] of shifted.entries()) {
      const by = row[5]! - 6
      starts.add(by)
      expect(row).toEqual(row.map((_, k) => (k + by < 0 || k + by > 9 ? 0 : k + by + 1)))
      const turned = rolled[i]![0]! - 1
      expect(rolled[i]).toEqual(row.map((_, k) => ((k + turned) % 10) + 1))
    }
    expect([...starts].sort((a, b) => a - b)).toEqual([-3, -2, -1, 0, 1, 2, 3])
    const masked = (await augment
      .timeMask({ width: 4 })(full([2000, 10, 3], 1))
      .mean(-1)
      .array()) as number[][]
    const widths = masked.map((row) => row.filter((each) => each === 0).length)
    expect([...new Set(widths)].sort()).toEqual([0, 1, 2, 3, 4])
    expect(widths.reduce((a, b) => a + b, 0) / 2000).toBeCloseTo(2, 0)
    // One span without gaps.
    for (const row of masked) expect(row.join('').replace(/^1*0*1*$/, '')).toBe('')
    const bands = augment.frequencyMask({ width: 2, value: 7 })(full([50, 10, 3], 1)) as Tensor
    expect(await largest(bands, bands.slice(null, [0, 1], null).expand([50, 10, 3]) as Tensor)).toBe(0)
    expect(await bands.max().array()).toBe(7)
  })

  it('meets each operation of RandAugment, as it is alone', async () => {
    seed(6)
    const one = noisy([1, 8, 8, 3], 8)
    const magnitude = 15
    const out = augment.randAugment({ operations: 1, magnitude })(one.expand([400, 8, 8, 3]) as Tensor) as Tensor
    const [m, up, down] = [magnitude / 30, 1 + 0.45, 1 - 0.45]
    const shear = (sx: number, sy: number) =>
      pictures.affine(one, tensor([1, sx, sx * 4, sy, 1, sy * 4], [2, 3])) as Tensor
    const candidates: Tensor[] = [
      one,
      ...[up, down].flatMap((f) => [
        pictures.brightness(one, f),
        pictures.saturation(one, f),
        pictures.contrast(one, f),
        pictures.sharpness(one, f),
      ]),
      ...[0.15, -0.15].flatMap((s) => [shear(s, 0), shear(0, s)]),
      ...[1, -1].flatMap((sign) => {
        const t = sign * m * (150 / 331) * 8
        const matrices = [{ translate: [t, 0] }, { translate: [0, t] }, { degrees: sign * 15 }] as const
        return matrices.map((each) => pictures.affine(one, pictures.affineMatrix(each)) as Tensor)
      }),
      pictures.posterize(one, 6),
      pictures.solarize(one, 1 - m),
      pictures.autoContrast(one),
      pictures.equalize(one),
    ]
    const all = stack(candidates.map((each) => each.squeeze(0) as Tensor)) as Tensor
    const distances = out.unsqueeze(1).sub(all.unsqueeze(0)).abs().max([2, 3, 4]) as Tensor
    expect(await distances.min(1).max().array()).toBeLessThan(1e-4)
    const met = (await distances.argMin(1).binCount(candidates.length).array()) as number[]
    expect(met.every((count) => count > 0)).toBe(true)
    expect(Math.abs(met[0]! / 400 - 1 / 14)).toBeLessThan(0.05)
  })
})

it('slips are told', () => {
  const wrong: readonly [() => unknown, RegExp][] = [
    [() => augment.crop(4 as never), /a number \(4\) stands where options/],
    [() => augment.crop({ pading: 4 } as never), /no option 'pading'.*'padding'/],
    [() => augment.crop({ padding: 1.5 }), /padding is 1.5/],
    [() => augment.flip({ horizontal: 2 }), /probability is a number \(2\)/],
    [() => augment.flip()(zeros([3, 3, 3])), /augment\.flip: \[3, 3, 3\] is not \[batch/],
    [() => augment.flip()(zeros([1, 3, 3, 3], 'uint8')), /augment\.flip: the pictures are uint8/],
    [() => augment.compose(augment.flip as never), /compose: a function.*Call it/],
    [() => augment.rotate({ degrees: [9, 2] }), /degrees is \[9,2\]/],
    [() => augment.colourJitter({ brightness: [-1, 1] }), /brightness is \[-1,1\]/],
    [() => augment.colourJitter({ hue: 0.7 }), /hue is 0.7/],
    [() => augment.blur({ sigma: [-1, 2] }), /sigma is \[-1,2\]/],
    [() => augment.randAugment({ magnitude: 40 }), /magnitude 40/],
    [() => augment.randAugment()(zeros([1, 3, 3, 4])), /4 channels have no colours/],
    [() => augment.timeMask({ width: -1 }), /width -1/],
    [() => augment.specAugment()(zeros([4, 10])), /\[4, 10\] is not \[batch, time, frequency/],
    [() => augment.noise(-1), /deviation is -1/],
    [() => augment.oneOf(), /nothing to choose/],
    [() => augment.flip()(zeros([1, 3, 3, 3]), undefined, { seed: 1 } as never), /no option 'seed'/],
  ]
  for (const [run, message] of wrong) expect(run).toThrow(message)
})
