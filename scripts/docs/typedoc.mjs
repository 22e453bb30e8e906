// What `npm run docs` makes of the sources and the guide: docs/api.

import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { OptionDefaults } from 'typedoc'

const at = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url))
const { version, exports } = JSON.parse(readFileSync(at('package.json'), 'utf8'))
// In the order of the guide's own list.
const index = readFileSync(at('docs/guide/README.md'), 'utf8')
const pages = ['README.md', ...[...index.matchAll(/\]\(([\w-]+\.md)\)/g)].map(([, page]) => page)]
const entries = Object.keys(exports).filter((entry) => entry !== './graph' && entry !== './package.json')

/** @type {import('typedoc').TypeDocOptions} */
export default {
  name: `Shapewise ${version}`,
  plugin: [fileURLToPath(new URL('titles.mjs', import.meta.url))],
  tsconfig: fileURLToPath(new URL('tsconfig.json', import.meta.url)),
  entryPoints: entries.map((entry) => at(`src/${entry}/index.ts`)),
  projectDocuments: pages.map((page) => at(`docs/guide/${page}`)),
  readme: at('README.md'),
  out: at('docs/api'),
  customCss: fileURLToPath(new URL('style.css', import.meta.url)),
  navigation: { includeFolders: false },
  excludeInternal: true,
  excludePrivate: true,
  // What classes derived from layers may override; users of layers do not see it.
  excludeProtected: true,
  excludeExternals: true,
  blockTags: [...OptionDefaults.blockTags, '@source'],
  highlightLanguages: [...OptionDefaults.highlightLanguages, 'python'],
  disableGit: true,
  sourceLinkTemplate: '../../../{path}#L{line}',
  sort: ['source-order'],
  validation: { invalidLink: true, notDocumented: true, notExported: false },
  requiredToBeDocumented: ['Class', 'Function', 'Variable'],
  // Parts of types that their whole describes.
  intentionallyNotDocumented: [
    ...['nn.Lambda.F', 'nn.Lambda.constructor.F', 'nn.lambda.F', 'nn.Link.__type.forward'],
    ...[
      'train.Model.__type.forward',
      'formats.Exportable.__type.forward',
      'models.TabularNetwork.layers.__type.forward',
    ],
    ...['optim.Trainable.__type.parameters', 'optim.Trainable.__type.namedParameters'],
    ...['optim.Rule.modes.__type.eval', 'optim.Rule.modes.__type.train'],
  ].map((name) => `shapewise/${name}`),
  // Types are checked by `npm run typecheck`, with the compiler that the project uses.
  skipErrorChecking: true,
}
