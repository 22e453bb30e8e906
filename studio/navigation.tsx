import { useEffect, useRef, useState } from 'preact/hooks'
import { Icon } from './parts/icons'
import { ThemeButton } from './parts/theme'
import './navigation.css'

interface NavigationProps {
  readonly pages: readonly { readonly path: string; readonly title: string }[]
  /** The path of the page that is shown; undefined for the overview. */
  readonly current: string | undefined
}

/** The bar above every page: links side by side where they have room, else a menu that opens below the title of the page. */
export function Navigation({ pages, current }: NavigationProps) {
  const [isOpen, setOpen] = useState(false)
  const bar = useRef<HTMLElement>(null)
  const button = useRef<HTMLButtonElement>(null)
  useEffect(() => {
    if (!isOpen) return
    const leave = (event: Event) => {
      if (!bar.current!.contains(event.target as Node)) setOpen(false)
    }
    const close = ({ key }: KeyboardEvent) => {
      if (key !== 'Escape') return
      setOpen(false)
      button.current!.focus()
    }
    addEventListener('pointerdown', leave)
    addEventListener('focusin', leave)
    addEventListener('keydown', close)
    return () => {
      removeEventListener('pointerdown', leave)
      removeEventListener('focusin', leave)
      removeEventListener('keydown', close)
    }
  }, [isOpen])
  return (
    <header class="bar" ref={bar}>
      <a class="brand" href="#/" aria-current={current === undefined ? 'page' : undefined}>
        <Mark />
        Shapewise <span>Studio</span>
      </a>
      <nav aria-label="Pages">
        <button
          ref={button}
          type="button"
          class="menu"
          aria-expanded={isOpen}
          aria-controls="pages"
          onClick={() => setOpen(!isOpen)}
        >
          {pages.find(({ path }) => path === current)?.title ?? 'Overview'}
          <Icon name="down" />
        </button>
        <ul id="pages" class={isOpen ? 'open' : undefined}>
          {pages.map(({ path, title }) => (
            <li key={path}>
              <a href={`#/${path}`} aria-current={path === current ? 'page' : undefined} onClick={() => setOpen(false)}>
                {title}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <ThemeButton />
    </header>
  )
}

/** Two overlapping points, as in the icon of the tab. */
function Mark() {
  return (
    <svg viewBox="0 0 16 16" width="20" height="20" aria-hidden="true">
      <circle cx="5.4" cy="8" r="4.4" fill="#0072b2" />
      <circle cx="10.6" cy="8" r="4.4" fill="#d55e00" fill-opacity="0.8" />
    </svg>
  )
}
