import { effect, signal } from '@preact/signals'
import { Icon } from './icons'
import type { Theme } from './palette'

const KEY = 'shapewise-theme'
const system = matchMedia('(prefers-color-scheme: dark)')
const chosen = signal<Theme | undefined>(stored())
const preferred = signal<Theme>(system.matches ? 'dark' : 'light')
system.addEventListener('change', ({ matches }) => {
  preferred.value = matches ? 'dark' : 'light'
})

/** Private windows may refuse storage. */
function stored(): Theme | undefined {
  try {
    const value = localStorage.getItem(KEY)
    return value === 'light' || value === 'dark' ? value : undefined
  } catch {
    return undefined
  }
}

export const theme = signal<Theme>('light')
effect(() => {
  theme.value = chosen.value ?? preferred.value
  document.documentElement.dataset.theme = theme.value
})

export function ThemeButton() {
  const other = theme.value === 'dark' ? 'light' : 'dark'
  const choose = () => {
    chosen.value = other
    try {
      localStorage.setItem(KEY, other)
    } catch {}
  }
  return (
    <button
      type="button"
      class="quiet"
      aria-label={`Use the ${other} theme`}
      title={`Use the ${other} theme`}
      onClick={choose}
    >
      <Icon name={theme.value === 'dark' ? 'sun' : 'moon'} />
    </button>
  )
}
