/** How much of a line is left where it lies behind something. */
const HIDDEN = 0.22
const OPAQUE = 0xff000000
/** The thin edges of things, below so many of 255 parts, hide nothing. */
const HIDES = 127
/** Triangles overlap by rounding errors, so that nothing shines through between two. */
const EDGE = 1e-5

/**
 * Pixels with depths, filled without the browser's canvas: ten thousand points and a surface of as many fields take a few milliseconds, and
 * what lies behind something is hidden pixel by pixel. Colours are packed as `packed` does; 0 is transparent.
 */
export class Raster {
  readonly pixels: Uint32Array<ArrayBuffer>
  /** Towards the eye. */
  readonly #depths: Float32Array

  constructor(
    readonly width: number,
    readonly height: number,
  ) {
    this.pixels = new Uint32Array(width * height)
    this.#depths = new Float32Array(width * height)
    this.clear()
  }

  clear(): void {
    this.pixels.fill(0)
    this.#depths.fill(-Infinity)
  }

  /** Becomes what another one of the same size is. */
  take(other: Raster): void {
    this.pixels.set(other.pixels)
    this.#depths.set(other.#depths)
  }

  /** A triangle between corners (x, y, depth after each other, as `project` gives them), each with a colour; between them it is mixed. */
  triangle(seen: Float32Array, a: number, b: number, c: number, colours: Uint32Array): void {
    const [ax, ay, az] = [seen[3 * a]!, seen[3 * a + 1]!, seen[3 * a + 2]!]
    const [bx, by, bz] = [seen[3 * b]!, seen[3 * b + 1]!, seen[3 * b + 2]!]
    const [cx, cy, cz] = [seen[3 * c]!, seen[3 * c + 1]!, seen[3 * c + 2]!]
    const area = (bx - ax) * (cy - ay) - (cx - ax) * (by - ay)
    if (!(Math.abs(area) > 1e-6) || Number.isNaN(az + bz + cz)) return
    const left = Math.max(0, Math.ceil(Math.min(ax, bx, cx) - 0.5))
    const right = Math.min(this.width - 1, Math.floor(Math.max(ax, bx, cx) - 0.5))
    const top = Math.max(0, Math.ceil(Math.min(ay, by, cy) - 0.5))
    const bottom = Math.min(this.height - 1, Math.floor(Math.max(ay, by, cy) - 0.5))
    const [ca, cb, cc] = [colours[a]!, colours[b]!, colours[c]!]
    // Shares of b and c, linear in x and y.
    const [ux, uy] = [(cy - ay) / area, -(cx - ax) / area]
    const [vx, vy] = [-(by - ay) / area, (bx - ax) / area]
    for (let y = top; y <= bottom; y++) {
      let u = ux * (left + 0.5 - ax) + uy * (y + 0.5 - ay)
      let v = vx * (left + 0.5 - ax) + vy * (y + 0.5 - ay)
      for (let at = y * this.width + left; at <= y * this.width + right; at++, u += ux, v += vx) {
        if (u < -EDGE || v < -EDGE || u + v > 1 + EDGE) continue
        const depth = az + u * (bz - az) + v * (cz - az)
        if (depth <= this.#depths[at]!) continue
        this.#depths[at] = depth
        this.pixels[at] = mixed(ca, cb, cc, u, v)
      }
    }
  }

  /** A disc that faces the eye. */
  disc(x: number, y: number, depth: number, radius: number, colour: number, opacity = 1): void {
    const outer = radius + 0.5
    const [left, right] = [Math.max(0, Math.floor(x - outer)), Math.min(this.width - 1, Math.ceil(x + outer))]
    const [top, bottom] = [Math.max(0, Math.floor(y - outer)), Math.min(this.height - 1, Math.ceil(y + outer))]
    const inner = radius > 0.5 ? (radius - 0.5) * (radius - 0.5) : -1
    const full = Math.round(255 * opacity)
    for (let row = top; row <= bottom; row++) {
      const dy = row + 0.5 - y
      // Half of what the disc covers of this row.
      const reach = Math.sqrt(Math.max(0, outer * outer - dy * dy))
      const end = Math.min(right, Math.floor(x + reach - 0.5))
      for (let column = Math.max(left, Math.ceil(x - reach - 0.5)); column <= end; column++) {
        const at = row * this.width + column
        if (depth < this.#depths[at]!) continue
        const away = (column + 0.5 - x) * (column + 0.5 - x) + dy * dy
        const share = away <= inner ? full : Math.min(full, ((outer - Math.sqrt(away)) * full) | 0)
        this.#blend(at, colour, share)
        if (share > HIDES) this.#depths[at] = depth
      }
    }
  }

  /** A piece of line with round ends; where it lies behind something it is faint. */
  line(seen: Float32Array, a: number, b: number, lift: number, width: number, colour: number, opacity = 1): void {
    const [ax, ay, az] = [seen[3 * a]!, seen[3 * a + 1]!, seen[3 * a + 2]! + lift]
    const [bx, by, bz] = [seen[3 * b]!, seen[3 * b + 1]!, seen[3 * b + 2]! + lift]
    if (!Number.isFinite(ax + ay + az + bx + by + bz)) return
    const outer = width / 2 + 0.5
    const [left, right] = [
      Math.max(0, Math.floor(Math.min(ax, bx) - outer)),
      Math.min(this.width - 1, Math.ceil(Math.max(ax, bx) + outer)),
    ]
    const [top, bottom] = [
      Math.max(0, Math.floor(Math.min(ay, by) - outer)),
      Math.min(this.height - 1, Math.ceil(Math.max(ay, by) + outer)),
    ]
    const [dx, dy] = [bx - ax, by - ay]
    const squared = dx * dx + dy * dy
    for (let row = top; row <= bottom; row++) {
      const py = row + 0.5 - ay
      // The part of a row that a long line crosses.
      const reach = Math.abs(dy) > 1 ? (outer * Math.sqrt(squared)) / Math.abs(dy) : Infinity
      const middle = Math.abs(dy) > 1 ? ax + (dx * py) / dy : 0
      const [from, to] = [
        Math.max(left, Math.floor(Math.max(middle - reach, left) - 1)),
        Math.min(right, Math.ceil(Math.min(middle + reach, right) + 1)),
      ]
      for (let column = from; column <= to; column++) {
        const px = column + 0.5 - ax
        const along = squared === 0 ? 0 : Math.max(0, Math.min(1, (px * dx + py * dy) / squared))
        const away = Math.hypot(px - along * dx, py - along * dy)
        if (away >= outer) continue
        const at = row * this.width + column
        const depth = az + along * (bz - az)
        const share = (Math.min(1, outer - away) * opacity * 255) | 0
        if (depth >= this.#depths[at]!) {
          this.#blend(at, colour, share)
          if (share > HIDES) this.#depths[at] = depth
        } else this.#blend(at, colour, (share * HIDDEN) | 0)
      }
    }
  }

  /** A picture on a plane, of which three corners are seen: the first one, and the ends of its upper and its left side. */
  picture(seen: Float32Array, picture: Uint32Array, columns: number): void {
    const [x, y, depth] = [seen[0]!, seen[1]!, seen[2]!]
    const [ax, ay, az] = [seen[3]!, seen[4]!, seen[5]!]
    const [bx, by, bz] = [seen[6]!, seen[7]!, seen[8]!]
    const rows = picture.length / columns
    const area = (ax - x) * (by - y) - (bx - x) * (ay - y)
    if (!(Math.abs(area) > 1e-6) || Number.isNaN(depth + az + bz)) return
    const [farX, farY] = [ax + bx - x, ay + by - y]
    const left = Math.max(0, Math.floor(Math.min(x, ax, bx, farX)))
    const right = Math.min(this.width - 1, Math.ceil(Math.max(x, ax, bx, farX)))
    const top = Math.max(0, Math.floor(Math.min(y, ay, by, farY)))
    const bottom = Math.min(this.height - 1, Math.ceil(Math.max(y, ay, by, farY)))
    for (let row = top; row <= bottom; row++) {
      for (let column = left; column <= right; column++) {
        const [dx, dy] = [column + 0.5 - x, row + 0.5 - y]
        const along = (dx * (by - y) - dy * (bx - x)) / area
        const down = (dy * (ax - x) - dx * (ay - y)) / area
        if (along < 0 || along >= 1 || down < 0 || down >= 1) continue
        const colour = picture[Math.floor(down * rows) * columns + Math.floor(along * columns)]!
        const at = row * this.width + column
        const here = depth + along * (az - depth) + down * (bz - depth)
        if (colour >>> 24 === 0 || here < this.#depths[at]!) continue
        this.#blend(at, colour, colour >>> 24)
        this.#depths[at] = here
      }
    }
  }

  /** A small square picture that faces the eye. */
  stamp(x: number, y: number, depth: number, size: number, picture: Uint32Array, side: number, opacity = 1): void {
    const [left, top] = [Math.round(x - size / 2), Math.round(y - size / 2)]
    const whole = Math.max(1, Math.round(size))
    for (let row = Math.max(0, -top); row < whole && top + row < this.height; row++) {
      const line = Math.floor((row * side) / whole) * side
      for (let column = Math.max(0, -left); column < whole && left + column < this.width; column++) {
        const colour = picture[line + Math.floor((column * side) / whole)]!
        const at = (top + row) * this.width + left + column
        if (colour >>> 24 === 0 || depth < this.#depths[at]!) continue
        this.#blend(at, colour, ((colour >>> 24) * opacity) | 0)
        this.#depths[at] = depth
      }
    }
  }

  /** Colours a pixel by so many of 255 parts: whole numbers alone, since others would be put into objects on their way here. */
  #blend(at: number, colour: number, share: number): void {
    if (share >= 255) {
      this.pixels[at] = colour | OPAQUE
      return
    }
    const under = this.pixels[at]!
    const alpha = share + ((((under >>> 24) * (255 - share) + 127) / 255) | 0)
    if (alpha === 0) return
    const part = ((share << 8) / alpha) | 0
    const [red, green, blue] = [under & 255, (under >>> 8) & 255, (under >>> 16) & 255]
    this.pixels[at] =
      (alpha << 24) |
      ((blue + (((((colour >>> 16) & 255) - blue) * part) >> 8)) << 16) |
      ((green + (((((colour >>> 8) & 255) - green) * part) >> 8)) << 8) |
      (red + ((((colour & 255) - red) * part) >> 8))
  }
}

function mixed(a: number, b: number, c: number, u: number, v: number): number {
  const w = 1 - u - v
  const red = (a & 255) * w + (b & 255) * u + (c & 255) * v
  const green = ((a >>> 8) & 255) * w + ((b >>> 8) & 255) * u + ((c >>> 8) & 255) * v
  const blue = ((a >>> 16) & 255) * w + ((b >>> 16) & 255) * u + ((c >>> 16) & 255) * v
  return (OPAQUE | ((blue + 0.5) << 16) | ((green + 0.5) << 8) | (red + 0.5)) >>> 0
}
