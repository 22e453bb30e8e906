import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encodePng, RandomStream } from 'shapewise/data'
import { afterAll, beforeAll, vi } from 'vitest'

interface Member {
  readonly path: string
  readonly bytes: Uint8Array
}

/** While the tests of a file run, a folder of data as users have it, with these archives in it. */
export function withArchives(archives: () => Promise<Readonly<Record<string, readonly Member[]>>>): void {
  let root = ''
  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'recipes-'))
    for (const [path, members] of Object.entries(await archives())) {
      mkdirSync(join(root, path, '..'), { recursive: true })
      writeFileSync(join(root, path), tarOf(members))
    }
    vi.stubEnv('SHAPEWISE_DATA', root)
  })
  afterAll(() => {
    vi.unstubAllEnvs()
    rmSync(root, { recursive: true, force: true })
  })
}

function tarOf(members: readonly Member[]): Uint8Array {
  const blocks = members.flatMap(({ path, bytes }) => {
    const header = new Uint8Array(512)
    const write = (text: string, at: number) => header.set(new TextEncoder().encode(text), at)
    write(path, 0)
    write(`${bytes.length.toString(8).padStart(11, '0')}\0`, 124)
    write('        ', 148)
    write('0', 156)
    write(
      `${header
        .reduce((sum, byte) => sum + byte, 0)
        .toString(8)
        .padStart(6, '0')}\0 `,
      148,
    )
    const content = new Uint8Array(Math.ceil(bytes.length / 512) * 512)
    content.set(bytes)
    return [header, content]
  })
  return new Uint8Array(Buffer.concat([...blocks, new Uint8Array(1024)]))
}

/** A picture in colours, and the number of what is at each of its pixels. */
type Scene = (x: number, y: number) => { readonly color: readonly number[]; readonly label: number }

async function pair(scene: Scene, width: number, height: number): Promise<readonly [Uint8Array, Uint8Array]> {
  const places = Array.from({ length: width * height }, (_, i) => scene(i % width, Math.floor(i / width)))
  const picture = { width, height, channels: 3, data: Uint8Array.from(places.flatMap(({ color }) => color)) }
  const labels = { width, height, channels: 1, data: Uint8Array.from(places, ({ label }) => label) }
  return [await encodePng(picture), await encodePng(labels)]
}

/** So many pictures with bright discs on dark ground, in the form of the nuclei. */
export async function discs(count: number): Promise<Readonly<Record<string, readonly Member[]>>> {
  const draw = new RandomStream(7)
  const members: Member[] = []
  for (let i = 0; i < count; i++) {
    const found = Array.from({ length: 24 }, () => [draw.uniform(0, 256), draw.uniform(0, 256), draw.uniform(5, 12)])
    const [picture, labels] = await pair(
      (x, y) => {
        const label = 1 + found.findIndex(([cx, cy, radius]) => Math.hypot(x - cx!, y - cy!) < radius!)
        return { label, color: new Array(3).fill(label > 0 ? 60 + ((x * y) % 20) : 5) }
      },
      256,
      256,
    )
    members.push({ path: `nuclei256/images/${i}.png`, bytes: picture })
    members.push({ path: `nuclei256/labels/${i}.png`, bytes: labels })
  }
  return { 'nuclei-dsb2018-256/nuclei256.tar': members }
}

/** So many pictures of a road below, the sky above and a house between them, in the form of CamVid. */
export async function roads(count: number): Promise<Readonly<Record<string, readonly Member[]>>> {
  const draw = new RandomStream(7)
  const members: Member[] = []
  for (const part of ['train', 'val', 'test']) {
    for (let i = 0; i < count; i++) {
      const [horizon, left] = [draw.uniform(120, 240), draw.uniform(0, 300)]
      const [picture, labels] = await pair(
        (x, y) => {
          if (x < 20) return { label: 11, color: [0, 0, 0] }
          if (x > left && x < left + 150 && y > 60 && y < horizon + 30) return { label: 1, color: [140, 60, 40] }
          return y < horizon ? { label: 0, color: [150, 190, 240] } : { label: 3, color: [90, 90, 100] }
        },
        480,
        360,
      )
      members.push({ path: `CamVid/${part}/${i}.png`, bytes: picture })
      members.push({ path: `CamVid/${part}annot/${i}.png`, bytes: labels })
    }
  }
  return { 'camvid-subset/camvid_subset.tar': members }
}
