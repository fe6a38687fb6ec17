import { type InfiniteData, type QueryClient, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { AuthenticationError, type api, type JobNews } from '#sdk'
import { darkroom } from '../../api/darkroom.ts'

type JobPages = InfiniteData<{ jobs: api.Job[]; next_cursor: string | null }, string | null>

/** Events come in heaps: the table changes a few times a second, not hundreds. */
const GATHER_MS = 150
const AGAIN_AFTER_MS = 3000
/** Of so many jobs that ended at once each is read by itself; of more the list is. */
const READ_SINGLY = 12
const ends: ReadonlySet<string> = new Set(['completed', 'failed', 'cancelled', 'outcome_unknown'])

/** Keeps what is shown of jobs as it is at the gateway, by one stream of all their events. @returns whether that is open */
export function useJobNews(): boolean {
  const client = useQueryClient()
  const [isLive, setLive] = useState(false)
  useEffect(() => {
    const left = new AbortController()
    void followJobs(client, left.signal, setLive)
    return () => left.abort()
  }, [client])
  return isLive
}

async function followJobs(client: QueryClient, signal: AbortSignal, setLive: (isLive: boolean) => void): Promise<void> {
  const desk = new NewsDesk(client)
  let lastEventId: string | undefined
  while (!signal.aborted) {
    try {
      for await (const news of darkroom.jobs.streamAll({ signal, ...(lastEventId !== undefined && { lastEventId }) })) {
        lastEventId = news.id
        setLive(true)
        desk.take(news)
      }
    } catch (error) {
      if (signal.aborted) return
      setLive(false)
      // Whose session is over is led to the sign-in by the next thing that is read.
      if (error instanceof AuthenticationError) return void client.invalidateQueries({ queryKey: ['jobs'] })
    }
    await new Promise((resolve) => setTimeout(resolve, AGAIN_AFTER_MS))
  }
}

/** Gathers news and puts them where they are shown. */
class NewsDesk {
  readonly #client: QueryClient
  #pending = new Map<string, JobNews & { state: api.Job['state'] }>()
  #isReset = false
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(client: QueryClient) {
    this.#client = client
  }

  take(news: JobNews): void {
    if (news.type === 'reset') this.#isReset = true
    else this.#pending.set(news.job_id, news)
    this.#timer ??= setTimeout(() => void this.#show(), GATHER_MS)
  }

  async #show(): Promise<void> {
    const [news, isReset] = [this.#pending, this.#isReset]
    this.#pending = new Map()
    this.#isReset = false
    this.#timer = undefined
    const shown = this.#shownJobs()
    const ended = [...news].filter(([, { state }]) => ends.has(state)).map(([id]) => id)
    const isNew = [...news.keys()].some((id) => !shown.has(id))
    this.#change((job) => {
      const told = news.get(job.id)
      return told && 'progress' in told ? { ...job, state: told.state, progress: told.progress } : job
    })
    if (ended.length > 0 || isReset) {
      void this.#client.invalidateQueries({ queryKey: ['jobs', 'bulks'] })
      void this.#client.invalidateQueries({ queryKey: ['jobs', 'unknowns'] })
    }
    // Whether a job still belongs into a list of some state is for the gateway to say.
    void this.#client.invalidateQueries({
      predicate: ({ queryKey: [of, what, state] }) => of === 'jobs' && what === 'list' && state !== 'all',
    })
    if (isReset || isNew || ended.length > READ_SINGLY) return this.#client.invalidateQueries({ queryKey: ['jobs', 'list'] })
    const jobs = await Promise.all(ended.map((id) => darkroom.jobs.get(id).catch(() => null)))
    const byId = new Map(jobs.flatMap((job) => (job === null ? [] : [[job.id, job]])))
    this.#change((job) => byId.get(job.id) ?? job)
  }

  #shownJobs(): Set<string> {
    const pages = this.#client.getQueriesData<JobPages>({ queryKey: ['jobs', 'list'] })
    return new Set(pages.flatMap(([, data]) => data?.pages.flatMap(({ jobs }) => jobs.map(({ id }) => id)) ?? []))
  }

  #change(change: (job: api.Job) => api.Job): void {
    this.#client.setQueriesData<JobPages>({ queryKey: ['jobs', 'list'] }, (data) =>
      data ? { ...data, pages: data.pages.map((page) => ({ ...page, jobs: page.jobs.map(change) })) } : data,
    )
  }
}
