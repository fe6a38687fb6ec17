import type { CostLogState, OutputState, RetryFinding, StorageState } from './call-site.ts'

/** A pattern that stands for something the code does. */
export interface TraitSignature<State> {
  pattern: RegExp
  state: State
}

/** How an answer is read. */
export const outputSignatures: readonly TraitSignature<OutputState>[] = [
  {
    pattern: /b64_json|b64decode|\batob\s*\(|fromBase64|["']base64["']|base64\s+(?:-d|--decode|-D)\b|partial_image_b64|\.base64\b/i,
    state: 'base64',
  },
  {
    pattern:
      /data\s*(?:\?\.)?\[\s*0\s*\]\s*[?!]?\s*(?:\.\s*url\b|\[\s*["']url["'])|response_format["']?\s*[:=]\s*["']url["']|\.data\[0\]\.url|image_url["']?\]?\s*\.?\s*\[?["']?url|\.images\[0\]\.url|data\[\]?\.?url|!\[[^\]]*\]\(|jq[^\n]*\.url\b/i,
    state: 'url',
  },
]

/** What becomes of the cost. */
export const costLogSignatures: readonly TraitSignature<CostLogState>[] = [
  { pattern: /\.\s*usage\b|\[["']usage["']\]|\b(?:output|input|total)_tokens\b|creditCost/i, state: 'usage' },
  { pattern: /\b\w{0,40}(?:cost|price|usd|spend|billing)\w{0,40}\s*(?:\+?=|:|\()/i, state: 'own-price' },
]

/** Where the picture goes; the first that fits counts, the safest store first. */
export const storageSignatures: readonly TraitSignature<StorageState>[] = [
  {
    pattern:
      /PutObjectCommand|\bput_object\b|upload_fileobj|\bupload_blob\b|\bs3\b[^\n;]{0,40}\.\s*(?:upload|put)|\bbucket\b[^\n;]{0,60}\.\s*(?:save|upload|put|blob)|storage\s*\.\s*from\s*\(|blob_client|BlockBlobClient|\baws\s+s3\s+cp\b|\bgsutil\s+cp\b|\bput\s*\(\s*["'`][^"'`]+\.(?:png|webp|jpe?g)/i,
    state: 'object-store',
  },
  {
    pattern:
      /\bwriteFile(?:Sync)?\s*\(|createWriteStream|\bopen\s*\([^)\n]*["'][wax]b\+?["']|write_bytes|\.save\s*\(\s*["'f]|Bun\.write|--output\s|\s-o\s+\S|base64\s+(?:-d|--decode)[^\n]*>|>\s*\S+\.(?:png|webp|jpe?g|json)\b/i,
    state: 'file',
  },
  {
    pattern: /\bINSERT\s+INTO\b|\bprisma\b|\.\s*insert(?:One|Into|_one)?\s*\(|session\.add\s*\(|\.\s*objects\s*\.\s*create\s*\(/i,
    state: 'database',
  },
  {
    pattern:
      /\bres\s*\.\s*(?:json|send|end)\s*\(|\breply\s*\.\s*send\s*\(|NextResponse|new\s+Response\s*\(|jsonify\s*\(|data:image\/|\breturn\b/i,
    state: 'passed-on',
  },
]

/** Ways a call is sent again that the code itself holds. */
export const retrySignatures: readonly { pattern: RegExp; kind: RetryFinding['kind']; says: string }[] = [
  {
    pattern: /\bp-?[Rr]etry\s*\(|async-?retry|\bfetch-?retry|axios-?retry|axiosRetry|\bgot\.extend\([^)]*retry/,
    kind: 'library',
    says: 'a retry library',
  },
  {
    pattern: /@(?:\w+\.)?retry\b|\btenacity\b|backoff\s*\.\s*on_exception|@backoff|HTTPAdapter\s*\([^)]*max_retries|\bRetry\s*\(\s*total/,
    kind: 'library',
    says: 'a retry library',
  },
  {
    pattern:
      /\bfor\s*\([^)]*\b(?:attempt|retr(?:y|ies)|tr(?:y|ies))\w*[^)]*\)|\bfor\s+\w*(?:attempt|retry|tries)\w*\s+in\b|\bwhile\s*\(?[^)\n]*\b(?:attempt|retr(?:y|ies)|tries)\w*|(?<!@)\b(?:withRetry|with_retry|retryWithBackoff|retry_with_backoff|retry)\s*\(|\bfor\s+\w+\s+in\s+(?:\$\(seq|\{1\.\.|1 2 3)|\buntil\s+curl\b/i,
    kind: 'loop',
    says: 'a loop of its own',
  },
]

/** The official clients send a failed call again twice unless told otherwise (openai 7.55.0, client.js). */
export const sdkDefaultRetries = 2
