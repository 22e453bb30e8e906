import { formatMetric, metricLabel } from '../core/metric.js'
import type { PublishedFigure } from '../recipes/recipe.js'
import type { Cell, Metrics, Table } from '../recipes/report.js'

/** What was reached beside what is published. */
export function summaryTable(metrics: Metrics, literature: Readonly<Record<string, PublishedFigure>>): Table {
  const published = Object.keys(metrics).some((name) => literature[name] !== undefined)
  const rows = Object.entries(metrics).map(([name, value]): (string | Cell)[] => {
    const reached = [metricLabel(name), formatMetric(name, value)]
    if (!published) return reached
    const figure = literature[name]
    if (figure === undefined) return [...reached, '', '']
    return [...reached, formatMetric(name, figure.value), { text: figure.source, tone: 'faint' }]
  })
  const columns = published ? ['', 'reached', 'literature', 'source'] : ['', 'reached']
  return { title: 'Result', columns, rows }
}
