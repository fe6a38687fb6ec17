import { useState } from 'react'
import type { api } from '#sdk'
import { useSession } from '../../api/session.ts'
import { readSetting, writeSetting } from './setting.ts'
import { type OwnRule, useOwnRule } from './use-own-rule.ts'

/** Who decides at this screen. */
export interface ReviewerHere {
  isAdmin: boolean
  keyId: string | null
  /** What the administrator says who it is; empty until it is said, and for keys. */
  name: string
  sayName: (name: string) => void
  /** What goes along with every call: keys have their own name. */
  body: api.Reviewer
  /** Whether a decision of this person stands there. */
  isBy: (by: api.ReviewDecision['by']) => boolean
  /** Whether they may approve a picture that they asked for. */
  ownRule: (review: Pick<api.Review, 'project_id' | 'approvals'>) => OwnRule
}

/** The administrator's token is nobody's own, so that whoever uses it says a name, which this browser remembers. */
export function useReviewer(): ReviewerHere {
  const { role, key_id: keyId } = useSession()
  const [said, setSaid] = useState(() => readSetting('reviewer') ?? '')
  const isAdmin = role === 'admin'
  const name = isAdmin ? said.trim() : ''
  const ownRule = useOwnRule(isAdmin)
  return {
    isAdmin,
    keyId,
    name: isAdmin ? said : '',
    sayName: (value) => {
      setSaid(value)
      writeSetting('reviewer', value)
    },
    body: name === '' ? {} : { reviewer: name },
    isBy: ({ kind, key_id, name: other }) =>
      isAdmin ? kind === 'admin' && other.toLowerCase() === name.toLowerCase() : kind === 'key' && key_id === keyId,
    ownRule,
  }
}

/** Whether it is still to be said who decides: nothing is decided before. */
export function isNameless({ isAdmin, body }: ReviewerHere): boolean {
  return isAdmin && body.reviewer === undefined
}

/** Whether this person asked for the picture, as far as the page can know: keys that replace one another only the gateway knows. */
export function isOwn({ submitter }: Pick<api.Review, 'submitter'>, { isAdmin, keyId }: ReviewerHere): boolean {
  return isAdmin ? submitter.kind === 'admin' : submitter.key_id === keyId
}
