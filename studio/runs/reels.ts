import type { RunFile } from '../../src/studio/api'

/** Pictures of one name, in the order of their epochs; one alone has none. */
export interface Reel {
  readonly name: string
  readonly frames: readonly { readonly epoch: number | undefined; readonly file: RunFile }[]
}

/** Pictures whose names end in an epoch belong together. */
export function reels(files: readonly RunFile[]): readonly Reel[] {
  const found = new Map<string, { epoch: number | undefined; file: RunFile }[]>()
  for (const file of files) {
    const [, name, epoch] = /^pictures\/(.+?)(?:-epoch-(\d+))?\.(?:png|jpg|svg)$/.exec(file.path) ?? []
    if (name === undefined) continue
    const frame = { epoch: epoch === undefined ? undefined : Number(epoch), file }
    found.set(name, [...(found.get(name) ?? []), frame])
  }
  return [...found].map(([name, frames]) => ({ name, frames: frames.sort((a, b) => (a.epoch ?? 0) - (b.epoch ?? 0)) }))
}
