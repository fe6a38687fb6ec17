import { useCallback, useEffect, useState } from 'react'
import { type Draft, emptyDraft } from './draft.ts'
import { keep, readKept } from './kept.ts'

const KEPT_AS = 'darkroom.make.draft'

/** What stands in the form; it outlives a reload and a look at other screens, in this tab. */
export function useDraft(): [Draft, (change: Partial<Draft>) => void] {
  const [draft, setDraft] = useState<Draft>(readDraft)
  useEffect(() => keep(KEPT_AS, draft), [draft])
  const change = useCallback((members: Partial<Draft>) => setDraft((standing) => ({ ...standing, ...members })), [])
  return [draft, change]
}

/** One of an older build lacks what came later. */
function readDraft(): Draft {
  const kept = readKept<Draft>(KEPT_AS) ?? {}
  return { ...emptyDraft, ...kept, parts: { ...emptyDraft.parts, ...kept.parts } }
}
