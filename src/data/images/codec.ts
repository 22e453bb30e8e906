import { fail } from '../../core/errors.js'
import { hasFileSystem } from '../files/user-files.js'
import { damaged } from '../formats/damage.js'
import { type Pixels, withChannels } from './pixels.js'

/** What is used of the package `sharp`. */
interface Sharp {
  rotate(): Sharp
  toColourspace(space: 'srgb'): Sharp
  raw(): Sharp
  toBuffer(options: { resolveWithObject: true }): Promise<{
    data: Uint8Array
    info: { width: number; height: number; channels: number }
  }>
}

type MakeSharp = (bytes: Uint8Array) => Sharp

let sharp: Promise<MakeSharp> | undefined

async function loadSharp(kind: string): Promise<MakeSharp> {
  // Not a literal, so that bundlers and the compiler leave a package alone that need not be there.
  const name: string = 'sharp'
  try {
    const module: { readonly default: MakeSharp } = await import(/* @vite-ignore */ name)
    return module.default
  } catch {
    return fail(
      `decodeImage: ${kind} pictures are decoded by the package sharp, which is not installed.`,
      'npm install sharp',
    )
  }
}

/** JPEG, WebP, GIF and what else the platform knows, in 3 channels, or 4 with opacity, turned upright. Throws, naming `name`, if it is damaged or not known. */
export async function decodeByPlatform(bytes: Uint8Array, kind: string, name: string): Promise<Pixels> {
  if (!hasFileSystem()) return decodeInBrowser(bytes, kind, name)
  sharp ??= loadSharp(kind)
  const make = await sharp
  try {
    const upright = make(bytes).rotate().toColourspace('srgb').raw()
    const { data, info } = await upright.toBuffer({ resolveWithObject: true })
    const { width, height, channels } = info
    const pixels = { width, height, channels, data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) }
    // Whether grey pictures come grey depends on the version.
    return withChannels(pixels, channels % 2 === 0 ? 4 : 3, 0)
  } catch (error) {
    return damaged(name, `the ${kind} picture cannot be decoded (${error instanceof Error ? error.message : error})`)
  }
}

async function decodeInBrowser(bytes: Uint8Array, kind: string, name: string): Promise<Pixels> {
  let bitmap: ImageBitmap
  try {
    bitmap = await createImageBitmap(new Blob([new Uint8Array(bytes)]), { imageOrientation: 'from-image' })
  } catch (error) {
    return damaged(name, `the ${kind} picture cannot be decoded (${error instanceof Error ? error.message : error})`)
  }
  const { width, height } = bitmap
  const canvas = new OffscreenCanvas(width, height).getContext('2d')
  if (canvas === null)
    return fail(`${name}: the browser gives no canvas to decode it on.`, 'Decode PNG or PPM pictures.')
  canvas.drawImage(bitmap, 0, 0)
  bitmap.close()
  const { data } = canvas.getImageData(0, 0, width, height)
  const pixels = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
  const isOpaque = pixels.every((value, i) => i % 4 !== 3 || value === 255)
  return { width, height, channels: isOpaque ? 3 : 4, data: isOpaque ? pixels.filter((_, i) => i % 4 !== 3) : pixels }
}
