export type {
  ContentCredentials,
  CredentialAction,
  CredentialClaim,
  CredentialSigner,
  CredentialValidity,
  NamedSoftware,
} from './content-credentials.ts'
export { type CredentialSignal, type CredentialSignalName, type CredentialSignature, credentialSignals } from './credential-signals.ts'
export {
  pendingCredentials,
  recordCredentials,
  recordCredentialsFailure,
  recordPendingCredentials,
} from './credential-statements.ts'
export { readContentCredentials } from './read-content-credentials.ts'
export { type CredentialSummary, summariseCredentials } from './summarise-credentials.ts'
