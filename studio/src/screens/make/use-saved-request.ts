import { useCallback, useState } from 'react'
import { type GenerateRequest, NotFoundError, RefusedError } from '#sdk'
import { darkroom } from '../../api/darkroom.ts'
import { type Draft, documentOf, requestOf } from './draft.ts'

type Request = GenerateRequest & { stream: true }

const NAME_CHARACTERS = 80

/** Turns a draft into the call that is sent. A structured one is kept first, so that the record says which version of it made the picture. */
export function useSavedRequest(change: (members: Partial<Draft>) => void): {
  /** Null where it could not be kept: then `fault` says why, and nothing was sent. */
  save: (draft: Draft) => Promise<Request | null>
  isSaving: boolean
  fault: unknown
} {
  const [fault, setFault] = useState<unknown>(null)
  const [isSaving, setSaving] = useState(false)
  const save = useCallback(
    async (draft: Draft) => {
      setFault(null)
      if (draft.mode === 'plain') return requestOf(draft, { prompt: draft.prompt })
      setSaving(true)
      try {
        const { id, version } = await keepDocument(draft)
        change({ promptId: id })
        return requestOf(draft, { kept: { id, version } })
      } catch (error) {
        setFault(error)
        return null
      } finally {
        setSaving(false)
      }
    },
    [change],
  )
  return { save, isSaving, fault }
}

/** As the next version of the prompt that it was kept as before; one that says the same is no new one. */
async function keepDocument(draft: Draft): Promise<{ id: string; version: number }> {
  const document = documentOf(draft)
  const kept = draft.promptId === null ? null : await addVersion(draft.promptId, document)
  return kept ?? darkroom.prompts.create({ name: document.purpose.slice(0, NAME_CHARACTERS), document })
}

/** Null for a prompt that is not there any more, or is archived: then it begins anew. */
async function addVersion(id: string, document: ReturnType<typeof documentOf>) {
  try {
    return await darkroom.prompts.addVersion(id, document)
  } catch (error) {
    if (error instanceof NotFoundError || (error instanceof RefusedError && error.failure === 'prompt_archived')) return null
    throw error
  }
}
