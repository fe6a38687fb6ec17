import { useTranslation } from 'react-i18next'
import { formatMoney } from '../ui/format-money.ts'

const KIB = 1024

/** Numbers, times and sizes as people of the chosen language write them. */
export function useFormat() {
  return formatsIn(useTranslation().i18n.language)
}

type Formats = ReturnType<typeof formatsOf>

/** To make a format costs a hundred times what its use does, and every small picture of a library uses one. */
const known = new Map<string, Formats>()

function formatsIn(language: string): Formats {
  const formats = known.get(language) ?? formatsOf(language)
  known.set(language, formats)
  return formats
}

function formatsOf(language: string) {
  const whole = new Intl.NumberFormat(language)
  const percent = new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 1 })
  const moment = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' })
  const day = new Intl.DateTimeFormat(language, { dateStyle: 'medium' })
  const size = (unit: string) => new Intl.NumberFormat(language, { style: 'unit', unit, maximumFractionDigits: 1 })
  const [kilobytes, megabytes] = [size('kilobyte'), size('megabyte')]
  return {
    number: (value: number) => whole.format(value),
    percent: (share: number) => percent.format(share),
    /** @param nanos billionths of a dollar */
    money: (nanos: bigint | string) => formatMoney(BigInt(nanos), language),
    /** @param at ISO 8601 */
    time: (at: string) => moment.format(new Date(at)),
    day: (at: string) => day.format(new Date(at)),
    bytes: (count: number) => (count < KIB * KIB ? kilobytes.format(count / KIB) : megabytes.format(count / KIB / KIB)),
  }
}
