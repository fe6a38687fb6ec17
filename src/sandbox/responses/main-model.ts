import { hash } from 'node:crypto'
import type { ImageToolAction, ImageToolChoice } from '../../contract/response-request.ts'

/** What the main model has before it. */
export interface Situation {
  /** The user's last message, without fault markers. */
  prompt: string
  toolChoice: ImageToolChoice
  action: ImageToolAction
  /** Bound of tool calls in one response; null = none. */
  maxToolCalls: number | null
  /** Pictures to edit: those this call brings or names, else the last one of the conversation. */
  sources: 'of_this_call' | 'of_an_earlier_turn' | 'none'
}

/** What the main model does: so many calls of its tool, all alike. */
export interface Decision {
  pictures: number
  action: 'generate' | 'edit'
}

/** The rules of a main model that only plays one: a question is answered, everything else is drawn unless it is small talk. */
const question = /^\s*(?:(?:what|how)(?! about\b)|why|who|whose|when|where|which)\b|^\s*(?:なぜ|何|誰|どう|いつ|为什么|什么|谁|怎么)/i
const smallTalk = new RegExp(
  [
    /^\s*(?:hi|hello|hey|thanks|thank you|good (?:morning|evening)|explain|tell|say|describe|summari[sz]e|translate)\b/,
    /^\s*(?:is|are|was|were|do|does|did)\b[\s\S]*[?？]\s*$/,
    /^\s*(?:こんにちは|ありがとう|你好|谢谢)/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'i',
)
const drawing =
  /\b(?:draw|paint|sketch|generate|create|make|render|design|edit|change|add|remove|replace|turn|picture of|image of)\b|描|画像|画|图|編集|编辑/i
const several =
  /\b(two|three|four|[2-4])\s+(?:[\w-]+\s+){0,3}?(?:pictures|images|photos|drawings|illustrations|variants|variations|versions)\b/i
const afresh =
  /\b(?:new|another|different|fresh)\s+(?:picture|image|photo|drawing|illustration|one)\b|新しい(?:絵|画像|写真)|新的(?:图|画|照片)/i

const counts: Readonly<Record<string, number>> = { two: 2, three: 3, four: 4 }

/** Decides whether to draw, how often, and whether anew. The same words lead to the same decision. */
export function decide({ prompt, toolChoice, action, maxToolCalls, sources }: Situation): Decision {
  const isForced = toolChoice === 'must' || toolChoice === 'one_of_several'
  const draws = isForced || (toolChoice === 'may' && asksForPicture(prompt))
  return {
    pictures: draws ? Math.min(countIn(prompt), maxToolCalls ?? Number.POSITIVE_INFINITY) : 0,
    action: action === 'auto' ? ownAction(prompt, sources) : action,
  }
}

function asksForPicture(prompt: string): boolean {
  return !question.test(prompt) && (drawing.test(prompt) || !smallTalk.test(prompt))
}

function countIn(prompt: string): number {
  const word = several.exec(prompt)?.[1]?.toLowerCase()
  return word === undefined ? 1 : (counts[word] ?? Number(word))
}

/** A picture that came along is edited; one of an earlier turn too, unless a new one is asked for. */
function ownAction(prompt: string, sources: Situation['sources']): Decision['action'] {
  if (sources === 'of_this_call') return 'edit'
  return sources === 'of_an_earlier_turn' && !afresh.test(prompt) ? 'edit' : 'generate'
}

const looks = [
  'soft natural light, fine detail',
  'clear composition, muted colours',
  'crisp edges, gentle shadows',
  'warm tones, shallow depth of field',
] as const

/** The prompt as the main model hands it to its tool: the user's words and a look that follows from them. */
export function revisedPrompt(prompt: string, action: Decision['action'], index: number): string {
  const look = looks[Number.parseInt(hash('sha256', `${index}:${prompt}`, 'hex').slice(0, 8), 16) % looks.length]!
  const words = prompt.trim().replace(/[.。]$/u, '')
  return action === 'edit' ? `${words}. Keep everything else of the picture as it is; ${look}.` : `${words}, ${look}.`
}

/** The one sentence that the main model says. */
export function sentence({ pictures, action }: Decision, isRefused: boolean): string {
  if (pictures === 0) return 'I am the main model of the sandbox: I say one sentence, and I draw when I am asked for a picture.'
  if (isRefused) return 'I could not draw that: the safety system refused it.'
  if (action === 'edit') return pictures === 1 ? 'I changed the picture as you asked.' : `I made ${pictures} changed pictures.`
  return pictures === 1 ? 'Here is the picture you asked for.' : `Here are the ${pictures} pictures you asked for.`
}
