/** What a signal is about. */
export type SignalName =
  | 'pixels'
  | 'format'
  | 'background'
  | 'claim_generator'
  | 'manifest'
  | 'usage'
  | 'quality_usage'
  | 'echo'
  | 'nonsense_model'
  | 'illegal_size'
  | 'unknown_key'
  | 'legal_request'
  | 'request_id'

/** Where a signal is found: in the picture, on the bill, or in how calls are answered. One kind alone convinces nobody. */
export type SignalKind = 'picture' | 'bill' | 'answers'

/** One row of the table. */
export interface SignalWeight {
  kind: SignalKind
  /** Points where a route behaves as the declared model on an official route does; 0 = says nothing. */
  for: number
  /** Points, below 0, where it behaves as routes do that swap the model or relay a subscription. */
  against: number
}

/**
 * What each signal weighs. The figures order what is known, they measure nothing: pixels, tokens and a signature are hard to forge, an echo
 * or an id is a line of code. Sources of the patterns behind them are named in `signatures.ts`.
 */
export const signalWeights: Readonly<Record<SignalName, SignalWeight>> = {
  /** Exactly the unusual size that was asked for. */
  pixels: { kind: 'picture', for: 2, against: -3 },
  /** Another format than png, as asked. */
  format: { kind: 'picture', for: 1, against: -2 },
  /** A transparent background, as declared. */
  background: { kind: 'picture', for: 1, against: -2 },
  /** Who claims to have made it, under an intact signature: the API for, ChatGPT against. */
  claim_generator: { kind: 'picture', for: 3, against: -4 },
  /** A manifest that does not fit its picture. That one holds is counted by `claim_generator`. */
  manifest: { kind: 'picture', for: 0, against: -2 },
  /** Tokens by the formula of the model; none at all where the price is by tokens. */
  usage: { kind: 'bill', for: 2, against: -2 },
  /** A higher quality costs more tokens at the same size, as many more as the formula says. */
  quality_usage: { kind: 'bill', for: 2, against: -3 },
  /** The answer says `auto` although size or quality was named. That it repeats what was asked says nothing. */
  echo: { kind: 'answers', for: 0, against: -3 },
  /** A model that does not exist is refused. */
  nonsense_model: { kind: 'answers', for: 2, against: -3 },
  illegal_size: { kind: 'answers', for: 1, against: -2 },
  unknown_key: { kind: 'answers', for: 1, against: -1 },
  /** A request that is legal and declared is refused as a bad one. */
  legal_request: { kind: 'answers', for: 0, against: -2 },
  /** `req_…`; a form of its own says nothing. */
  request_id: { kind: 'answers', for: 1, against: -2 },
}

/** A signal at or below this speaks against a route by itself, though never enough to refuse it. */
export const STRONG_WEIGHT = -3

/** The sum that a mapping needs, from at least two kinds of signals. */
export const MAPPING_THRESHOLD = 4
export const MAPPING_KINDS = 2
