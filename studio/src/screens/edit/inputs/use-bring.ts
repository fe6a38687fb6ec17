import { useMutation } from '@tanstack/react-query'
import type { DeskPicture } from './desk-picture.ts'
import { takeInFile, takeInImage } from './take-in-picture.ts'

/** Brings pictures to the desk. */
export interface Bring {
  files: (files: readonly File[]) => void
  /** A picture of this gateway. */
  image: (id: string) => void
  /** @param then what is done with it; else it is added like any other */
  one: (take: () => Promise<DeskPicture>, then?: (picture: DeskPicture) => void) => void
  isBusy: boolean
  error: unknown
}

/** @param room how many there is room for; what is beyond is left where it is. @param onPicture called with each, in the order in which they were brought */
export function useBring(room: number, onPicture: (picture: DeskPicture) => void): Bring {
  const bringing = useMutation({
    mutationFn: async ({ takes, then = onPicture }: { takes: readonly Take[]; then?: (picture: DeskPicture) => void }) => {
      // One after the other: sixteen photographs at once are more than a browser decodes in peace.
      for (const take of takes) then(await take())
    },
  })
  const run = (takes: readonly Take[]) => {
    if (takes.length > 0) bringing.mutate({ takes: takes.slice(0, room) })
  }
  return {
    files: (files) => run(files.map((file) => () => takeInFile(file, file.name))),
    image: (id) => run([() => takeInImage(id)]),
    one: (take, then) => (then ? bringing.mutate({ takes: [take], then }) : run([take])),
    isBusy: bringing.isPending,
    error: bringing.error,
  }
}

type Take = () => Promise<DeskPicture>
