import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { type RetryRule, retryRules, type Situation } from './retry-table.ts'

/** Rows of the table in docs/retries.md: situation → what it says may follow. */
function documented(): Map<string, { nextRoute: string; sameRoute: string; downgrade: string; later: string }> {
  const text = readFileSync(new URL('../../docs/retries.md', import.meta.url), 'utf8')
  const rows = [...text.matchAll(/^\| `(\w+)` \|(.*)\|$/gm)]
  return new Map(
    rows.map(([, name, rest]) => {
      const [, , nextRoute, sameRoute, downgrade, later] = rest!.split('|').map((cell) => cell.trim())
      return [name!, { nextRoute: nextRoute!, sameRoute: sameRoute!, downgrade: downgrade!, later: later! }]
    }),
  )
}

const words = ({ nextRoute, sameRoute, downgrade, onlyIfAllowed, later }: RetryRule) => ({
  nextRoute: nextRoute ? (onlyIfAllowed ? 'if allowed' : 'yes') : 'no',
  sameRoute: `${sameRoute}${sameRoute > 0 && onlyIfAllowed ? ' if allowed' : ''}`,
  downgrade: downgrade ? 'yes' : 'no',
  later: later ? 'yes' : 'no',
})

describe('the table of retries', () => {
  it('is the one of docs/retries.md, row by row', () => {
    expect(documented()).toEqual(new Map(Object.entries(retryRules).map(([name, rule]) => [name, words(rule)])))
  })

  it.each(['maybe_paid', 'policy', 'validation'] satisfies Situation[])('has nothing follow %s', (situation) => {
    expect(words(retryRules[situation])).toEqual({ nextRoute: 'no', sameRoute: '0', downgrade: 'no', later: 'no' })
  })
})
