import type { ContentCredentials, CredentialValidity } from './content-credentials.ts'

/** The credentials of a picture as its record shows them. A type, not an interface: it is kept where any JSON object may be. */
export type CredentialSummary = {
  present: boolean
  valid: CredentialValidity
  problems: string[]
  claim_generator: string | null
  software_agent: string | null
  /** Common name of the certificate, or its organisation: claimed, see `trust`. */
  signer: string | null
  issuer: string | null
  /** Of the action of creation, else of the first that names one. */
  digital_source_type: string | null
  made_at: string | null
  trust: ContentCredentials['trust']
}

/** Summarises the credentials of a picture. */
export function summariseCredentials(credentials: ContentCredentials): CredentialSummary {
  const { present, valid, problems, claim_generator, software_agents, signer, actions, made_at, trust } = credentials
  const creation = actions.find(({ action }) => action === 'c2pa.created')
  return {
    present,
    valid,
    problems,
    claim_generator,
    software_agent: creation?.software_agent?.name ?? software_agents[0] ?? null,
    signer: signer?.common_name ?? signer?.organisation ?? null,
    issuer: signer?.issuer ?? null,
    digital_source_type: creation?.digital_source_type ?? actions.find((action) => action.digital_source_type)?.digital_source_type ?? null,
    made_at,
    trust,
  }
}
