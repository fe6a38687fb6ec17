import { describe, expect, it } from 'vitest'
import { Failure, failure } from '../contract/failure.ts'
import { Admission, type AdmissionAsk, type AdmissionLimits, type Admitted } from './index.ts'

const MB = 1_048_576
const limits: AdmissionLimits = { calls: 8, waiting: 8, waitMs: 60_000, bodyBytes: 256 * MB, bodyBytesPerProject: 64 * MB }

/** A door whose time stands still, and a caller that notes what became of each request. */
function door(change: Partial<AdmissionLimits> = {}) {
  const time = { ms: 0 }
  const admission = new Admission({
    limits: { ...limits, ...change },
    clock: { nowMs: () => time.ms, monotonicMs: () => time.ms },
    chance: () => 0.5,
  })
  const enter = (projectId: string, change: Partial<AdmissionAsk> = {}, gone = new AbortController()) => {
    const request = { state: 'waiting' as 'waiting' | 'in' | Failure, admitted: null as Admitted | null, gone }
    const ended = admission.enter({ projectId, weight: 1, kind: 'call', bodyBytes: 100, ...change }, gone.signal).then(
      (admitted) => Object.assign(request, { state: 'in', admitted }),
      (error: Failure) => Object.assign(request, { state: error }),
    )
    return Object.assign(request, { ended })
  }
  return { admission, time, enter }
}

type Request = ReturnType<ReturnType<typeof door>['enter']>

const told = () => new Promise((resolve) => setImmediate(resolve))

async function statesOf(requests: readonly Request[]): Promise<string> {
  await told()
  return requests.map(({ state }) => (state instanceof Failure ? state.code : state)).join(' ')
}

const countIn = (requests: readonly Request[]) => requests.filter(({ state }) => state === 'in').length
const many = (count: number, make: (index: number) => Request) => Array.from({ length: count }, (_, index) => make(index))

describe('calls at once', () => {
  it('lets a project alone have all places but those that are kept for others', async () => {
    const { enter } = door()
    const requests = many(8, () => enter('a'))
    expect(await statesOf(requests)).toBe('in in in in in in waiting waiting')
    requests[0]!.admitted!.end()
    expect(await statesOf(requests)).toBe('in in in in in in in waiting')
  })

  it('a project that floods does not keep another from its share', async () => {
    const { enter } = door({ waiting: 1000 })
    const flood = many(100, () => enter('flood'))
    await told()
    expect(countIn(flood)).toBe(6)
    const others = many(4, () => enter('shop'))
    await told()
    // Two at once from what is kept free, and the next place is theirs too, before everybody who came earlier.
    expect(countIn(others)).toBe(2)
    for (const { admitted } of flood.slice(0, 3)) admitted!.end()
    await told()
    expect([countIn(others), countIn(flood)]).toEqual([3, 6])
  })

  it('shares by weight', async () => {
    const { enter } = door({ calls: 100, waiting: 1000 })
    const requests = many(600, (index) => enter(index < 300 ? 'heavy' : 'light', { weight: index < 300 ? 3 : 1 }))
    const ended = new Set<Request>()
    const inNow = () => requests.filter((request) => request.admitted !== null && !ended.has(request))
    for (let turn = 0; turn < 200; turn++) {
      await told()
      // Whoever came first ends first, so that nobody's calls are shorter.
      const [oldest] = inNow()
      ended.add(oldest!)
      oldest!.admitted!.end()
    }
    await told()
    const ofHeavy = inNow().filter((request) => requests.indexOf(request) < 300).length
    // A fifth of the places is the share of a project that may come.
    expect([inNow().length, ofHeavy]).toEqual([80, 60])
  })

  it('counts no place twice when it is given back twice', async () => {
    const { admission, enter } = door()
    const request = enter('a')
    await told()
    request.admitted!.end()
    request.admitted!.end()
    request.admitted!.bodyTaken()
    expect(admission.load).toEqual({ calls: 0, bodyBytes: 0, waiting: 0 })
  })

  it('forgets a caller that left while it waited, and holds nothing for it', async () => {
    const { admission, enter } = door()
    const requests = many(7, () => enter('a'))
    await told()
    requests[6]!.gone.abort()
    for (const { admitted } of requests) admitted?.end()
    expect(admission.load).toEqual({ calls: 0, bodyBytes: 0, waiting: 0 })
  })
})

describe('waiting', () => {
  it('is bounded in number: the newest of whoever crowds the queue most makes room for others', async () => {
    const { enter } = door()
    const flood = many(6 + 8 + 1, () => enter('flood'))
    expect(await statesOf(flood.slice(6))).toBe('waiting waiting waiting waiting waiting waiting waiting waiting overloaded')
    many(4, () => enter('shop'))
    const [pushing] = many(1, () => enter('press'))
    expect(await statesOf([pushing!])).toBe('waiting')
    expect(await statesOf(flood.slice(6))).toContain('waiting overloaded')
  })

  it('is bounded in time', async () => {
    const { enter } = door({ waitMs: 20 })
    const requests = many(7, () => enter('a'))
    await requests[6]!.ended
    expect(await statesOf(requests.slice(6))).toBe('overloaded')
  })

  it('is refused at once where it would probably be in vain, with the time to come again', async () => {
    const { enter, time } = door({ waitMs: 10_000 })
    const [first] = many(1, () => enter('a'))
    await told()
    time.ms = 120_000
    first!.admitted!.end()
    const requests = many(7, () => enter('a'))
    expect(await statesOf(requests)).toBe('in in in in in in overloaded')
    const refusal = requests[6]!.state as Failure
    expect(refusal).toMatchObject({ status: 429, outcome: 'not_charged', shouldRetry: true })
    expect(refusal.retryAfterMs).toBeGreaterThanOrEqual(1000)
    expect(refusal.retryAfterMs).toBeLessThanOrEqual(30_000)
  })
})

describe('shutdown', () => {
  it('sends everybody away who waits, with its own reason', async () => {
    const { admission, enter } = door()
    const requests = many(8, () => enter('a'))
    admission.sendAway(failure('shutting_down'))
    expect(await statesOf(requests.slice(6))).toBe('shutting_down shutting_down')
    expect(admission.load).toMatchObject({ calls: 6, waiting: 0 })
  })
})

describe('bytes of bodies', () => {
  const upload = (bodyBytes: number | null) => ({ kind: 'body', bodyBytes }) as const

  it('are bounded for a project, and a larger body comes in alone', async () => {
    const { enter } = door()
    const small = enter('a', upload(10 * MB))
    const large = enter('a', upload(500 * MB))
    expect(await statesOf([small, large])).toBe('in waiting')
    small.admitted!.end()
    expect(await statesOf([large])).toBe('in')
    const next = enter('a', upload(100))
    expect(await statesOf([next])).toBe('waiting')
  })

  it('are bounded for all, and a body that does not say its length claims the whole share of its project', async () => {
    const { admission, enter } = door()
    const uploads = ['a', 'b', 'c', 'd', 'e'].map((project) => enter(project, upload(null)))
    expect(await statesOf(uploads)).toBe('in in in in waiting')
    expect(admission.load.bodyBytes).toBe(256 * MB)
  })

  it('are given back when the body is taken, while the call goes on', async () => {
    const { admission, enter } = door()
    const call = enter('a', { bodyBytes: 64 * MB })
    await told()
    call.admitted!.bodyTaken()
    expect(admission.load).toEqual({ calls: 1, bodyBytes: 0, waiting: 0 })
    const next = enter('a', { bodyBytes: 64 * MB })
    expect(await statesOf([next])).toBe('in')
  })

  it('that became free are not taken from under a large body by others that need less', async () => {
    const { enter } = door({ bodyBytes: 8 * MB, bodyBytesPerProject: 4 * MB })
    const first = enter('a', upload(4 * MB))
    const second = enter('b', upload(3 * MB))
    const large = enter('c', upload(4 * MB))
    const later = enter('b', upload(MB))
    const tooLarge = enter('d', upload(2 * MB))
    expect(await statesOf([first, second, large, later, tooLarge])).toBe('in in waiting in waiting')
    second.admitted!.end()
    expect(await statesOf([large, tooLarge])).toBe('waiting waiting')
    later.admitted!.end()
    expect(await statesOf([large, tooLarge])).toBe('in waiting')
  })

  it('that were kept for a large body go to others when its sender leaves', async () => {
    const { enter } = door({ bodyBytes: 8 * MB, bodyBytesPerProject: 6 * MB })
    const [first, large, other] = [enter('a', upload(5 * MB)), enter('b', upload(6 * MB)), enter('c', upload(2 * MB))]
    expect(await statesOf([first, large, other])).toBe('in waiting waiting')
    large.gone.abort()
    expect(await statesOf([other])).toBe('in')
  })
})
