import { signal } from '@preact/signals'

interface Route {
  readonly page: string
  readonly query: URLSearchParams
}

/** `#/playground?data=xor` is the page `playground` with a query of its own. */
function read(): Route {
  const [path = '', query = ''] = location.hash.replace(/^#\/?/, '').split('?')
  return { page: path, query: new URLSearchParams(query) }
}

/** Where the address points to. Everything that a page wants to find again is in its query. */
export const route = signal(read())

addEventListener('hashchange', () => {
  route.value = read()
})

/** Writes the state of a page into the address, without a new entry in the history. */
export function replaceQuery(page: string, query: URLSearchParams): void {
  const text = query.toString()
  history.replaceState(null, '', `#/${page}${text === '' ? '' : `?${text}`}`)
}
