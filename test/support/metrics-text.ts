/** A metric as `/metrics` tells of it. */
export interface ToldMetric {
  type: string
  /** Labels of all its series, without those that the kind of metric brings (`le`). */
  labels: Set<string>
  /** Its samples: the name with what a histogram adds, labels and value. */
  samples: { name: string; labels: Record<string, string>; value: number }[]
}

/** Reads the Prometheus text format, as far as this gateway writes it. @throws Error for a line that is none */
export function readMetrics(text: string): Map<string, ToldMetric> {
  const metrics = new Map<string, ToldMetric>()
  let current: ToldMetric | null = null
  for (const line of text.split('\n').filter((each) => each !== '' && !each.startsWith('# HELP '))) {
    const type = /^# TYPE (\w+) (\w+)$/.exec(line)
    if (type) {
      current = { type: type[2]!, labels: new Set(), samples: [] }
      metrics.set(type[1]!, current)
      continue
    }
    const sample = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line)
    if (!sample || current === null) throw new Error(`no line of a metric: ${line}`)
    const labels = Object.fromEntries(
      [...(sample[2] ?? '').matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, name, value]) => [name!, value!]),
    )
    for (const name of Object.keys(labels)) if (name !== 'le') current.labels.add(name)
    current.samples.push({ name: sample[1]!, labels, value: Number(sample[3]) })
  }
  return metrics
}

/** The sum of the samples of a name that have these labels. */
export function sumOfSamples(metrics: Map<string, ToldMetric>, name: string, labels: Record<string, string> = {}): number {
  const samples = [...metrics.values()].flatMap((metric) => metric.samples)
  const fitting = samples.filter(
    (sample) => sample.name === name && Object.entries(labels).every(([label, value]) => sample.labels[label] === value),
  )
  return fitting.reduce((sum, { value }) => sum + value, 0)
}
