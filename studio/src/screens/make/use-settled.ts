import { useEffect, useState } from 'react'

/** How long a pause in typing is, before something is asked. */
export const SETTLES_MS = 300

/** A value once it has stood for a while: for what is asked while somebody types. Values are compared by what they hold. */
export function useSettled<Value>(value: Value, delayMs: number): Value {
  const [settled, setSettled] = useState(value)
  const text = JSON.stringify(value)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(JSON.parse(text) as Value), delayMs)
    return () => clearTimeout(timer)
  }, [text, delayMs])
  return settled
}
