import type { Statistics } from '../models/statistics'

const text = (value: number): string => (value === 0 ? '0' : String(Number(value.toPrecision(3))))

/** A histogram with mean, deviation and the ends. */
export function Figures({ of, what }: { readonly of: Statistics; readonly what: string }) {
  const { least, most, mean, deviation, zeros, notFinite, histogram, count } = of
  const highest = Math.max(1, ...histogram)
  const width = 100 / histogram.length
  return (
    <div class="statistics">
      <svg
        viewBox="0 0 100 30"
        preserveAspectRatio="none"
        role="img"
        aria-label={`Histogram of ${what}: ${count} numbers from ${text(least)} to ${text(most)}`}
      >
        {histogram.map((height, part) => (
          <rect
            key={part * width}
            {...{
              x: part * width,
              width: width * 0.86,
              y: 30 - (30 * height) / highest,
              height: (30 * height) / highest,
            }}
          />
        ))}
      </svg>
      <p class="ends">
        <span>{text(least)}</span>
        <span>{text(most)}</span>
      </p>
      <p class="note">
        mean {text(mean)}, deviation {text(deviation)}
        {zeros > 0 && `, ${text(100 * zeros)} % are 0`}
      </p>
      {notFinite > 0 && <p class="problem">{notFinite.toLocaleString('en-US')} are NaN or infinite.</p>}
    </div>
  )
}
