import { useEffect, useLayoutEffect, useRef } from 'preact/hooks'
import UPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { theme } from './theme'

export interface Curve {
  readonly name: string
  readonly colour: string
  readonly dashed?: boolean
}

interface CurvesProps {
  readonly label: string
  readonly curves: readonly Curve[]
  /** The numbers along the axis, then those of each curve. */
  readonly data: UPlot.AlignedData
  readonly height: number
  readonly logarithmic?: boolean
}

/** Curves over a common axis; where the pointer is, their values stand in the legend. */
export function Curves({ label, curves, data, height, logarithmic = false }: CurvesProps) {
  const place = useRef<HTMLDivElement>(null)
  const plot = useRef<UPlot | undefined>(undefined)
  const dark = theme.value === 'dark'
  const names = curves.map(({ name }) => name).join()
  useLayoutEffect(() => {
    const element = place.current!
    const axis = { stroke: dark ? '#c9ced6' : '#4a5261', grid: { stroke: dark ? '#3a3f49' : '#e6e8ec', width: 1 } }
    const options: UPlot.Options = {
      ...{ width: element.clientWidth || 280, height, legend: { live: true } },
      scales: { x: { time: false }, y: logarithmic ? { distr: 3 } : { range: (_, _low, high) => [0, high || 1] } },
      axes: [
        { ...axis, size: 28, space: 60 },
        { ...axis, size: 48, ...(logarithmic && powersOfTen(axis.grid)) },
      ],
      series: [
        { label },
        ...curves.map(({ name, colour, dashed }) => ({
          ...{ label: name, stroke: colour, width: 1.8, points: { show: false } },
          ...(dashed && { dash: [5, 4] }),
        })),
      ],
    }
    plot.current = new UPlot(options, data, element)
    const observer = new ResizeObserver(() => plot.current?.setSize({ width: element.clientWidth, height }))
    observer.observe(element)
    return () => {
      observer.disconnect()
      plot.current?.destroy()
    }
  }, [dark, names, logarithmic, height])
  useEffect(() => plot.current?.setData(data), [data])
  return <div ref={place} class="curves" role="img" aria-label={`Curves of ${names} over ${label}`} />
}

/** Lines and numbers at powers of ten alone. */
function powersOfTen(grid: UPlot.Axis.Grid): UPlot.Axis {
  const isPower = (value: number) => Math.abs(Math.log10(value) - Math.round(Math.log10(value))) < 1e-9
  const filter: UPlot.Axis.Filter = (_, splits) => splits.map((value) => (isPower(value) ? value : null))
  const short = (value: number) => (value >= 0.001 && value < 10_000 ? `${value}` : value.toExponential(0))
  return {
    ...{ filter, grid: { ...grid, filter }, ticks: { filter } },
    values: (_, splits) => splits.map((value) => (value === null ? '' : short(value))),
  }
}
