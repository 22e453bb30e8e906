import { version } from '../../core/version.js'
import { builtin } from './wasm/node.js'

/** What is needed of `node:module`. */
interface NodeModules {
  createRequire(from: string): ((name: string) => unknown) & { resolve(name: string): string }
}

interface Platform {
  readonly platform?: string
  readonly arch?: string
}

const { platform, arch } = (globalThis as { process?: Platform }).process ?? {}

/** The package that may bring the addon for this machine; `scripts/pack-native.mjs` makes it. */
export const addonPackage = `@shapewise/native-${platform}-${arch}`

/**
 * The path of the addon that a package brings; undefined if it is not installed. Programs are written for the kernels of
 * the same version, so that another one is an Error.
 */
export function packagedAddon(): string | Error | undefined {
  const modules = builtin('module') as NodeModules | undefined
  if (modules === undefined) return undefined
  const require = modules.createRequire(import.meta.url)
  try {
    const manifest = require(`${addonPackage}/package.json`) as { readonly version?: string }
    if (manifest.version === version) return require.resolve(`${addonPackage}/shapewise.node`)
    return new Error(`${addonPackage} has version ${manifest.version}, but shapewise is ${version}`)
  } catch {
    return undefined
  }
}
