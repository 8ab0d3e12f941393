import AssayColumns

func isUUID(_ text: Span<UInt8>) -> Bool {
  guard text.count == 36 else { return false }
  for index in 0..<36 {
    switch index {
    case 8, 13, 18, 23: if text[index] != UInt8(ascii: "-") { return false }
    default: if !isHexDigit(text[index]) { return false }
    }
  }
  return true
}

func isDate(_ text: Span<UInt8>) -> Bool { text.count == 10 && classify(text) == .date }

func isDatetime(_ text: Span<UInt8>) -> Bool { classify(text) == .datetime }

func isPhoneNumber(_ text: Span<UInt8>) -> Bool {
  guard (8...16).contains(text.count), text[0] == UInt8(ascii: "+"), text[1] != UInt8(ascii: "0") else { return false }
  for index in 1..<text.count where !isDigit(text[index]) { return false }
  return true
}

func isZipCode(_ text: Span<UInt8>) -> Bool {
  guard text.count == 5 || text.count == 10 else { return false }
  for index in 0..<text.count {
    if index == 5 {
      if text[index] != UInt8(ascii: "-") { return false }
    } else if !isDigit(text[index]) {
      return false
    }
  }
  return true
}

func isCardNumber(_ text: Span<UInt8>) -> Bool {
  guard (12...37).contains(text.count), isDigit(text[0]), isDigit(text[text.count - 1]) else { return false }
  var sum = 0
  var digits = 0
  for index in (0..<text.count).reversed() {
    let byte = text[index]
    if isDigit(byte) {
      let digit = Int(byte - 48)
      let doubled = digits & 1 == 1 ? digit * 2 : digit
      sum += doubled > 9 ? doubled - 9 : doubled
      digits += 1
    } else {
      guard byte == UInt8(ascii: " ") || byte == UInt8(ascii: "-"), isDigit(text[index - 1]) else { return false }
    }
  }
  return (12...19).contains(digits) && sum % 10 == 0 && sum > 0
}

/// The checksum of ISO 7064 (MOD 97-10): the first four characters go last, letters count as 10 to 35.
func isIBAN(_ text: Span<UInt8>) -> Bool {
  // 34 characters in groups of four have eight spaces.
  guard (15...42).contains(text.count) else { return false }
  var characters = InlineArray<42, UInt8>(repeating: 0)
  var count = 0
  for index in 0..<text.count {
    let byte = text[index]
    if byte == UInt8(ascii: " ") {
      guard index % 5 == 4, index + 1 < text.count else { return false }
      continue
    }
    guard isDigit(byte) || isCapital(byte) else { return false }
    characters[count] = byte
    count += 1
  }
  // Either no spaces, or one after every group of four.
  guard count == text.count || text.count == count + (count - 1) / 4 else { return false }
  guard (15...34).contains(count), isCapital(characters[0]), isCapital(characters[1]), isDigit(characters[2]),
    isDigit(characters[3])
  else { return false }
  var remainder = 0
  for index in 4..<(count + 4) {
    let byte = characters[index % count]
    remainder = isDigit(byte) ? remainder * 10 + Int(byte - 48) : remainder * 100 + Int(byte - 55)
    remainder %= 97
  }
  return remainder == 1
}

func isCountryCode(_ text: Span<UInt8>) -> Bool { text.count == 2 && isListed(text, countryCodes) }

func isCurrencyCode(_ text: Span<UInt8>) -> Bool { text.count == 3 && isListed(text, currencyCodes) }

/// Whether a text is one of the codes of its length in a list, each followed by a space.
private func isListed(_ text: Span<UInt8>, _ codes: StaticString) -> Bool {
  let step = text.count + 1
  let list = codes.utf8Start
  for start in stride(from: 0, to: codes.utf8CodeUnitCount, by: step) {
    var index = 0
    while index < text.count, list[start + index] == text[index] { index += 1 }
    if index == text.count { return true }
  }
  return false
}

/// ISO 3166-1 alpha-2, the 249 officially assigned codes.
private let countryCodes: StaticString = """
  AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC \
  CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD \
  GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH \
  KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW \
  MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC \
  SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY \
  UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW
  """

/// ISO 4217, the codes of list one as of January 2026: currencies and funds in use, and the X codes.
private let currencyCodes: StaticString = """
  AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW \
  CLF CLP CNY COP COU CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL \
  HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA \
  MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD \
  RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD \
  USN UYI UYU UYW UZS VED VES VND VUV WST XAD XAF XAG XAU XBA XBB XBC XBD XCD XCG XDR XOF XPD XPF XPT XSU XTS XUA XXX \
  YER ZAR ZMW ZWG
  """
