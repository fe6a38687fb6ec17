import { useEffect, useSyncExternalStore } from 'react'
import { useSession } from '../../api/session.ts'
import { type MakingState, making } from './making.ts'

/** How far the picture of this tab is; one that was begun before a reload is looked for, and one that was lost as soon as the network is back. */
export function useMaking(): MakingState {
  const state = useSyncExternalStore(making.subscribe, making.state)
  const projectId = useSession().project.id
  useEffect(() => {
    making.resume(projectId)
    addEventListener('online', making.lookNow)
    return () => removeEventListener('online', making.lookNow)
  }, [projectId])
  return state
}
