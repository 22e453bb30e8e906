import { Button } from '../../parts/controls'

interface ChoiceProps<Value extends string> {
  readonly label: string
  readonly value: Value
  readonly options: Readonly<Record<Value, string>>
  onChange(value: Value): void
}

/** A few buttons of which one is pressed. */
export function Choice<Value extends string>({ label, value, options, onChange }: ChoiceProps<Value>) {
  return (
    <fieldset class="choice" aria-label={label}>
      {(Object.entries(options) as [Value, string][]).map(([key, text]) => (
        <Button key={key} pressed={key === value} onClick={() => onChange(key)}>
          {text}
        </Button>
      ))}
    </fieldset>
  )
}
