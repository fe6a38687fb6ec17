/** Which reviews are listed. `waiting`: those that nobody has decided yet, claimed or not. */
export const reviewShows = ['waiting', 'overdue', 'approved', 'changes_requested', 'rejected', 'all'] as const

/** One of `reviewShows`. */
export type ReviewShow = (typeof reviewShows)[number]

/** What is looked at; it stands in the address, so that it can be sent to somebody. */
export interface ReviewSearch {
  show?: ReviewShow
  /** The review that is open. */
  review?: string
  /** Only reviews of this picture. */
  image?: string
}
