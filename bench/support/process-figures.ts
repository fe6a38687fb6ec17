import { readFileSync } from 'node:fs'

/** What a process has used so far, all its threads together. */
export interface ProcessFigures {
  /** User and system time. */
  cpuMs: number
  /** Largest resident memory since its start. */
  peakBytes: number
}

/** Reads the figures of this process. */
export function processFigures(): ProcessFigures {
  const { user, system } = process.cpuUsage()
  return { cpuMs: (user + system) / 1000, peakBytes: statusBytes(process.pid, 'VmHWM') ?? process.resourceUsage().maxRSS * 1024 }
}

/** A line of `/proc/<pid>/status` in bytes; null where there is no such file. */
export function statusBytes(pid: number, name: 'VmHWM' | 'VmRSS'): number | null {
  try {
    const line = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
    return line ? Number(line[1]) * 1024 : null
  } catch {
    return null
  }
}
