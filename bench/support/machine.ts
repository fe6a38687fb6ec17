import { statfsSync } from 'node:fs'
import { availableParallelism, cpus, loadavg, release, tmpdir, totalmem, type } from 'node:os'
import { canPin } from './bench-process.ts'
import { congestionControl } from './private-network.ts'

const TMPFS_MAGIC = 0x01021994

const coresInWords = canPin ? 'the measured process has a core to itself; upstream and clients share another' : 'processes share all cores'

/** Says on what and under what the figures were taken. @param network how the loopback was prepared; null when the bench uses none */
export function describeMachine(network: string | null): string {
  const lines = [
    `${new Date().toISOString().slice(0, 16).replace('T', ' ')} UTC, Node ${process.version}, ${type()} ${release()}`,
    `${cpus()[0]?.model.trim()}, ${availableParallelism()} cores, ${Math.round(totalmem() / 2 ** 30)} GB, load average ${loadavg()[0]!.toFixed(2)}`,
    ...(network === null ? [] : [coresInWords, `loopback: congestion control ${congestionControl() ?? 'unknown'}, ${network}`]),
    ...(isInMemory(tmpdir()) ? ['the temporary folder is in memory: flushing to disk costs nothing here'] : []),
  ]
  return `${lines.join('\n')}\n`
}

function isInMemory(folder: string): boolean {
  return process.platform === 'linux' && statfsSync(folder).type === TMPFS_MAGIC
}
