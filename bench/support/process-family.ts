import { readdirSync, readFileSync } from 'node:fs'

/** Ticks of the clock that `/proc` counts processor time in. */
const MS_PER_TICK = 10

interface Stat {
  parent: number
  /** Its own ticks, and those of children that have ended. */
  own: number
  ended: number
}

/** The process that started another; null where the system does not say. */
export const parentOf = (pid: number): number | null => statOf(pid)?.parent ?? null

/** Processor time of a process and its children, ended ones included, in milliseconds. */
export function familyCpuMs(pid: number): number {
  const self = statOf(pid)
  if (self === null) return Number.NaN
  const children = readdirSync('/proc').flatMap((name) => {
    const stat = /^\d+$/.test(name) ? statOf(Number(name)) : null
    return stat?.parent === pid ? [stat.own] : []
  })
  return children.reduce((sum, ticks) => sum + ticks, self.own + self.ended) * MS_PER_TICK
}

/** `/proc/<pid>/stat`, whose second field is a name in brackets that may hold anything. */
function statOf(pid: number): Stat | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
    const fields = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number)
    const [parent, user, system, endedUser, endedSystem] = [fields[1]!, fields[11]!, fields[12]!, fields[13]!, fields[14]!]
    return { parent, own: user + system, ended: endedUser + endedSystem }
  } catch {
    return null
  }
}
