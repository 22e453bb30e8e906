import type { ComponentType } from 'preact'
import './overview.css'

interface OverviewProps {
  readonly pages: Readonly<
    Record<string, { readonly title: string; readonly about: string; readonly picture: ComponentType }>
  >
}

/** A tile for each page. */
export function Overview({ pages }: OverviewProps) {
  return (
    <main class="overview">
      <header>
        <h1>See a network think</h1>
        <p>
          Everything computes on your machine, by Shapewise, a deep-learning library in TypeScript. Nothing that you
          bring leaves it.
        </p>
      </header>
      <ul class="tiles">
        {Object.entries(pages).map(([path, { title, about, picture: Picture }]) => (
          <li key={path}>
            <a class="tile" href={`#/${path}`}>
              <Picture />
              <span class="words">
                <strong>{title}</strong>
                <span>{about}</span>
              </span>
            </a>
          </li>
        ))}
      </ul>
    </main>
  )
}
