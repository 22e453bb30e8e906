import type { ComponentChildren } from 'preact'
import { useId } from 'preact/hooks'

interface Labelled {
  readonly label: string
  /** A sentence that explains it, shown by the pointer. */
  readonly hint?: string
}

interface SelectProps<Value extends string> extends Labelled {
  readonly value: Value
  readonly options: Readonly<Record<Value, string>>
  onChange(value: Value): void
}

export function Select<Value extends string>({ label, hint, value, options, onChange }: SelectProps<Value>) {
  const id = useId()
  return (
    <div class="field" title={hint}>
      <label for={id}>{label}</label>
      <select id={id} value={value} onChange={({ currentTarget }) => onChange(currentTarget.value as Value)}>
        {(Object.entries(options) as [Value, string][]).map(([key, text]) => (
          <option key={key} value={key} selected={key === value}>
            {text}
          </option>
        ))}
      </select>
    </div>
  )
}

interface SliderProps extends Labelled {
  readonly value: number
  readonly from: number
  readonly to: number
  readonly step?: number
  /** How the value is written beside the label. */
  format?(value: number): string
  onChange(value: number): void
}

export function Slider({ label, hint, value, from, to, step = 1, format = String, onChange }: SliderProps) {
  const id = useId()
  return (
    <div class="field" title={hint}>
      <label for={id}>
        {label} <output>{format(value)}</output>
      </label>
      <input
        id={id}
        type="range"
        {...{ min: from, max: to, step, value }}
        onInput={({ currentTarget }) => onChange(currentTarget.valueAsNumber)}
      />
    </div>
  )
}

interface ToggleProps extends Labelled {
  readonly value: boolean
  onChange(value: boolean): void
}

export function Toggle({ label, hint, value, onChange }: ToggleProps) {
  return (
    <label class="toggle" title={hint}>
      <input type="checkbox" checked={value} onChange={({ currentTarget }) => onChange(currentTarget.checked)} />
      {label}
    </label>
  )
}

interface ButtonProps {
  readonly children: ComponentChildren
  /** What it does, where its text is a sign. */
  readonly label?: string
  readonly kind?: 'plain' | 'main' | 'quiet'
  readonly disabled?: boolean
  readonly pressed?: boolean
  onClick(): void
}

export function Button({ children, label, kind = 'plain', disabled, pressed, onClick }: ButtonProps) {
  return (
    <button
      type="button"
      class={kind}
      {...{ disabled, onClick, title: label }}
      aria-label={label}
      aria-pressed={pressed}
    >
      {children}
    </button>
  )
}
