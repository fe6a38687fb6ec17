import { describe, expect, it } from 'vitest'
import { frozenContract, routeFromRow, routeSchema } from './index.ts'

const row = { id: 'acme', owner: 'acme', kind: 'provider', base_url: 'https://acme.example/v1', key: { env: 'ACME_KEY' } }
const freeze = (changes: object) =>
  frozenContract(routeFromRow(routeSchema.parse({ ...row, ...changes }), { ACME_KEY: 'sk-secret' }), 'acme-1@2026-11-20')

describe('frozenContract', () => {
  it('keeps what the route was and what its owner stated, in the words of the record', () => {
    const failed_calls = { timeout: 'unknown', policy: 'free' }
    const terms = { url: 'https://acme.example/terms', read_on: '2026-11-20', by: 'legal@example.com' }
    expect(
      freeze({ failed_calls, rights: { store: true }, terms, account_owner: 'Example Ltd', support: 'mail', retention: '30 days' }),
    ).toEqual({
      version: 1,
      route_id: 'acme',
      kind: 'provider',
      protocol: 'openai',
      base_url: 'https://acme.example/v1',
      price_card: 'acme-1@2026-11-20',
      billing: 'stated',
      failed_call_billing: failed_calls,
      output_rights: { store: true },
      terms,
      account_owner: 'Example Ltd',
      support: 'mail',
      retention: '30 days',
      grade: 'manual-test',
    })
  })

  it('shows what nobody stated as null', () => {
    expect(freeze({})).toMatchObject({ billing: null, failed_call_billing: null, output_rights: null, terms: null, account_owner: null })
  })

  it('holds no key', () => {
    expect(JSON.stringify(freeze({}))).not.toMatch(/sk-secret|ACME_KEY/)
  })
})
