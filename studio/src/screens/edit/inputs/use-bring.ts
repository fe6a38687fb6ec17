import { useMutation } from '@tanstack/react-query'
import type { DeskPicture } from './desk-picture.ts'
import { takeInFile, takeInImage } from './take-in-picture.ts'

/** Brings pictures to the desk. */
export interface Bring {
  files: (files: readonly File[]) => void
  /** A picture of this gateway. */
  image: (id: string) => void
  one: (take: () => Promise<DeskPicture>) => void
  isBusy: boolean
  error: unknown
}

/** @param room how many there is room for; what is beyond is left where it is. @param onPicture called with each, in the order in which they were brought */
export function useBring(room: number, onPicture: (picture: DeskPicture) => void): Bring {
  const bringing = useMutation({
    mutationFn: async (takes: readonly (() => Promise<DeskPicture>)[]) => {
      // One after the other: sixteen photographs at once are more than a browser decodes in peace.
      for (const take of takes.slice(0, room)) onPicture(await take())
    },
  })
  const run = (takes: readonly (() => Promise<DeskPicture>)[]) => {
    if (takes.length > 0) bringing.mutate(takes)
  }
  return {
    files: (files) => run(files.map((file) => () => takeInFile(file, file.name))),
    image: (id) => run([() => takeInImage(id)]),
    one: (take) => run([take]),
    isBusy: bringing.isPending,
    error: bringing.error,
  }
}
