/** A pattern that routes which relay a subscription were seen to show. */
export type ReverseSignature =
  | 'auto_area_size'
  | 'forced_auto'
  | 'any_model_accepted'
  | 'chatgpt_claim_generator'
  | 'usage_missing'
  | 'request_id_missing'
  | 'format_forced'

/** What each pattern is, in words, and where it was reported. */
export const signatureWords: Readonly<Record<ReverseSignature, string>> = {
  auto_area_size:
    'Pictures of about 1.57 megapixels whatever size was asked for: the area ChatGPT chooses by itself (sub2api#6120, CLIProxyAPI#5860, openai/codex#28723).',
  forced_auto:
    'The answer says that size or quality was auto although both were named: the request was rewritten on the way (openai/codex#28723).',
  any_model_accepted: 'A model that does not exist was drawn: the route does not pass the model on (CliRelay#1018).',
  chatgpt_claim_generator: 'The picture is signed as made in ChatGPT, which the API never does.',
  usage_missing: 'No usage, or none of pictures, although the route is priced by tokens: what a call costs cannot be checked.',
  request_id_missing: 'Answers carry no request id: a call cannot be traced with anybody.',
  format_forced: 'PNG came although another format was asked for (CLIProxyAPI#4114).',
}

/** In the order reports show them. */
export const reverseSignatures = Object.keys(signatureWords) as readonly ReverseSignature[]

/** How many of them make a route refused, one of them being strong. Honest routes have shown one (OmniRoute#14617). */
export const SIGNATURES_TO_REFUSE = 2
