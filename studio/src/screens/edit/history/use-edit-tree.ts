import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback, useMemo, useState } from 'react'
import type { api } from '#sdk'
import { darkroom } from '../../../api/darkroom.ts'
import { growTree, labelNames, type TreePicture } from './edit-tree.ts'

/** Pictures of a history that are read at most: more than anybody looks through. */
const MOST = 200

/** The history of an edit: what the gateway keeps of it, and what this page knows beside that. */
export interface EditTree {
  pictures: readonly TreePicture[]
  grow: (pictures: readonly TreePicture[]) => void
}

/** @param treeId null = nothing was edited yet */
export function useEditTree(treeId: string | null): EditTree {
  const queries = useQueryClient()
  const [known, setKnown] = useState<Readonly<Record<string, readonly TreePicture[]>>>({})
  const kept = useQuery({
    queryKey: ['edit-tree', treeId],
    enabled: treeId !== null,
    queryFn: ({ signal }) => readTree(treeId!, signal),
  })
  const grow = useCallback(
    (pictures: readonly TreePicture[]) => {
      if (treeId === null) return
      setKnown((before) => ({ ...before, [treeId]: growTree(before[treeId] ?? [], pictures) }))
      void queries.invalidateQueries({ queryKey: ['edit-tree', treeId] })
    },
    [treeId, queries],
  )
  const own = treeId === null ? undefined : known[treeId]
  const pictures = useMemo(() => growTree(own ?? [], kept.data ?? []), [own, kept.data])
  return { pictures, grow }
}

async function readTree(treeId: string, signal: AbortSignal): Promise<TreePicture[]> {
  const found: TreePicture[] = []
  for await (const image of darkroom.images.searchAll({ metadata: `${labelNames.tree}:${treeId}`, limit: 100 }, { signal })) {
    found.push(treePictureOf(image))
    if (found.length === MOST) break
  }
  return growTree(found, rootsOf(found))
}

function treePictureOf({ id, generation_id, created_at, width, height, metadata }: api.FoundPicture): TreePicture {
  const labels = metadata ?? {}
  return {
    id,
    parentId: labels[labelNames.parent] ?? null,
    generationId: generation_id,
    at: created_at,
    prompt: null,
    isStrict: labels[labelNames.strict] === 'yes',
    width,
    height,
  }
}

/** What the first changes were made of bears no label of this history. */
function rootsOf(found: readonly TreePicture[]): TreePicture[] {
  const ids = new Set(found.map(({ id }) => id))
  const parents = new Set(found.map(({ parentId }) => parentId).filter((id) => id !== null))
  return [...parents].filter((id) => !ids.has(id)).map(rootPicture)
}

/** The picture that a history begins with. */
export function rootPicture(id: string): TreePicture {
  return { id, parentId: null, generationId: null, at: null, prompt: null, isStrict: false, width: null, height: null }
}

/** The history that a picture or kept file is part of; null where there is none. */
export async function treeOf(id: string): Promise<string | null> {
  const { images: children } = await darkroom.images.search({ metadata: `${labelNames.parent}:${id}`, limit: 1 })
  const ofChild = children[0]?.metadata?.[labelNames.tree]
  if (ofChild !== undefined || !id.startsWith('img_')) return ofChild ?? null
  const { generation_id } = await darkroom.images.lineage(id)
  const { metadata } = await darkroom.generations.get(generation_id)
  return metadata?.[labelNames.tree] ?? null
}
