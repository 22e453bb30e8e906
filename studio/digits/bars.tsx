/** How likely each digit is. */
export function Bars({ probabilities }: { readonly probabilities: Float32Array | undefined }) {
  return (
    <ol class="probabilities" start={0}>
      {Array.from({ length: 10 }, (_, digit) => {
        const share = probabilities?.[digit] ?? 0
        return (
          <li key={`digit ${digit}`}>
            <b>{digit}</b>
            <span class="track">
              <span style={{ width: `${100 * share}%` }} />
            </span>
            <span>{probabilities === undefined ? '' : `${(100 * share).toFixed(1)} %`}</span>
          </li>
        )
      })}
    </ol>
  )
}
