import { keepPreviousData, skipToken, useQuery } from '@tanstack/react-query'
import type { OperationReply } from '#sdk'
import { darkroom } from '../../api/darkroom.ts'
import { type Draft, documentOf, isUnsaid } from './draft.ts'
import { SETTLES_MS, useSettled } from './use-settled.ts'

/** What the gateway makes of a draft in parts; of a plain one, and of one that says nothing yet, nothing. */
export interface Rendered {
  prompt: OperationReply<'POST /v2/prompts/render'> | null
  error: unknown
  isStale: boolean
}

/** Asks as somebody types: the text that a call would send. */
export function useRendered(draft: Draft): Rendered {
  const document = draft.mode === 'structured' && !isUnsaid(draft) ? documentOf(draft) : null
  const settled = useSettled(document, SETTLES_MS)
  const query = useQuery({
    queryKey: ['rendered', settled],
    queryFn: settled === null ? skipToken : ({ signal }) => darkroom.prompts.renderDraft({ document: settled }, { signal }),
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnReconnect: true,
  })
  if (document === null) return { prompt: null, error: null, isStale: false }
  const isStale = query.isPlaceholderData || JSON.stringify(document) !== JSON.stringify(settled)
  return { prompt: query.data ?? null, error: query.error, isStale }
}
