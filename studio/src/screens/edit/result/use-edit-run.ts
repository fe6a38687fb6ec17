import { useMutation } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import type { api } from '#sdk'
import { darkroom } from '../../../api/darkroom.ts'
import type { DeskPicture } from '../inputs/desk-picture.ts'
import type { MaskDocument } from '../mask/mask-document.ts'
import { writeMaskPng } from '../mask/write-mask-png.ts'
import { type Desk, editCall, whyNotStrict } from '../wishes/edit-request.ts'

/** An edit that is done: what it was made of, and its record. */
export interface FinishedEdit {
  before: DeskPicture
  prompt: string
  isStrict: boolean
  record: api.GenerationRecord
}

/** Makes edits and shows them come. */
export function useEditRun(onFinished: (edit: FinishedEdit) => void) {
  const [preview, setPreview] = useState<string | null>(null)
  const shown = useRef<string | null>(null)
  const show = (blob: Blob | null) => {
    if (shown.current !== null) URL.revokeObjectURL(shown.current)
    shown.current = blob === null ? null : URL.createObjectURL(blob)
    setPreview(shown.current)
  }
  useEffect(
    () => () => {
      if (shown.current !== null) URL.revokeObjectURL(shown.current)
    },
    [],
  )
  const run = useMutation({
    mutationFn: async ({ desk, mask }: { desk: Desk; mask: MaskDocument | null }): Promise<FinishedEdit> => {
      const png = mask === null ? null : await maskFileOf(desk, mask)
      const { request, options } = editCall(desk, png)
      const stream = darkroom.edit(request, options)
      for await (const event of stream) show(event.image.blob())
      const record = await darkroom.generations.get(stream.facts!.generationId)
      return { before: desk.pictures[0]!, prompt: desk.wishes.prompt.trim(), isStrict: request.darkroom?.mask === 'strict', record }
    },
    onSuccess: onFinished,
    onSettled: () => show(null),
  })
  return { run, preview }
}

/** The mask as it goes out; null when nothing is open. A strict mask gets its soft edge at the gateway, any other has it in it. */
async function maskFileOf(desk: Desk, mask: MaskDocument): Promise<Blob | null> {
  if (mask.openShare === 0) return null
  const { width, height } = mask
  const isStrict = desk.wishes.isStrict && whyNotStrict(desk) === null
  return writeMaskPng({ width, height, values: isStrict ? mask.raster.values : mask.feathered(desk.wishes.featherPx) })
}
