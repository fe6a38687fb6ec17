import { type ErrorComponentProps, useRouter } from '@tanstack/react-router'
import { ErrorPanel } from '../ui/error-panel.tsx'

/** In place of a screen that failed; the frame around it stays. */
export function FailedScreen({ error, reset }: ErrorComponentProps) {
  const router = useRouter()
  const again = () => {
    reset()
    void router.invalidate()
  }
  return <ErrorPanel error={error} onRetry={again} />
}
