import { useState } from 'react'
import { newTreeId } from './history/edit-tree.ts'
import { type DeskPicture, MOST_PICTURES } from './inputs/desk-picture.ts'
import type { EditWishes } from './wishes/edit-wishes.ts'
import { firstWishes } from './wishes/edit-wishes.ts'

/** What lies on the desk, and what can be done with it. @param prompt what is wished for to begin with */
export function useDesk(prompt: string) {
  const [pictures, setPictures] = useState<readonly DeskPicture[]>([])
  const [wishes, setWishes] = useState<EditWishes>({ ...firstWishes, prompt })
  const [treeId, setTreeId] = useState<string | null>(null)
  const wish = (change: Partial<EditWishes>) => setWishes((before) => ({ ...before, ...change }))
  // Boxes are in pixels of the picture that is edited.
  const withoutBoxes = () =>
    setWishes(({ texts, ...before }) => ({ ...before, protect: [], texts: texts.map((text) => ({ ...text, box: null })) }))
  /** The picture that is edited changes: another history begins unless it is named. */
  const setEdited = (next: readonly DeskPicture[], tree: string | null) => {
    if (next[0]?.key !== pictures[0]?.key) withoutBoxes()
    setPictures(next)
    setTreeId(tree)
  }
  return {
    pictures,
    wishes,
    treeId,
    wish,
    add: (picture: DeskPicture) => {
      setPictures((before) => (before.length < MOST_PICTURES ? [...before, picture] : before))
      setTreeId((before) => before ?? newTreeId())
    },
    /** Puts a picture in the place of the one that is edited; references stay. */
    edit: (picture: DeskPicture, tree: string | null) => setEdited([picture, ...pictures.slice(1)], tree ?? newTreeId()),
    move: (key: string, to: number) => {
      const rest = pictures.filter((picture) => picture.key !== key)
      const next = [...rest.slice(0, to), pictures.find((picture) => picture.key === key)!, ...rest.slice(to)]
      setEdited(next, next[0]!.key === pictures[0]!.key ? treeId : newTreeId())
    },
    remove: (key: string) => {
      const next = pictures.filter((picture) => picture.key !== key)
      setEdited(next, next[0]?.key === pictures[0]?.key ? treeId : next.length === 0 ? null : newTreeId())
    },
    setRights: (key: string, rights: string) =>
      setPictures((before) => before.map((picture) => (picture.key === key ? { ...picture, rights } : picture))),
  }
}
