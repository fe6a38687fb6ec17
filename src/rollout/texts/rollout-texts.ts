import type { RolloutStepName } from '../../contract/rollout-replies.ts'
import type { CheckCode, NextCode } from '../walk.ts'

/** What a check says when it passed and when it did not; `leftOut` where there may be nothing to look at. `{name}` is a fact. */
export interface CheckTexts {
  pass: string
  fail: string
  leftOut?: string
}

/** Everything that a report says, in one language. */
export interface RolloutTexts {
  steps: Readonly<Record<RolloutStepName, string>>
  checks: Readonly<Record<CheckCode, CheckTexts>>
  next: Readonly<Record<NextCode, string>>
  /** Of the whole walk, by its state. */
  summary: Readonly<Record<'planned' | 'running' | 'waiting' | 'passed' | 'failed' | 'interrupted', string>>
  states: Readonly<Record<'pending' | 'running' | 'waiting' | 'passed' | 'failed' | 'interrupted', string>>
  words: Readonly<
    Record<
      | 'title'
      | 'next'
      | 'steps'
      | 'evidence'
      | 'cost'
      | 'planned'
      | 'most'
      | 'budget'
      | 'final'
      | 'perPicture'
      | 'within'
      | 'playMoney'
      | 'leftOut',
      string
    >
  >
}
