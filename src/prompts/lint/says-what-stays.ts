const english =
  /\b(?:keep|keeping|preserve|preserving|retain|retaining|leave|leaving|maintain|maintaining|unchanged|untouched|intact|same|only|just|everything\s+else|without\s+(?:changing|touching|altering)|nothing\s+else|(?:do\s+not|don['’]t)\s+(?:change|alter|touch|modify|move))\b/i
const japanese = /そのまま|変えない|変えず|変更しない|変更せず|維持|保持|保って|保った|残し|だけ|のみ|以外|他は|ほかは|同じ|いじらず/
const chinese = /保持|保留|不变|不要改|不要动|不要变|不改变|不要更改|不动|其他|其它|其余|只|仅|维持|原样|不影响/

/** True for an edit that says, in some words, what stays as it is. @param prompt without what it quotes */
export function saysWhatStays(prompt: string): boolean {
  return english.test(prompt) || japanese.test(prompt) || chinese.test(prompt)
}
