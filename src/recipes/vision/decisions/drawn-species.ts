import type { RandomStream } from 'shapewise/data'

/** Pixels of each side. */
export const SIDE = 32

/**
 * What tells species apart, each from 0 to 1: how long, how pointed at foot and tip, where it is widest, how many lobes its rim has and how deep they
 * are, how many side veins or stripes, at which angle, how strong, how dark its rim is and how light its tip, and two hues.
 */
export const traitNames = [
  ...['length', 'foot', 'tip', 'widest', 'lobes', 'depth', 'veins', 'angle', 'strength'],
  ...['edge', 'fade', 'hue', 'shade'],
] as const
export type Traits = Readonly<Record<(typeof traitNames)[number], number>>

/** What has nothing to do with the species: place and light of one picture, what lies around, what was eaten. */
function circumstances(random: RandomStream) {
  const turn = random.uniform(-Math.PI, Math.PI)
  const spot = (radius: number) => ({
    x: random.uniform(-1, 1),
    y: random.uniform(-1, 1),
    radius: random.uniform(0.5, 1) * radius,
  })
  const colour = () => {
    const light = random.uniform(0.25, 0.95)
    return [0, 1, 2].map(() => light * random.uniform(0.7, 1.1))
  }
  return {
    ...{ cosine: Math.cos(turn), sine: Math.sin(turn), size: random.uniform(0.7, 0.95) },
    ...{ right: random.uniform(-0.12, 0.12), down: random.uniform(-0.12, 0.12) },
    ...{ bend: random.uniform(-0.25, 0.25), tilt: random.uniform(0.8, 1) },
    light: [0, 1, 2].map(() => random.uniform(0.8, 1.2)),
    ...{ bright: random.uniform(0.65, 1.15), slopeX: random.uniform(-0.25, 0.25), slopeY: random.uniform(-0.25, 0.25) },
    ...{ ground: colour(), other: colour(), waveX: random.uniform(-6, 6), waveY: random.uniform(-6, 6) },
    phase: random.uniform(0, 2 * Math.PI),
    stems: [0, 1, 2].map(() => {
      const direction = random.uniform(0, Math.PI)
      return { right: Math.cos(direction), down: Math.sin(direction), off: random.uniform(-1, 1), colour: colour() }
    }),
    bites: [spot(0.2), spot(0.2)],
    grain: random.uniform(0.01, 0.05),
  }
}

/** Draws one individual into 3 · 32² bytes. */
export function draw(pixels: Uint8Array, random: RandomStream, own: Traits, isSeed: boolean): void {
  const at = circumstances(random)
  const { length, veins, angle, strength, edge, fade, hue, shade } = own
  const colour = isSeed
    ? [0.62 + 0.14 * shade, 0.44 + 0.12 * hue, 0.22 + 0.08 * shade]
    : [0.28 + 0.16 * hue, 0.48 + 0.14 * shade, 0.18 + 0.06 * hue]
  const width = ((isSeed ? 0.36 : 0.3) + 0.35 * (1 - length)) * at.tilt
  const rim = outline(own, width, isSeed)
  const [often, slant] = [Math.PI * (3 + 5 * veins), 0.2 + 1.6 * angle]
  for (let i = 0; i < SIDE * SIDE; i++) {
    const [x, y] = [(2 * (i % SIDE) + 1) / SIDE - 1, (2 * Math.floor(i / SIDE) + 1) / SIDE - 1]
    // Along the axis of the thing, from −1 at its foot to 1 at its tip, and across.
    const along = (at.sine * (x - at.right) - at.cosine * (y - at.down)) / at.size
    const bent = (at.cosine * (x - at.right) + at.sine * (y - at.down)) / at.size - at.bend * (along * along - 0.3)
    const across = Math.abs(bent)
    let inside = Math.abs(along) < 1 && across < width + 0.1 ? rim(along) - across : -1
    for (const { x: a, y: b, radius } of at.bites) inside = Math.min(inside, Math.hypot(x - a, y - b) - radius)
    const cover = Math.min(1, Math.max(0, 0.5 + (inside * SIDE * at.size) / 2))
    let look = 0
    if (cover > 0) {
      const stripe = Math.max(0, Math.cos(often * (isSeed ? bent / width : along - slant * across)))
      const vein = stripe * stripe * stripe * stripe + (isSeed ? 0 : Math.exp(-400 * across * across))
      look = (1 - 0.5 * strength * Math.min(1, vein)) * (1 + 0.4 * (fade - 0.5) * along)
      if (inside < 0.1) look *= 1 - 0.5 * (edge - 0.3)
    }
    const wave = 0.5 + 0.5 * Math.sin(at.waveX * x + at.waveY * y + at.phase)
    const light = at.bright * (1 + at.slopeX * x + at.slopeY * y)
    const litter = at.stems.find(({ right, down, off }) => Math.abs(right * x + down * y - off) < 0.05)?.colour
    const grain = at.grain * random.normal()
    for (let c = 0; c < 3; c++) {
      const around = litter ? litter[c]! : wave * at.ground[c]! + (1 - wave) * at.other[c]!
      const value = ((1 - cover) * around + cover * look * colour[c]!) * light * at.light[c]! + grain
      pixels[3 * i + c] = Math.round(255 * Math.min(1, Math.max(0, value)))
    }
  }
}

/** Half the width of the thing by the place on its axis. */
function outline(own: Traits, width: number, isSeed: boolean): (along: number) => number {
  const { widest, foot, tip, lobes, depth } = own
  // Widest at `peak`; a larger power makes foot or tip pointed.
  const peak = 0.3 + 0.4 * widest
  const [powerBelow, powerAbove] = [0.4 + 0.6 * foot, 0.4 + 0.9 * tip]
  const deep = (isSeed ? 0.1 : 0.4) * depth
  const often = 2 * Math.PI * (2 + 7 * lobes)
  return (along) => {
    const t = (along + 1) / 2
    const [way, power] = t < peak ? [t / peak, powerBelow] : [(1 - t) / (1 - peak), powerAbove]
    return width * Math.sin((Math.PI / 2) * way) ** power * (1 - deep * (0.5 + 0.5 * Math.cos(often * t)))
  }
}
