import { presentedCredential } from '../access/index.ts'
import type { JobRequest } from '../contract/job-request.ts'
import { type NamedReceiver, nameReceiver } from '../flows/index.ts'
import { Secret } from '../primitives/secret.ts'
import type { KnownContext } from './http-route.ts'

/** The address that a request names to be told at. What is sent there is signed with the hash of its own key. @throws Failure `webhook_url` */
export function receiverNamed(
  { parts, principal, request }: KnownContext,
  webhook: NonNullable<JobRequest['webhook']>,
  shape: JobRequest['shape'] = 'native',
): NamedReceiver {
  const credential = new Secret(presentedCredential(request.headers)!)
  return nameReceiver(parts, { principal, credential, shape, webhook, param: 'webhook_url' })
}
