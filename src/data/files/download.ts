import { fail, ShapewiseError } from '../../core/errors.js'
import { unpacked } from '../formats/gzip.js'
import { openPartial, type Partial } from './partial.js'

/** How far the download of one file has come, in bytes; `total` is unknown if the server does not say. */
export interface DownloadProgress {
  readonly file: string
  readonly received: number
  readonly total: number | undefined
}

export interface DownloadOptions {
  readonly url: string
  /** Lower-case hexadecimal SHA-256 of the file, or of its content after decompression if it is a gzip file. */
  readonly sha256: string
  /** The part of the content that is checked; by default all of it. */
  readonly checked?: ((content: Uint8Array) => Uint8Array) | undefined
  /**
   * Where the file is kept, with a file system: it has this name only when it is complete and checked. Until then its beginning
   * lies beside it under `.partial`, and another try goes on there.
   */
  readonly keep?: string | undefined
  /** How long to wait for the server's first answer. Default 5 s. */
  readonly connectMilliseconds?: number
  /** How long to wait for more data. Default 20 s. */
  readonly idleMilliseconds?: number
  /** How far it is. */
  readonly onProgress?: ((progress: DownloadProgress) => void) | undefined
}

/** A file as it came and its decompressed content. */
export interface Download {
  readonly bytes: Uint8Array
  readonly content: Uint8Array
}

/**
 * Downloads one file and checks its content, so that a page of a captive portal is not taken for data.
 *
 * Throws, naming the address, if the server cannot be reached, stalls, refuses, or sends something else.
 */
export async function download(options: DownloadOptions): Promise<Download> {
  const { url, keep } = options
  if (keep === undefined) return verify(options, await receive(options, undefined))
  const partial = await openPartial(`${keep}.partial`)
  const begun = partial.begin.length
  try {
    const received = await verify(options, await receive(options, partial))
    await partial.finish(keep)
    return received
  } catch (error) {
    // A wrong beginning would make every try fail: once more without it.
    const wrong = error instanceof WrongContent
    if (wrong) await partial.drop()
    else await partial.close()
    if (!wrong || begun === 0) throw error
  }
  return download({ ...options, url })
}

/** Everything has come, but it is not what was asked for. */
class WrongContent extends ShapewiseError {}

async function verify(options: DownloadOptions, bytes: Uint8Array): Promise<Download> {
  const { url, sha256 } = options
  try {
    const content = await unpacked(bytes, url)
    if (await hasSha256({ bytes, content }, sha256, options.checked)) return { bytes, content }
  } catch (error) {
    throw error instanceof ShapewiseError ? new WrongContent(error.message) : error
  }
  const found = await sha256Hex(bytes)
  throw new WrongContent(
    `${url}: the content has SHA-256 ${found}, expected ${sha256}. The server sent another file; try another one.`,
  )
}

/** Whether a file, or what is inside of it, has this checksum. */
export async function hasSha256(
  { bytes, content }: Download,
  sha256: string,
  checked?: (content: Uint8Array) => Uint8Array,
): Promise<boolean> {
  if ((await sha256Hex(checked === undefined ? content : checked(content))) === sha256) return true
  return bytes !== content && checked === undefined && (await sha256Hex(bytes)) === sha256
}

async function receive(options: DownloadOptions, partial: Partial | undefined): Promise<Uint8Array> {
  const { url, connectMilliseconds = 5_000, idleMilliseconds = 20_000, onProgress } = options
  const file = url.slice(url.lastIndexOf('/') + 1)
  const controller = new AbortController()
  const abortAfter = (milliseconds: number, waitingFor: string) =>
    setTimeout(() => controller.abort(new Error(`no ${waitingFor} for ${milliseconds / 1000} s`)), milliseconds)
  let timer = abortAfter(connectMilliseconds, 'answer')
  try {
    const begin = partial?.begin ?? new Uint8Array(0)
    const headers: Record<string, string> = begin.length > 0 ? { range: `bytes=${begin.length}-` } : {}
    const response = await fetch(url, { signal: controller.signal, headers })
    // Nothing is left to come; if the beginning is not the whole file, the checksum tells.
    if (response.status === 416 && begin.length > 0) return begin
    if (!response.ok || response.body === null) throw new Error(`HTTP status ${response.status}`)
    const goesOn =
      response.status === 206 && response.headers.get('content-range')?.startsWith(`bytes ${begin.length}-`)
    if (!goesOn) await partial?.restart()
    const chunks: Uint8Array[] = goesOn ? [begin] : []
    let received = goesOn ? begin.length : 0
    const length = response.headers.get('content-length')
    const total = length === null ? undefined : Number(length) + received
    const reader = response.body.getReader()
    for (;;) {
      clearTimeout(timer)
      timer = abortAfter(idleMilliseconds, 'data')
      const { done, value } = await reader.read()
      if (done) return join(chunks, received)
      chunks.push(value)
      await partial?.append(value)
      received += value.length
      onProgress?.({ file, received, total })
    }
  } catch (error) {
    return fail(`${url}: the download failed (${reasonOf(error)}).`)
  } finally {
    clearTimeout(timer)
  }
}

function join(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const out = new Uint8Array(length)
  let at = 0
  for (const chunk of chunks) {
    out.set(chunk, at)
    at += chunk.length
  }
  return out
}

/** The innermost cause: fetch says only "fetch failed" and hides the rest behind `cause`. */
function reasonOf(error: unknown): string {
  let innermost = error
  while (innermost instanceof Error && innermost.cause instanceof Error) innermost = innermost.cause
  if (!(innermost instanceof Error)) return String(innermost)
  const code = 'code' in innermost ? String(innermost.code) : ''
  return innermost.message === '' ? code : innermost.message
}

export async function sha256Hex(content: Uint8Array): Promise<string> {
  if (globalThis.crypto?.subtle === undefined) {
    fail('SHA-256 is not available here, so that downloads cannot be checked.', 'Serve the page over https.')
  }
  const digest = await crypto.subtle.digest('SHA-256', content as Uint8Array<ArrayBuffer>)
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** The message of an expected failure; anything else is thrown on. */
export function messageOf(error: unknown): string {
  if (error instanceof ShapewiseError) return error.message
  throw error
}
