import { useMutation, useQueryClient } from '@tanstack/react-query'
import { reviewsKey } from './review-queries.ts'

/** A change at the gateway; all reviews are read again once it is made, or was refused: somebody else may have been faster. */
export function useReviewChange<Body, Reply>(change: (body: Body) => Promise<Reply>, onDone?: (reply: Reply) => void) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: change,
    onSuccess: (reply) => onDone?.(reply),
    onSettled: () => client.invalidateQueries({ queryKey: reviewsKey }),
  })
}
