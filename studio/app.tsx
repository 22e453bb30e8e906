import { lazy, Suspense } from 'preact/compat'
import { route } from './parts/address'
import { ThemeButton } from './parts/theme'

/** The pages by the first part of the address after '#/'. Each is loaded when it is first opened. */
const pages = {
  playground: { title: 'Playground', page: lazy(() => import('./playground/page')) },
  convolution: { title: 'Convolution lab', page: lazy(() => import('./convolution/page')) },
  digits: { title: 'Digit lab', page: lazy(() => import('./digits/page')) },
} as const

export function App() {
  const name = Object.hasOwn(pages, route.value.page) ? (route.value.page as keyof typeof pages) : 'playground'
  const { page: Page } = pages[name]
  return (
    <>
      <header class="bar">
        <a class="brand" href="#/playground">
          Shapewise <span>Studio</span>
        </a>
        <nav aria-label="Pages">
          {Object.entries(pages).map(([path, { title }]) => (
            <a key={path} href={`#/${path}`} aria-current={path === name ? 'page' : undefined}>
              {title}
            </a>
          ))}
        </nav>
        <ThemeButton />
      </header>
      <Suspense fallback={<main class="loading">Loading …</main>}>
        <Page />
      </Suspense>
    </>
  )
}
