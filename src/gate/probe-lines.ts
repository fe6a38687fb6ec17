import type { ProbeLine } from '../contract/gate-replies.ts'
import { formatSize } from '../contract/size-rules.ts'
import type { ProbeResult } from './probe.ts'
import { shownText } from './shown-text.ts'
import { refusalWords } from './weigh-answers.ts'
import type { WeighedResult } from './weigh-signals.ts'

/** Signals as a report shows them: what was asked, what came, what it tells. A probe without a signal has one line that says so. */
export function probeLines(results: readonly WeighedResult[]): ProbeLine[] {
  return results.flatMap(({ result, signals }) => {
    const head = { name: result.probe, asked: askedWords(result), got: gotWords(result), generation_id: result.generationId }
    if (signals.length === 0) return [{ ...head, signal: 'none' as const, weight: 0, detail: silentWords(result) }]
    return signals.map(({ verdict, weight, detail }) => ({ ...head, signal: verdict, weight, detail }))
  })
}

function askedWords({ probe, asked }: ProbeResult): string {
  const said = [asked.model, asked.size, asked.quality, asked.format, asked.background === null ? null : `background ${asked.background}`]
  const words = said.filter((value) => value !== null).map(shownText)
  return [...words, ...(probe === 'unknown_key' ? ['a parameter that does not exist'] : [])].join(', ') || 'nothing by name'
}

function gotWords(result: ProbeResult): string {
  if (result.ended === 'not_run') return 'not made'
  if (result.ended === 'failed') return result.httpStatus === null ? 'no answer' : `no answer that says anything (${result.httpStatus})`
  if (result.ended === 'refused') return `refused: ${refusalWords(result)}`
  const { got, usage } = result
  const picture = got ? `${formatSize(got)} ${shownText(got.format)}` : 'bytes of no known kind'
  const tokens = usage?.imageOut == null ? '' : `, ${usage.imageOut} tokens`
  return `${picture}${tokens}${reportedWords(result)}`
}

function reportedWords({ reported }: ProbeResult): string {
  const said = [reported.model, reported.size, reported.quality, reported.outputFormat].filter((value) => value !== null).map(shownText)
  return said.length === 0 ? '' : `; reported as ${said.join(', ')}`
}

function silentWords({ ended, sent }: ProbeResult): string {
  if (ended === 'not_run') return 'this probe was not made'
  return sent ? 'sent, and nothing came that could be judged' : 'nothing was sent'
}
