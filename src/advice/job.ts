import type { Advice, AdviceRequest, JobSignal } from '../contract/record.ts'
import { jobSignals } from '../contract/record.ts'
import { signalsInWords } from './signals-in-words.ts'

/** Why somebody else than OpenAI has to serve. */
export type ProviderNeed = Exclude<NonNullable<AdviceRequest['provider_need']>, 'none'>

/** One thing that is known of a job, and where from. */
export type Understood = Advice['understood'][number]

/** A job as it was understood. What nobody said is false or null. */
export interface Job {
  is: (signal: Exclude<JobSignal, 'provider_need'>) => boolean
  providerNeed: ProviderNeed | null
  /** More pictures than a person makes in a window. */
  beyondHands: boolean
  /** Seconds the caller can wait; null when not said. */
  waitSeconds: number | null
  understood: Understood[]
}

/** Pictures a day up to which a person may make them in a window, and from which they are a batch. Our own bounds. */
const byHandAtMost = 20
const manyFrom = 500
/** A picture takes from about 15 seconds to two minutes: who waits less must be shown something meanwhile. */
const fastBelowSeconds = 20

/** Puts answers, numbers and words together. An answer wins over a number, a number over words. */
export function readJob(request: AdviceRequest): Job {
  const plain = [...answersOf(request), ...numbersOf(request)]
  const words = signalsInWords(request.description ?? '').filter(
    ({ signal }) => request[signal] === undefined && !plain.some((known) => known.signal === signal),
  )
  const understood = [...plain, ...words.map((found): Understood => ({ ...found, from: 'words' }))]
  const said = (signal: JobSignal) => understood.find((known) => known.signal === signal)?.value
  const need = said('provider_need')
  return {
    is: (signal) => said(signal) === true,
    providerNeed: typeof need === 'string' ? need : null,
    beyondHands: (request.pictures_per_day ?? 0) > byHandAtMost || said('many') === true,
    waitSeconds: request.answer_within_seconds ?? null,
    understood,
  }
}

function answersOf(request: AdviceRequest): Understood[] {
  return jobSignals.flatMap((signal): Understood[] => {
    const value = request[signal]
    return value === undefined || value === 'none' ? [] : [{ signal, value, from: 'answer' }]
  })
}

function numbersOf({ many, fast, pictures_per_day: perDay, answer_within_seconds: seconds }: AdviceRequest): Understood[] {
  const found: Understood[] = []
  if (many === undefined && perDay !== undefined && perDay >= manyFrom) found.push({ signal: 'many', value: true, from: 'answer' })
  if (fast === undefined && seconds !== undefined && seconds < fastBelowSeconds) found.push({ signal: 'fast', value: true, from: 'answer' })
  return found
}
