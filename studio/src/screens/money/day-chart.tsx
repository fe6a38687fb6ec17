import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { useFormat } from '../../i18n/use-format.ts'
import { startOf } from './days.ts'
import styles from './money.module.css'

/** One line or row of bars, a value for each day; dollars, null = nothing is known. */
export interface DaySeries {
  name: string
  values: readonly (number | null)[]
  /** A colour of tokens.css. */
  colour: '--accent' | '--ink-quiet' | '--good' | '--warn'
  form: 'bars' | 'line' | 'dashes'
}

const HEIGHT = 220
const SECOND_MS = 1000
const HALF_DAY_S = 43_200

/** Dollars by day. What it shows stands in a table beside it, which is what screen readers read. */
export function DayChart({ label, days, series }: { label: string; days: readonly string[]; series: readonly DaySeries[] }) {
  const { i18n } = useTranslation('money')
  const format = useFormat()
  const place = useRef<HTMLDivElement>(null)
  const look = useLook()
  // biome-ignore lint/correctness/useExhaustiveDependencies: the chart is drawn anew with other data, another language, another look
  useEffect(() => {
    const parent = place.current!
    const shortDay = new Intl.DateTimeFormat(i18n.language, { month: 'numeric', day: 'numeric', timeZone: 'UTC' })
    const colour = (token: string) => resolved(parent, token)
    const axis = {
      stroke: colour('--ink-quiet'),
      grid: { stroke: colour('--line'), width: 1 },
      ticks: { show: false },
      font: '12px system-ui',
    }
    const xs = days.map((day) => startOf(day) / SECOND_MS)
    const chart = new uPlot(
      {
        width: parent.clientWidth,
        height: HEIGHT,
        legend: { show: false },
        cursor: { show: false },
        scales: {
          x: { time: false, range: [xs[0]! - HALF_DAY_S, xs.at(-1)! + HALF_DAY_S] },
          y: { range: (_chart, _low, high) => [0, high > 0 ? high * 1.1 : 1] },
        },
        axes: [
          {
            ...axis,
            size: 32,
            space: 60,
            incrs: dayIncrements,
            values: (_chart, at) => at.map((second) => shortDay.format(second * SECOND_MS)),
          },
          { ...axis, size: 72, values: (_chart, at) => at.map((dollars) => format.money(BigInt(Math.round(dollars * 1e9)))) },
        ],
        series: [{}, ...series.map((one) => drawn(one, colour))],
      },
      [xs, ...series.map(({ values }) => [...values])],
      parent,
    )
    const resize = new ResizeObserver(() => chart.setSize({ width: parent.clientWidth, height: HEIGHT }))
    resize.observe(parent)
    return () => {
      resize.disconnect()
      chart.destroy()
    }
  }, [JSON.stringify([days, series]), i18n.language, look])
  return (
    <figure className={styles['figure']}>
      <div ref={place} role="img" aria-label={label} className={styles['chart']} />
      {series.length > 1 && (
        <figcaption className={styles['legend']} aria-hidden="true">
          {series.map(({ name, colour, form }) => (
            <span key={name}>
              <i className={styles[form]} style={{ color: `var(${colour})` }} />
              {name}
            </span>
          ))}
        </figcaption>
      )}
    </figure>
  )
}

const DAY_S = 86_400
const dayIncrements = [1, 2, 5, 7, 14, 30, 90].map((count) => count * DAY_S)

function drawn({ name, colour, form }: DaySeries, colourOf: (token: string) => string): uPlot.Series {
  const stroke = colourOf(colour)
  const base = { label: name, stroke, points: { show: false } }
  if (form === 'bars') return { ...base, fill: stroke, width: 0, paths: uPlot.paths.bars!({ size: [0.7, 48] }) }
  return { ...base, width: 2, points: { show: form === 'line', size: 5 }, ...(form === 'dashes' ? { dash: [6, 4] } : {}) }
}

/** A canvas knows no variables of style sheets. */
function resolved(within: HTMLElement, token: string): string {
  const probe = document.createElement('span')
  probe.style.color = `var(${token})`
  within.append(probe)
  const { color } = getComputedStyle(probe)
  probe.remove()
  return color
}

/** Changes whenever light becomes dark, by the system or by choice. */
function useLook(): number {
  const [look, setLook] = useState(0)
  useEffect(() => {
    const changed = () => setLook((count) => count + 1)
    const system = matchMedia('(prefers-color-scheme: dark)')
    const chosen = new MutationObserver(changed)
    system.addEventListener('change', changed)
    chosen.observe(document.documentElement, { attributeFilter: ['data-theme'] })
    return () => {
      system.removeEventListener('change', changed)
      chosen.disconnect()
    }
  }, [])
  return look
}
