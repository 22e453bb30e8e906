import { fail, ShapewiseError } from '../../core/errors.js'
import { checkOptions } from '../../core/options.js'
import { unpacked } from '../formats/gzip.js'
import { type DownloadProgress, download, hasSha256, messageOf } from './download.js'
import { environmentVariable, hasFileSystem, listFolder, readBytes, userCacheFolder } from './user-files.js'

/** A file of a published data set. */
export interface PublishedFile {
  /** What it is called, without `.gz` if it is read with and without. */
  readonly name: string
  /** Other names and places under which it is found in folders. */
  readonly aliases?: readonly string[]
  /** Where the public original is. None: it has to be brought by the user. */
  readonly urls?: readonly string[]
  /** SHA-256 of the file or of its decompressed content; any of these. */
  readonly sha256: readonly string[]
  /** The part of the content that is checked, where files around it differ between publications. */
  readonly checked?: (content: Uint8Array) => Uint8Array
}

export interface PublishedSet {
  readonly name: string
  /** The folder in `$SHAPEWISE_DATA` and in the user's cache. */
  readonly folder: string
  readonly licence: string
  /** The paper, or who made it. */
  readonly paper: string
  /** How to get what has no address; a sentence. */
  readonly origin?: string
}

export interface SourceOptions {
  /** Folder with the files. Default: the set's folder in `$SHAPEWISE_DATA`, if that holds them. */
  readonly folder?: string
  /** Folder for downloaded files. Default: `shapewise/…` in the user's cache. */
  readonly cacheFolder?: string
  /** Whether files may be downloaded. Default true, unless `$SHAPEWISE_OFFLINE` is set. */
  readonly download?: boolean
  /** Addresses of folders to download from instead of the public originals. */
  readonly mirrors?: readonly string[]
  /** How far a download is. */
  readonly onProgress?: (progress: DownloadProgress) => void
}

/** The names of these options, for `checkOptions`. */
export const sourceOptionNames = {
  folder: true,
  cacheFolder: true,
  download: true,
  mirrors: true,
  onProgress: true,
} as const

/** Where data comes from. */
export interface DataSource {
  readonly kind: 'folder' | 'cache' | 'download'
  /** Whether all files are the published ones, by their checksums. Others are used, too. */
  readonly genuine: boolean
  /** A sentence for people. */
  readonly description: string
  readonly licence: string
  readonly paper: string
}

/** A file's decompressed content and what to call it in messages. */
export interface NamedBytes {
  readonly name: string
  readonly bytes: Uint8Array
}

type Found = NamedBytes & { readonly genuine: boolean }

/** The files are nowhere to be had; the message says where they were sought and what to do. */
export class NotAvailable extends ShapewiseError {}

/** What a file is called where it is published: perhaps with `.gz`. */
const remoteName = ({ name, urls: [url] = [] }: PublishedFile): string => url?.slice(url.lastIndexOf('/') + 1) ?? name

/**
 * The files of a set: from the folder, else from the cache, else downloaded and kept. A file of a folder that is not the
 * published one is used, and the source says so.
 *
 * Throws if they are not to be had, saying where they were sought and what to do, or if one is damaged.
 */
export async function loadPublished<Name extends string>(
  set: PublishedSet,
  files: Readonly<Record<Name, PublishedFile>>,
  options: SourceOptions = {},
): Promise<{ readonly files: Readonly<Record<Name, NamedBytes>>; readonly source: DataSource }> {
  checkOptions<SourceOptions>(set.name, options, sourceOptionNames)
  const wanted = Object.entries<PublishedFile>(files)
  const make = (kind: DataSource['kind'], place: string, found: readonly Found[]) => {
    const foreign = found.filter(({ genuine }) => !genuine).map(({ name }) => name.slice(name.lastIndexOf('/') + 1))
    const how = foreign.length === 0 ? '' : ` (not the published files: ${foreign.join(', ')})`
    const named: Record<string, NamedBytes> = Object.fromEntries(wanted.map(([key], i) => [key, found[i]!]))
    const description = `${foreign.length === 0 ? '' : 'data in the form of '}${set.name} ${place}${how}`
    const { licence, paper } = set
    return {
      files: named as Record<Name, NamedBytes>,
      source: { kind, genuine: foreign.length === 0, description, licence, paper },
    }
  }
  const sought: string[] = []
  for (const { kind, folder, must } of hasFileSystem() ? await places(set, options) : []) {
    const found = await readFolder(
      folder,
      wanted.map(([, file]) => file),
    )
    if (found.missing.length === 0)
      return make(kind, `from ${kind === 'cache' ? 'the cache ' : ''}${folder}`, found.files)
    // Some of them only: rather a mistake than another set.
    if (must || (kind === 'folder' && found.missing.length < wanted.length)) {
      const names = found.missing.map(({ name }) => name).join(', ')
      fail(`${folder}: of the files of ${set.name} ${names} are missing.`, 'Put them there, or leave the folder out.')
    }
    sought.push(folder)
  }
  const received = await fetchAll(
    set,
    wanted.map(([, file]) => file),
    options,
    sought,
  )
  return make('download', `downloaded from ${received.from}`, received.files)
}

interface Place {
  readonly kind: 'folder' | 'cache'
  readonly folder: string
  /** Whether it is an error if the files are not there. */
  readonly must: boolean
}

async function places(set: PublishedSet, options: SourceOptions): Promise<readonly Place[]> {
  const { join } = await import('node:path')
  const root = environmentVariable('SHAPEWISE_DATA')
  const cache = options.cacheFolder ?? (await userCacheFolder('shapewise', set.folder))
  const found: Place[] = [{ kind: 'cache', folder: cache, must: false }]
  if (options.folder !== undefined) found.unshift({ kind: 'folder', folder: options.folder, must: true })
  else if (root !== undefined)
    found.unshift({ kind: 'folder', folder: join(root, ...set.folder.split('/')), must: false })
  return found
}

/** The files that are in a folder, plain or gzip-compressed, in the order asked for. */
async function readFolder(folder: string, wanted: readonly PublishedFile[]) {
  const { join } = await import('node:path')
  const entries = new Set(await listFolder(folder))
  const files: Found[] = []
  const missing: PublishedFile[] = []
  const paths = wanted.flatMap((file) => {
    const spellings = [file.name, ...(file.aliases ?? [])].flatMap((name) => [name, `${name}.gz`])
    const spelled = spellings.find((name) => entries.has(name))
    if (spelled === undefined) missing.push(file)
    return spelled === undefined ? [] : [{ file, path: join(folder, spelled) }]
  })
  // Nothing is read of a set that is not complete.
  if (missing.length === 0)
    for (const { file, path } of paths) files.push(await check(file, path, await readBytes(path)))
  return { files, missing }
}

async function check(file: PublishedFile, name: string, bytes: Uint8Array): Promise<Found> {
  const content = await unpacked(bytes, name)
  let genuine = false
  for (const sha256 of file.sha256) genuine ||= await hasSha256({ bytes, content }, sha256, file.checked)
  return { name, bytes: content, genuine }
}

async function fetchAll(
  set: PublishedSet,
  wanted: readonly PublishedFile[],
  options: SourceOptions,
  sought: readonly string[],
): Promise<{ from: string; files: Found[] }> {
  const { onProgress } = options
  const where = sought.length === 0 ? '' : ` Sought in ${sought.join(', ')}.`
  const names = wanted.map(({ name }) => name).join(', ')
  const addresses = wanted.map(
    (file) => options.mirrors?.map((mirror) => `${mirror.replace(/\/$/, '')}/${remoteName(file)}`) ?? file.urls ?? [],
  )
  const put = `Put ${names} into $SHAPEWISE_DATA/${set.folder}, or name their folder.`
  const offline = !(options.download ?? environmentVariable('SHAPEWISE_OFFLINE') === undefined)
  if (offline)
    throw new NotAvailable(`${set.name}: the files are not here and downloads are switched off.${where} ${put}`)
  if (addresses.some((urls) => urls.length === 0)) {
    const cause = `${set.name}: the files are not here, and there is no address to download them from.${where}`
    throw new NotAvailable(`${cause} ${put} ${set.origin ?? ''}`.trim())
  }
  const files: Found[] = []
  const hosts = new Set<string>()
  for (const [i, file] of wanted.entries()) {
    const keep = await keepAt(set, file, options)
    const reasons: string[] = []
    let content: Uint8Array | undefined
    for (const url of addresses[i]!) {
      try {
        content = (await download({ url, sha256: file.sha256[0]!, keep, checked: file.checked, onProgress })).content
        hosts.add(new URL(url).host)
        break
      } catch (error) {
        reasons.push(messageOf(error))
      }
    }
    if (content === undefined) throw new NotAvailable(`${set.name}: ${reasons.join(' ')}${where} ${put}`)
    files.push({ name: file.name, bytes: content, genuine: true })
  }
  return { from: [...hosts].join(', '), files }
}

async function keepAt(set: PublishedSet, file: PublishedFile, options: SourceOptions): Promise<string | undefined> {
  if (!hasFileSystem()) return undefined
  const { join } = await import('node:path')
  return join(options.cacheFolder ?? (await userCacheFolder('shapewise', set.folder)), remoteName(file))
}
