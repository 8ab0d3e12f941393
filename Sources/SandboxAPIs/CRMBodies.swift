/// The same customers in one body, as text formats.
enum CRMBodies {
  static func jsonLines(_ rows: [Customer]) -> Answer {
    Answer(
      status: 200, contentType: "application/x-ndjson", body: rows.map { $0.json.text + "\n" }.joined())
  }

  /// RFC 4180, with a header; nested members are columns `contact.phone` and `contact.tags`.
  static func csv(_ rows: [Customer]) -> Answer {
    var body = Customer.columns.joined(separator: ",") + "\r\n"
    for row in rows {
      body += row.cells.map { csvCell($0 ?? "") }.joined(separator: ",") + "\r\n"
    }
    return Answer(status: 200, contentType: "text/csv; charset=utf-8", body: body)
  }

  /// One `customer` element a row; a null has no element.
  static func xml(_ rows: [Customer]) -> Answer {
    var body = #"<?xml version="1.0" encoding="UTF-8"?>"# + "\n<customers>\n"
    for row in rows {
      body += "  <customer>"
      for (column, cell) in zip(Customer.columns, row.cells) where !column.hasPrefix("contact.") {
        if let cell { body += "<\(column)>\(xmlEscaped(cell))</\(column)>" }
      }
      body += "<contact><phone>\(xmlEscaped(row.phone))</phone>"
      body += "<tags>\(row.tags.map { "<tag>\(xmlEscaped($0))</tag>" }.joined())</tags></contact></customer>\n"
    }
    return Answer(status: 200, contentType: "application/xml; charset=utf-8", body: body + "</customers>\n")
  }
}

extension CRMBodies {
  /// The answer in the encoding that `charset` asks for, which its type names: `utf-8`, `iso-8859-1` or `utf-16`.
  static func encoded(_ answer: Answer, for request: SandboxRequest) throws(Refusal) -> Answer {
    guard let charset = request["charset"] else { return answer }
    var encoded = answer
    encoded.contentType = "\(answer.contentType.prefix { $0 != ";" }); charset=\(charset)"
    switch charset {
    case "utf-8": break
    case "iso-8859-1": encoded.packed = answer.body.unicodeScalars.map { UInt8(exactly: $0.value) ?? UInt8(ascii: "?") }
    case "utf-16":
      encoded.packed = [0xFE, 0xFF] + answer.body.utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
    default: throw Refusal(.error(400, "bad_parameter", "charset must be utf-8, iso-8859-1 or utf-16"))
    }
    return encoded
  }

  /// The body as a gzipped file, which the type tells, and no content encoding.
  static func gzipped(_ answer: Answer) -> Answer {
    Answer(status: 200, contentType: "application/gzip", body: "", packed: Packing.gzip(answer.bytes))
  }

  /// Two members with half of the rows each, in the wrong order, and a note.
  static func zipped(_ rows: [Customer]) -> Answer {
    let half = (rows.count + 1) / 2
    let packed = Packing.zip([
      ("customers/part-2.csv", csv(Array(rows.dropFirst(half))).bytes),
      ("README.md", Array("Customers in two parts.\n".utf8)),
      ("customers/part-1.csv", csv(Array(rows.prefix(half))).bytes),
    ])
    return Answer(status: 200, contentType: "application/zip", body: "", packed: packed)
  }
}

/// Quotes a cell if RFC 4180 asks for it.
func csvCell(_ text: String) -> String {
  let asks = text.utf8.contains { byte in
    byte == UInt8(ascii: ",") || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\n")
      || byte == UInt8(ascii: "\r")
  }
  guard asks else { return text }
  let doubled = text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")
  return "\"" + doubled + "\""
}

/// Text for an element or a quoted attribute.
func xmlEscaped(_ text: String) -> String {
  var result = ""
  for character in text.unicodeScalars {
    switch character {
    case "&": result += "&amp;"
    case "<": result += "&lt;"
    case ">": result += "&gt;"
    case "\"": result += "&quot;"
    default: result.unicodeScalars.append(character)
    }
  }
  return result
}
