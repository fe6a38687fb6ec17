import type { FaultScript } from './fault-script.ts'
import { faultWords } from './fault-words.ts'

/** A script that cannot be read. Its message is for the person who wrote it. */
export class FaultSyntaxError extends Error {
  override readonly name = 'FaultSyntaxError'
}

/** A prompt taken apart: what is drawn, and what goes wrong. */
export interface MarkedPrompt {
  /** The prompt without markers. */
  drawn: string
  script: FaultScript
}

const MARKER = /\[\[\s*sandbox\s*:([^\]]*)\]\]/gi
const vocabulary = new Map(faultWords.map((word) => [word.word, word]))

/** Between two words; a comma right before a number belongs to the value: `shift=12,-8`. */
const BETWEEN_WORDS = /[\s;]+|,(?![+-]?\d)/

/**
 * Reads the fault words of an admin call: `status=503, latency=200`. Words stand between commas, semicolons or spaces; later ones win.
 * @throws FaultSyntaxError for a word or value that is not in the grammar: a typo must not pass as a healthy call.
 */
export function parseFaults(text: string): FaultScript {
  const words = text.split(BETWEEN_WORDS).filter((word) => word !== '')
  return Object.assign({}, ...words.map(readWord)) as FaultScript
}

/**
 * Reads the markers of a prompt, `[[sandbox: cut=60%, usage=missing]]`, and takes them off the text that is drawn.
 * @throws FaultSyntaxError as {@link parseFaults}.
 */
export function parseMarkedPrompt(prompt: string): MarkedPrompt {
  const scripts = [...prompt.matchAll(MARKER)].map((match) => parseFaults(match[1]!))
  if (scripts.length === 0) return { drawn: prompt, script: {} }
  return { drawn: prompt.replace(MARKER, ' ').replace(/ {2,}/g, ' ').trim(), script: Object.assign({}, ...scripts) as FaultScript }
}

function readWord(text: string): FaultScript {
  const equals = text.indexOf('=')
  const name = equals < 0 ? text : text.slice(0, equals)
  const word = vocabulary.get(name)
  if (!word) throw new FaultSyntaxError(`The sandbox knows no fault '${name}'. It knows: ${[...vocabulary.keys()].join(', ')}.`)
  const script = word.read(equals < 0 ? null : text.slice(equals + 1))
  if (!script) throw new FaultSyntaxError(`The sandbox cannot read the fault '${text}'. Write ${usageOf(name, word.value)}.`)
  return script
}

function usageOf(name: string, value: string | null): string {
  if (value === null) return `'${name}' without a value`
  return value.startsWith('[') ? `'${name}' or '${name}=${value.slice(1, -1)}'` : `'${name}=${value}'`
}
