import { useCallback, useState } from 'react'
import type { GenerateRequest } from '#sdk'
import { type Draft, requestOf } from './draft.ts'

type Request = GenerateRequest & { stream: true }

/** Turns a draft into the call that is sent. */
export function useSavedRequest(_change: (members: Partial<Draft>) => void): {
  save: (draft: Draft) => Promise<Request | null>
  fault: unknown
} {
  const [fault] = useState<unknown>(null)
  const save = useCallback(async (draft: Draft) => requestOf(draft, { prompt: draft.prompt }), [])
  return { save, fault }
}
