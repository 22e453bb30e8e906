import { type DataSource, loadPublished, type SourceOptions } from '../files/published.js'
import { decodeUtf8 } from '../formats/damage.js'

export interface TinyShakespeare {
  readonly text: string
  /** The first 90 %. */
  readonly train: string
  /** The rest. */
  readonly validation: string
  readonly source: DataSource
}

/**
 * Tiny Shakespeare: 1,115,394 characters of his plays, 65 different ones, for language models of characters. Licence: the text is in the
 * public domain.
 *
 * Throws if the file is not to be had.
 *
 * Source: Karpathy, "The unreasonable effectiveness of recurrent neural networks", 2015.
 *
 * ```ts
 * const { train, validation } = await tinyShakespeare()
 * ```
 */
export async function tinyShakespeare(options: SourceOptions = {}): Promise<TinyShakespeare> {
  const set = {
    ...{ name: 'Tiny Shakespeare', folder: 'tinyshakespeare', licence: 'public domain' },
    paper: 'Karpathy, "The unreasonable effectiveness of recurrent neural networks", 2015',
  }
  const file = {
    name: 'input.txt',
    urls: ['https://raw.githubusercontent.com/karpathy/char-rnn/master/data/tinyshakespeare/input.txt'],
    sha256: ['86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed'],
  }
  const { files, source } = await loadPublished(set, { file }, options)
  const text = decodeUtf8(files.file.bytes, files.file.name)
  const cut = Math.floor(text.length * 0.9)
  return { text, train: text.slice(0, cut), validation: text.slice(cut), source }
}
