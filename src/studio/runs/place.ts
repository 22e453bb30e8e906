import { lstat, realpath } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { fail } from '../../core/errors.js'

/** Names of folders and files that may stand in an address: none that begins with a dot, nothing that leads elsewhere. */
const NAME = /^(?!\.)[^/\\:*?"<>|\p{Cc}]{1,200}$/u

export const isName = (name: string): boolean => NAME.test(name)

/**
 * The path of something within a folder, by names from there.
 *
 * @throws if a name is none, there is no such thing, or a link stands on the way: what lies elsewhere is nobody's business
 */
export async function placeWithin(root: string, names: readonly string[]): Promise<string> {
  if (names.length === 0 || !names.every(isName)) fail('There is nothing of this name.')
  const path = join(root, ...names)
  const found = await lstat(path).catch(() => undefined)
  const real = await realpath(path).catch(() => undefined)
  const expected = [await realpath(root).catch(() => root), ...names].join(sep)
  if (found === undefined || real !== expected) fail('There is nothing of this name.')
  return path
}
