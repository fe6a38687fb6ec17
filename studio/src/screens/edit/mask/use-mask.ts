import { useCallback, useEffect, useMemo, useState, useSyncExternalStore } from 'react'
import type { DeskPicture } from '../inputs/desk-picture.ts'
import { MaskDocument } from './mask-document.ts'

/** A mask for a picture: an empty one whenever another picture is edited, and the same one while something is noted about it. */
export function useMask(picture: DeskPicture | null): MaskDocument | null {
  const { key, width, height } = picture ?? { key: null, width: 0, height: 0 }
  return useMemo(() => (key === null ? null : new MaskDocument(width, height)), [key, width, height])
}

/** Has whoever calls it drawn again after each step. @returns a number that is another one then */
export function useMaskVersion(mask: MaskDocument | null): number {
  const subscribe = useCallback(
    (listener: () => void) => mask?.subscribe((_, isAtRest) => isAtRest && listener()) ?? (() => undefined),
    [mask],
  )
  return useSyncExternalStore(subscribe, () => mask?.version ?? 0)
}

/** A value that has not changed for a while: what costs something to work out waits for that. */
export function useSettled<Value>(value: Value, delayMs: number): Value {
  const [settled, setSettled] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), delayMs)
    return () => clearTimeout(timer)
  }, [value, delayMs])
  return settled
}
