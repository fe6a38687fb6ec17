import { BACKSLASH, SMALL_U } from './byte-codes.ts'

const SCHEME = 'data:'
/** The scheme with each character spelled `\u0064`. */
const LONGEST_SPELLING = SCHEME.length * 6

/**
 * Decides by its first characters whether a JSON string is a data URL. Schemes are not case-sensitive (RFC 3986, section 3.1),
 * and JSON may spell any character as an escape.
 */
export class DataUrlSniffer {
  readonly #taken = Buffer.allocUnsafe(LONGEST_SPELLING)
  #length = 0
  #matched = 0
  #escape = ''

  /** The bytes taken since the string began. */
  get taken(): Buffer {
    return this.#taken.subarray(0, this.#length)
  }

  /** Another string begins. */
  restart(): void {
    this.#length = 0
    this.#matched = 0
    this.#escape = ''
  }

  /** Takes the string's next byte, the closing quote included, until it knows. */
  take(byte: number): 'undecided' | 'data_url' | 'text' {
    this.#taken[this.#length++] = byte
    if (this.#escape === '' && byte !== BACKSLASH) return this.#match(String.fromCharCode(byte))
    this.#escape += String.fromCharCode(byte)
    if (this.#escape.length === 1) return 'undecided'
    // No character of the scheme has a short escape.
    if (this.#escape.charCodeAt(1) !== SMALL_U) return 'text'
    if (this.#escape.length > 2 && !/[0-9a-f]/i.test(this.#escape.at(-1)!)) return 'text'
    return this.#escape.length < 6 ? 'undecided' : this.#endEscape()
  }

  #endEscape(): 'undecided' | 'data_url' | 'text' {
    const character = String.fromCharCode(Number.parseInt(this.#escape.slice(2), 16))
    this.#escape = ''
    return this.#match(character)
  }

  #match(character: string): 'undecided' | 'data_url' | 'text' {
    if (character.toLowerCase() !== SCHEME[this.#matched]) return 'text'
    this.#matched++
    return this.#matched === SCHEME.length ? 'data_url' : 'undecided'
  }
}
