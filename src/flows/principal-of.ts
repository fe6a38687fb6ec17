import type { Principal } from '../access/index.ts'

/** Who asked for something, as its row says it: what came without a key is the administrator's. */
export function principalOf({ project_id: projectId, key_id: keyId }: { project_id: string; key_id: string | null }): Principal {
  return keyId === null ? { kind: 'admin', projectId, keyId: null } : { kind: 'key', projectId, keyId }
}
