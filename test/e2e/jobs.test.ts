import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Job } from '../../src/contract/record.ts'
import { editRoom } from '../support/edit-calls.ts'
import { invoiceOf, ledgerLines, promptWith, readEvents, readRecord, smallCall, sumOf } from '../support/generation-calls.ts'
import { eventsOfJob, jobWhen, readJob, submit, submitSmall } from '../support/job-calls.ts'
import { sha256 } from '../support/picture-bytes.ts'
import { startTestGateway, type TestGateway } from '../support/test-gateway.ts'
import { onePixel } from '../support/two-tenants.ts'

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startTestGateway()
})
afterAll(() => gateway.close())

const invoiced = async (jobId: string) => {
  const { attempts } = await readRecord(gateway, jobId)
  return attempts.flatMap(({ id }) => invoiceOf(gateway, id)).reduce((sum, { nanos }) => sum + BigInt(nanos), 0n)
}

describe('a job in the words of the unified job API', () => {
  it('runs the snippet of its documentation, but for base URL and key, to a picture that opens without a key', async () => {
    const response = await fetch(`${gateway.url}/v2/images/generate`, {
      method: 'POST',
      headers: { 'X-API-Key': gateway.key, 'Content-Type': 'application/json' },
      body: JSON.stringify({
        prompt: 'A red fox in the snow',
        model: 'gpt-image-2',
        gptImage2Params: { quality: 'auto', background: 'auto', number_of_images: 1 },
      }),
    })
    expect(response.status).toBe(202)
    const { jobId, status } = (await response.json()) as Job
    expect(status).toBe('QUEUED')

    let job: Job
    do {
      await new Promise((resolve) => setTimeout(resolve, 20))
      const poll = await fetch(`${gateway.url}/v2/jobs/${jobId}`, { headers: { 'X-API-Key': gateway.key } })
      job = (await poll.json()) as Job
    } while (job.status !== 'COMPLETED' && job.status !== 'FAILED')

    expect(job).toMatchObject({ id: jobId, status: 'COMPLETED', progress: 100, error: null, model: 'gpt-image-2' })
    const picture = await fetch(job.result as string)
    expect([picture.status, picture.headers.get('content-type')]).toEqual([200, 'image/webp'])
    expect(sha256(Buffer.from(await picture.arrayBuffer()))).toBe(job.results[0]!.sha256)
    expect(BigInt(job.cost.settled.nanos)).toBe(await invoiced(jobId))
    expect(job.creditCost).toBeCloseTo(Number(job.cost.settled.usd) * 100)
  })

  it('asks for several pictures by one call and gives as many addresses', async () => {
    const seen = await submit(gateway, {
      prompt: 'three foxes',
      gptImage2Params: { quality: 'low', number_of_images: 3, aspect_ratio: '3:2', output_format: 'png' },
    })
    const job = await jobWhen(gateway, seen.json['jobId'] as string)
    expect(job.result).toHaveLength(3)
    expect(job.results.map(({ width, height }) => `${width}x${height}`)).toEqual(Array(3).fill('1536x1024'))
    const record = await readRecord(gateway, job.id)
    expect(record.request_shape).toMatchObject({ n: 3, size: '1536x1024', output_format: 'png' })
    expect(record.attempts).toHaveLength(1)
  })

  it('takes pictures to edit as an address of its own, as a data URL, and as several of both', async () => {
    const source = (await editRoom(gateway, {})).record!.images[0]!.id
    const own = `${gateway.url}/v2/images/${source}`
    const data = `data:image/png;base64,${onePixel.toString('base64')}`
    for (const [input_images, sources] of [
      [own, ['image']],
      [
        [own, own],
        ['image', 'image'],
      ],
      [data, ['data_url']],
      [
        [own, data],
        ['image', 'data_url'],
      ],
    ] as const) {
      const seen = await submit(gateway, { prompt: 'the same at night', gptImage2Params: { quality: 'low', input_images } })
      const job = await jobWhen(gateway, seen.json['jobId'] as string)
      expect(job).toMatchObject({ state: 'completed', operation: 'edit' })
      const { input_images: shown } = (await readRecord(gateway, job.id)).request_shape
      expect(shown.map(({ source }) => source)).toEqual(sources)
    }
  })

  it('draws from the signed address of an earlier result', async () => {
    const first = await jobWhen(gateway, await submitSmall(gateway))
    const seen = await submit(gateway, { prompt: 'at night', gptImage2Params: { quality: 'low', input_images: first.result } })
    const job = await jobWhen(gateway, seen.json['jobId'] as string)
    expect(job.state).toBe('completed')
    expect((await readRecord(gateway, job.id)).request_shape).toMatchObject({
      input_images: [{ sha256: first.results[0]!.sha256, source: 'image' }],
    })
  })
})

describe("a job around OpenAI's body", () => {
  it('is told of from the queue to the end, and again from any event on', async () => {
    const jobId = await submitSmall(gateway, { stream: true, partial_images: 2 })
    const told = await eventsOfJob(gateway, jobId)
    expect(told.map(({ event }) => event)).toEqual(['queued', 'started', 'partial', 'partial', 'stored', 'completed'])
    const progress = told.map(({ data }) => data['progress'] as number)
    expect(progress).toEqual(progress.toSorted((a, b) => a - b))
    expect(JSON.stringify(told)).not.toMatch(/b64_json|[A-Za-z0-9+/]{500}/)
    const stored = told[4]!.data['images'] as { id: string; url: string }[]
    expect((await fetch(stored[0]!.url)).status).toBe(200)
    expect((await eventsOfJob(gateway, jobId, told[3]!.id)).map(({ event }) => event)).toEqual(['stored', 'completed'])
  })

  it('shows its previews while its call goes on, and afterwards, at the same addresses', async () => {
    const request = { stream: true, partial_images: 2, prompt: promptWith('trickle=20000') }
    const jobId = await submitSmall(gateway, request)
    const decoder = new TextDecoder()
    const open: [state: string, status: number, type: string | null][] = []
    const addresses: string[] = []
    let text = ''
    for await (const piece of (await gateway.fetch(`/v2/jobs/${jobId}/events`)).body!) {
      text += decoder.decode(piece, { stream: true })
      const told = readEvents(text).filter(({ event }) => event === 'partial')
      for (const { data } of told.slice(addresses.length)) {
        const [{ url }] = data['images'] as [{ url: string }]
        addresses.push(url)
        const preview = await fetch(url)
        open.push([(await readJob(gateway, jobId)).state, preview.status, preview.headers.get('content-type')])
        await preview.arrayBuffer()
      }
    }
    expect(open).toEqual(Array(2).fill(['running', 200, 'image/png']))
    for (const address of addresses) expect((await fetch(address)).status).toBe(200)
    const { previews } = await readRecord(gateway, jobId)
    expect(previews.images.map(({ id }) => addresses.some((address) => address.includes(id)))).toEqual([true, true])
  })

  it('is told of as it stands, and from there on, to whoever names an event that it did not have', async () => {
    const jobId = await submitSmall(gateway)
    await jobWhen(gateway, jobId)
    for (const unknown of ['0', '999999', 'x', '-1']) {
      const [reset, ...rest] = await eventsOfJob(gateway, jobId, unknown)
      expect([reset!.event, reset!.data['state'], rest]).toEqual(['reset', 'completed', []])
    }
  })

  it('keeps its answer in OpenAI’s own shape, for the same price', async () => {
    const jobId = await submitSmall(gateway, {}, { metadata: { campaign: 'fox' } })
    const job = await jobWhen(gateway, jobId)
    expect(job.metadata).toEqual({ campaign: 'fox' })
    const answer = (await (await gateway.fetch(`/v2/generations/${jobId}/result`)).json()) as { data: { b64_json: string }[] }
    expect(sha256(Buffer.from(answer.data[0]!.b64_json, 'base64'))).toBe(job.results[0]!.sha256)
    const lines = await ledgerLines(gateway, jobId)
    expect(lines.map(({ kind }) => kind)).toEqual(['reserve', 'release', ...lines.slice(2).map(() => 'settle')])
    expect(sumOf(lines, 'settle')).toBe(await invoiced(jobId))
  })

  it('waits for its time with its money set aside, and has no answer yet', async () => {
    const start_at = new Date(Date.now() + 3_600_000).toISOString()
    const jobId = await submitSmall(gateway, {}, { start_at })
    expect(await readJob(gateway, jobId)).toMatchObject({ status: 'QUEUED', state: 'queued', progress: 0, attempts: 0, result: null })
    expect((await ledgerLines(gateway, jobId)).map(({ kind }) => kind)).toEqual(['reserve'])
    expect((await gateway.fetch(`/v2/generations/${jobId}/result`)).status).toBe(409)
    expect((await readRecord(gateway, jobId)).status).toBe('queued')
  })

  it('ends in the error that the call would have been answered with, and says whether it was charged', async () => {
    const jobId = await submitSmall(gateway, { prompt: promptWith('moderation') })
    const job = await jobWhen(gateway, jobId)
    expect(job).toMatchObject({ status: 'FAILED', state: 'failed', outcome: 'not_charged', error: { code: 'moderation_blocked' } })
    expect(job.cost.settled.nanos).toBe('0')
  })

  it('reads PROCESSING while nobody knows what became of it, so that nobody resubmits it', async () => {
    const jobId = await submitSmall(gateway, { prompt: promptWith('reset-before-headers charged') })
    const job = await jobWhen(gateway, jobId)
    expect(job).toMatchObject({ status: 'PROCESSING', state: 'outcome_unknown', outcome: 'unknown', completedAt: null })
    expect(job.resolve_by).not.toBeNull()
    expect(BigInt(job.cost.held_unknown.nanos)).toBeGreaterThan(0n)
  })
})

describe('a call that asks not to wait', () => {
  it.each([
    ['?async=true', {}],
    ['', { prefer: 'respond-async, wait=5' }],
  ])('by %s %o is answered by a task, which ends with addresses', async (query, headers) => {
    const response = await gateway.fetch(`/v1/images/generations${query}`, {
      method: 'POST',
      body: JSON.stringify(smallCall),
      headers: { 'content-type': 'application/json', ...(headers as Record<string, string>) },
    })
    expect([response.status, response.headers.get('preference-applied')]).toEqual([202, 'respond-async'])
    const { id } = (await response.json()) as { id: string }
    expect(response.headers.get('location')).toBe(`/v1/tasks/${id}`)
    await jobWhen(gateway, id)
    const task = (await (await gateway.fetch(`/v1/tasks/${id}`)).json()) as { status: string; data: { url: string }[] }
    expect(task).toMatchObject({ status: 'completed', object: 'image.task' })
    expect((await fetch(task.data[0]!.url)).status).toBe(200)
  })

  it('may be an edit, as a form', async () => {
    const source = (await editRoom(gateway, {})).record!.images[0]!.id
    const bytes = await (await gateway.fetch(`/v2/images/${source}`)).arrayBuffer()
    const form = new FormData()
    for (const [name, value] of Object.entries({ model: 'gpt-image-2', prompt: 'at night', quality: 'low' })) form.append(name, value)
    form.append('image', new Blob([bytes], { type: 'image/png' }), 'room.png')
    const response = await gateway.fetch('/v1/images/edits?async=true', { method: 'POST', body: form })
    expect(response.status).toBe(202)
    expect(await jobWhen(gateway, ((await response.json()) as { id: string }).id)).toMatchObject({ state: 'completed', operation: 'edit' })
  })
})

describe('the list of jobs', () => {
  it('shows those of the project, the newest first, by state and page by page', async () => {
    await using other = await startTestGateway()
    const ids: string[] = []
    for (let made = 0; made < 5; made++) ids.push(await submitSmall(other, { prompt: `fox ${made}` }))
    const late = await submitSmall(other, {}, { start_at: new Date(Date.now() + 3_600_000).toISOString() })
    for (const id of ids) await jobWhen(other, id)
    const page = async (query: string) =>
      (await (await other.fetch(`/v2/jobs?${query}`)).json()) as { jobs: Job[]; next_cursor: string | null }
    const seen: string[] = []
    let cursor: string | null = null
    do {
      const next: { jobs: Job[]; next_cursor: string | null } = await page(`limit=2${cursor === null ? '' : `&cursor=${cursor}`}`)
      seen.push(...next.jobs.map(({ id }) => id))
      cursor = next.next_cursor
    } while (cursor !== null)
    expect(seen).toEqual([late, ...ids.toReversed()])
    expect((await page('state=queued')).jobs.map(({ id }) => id)).toEqual([late])
    expect((await page('status=COMPLETED')).jobs).toHaveLength(5)
    expect((await page('status=COMPLETED&state=queued')).jobs).toEqual([])
    expect((await other.fetch('/v2/jobs?cursor=forged')).status).toBe(400)
    expect((await other.fetch('/v2/jobs?state=lost')).status).toBe(400)
  })
})

describe('the signed address of a result', () => {
  it('opens that picture alone, unchanged, and not for ever', async () => {
    const job = await jobWhen(gateway, await submitSmall(gateway))
    const address = new URL(job.result as string)
    const other = (await jobWhen(gateway, await submitSmall(gateway, { prompt: 'another' }))).results[0]!.image_id
    const status = async (change: (url: URL) => void) => {
      const url = new URL(address)
      change(url)
      return (await fetch(url)).status
    }
    expect(await status(() => undefined)).toBe(200)
    expect(await status((url) => url.searchParams.set('expires', String(Number(url.searchParams.get('expires')) + 1)))).toBe(403)
    expect(await status((url) => url.searchParams.set('signature', 'AAAA'))).toBe(403)
    expect(await status((url) => url.searchParams.delete('signature'))).toBe(403)
    expect(await status((url) => (url.pathname = `/v2/images/${other}/signed`))).toBe(403)
  })
})

describe('whoever follows all jobs of a project', () => {
  /** The first events of a stream, as many as hold. */
  async function news(lastEventId: string | null, isEnough: (text: string) => boolean): Promise<string> {
    const left = new AbortController()
    const headers: Record<string, string> = lastEventId === null ? {} : { 'last-event-id': lastEventId }
    const { body } = await gateway.fetch('/v2/jobs/events', { headers, signal: left.signal })
    let text = ''
    for await (const piece of body!.pipeThrough(new TextDecoderStream())) {
      text += piece
      if (isEnough(text)) break
    }
    left.abort()
    return text
  }

  it('begins with reset, hears of every job by one connection, and goes on from the event it had last', async () => {
    const begin = await news(null, (text) => text.includes('\n\n'))
    expect(begin).toMatch(/^id: \d+\nevent: reset\ndata: \{"sequence":\d+\}\n\n$/)
    const place = /^id: (\d+)/.exec(begin)![1]!
    const jobs = [await submitSmall(gateway), await submitSmall(gateway)]
    const hasBoth = (text: string) => text.split('event: completed').length === 3
    const told = await news(place, hasBoth)
    for (const id of jobs) expect(told.split(`"job_id":"${id}"`)).toHaveLength(5)
    expect(told).not.toContain('event: reset')
    // Addresses are signed anew each time.
    const stable = (text: string) => text.replaceAll(/expires=[^"]*/g, '')
    expect(stable(await news(place, hasBoth))).toBe(stable(told))
    expect(await news('999999999', (text) => text.includes('\n\n'))).toContain('event: reset')
  })
})
