import { monitorEventLoopDelay, performance } from 'node:perf_hooks'
import { Counter, Gauge, type Registry } from 'prom-client'

const NANOS_PER_SECOND = 1e9
const loopResolutionMs = 20

/** Registers release, event loop, memory and processor time of this process, which are read when they are asked for. @returns ends the watching */
export function watchProcess(registers: Registry[], { version }: { version: string }): () => void {
  new Gauge({
    name: 'darkroom_build_info',
    help: '1, with the release and the version of Node as labels.',
    labelNames: ['version', 'node'],
    registers,
  }).set({ version, node: process.version }, 1)
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read())
      },
    })
  gauge('process_start_time_seconds', 'When the process began, in seconds since 1970.', () => performance.timeOrigin / 1000)
  gauge('process_resident_memory_bytes', 'Resident memory.', () => process.memoryUsage.rss())
  let told = 0
  new Counter({
    name: 'process_cpu_seconds_total',
    help: 'Processor time of all threads of the process.',
    registers,
    collect() {
      const { user, system } = process.cpuUsage()
      const seconds = (user + system) / 1e6
      this.inc(Math.max(0, seconds - told))
      told = seconds
    },
  })
  return watchEventLoop(registers)
}

function watchEventLoop(registers: Registry[]): () => void {
  const loop = monitorEventLoopDelay({ resolution: loopResolutionMs })
  loop.enable()
  const lagSeconds = (nanoseconds: number) => Math.max(0, (nanoseconds - loopResolutionMs * 1e6) / NANOS_PER_SECOND)
  new Gauge({
    name: 'darkroom_event_loop_lag_seconds',
    help: 'How much later than due the event loop turned, by quantile, since the last scrape.',
    labelNames: ['quantile'],
    registers,
    collect() {
      for (const quantile of [50, 90, 99])
        this.set({ quantile: String(quantile / 100) }, loop.count > 0 ? lagSeconds(loop.percentile(quantile)) : 0)
      this.set({ quantile: '1' }, loop.count > 0 ? lagSeconds(loop.max) : 0)
      loop.reset()
    },
  })
  return () => loop.disable()
}
