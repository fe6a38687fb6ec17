import { useState } from 'react'
import type { api } from '#sdk'
import { useSession } from './session.ts'
import { readSetting, writeSetting } from './setting.ts'

/** Who decides and publishes, as the gateway is told. */
export interface ReviewerName {
  isAdmin: boolean
  /** What the administrator says who it is, as it is typed; empty until it is said, and for keys. */
  name: string
  sayName: (name: string) => void
  /** What goes along with every call: keys have their own name. */
  body: api.Reviewer
}

/** The administrator's token is nobody's own, so that whoever uses it says a name, which this browser remembers for all screens. */
export function useReviewerName(): ReviewerName {
  const isAdmin = useSession().role === 'admin'
  const [said, setSaid] = useState(() => readSetting('reviewer') ?? '')
  const name = isAdmin ? said : ''
  return {
    isAdmin,
    name,
    sayName: (value) => {
      setSaid(value)
      writeSetting('reviewer', value)
    },
    body: name.trim() === '' ? {} : { reviewer: name.trim() },
  }
}
