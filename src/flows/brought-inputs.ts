import type { EditInputs } from '../contract/edit-inputs.ts'
import type { Upload } from '../inputs/index.ts'
import type { PreparedInput } from './prepare-inputs.ts'

/** What an edit brought along, taken in but not looked at yet. */
export interface BroughtInputs {
  /** As the contract reads them. */
  form: EditInputs
  /** The bytes that came with the request. */
  uploads: readonly Upload[]
  /** Where everything that is fetched or made of them goes; lives as long as the request. */
  folder: string
  /** Whose files and pictures may be named: one project's, or everyone's (`null`, the admin). */
  projectId: string | null
  /** Of a job that begins: its pictures, which were judged and kept when it came. */
  kept?: readonly PreparedInput[]
  /** Id of the picture that an address of this gateway names; null for every other address. */
  ownImageId(url: string): string | null
}
