import { fail } from '../../core/errors.js'
import { damaged } from '../../data/formats/damage.js'
import { type ByteSource, bytesInMemory, checkPiece } from './source.js'

/** What the first request asks for: most headers are shorter. */
const FIRST = 1 << 16

/**
 * A file on a server that is read by range requests. From servers that do not know them, it is fetched whole.
 *
 * Source: R. Fielding, M. Nottingham, J. Reschke, "HTTP Semantics", RFC 9110, section 14, 2022.
 */
export async function rangeSource(address: string): Promise<ByteSource> {
  const first = await ask(address, 0, FIRST)
  const total = /^bytes \d+-\d+\/(\d+)$/.exec(first.headers.get('content-range') ?? '')?.[1]
  if (first.status !== 206) return bytesInMemory(await bodyOf(first, address), address)
  // A server of another origin may keep the header to itself, and without it nobody knows how long the file is.
  if (total === undefined) {
    await first.body?.cancel()
    return bytesInMemory(await bodyOf(await get(address, {}), address), address)
  }
  const start = await bodyOf(first, address)
  const source: ByteSource = {
    name: address,
    size: Number(total),
    async read(at, length, what) {
      checkPiece(source, at, length, what)
      if (at + length <= start.length) return start.subarray(at, at + length)
      const answer = await ask(address, at, length)
      if (answer.status !== 206 || !answer.headers.get('content-range')?.endsWith(`/${total}`)) {
        await answer.body?.cancel()
        fail(`${address}: the file changed while it was read.`, 'Open it again.')
      }
      const bytes = await bodyOf(answer, address)
      if (bytes.length !== length) damaged(address, `the server sent ${bytes.length} of ${length} bytes of ${what}`)
      return bytes
    },
    async close() {},
  }
  return source
}

const ask = (address: string, at: number, length: number): Promise<Response> =>
  get(address, { range: `bytes=${at}-${at + length - 1}` })

async function get(address: string, headers: Record<string, string>): Promise<Response> {
  const response = await fetch(address, { headers }).catch((error: unknown) => failed(address, error))
  // 416: the file is empty.
  if (!response.ok && response.status !== 416) failed(address, `HTTP status ${response.status}`)
  return response
}

const bodyOf = async (response: Response, address: string): Promise<Uint8Array> =>
  response.status === 416
    ? new Uint8Array(0)
    : new Uint8Array(await response.arrayBuffer().catch((error: unknown) => failed(address, error)))

const failed = (address: string, error: unknown): never =>
  fail(
    `${address}: the file cannot be fetched (${error instanceof Error ? error.message : error}).`,
    'Check the address.',
  )
