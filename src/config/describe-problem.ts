import type { z } from 'zod'
import { knownKeys } from './config-file-schema.ts'

/** One thing wrong with a configuration file. */
export interface ConfigProblem {
  /** Keys and indexes that lead to the value. */
  at: readonly PropertyKey[]
  /** What was expected there, in words. */
  expected: string
  /** What was found, where the value itself does not say it. */
  found?: string
}

type Issue = z.core.$ZodIssue

/** What a schema refused, in words: one problem, or one for each unknown key. */
export function describeIssue(issue: Issue): ConfigProblem[] {
  if (issue.code !== 'unrecognized_keys') return [{ at: issue.path, expected: expectation(issue) }]
  const expected = `expected one of ${knownKeys(issue.path).join(', ')}`
  return issue.keys.map((key) => ({ at: [...issue.path, key], expected, found: 'an unknown key' }))
}

/** The library's own sentences, which speak of its types; a message of ours is passed on as it stands. */
const isLibraryMessage = (message: string) => /^(?:Invalid|Too (?:big|small))/.test(message)

function expectation(issue: Issue): string {
  if (!isLibraryMessage(issue.message)) return issue.message
  switch (issue.code) {
    case 'invalid_type':
      return `expected ${typeWords[issue.expected] ?? issue.expected}`
    case 'invalid_value':
      return `expected ${issue.values.length === 1 ? '' : 'one of '}${issue.values.join(', ')}`
    case 'too_small':
      return `expected ${issue.origin === 'string' ? 'text that is not empty' : `at least ${issue.minimum}${units[issue.origin] ?? ''}`}`
    case 'too_big':
      return `expected at most ${issue.maximum}${units[issue.origin] ?? ''}`
    case 'invalid_format':
      return `expected ${formatWords[issue.format] ?? `text of the form ${issue.pattern ?? issue.format}`}`
    case 'invalid_union':
      return `expected ${alternatives(issue).join(' or ')}`
    default:
      return issue.message
  }
}

const typeWords: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'a map of settings',
  record: 'a map',
  array: 'a list',
}

const units: Readonly<Record<string, string>> = { string: ' characters', array: ' entries' }

const formatWords: Readonly<Record<string, string>> = {
  url: 'an address such as https://example.com/',
  date: 'a day as YYYY-MM-DD',
}

/** What a value may be that can be of several kinds: the kinds by name, or what each branch would have taken. */
function alternatives(issue: z.core.$ZodIssueInvalidUnion): string[] {
  if ('options' in issue) return (issue.options as unknown[]).map(String)
  const branches = issue.errors.flatMap(([first]) => (first ? [expectation(first).replace(/^expected /, '')] : []))
  return [...new Set(branches)]
}
