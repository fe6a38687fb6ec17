import { useEffect, useRef, useState } from 'react'
import { readSetting, writeSetting } from '../../api/setting.ts'

/** What single keys do here, and which. */
export const shortcuts = { next: 'j', previous: 'k', read: 'f', approve: 'a', reject: 'r', ask: 'c', select: 'x' } as const

/** One of them. */
export type Shortcut = keyof typeof shortcuts

const byKey = new Map(Object.entries(shortcuts).map(([name, key]) => [key as string, name as Shortcut]))

/**
 * Single keys that do something wherever the focus is, except where somebody types or a dialog is open. They can be turned off
 * (WCAG 2.1.4), and none of them decides: they open the form that does.
 */
export function useShortcuts(act: (shortcut: Shortcut) => void): { isOn: boolean; turn: (on: boolean) => void } {
  const [isOn, setOn] = useState(() => readSetting('shortcuts') !== 'off')
  const latest = useRef(act)
  useEffect(() => {
    latest.current = act
  })
  useEffect(() => {
    if (!isOn) return
    const press = (event: KeyboardEvent) => {
      const shortcut = byKey.get(event.key.toLowerCase())
      if (shortcut === undefined || event.ctrlKey || event.metaKey || event.altKey || event.repeat || isTaken(event)) return
      event.preventDefault()
      latest.current(shortcut)
    }
    document.addEventListener('keydown', press)
    return () => document.removeEventListener('keydown', press)
  }, [isOn])
  const turn = (on: boolean) => {
    setOn(on)
    writeSetting('shortcuts', on ? 'on' : 'off')
  }
  return { isOn, turn }
}

/** Whether the key is meant for a field, or for a dialog. */
function isTaken({ target, defaultPrevented }: KeyboardEvent): boolean {
  if (defaultPrevented || document.querySelector('dialog[open]') !== null) return true
  return (
    target instanceof HTMLElement && (target.isContentEditable || target.closest('textarea, select, input:not([type=checkbox])') !== null)
  )
}
