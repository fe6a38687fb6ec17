export { Access, type AccessParts, type ApiKeyInfo, type CreatedApiKey, type Principal } from './access.ts'
export { API_KEY_PATTERN, isWellFormedKey } from './api-key.ts'
export { type OpenedAccess, openAccess } from './open-access.ts'
export { openSecrets, type Secrets } from './secrets.ts'
