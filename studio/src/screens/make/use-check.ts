import { keepPreviousData, useQuery } from '@tanstack/react-query'
import type { api } from '#sdk'
import { darkroom } from '../../api/darkroom.ts'
import { type Draft, isUnsaid, requestOf } from './draft.ts'
import type { Rendered } from './use-rendered.ts'
import { SETTLES_MS, useSettled } from './use-settled.ts'

/** Stands for words that are not there yet, so that the price is there before them. */
const NO_WORDS = '…'

/** What the gateway says of a draft as it stands, without making anything. */
export interface DraftCheck {
  /** Null until it is known, and for a draft that would be refused. */
  estimate: api.Estimate | null
  /** What the call would be answered with. */
  refusals: readonly api.ErrorObject[]
  warnings: readonly api.ContractWarning[]
  promptWarnings: readonly api.ContractWarning[]
  /** Of one preview. */
  previewNanos: string | null
  /** The gateway cannot be asked. */
  error: unknown
  /** True while what is shown belongs to what stood there before. */
  isStale: boolean
  askAgain: () => void
}

/** Remarks on the words alone stand beside the words. */
const aboutWords: ReadonlySet<string> = new Set([
  'several_changes',
  'edit_without_keep',
  'transparency_in_prompt',
  'prompt_contradicts_size',
  'text_without_language',
])

/** Asks as somebody types. @param rendered the words of a draft in parts */
export function useCheck(draft: Draft, rendered: Rendered): DraftCheck {
  const words = draft.mode === 'plain' ? draft.prompt : (rendered.prompt?.text ?? '')
  const request = requestOf(draft, { prompt: isUnsaid(draft) || words === '' ? NO_WORDS : words })
  const settled = useSettled(request, SETTLES_MS)
  const query = useQuery({
    queryKey: ['check', settled],
    queryFn: ({ signal }) => darkroom.check(settled, { signal }),
    placeholderData: keepPreviousData,
    staleTime: 20_000,
    refetchOnReconnect: true,
  })
  const { data } = query
  const warnings = data?.warnings ?? []
  return {
    estimate: data?.estimate ?? null,
    refusals: data?.refusals.map(({ error }) => error) ?? [],
    warnings: warnings.filter(({ code }) => !aboutWords.has(code)),
    promptWarnings: rendered.prompt?.warnings ?? warnings.filter(({ code }) => aboutWords.has(code)),
    previewNanos: previewOf(data?.estimate ?? null, draft),
    error: rendered.error ?? query.error,
    isStale: rendered.isStale || query.isPlaceholderData || JSON.stringify(request) !== JSON.stringify(settled),
    askAgain: () => void query.refetch(),
  }
}

function previewOf(estimate: api.Estimate | null, { partials, n }: Draft): string | null {
  const all = estimate?.per_bucket['partial_images']?.nanos
  return all === undefined || partials === 0 ? null : (BigInt(all) / BigInt(partials * n)).toString()
}
