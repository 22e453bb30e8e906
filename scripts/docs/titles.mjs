// Names the pages of the guide by their first heading, and modules by what is imported.

import { Converter, ReflectionKind } from 'typedoc'

/** @param {import('typedoc').Application} app */
export function load(app) {
  app.converter.on(Converter.EVENT_CREATE_DOCUMENT, (_, document) => {
    const heading = /^# (.*)$/m.exec(document.content.map(({ text }) => text).join(''))
    if (heading !== null) document.name = heading[1]
  })
  app.converter.on(Converter.EVENT_RESOLVE_END, ({ project }) => {
    for (const module of project.getChildrenByKind(ReflectionKind.Module)) {
      module.name = module.name === 'index' ? 'shapewise' : `shapewise/${module.name}`
    }
  })
}
