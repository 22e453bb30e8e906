// Names the pages of the guide by their first heading, and lists them in the order of docs/guide/README.md.

import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { Converter } from 'typedoc'

const index = readFileSync(new URL('../../docs/guide/README.md', import.meta.url), 'utf8')
const order = [...index.matchAll(/\]\(([\w-]+\.md)\)/g)].map(([, name]) => name)

/** @param {import('typedoc').Application} app */
export function load(app) {
  app.converter.on(Converter.EVENT_CREATE_DOCUMENT, (_, document) => {
    const source = document.sources?.[0]?.fileName ?? `${document.name}.md`
    const heading = /^# (.*)$/m.exec(document.content.map(({ text }) => text).join(''))
    if (heading !== null) document.name = heading[1]
    const place = order.indexOf(basename(source))
    if (place >= 0) document.frontmatter.group ??= 'Guide'
  })
}
