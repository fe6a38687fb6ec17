import { useChange } from '../../api/use-change.ts'
import { reviewsKey } from './review-queries.ts'

/** A change after which all reviews are read again: somebody else may have been faster. */
export function useReviewChange<Body, Reply>(change: (body: Body) => Promise<Reply>, onDone?: (reply: Reply) => void) {
  return useChange(reviewsKey, change, onDone)
}
