// `node --import …/shapewise-imports.js`: lets the workloads import 'shapewise' by name, as this checkout has built it, without
// an installation. It resolves the name as the package itself would.
import { register } from 'node:module'

const hooks = `
const parentURL = ${JSON.stringify(new URL('../../package.json', import.meta.url).href)}
export const resolve = (specifier, context, next) =>
  next(specifier, /^shapewise(\\/|$)/.test(specifier) ? { ...context, parentURL } : context)`

register(`data:text/javascript,${encodeURIComponent(hooks)}`)
