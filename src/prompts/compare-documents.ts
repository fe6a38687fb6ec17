import type { PromptDocument } from '../contract/prompt-document.ts'
import { canonicalJson } from '../primitives/canonical-json.ts'
import type { JsonValue } from '../primitives/json.ts'

/** One difference between two documents: what a member lost, and what it got. */
export interface DocumentChange {
  /** The member, e.g. `requirements`. */
  member: string
  op: 'added' | 'removed'
  value: JsonValue
}

/** What became of one document in another, member by member, in the order in which it is read. The same documents have no difference. */
export function compareDocuments(from: PromptDocument, to: PromptDocument): DocumentChange[] {
  return members.flatMap((member) => changesOf(listOf(from[member]), listOf(to[member])).map((change) => ({ member, ...change })))
}

const members = [
  ...(['kind', 'purpose', 'change', 'keep', 'requirements', 'constraints', 'fixed', 'texts'] as const),
  ...(['references', 'avoid', 'variables'] as const),
]

function listOf(value: PromptDocument[keyof PromptDocument]): JsonValue[] {
  if (value === undefined) return []
  return (Array.isArray(value) ? value : [value]) as JsonValue[]
}

/** By the longest common run of items; of those between, what went comes before what came. */
function changesOf(before: readonly JsonValue[], after: readonly JsonValue[]): Omit<DocumentChange, 'member'>[] {
  const [was, is] = [before.map(canonicalJson), after.map(canonicalJson)]
  const common = commonLengths(was, is)
  const changes: Omit<DocumentChange, 'member'>[] = []
  let [i, j] = [0, 0]
  while (i < was.length || j < is.length) {
    if (i < was.length && was[i] === is[j]) {
      i += 1
      j += 1
    } else if (i < was.length && (j === is.length || common[i + 1]![j]! >= common[i]![j + 1]!)) {
      changes.push({ op: 'removed', value: before[i]! })
      i += 1
    } else {
      changes.push({ op: 'added', value: after[j]! })
      j += 1
    }
  }
  return changes
}

/** Length of the longest common run from each pair of places on. Lists are short: at most 64 items. */
function commonLengths(was: readonly string[], is: readonly string[]): number[][] {
  const table = Array.from({ length: was.length + 1 }, () => Array<number>(is.length + 1).fill(0))
  for (let i = was.length - 1; i >= 0; i -= 1)
    for (let j = is.length - 1; j >= 0; j -= 1)
      table[i]![j] = was[i] === is[j] ? table[i + 1]![j + 1]! + 1 : Math.max(table[i + 1]![j]!, table[i]![j + 1]!)
  return table
}
