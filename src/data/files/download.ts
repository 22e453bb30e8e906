import { fail, ShapewiseError } from '../../core/errors.js'
import { gunzip, isGzip } from '../formats/gzip.js'

/** How far the download of one file has come, in bytes; `total` is unknown if the server does not say. */
export interface DownloadProgress {
  readonly file: string
  readonly received: number
  readonly total: number | undefined
}

export interface DownloadOptions {
  readonly url: string
  /** Lower-case hexadecimal SHA-256 of the content, after decompression if the file is a gzip file. */
  readonly sha256: string
  /** How long to wait for the server's first answer. Default 5 s. */
  readonly connectMilliseconds?: number
  /** How long to wait for more data. Default 20 s. */
  readonly idleMilliseconds?: number
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
  const { url, sha256, connectMilliseconds = 5_000, idleMilliseconds = 20_000, onProgress } = options
  const file = url.slice(url.lastIndexOf('/') + 1)
  const bytes = await receive(url, connectMilliseconds, idleMilliseconds, (received, total) => {
    onProgress?.({ file, received, total })
  })
  const content = isGzip(bytes) ? await gunzip(bytes, url) : bytes
  const found = await sha256Hex(content)
  if (found !== sha256) {
    fail(
      `${url}: the content has SHA-256 ${found}, expected ${sha256}.`,
      'The server sent another file; try another one.',
    )
  }
  return { bytes, content }
}

async function receive(
  url: string,
  connectMilliseconds: number,
  idleMilliseconds: number,
  onData: (received: number, total: number | undefined) => void,
): Promise<Uint8Array> {
  const controller = new AbortController()
  const abortAfter = (milliseconds: number, waitingFor: string) =>
    setTimeout(() => controller.abort(new Error(`no ${waitingFor} for ${milliseconds / 1000} s`)), milliseconds)
  let timer = abortAfter(connectMilliseconds, 'answer')
  try {
    const response = await fetch(url, { signal: controller.signal })
    if (!response.ok || response.body === null) throw new Error(`HTTP status ${response.status}`)
    const length = response.headers.get('content-length')
    const total = length === null ? undefined : Number(length)
    const chunks: Uint8Array[] = []
    let received = 0
    const reader = response.body.getReader()
    for (;;) {
      clearTimeout(timer)
      timer = abortAfter(idleMilliseconds, 'data')
      const { done, value } = await reader.read()
      if (done) return join(chunks, received)
      chunks.push(value)
      received += value.length
      onData(received, total)
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

async function sha256Hex(content: Uint8Array): Promise<string> {
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
