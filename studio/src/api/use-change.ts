import { type QueryKey, useMutation, useQueryClient } from '@tanstack/react-query'

/** A change at the gateway; what was read of its subject is read again once it is made, or was refused. */
export function useChange<Body, Reply>(subject: QueryKey, change: (body: Body) => Promise<Reply>, onDone?: (reply: Reply) => void) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: change,
    onSuccess: (reply) => onDone?.(reply),
    onSettled: () => client.invalidateQueries({ queryKey: subject }),
  })
}
