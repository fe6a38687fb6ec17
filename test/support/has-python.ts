import { execFileSync } from 'node:child_process'

/** Whether there is a Python that can run what a page shows. */
export function hasPython(): boolean {
  try {
    execFileSync('python3', ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
