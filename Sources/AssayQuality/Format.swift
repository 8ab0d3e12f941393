/// A named format of texts, judged by a matcher over its bytes. Texts are judged whole and untrimmed.
package enum Format: String, Sendable, Hashable, CaseIterable {
  /// `local@domain`: the dot-atom characters in common use before the @ (letters, digits, `._%+-`), then host labels
  /// and a last one of at least two letters. Narrower than RFC 5322, which also allows quotes and comments.
  case email
  /// An absolute http or https URL with a host (RFC 3986), percent-encoded where it must be.
  case url
  /// 8-4-4-4-12 hexadecimal digits (RFC 9562), either case.
  case uuid
  /// Four decimal numbers up to 255 without leading zeros (RFC 3986, `IPv4address`).
  case ipv4
  /// RFC 4291 section 2.2, all three forms; no zone, no prefix length.
  case ipv6
  /// A day of the calendar, `2026-11-24` (RFC 3339, `full-date`).
  case date
  /// RFC 3339 `date-time`, where `T` may be a space, and seconds and zone may be missing.
  case datetime
  /// `+` and 7 to 15 digits, the first not 0 (ITU-T E.164).
  case phoneE164 = "phone_e164"
  /// `12345` or `12345-6789`.
  case zipUS = "zip_us"
  /// 12 to 19 digits, single spaces or hyphens between them, with a right check digit (ISO/IEC 7812, Luhn).
  case creditCard = "credit_card"
  /// ISO 13616: country, check digits and account, remainder 97; groups of four may be spaced; capital letters.
  case iban
  /// An assigned two-letter code of ISO 3166-1, capital letters.
  case countryISO2 = "country_iso2"
  /// A code of ISO 4217 in use, capital letters.
  case currencyISO4217 = "currency_iso4217"

  /// Whether a text has the format. O(length).
  package func matches(_ text: Span<UInt8>) -> Bool {
    switch self {
    case .email: isEmail(text)
    case .url: isURL(text)
    case .uuid: isUUID(text)
    case .ipv4: isIPv4(text, 0..<text.count)
    case .ipv6: isIPv6(text, 0..<text.count)
    case .date: isDate(text)
    case .datetime: isDatetime(text)
    case .phoneE164: isPhoneNumber(text)
    case .zipUS: isZipCode(text)
    case .creditCard: isCardNumber(text)
    case .iban: isIBAN(text)
    case .countryISO2: isCountryCode(text)
    case .currencyISO4217: isCurrencyCode(text)
    }
  }
}

@inline(__always)
func isDigit(_ byte: UInt8) -> Bool { byte &- 48 < 10 }

@inline(__always)
func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- 97 < 26 }

@inline(__always)
func isCapital(_ byte: UInt8) -> Bool { byte &- 65 < 26 }

@inline(__always)
func isHexDigit(_ byte: UInt8) -> Bool { isDigit(byte) || (byte | 0x20) &- 97 < 6 }
