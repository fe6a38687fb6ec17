import type { Page } from 'playwright-core'

/** A frame longer than this is felt. */
export const LONG_MS = 50

/** One complete event of a trace; times in microseconds. */
interface TraceEvent {
  name: string
  ph: string
  pid: number
  tid: number
  dur?: number
  tdur?: number
  args?: { name?: string }
}

/** Runs something while Chromium writes a trace of the page. */
export async function traceOf<Result>(page: Page, run: () => Promise<Result>): Promise<{ result: Result; events: TraceEvent[] }> {
  const session = await page.context().newCDPSession(page)
  const events: TraceEvent[] = []
  session.on('Tracing.dataCollected', ({ value }) => void events.push(...(value as unknown as TraceEvent[])))
  const categories = 'toplevel,devtools.timeline,disabled-by-default-devtools.timeline,blink.user_timing'
  await session.send('Tracing.start', { transferMode: 'ReportEvents', categories })
  const result = await run()
  const complete = new Promise((resolve) => session.once('Tracing.tracingComplete', resolve))
  await session.send('Tracing.end')
  await complete
  return { result, events }
}

/** The longest tasks of the threads that draw pages, by the clock and by the processor time they had: on a machine that others use the two differ. */
export function longestTasks(events: readonly TraceEvent[]) {
  const named = events.filter(({ name, ph, args }) => ph === 'M' && name === 'thread_name' && args?.name === 'CrRendererMain')
  const drawing = new Set(named.map(({ pid, tid }) => `${pid} ${tid}`))
  const tasks = events.filter(({ name, ph, pid, tid }) => ph === 'X' && /RunTask$/.test(name) && drawing.has(`${pid} ${tid}`))
  if (tasks.length === 0) throw new Error('the trace has no task of a main thread')
  const wall = tasks.map(({ dur = 0 }) => dur / 1000)
  const cpu = tasks.map(({ tdur = 0 }) => tdur / 1000)
  const most = (values: readonly number[]) => values.reduce((longest, value) => Math.max(longest, value), 0)
  const long = (values: readonly number[]) => values.filter((value) => value > LONG_MS).length
  return { wallMs: most(wall), cpuMs: most(cpu), longByWall: long(wall), longByCpu: long(cpu) }
}
