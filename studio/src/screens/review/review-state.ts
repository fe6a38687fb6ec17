import type { api } from '#sdk'

/** Colours of the states; the word beside says the same. */
export const stateTones = {
  open: 'accent',
  claimed: 'accent',
  approved: 'good',
  rejected: 'bad',
  changes_requested: 'warn',
  revoked: 'bad',
  deleted: 'plain',
} as const satisfies Record<api.Review['state'], string>

/** Whether somebody is still to decide. */
export function isUndecided({ state }: Pick<api.Review, 'state'>): boolean {
  return state === 'open' || state === 'claimed'
}

/** Whether the picture must show a text: it is approved by those alone who have opened it at full size. */
export function mustBeRead({ checklist }: Pick<api.Review, 'checklist'>): boolean {
  return checklist.some(({ kind }) => kind === 'text')
}
