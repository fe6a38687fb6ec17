import { isoTime } from '../primitives/clock.ts'

/** Why a picture is looked at: it is an edit, must show a text, is of a kind that goes wrong, was drawn by lot, its call asked for it, or it is to be public. */
export const reviewReasons = ['edit', 'text', 'complex', 'sampled', 'required', 'public'] as const
/** One of them. */
export type ReviewReason = (typeof reviewReasons)[number]

/** What a reviewer is asked about: texts word by word, what is drawn and where, the house's own look, whose it is. */
export const checkKinds = ['text', 'structure', 'brand', 'rights'] as const
/** One of them. */
export type CheckKind = (typeof checkKinds)[number]

/** When a picture may have a public address. */
export const publishings = ['never', 'reviewed', 'always'] as const
/** One of them. */
export type Publishing = (typeof publishings)[number]

/** That the administrator may approve pictures that the administrator asked for: who said so, and since when. For whoever works alone. */
export interface OwnApproval {
  allowedBy: string
  atMs: number
}

/** The same as replies, records and events show it. */
export const presentOwnApproval = ({ allowedBy, atMs }: OwnApproval) => ({ allowed_by: allowedBy, at: isoTime(atMs) })

/** Which pictures of a project are looked at, by whom, how, and until when. */
export interface ReviewPolicy {
  edits: boolean
  /** Pictures whose call names texts that they must show. */
  texts: boolean
  /** Calls with one of these project tags, or with one of these labels in their metadata. */
  complex: { tags: readonly string[]; metadata: Readonly<Record<string, string>> }
  /** Of all other calls, by lot. */
  samplePercent: number
  /** Whether a call may say that nobody needs to look. */
  mayWaive: boolean
  /** Two different people must approve. */
  twoPersons: boolean
  /** Null: nobody approves what they asked for. Never beside `twoPersons`. */
  ownApproval: OwnApproval | null
  /** `adoptable`: the guard's verdict of that name approves edits and texts. */
  autoApprove: 'never' | 'adoptable'
  /** Ids of the keys that may decide; null = every key of the project. */
  reviewers: readonly string[] | null
  checklist: readonly CheckKind[]
  /** How long a claim holds. */
  claimMinutes: number
  /** Time to decide; null = none is set. */
  dueHours: number | null
}

/** Nothing is looked at unless its call asks for it. */
export const noReview: ReviewPolicy = {
  edits: false,
  texts: false,
  complex: { tags: [], metadata: {} },
  samplePercent: 0,
  mayWaive: false,
  twoPersons: false,
  ownApproval: null,
  autoApprove: 'never',
  reviewers: null,
  checklist: checkKinds,
  claimMinutes: 30,
  dueHours: 24,
}
