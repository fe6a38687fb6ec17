import type { Principal } from '../access/index.ts'

/** What a caller may see: the admin everything, a key its project. What lies outside is not found, whether or not it exists. */
export function scopeOf(principal: Principal): { projectId: string | null } {
  return { projectId: principal.kind === 'admin' ? null : principal.projectId }
}
