internal import AssayFormats
internal import AssayQuality

extension Baseline {
  /// The file's text: the same for the same failures, one fact a line, so that a version control system shows what
  /// changed.
  package var text: String {
    var text = "{\n  \"baseline_version\": \(Self.version),\n  \"pipeline\": \(JSONValue.string(pipeline).text),\n"
    text += "  \"checks\": [" + entries.map { "\n    \($0.text)" }.joined(separator: ",")
    return text + (entries.isEmpty ? "]\n}\n" : "\n  ]\n}\n")
  }

  /// Reads a file's text.
  /// - Throws: `RunFailure`, which says what is wrong with it as the end of a sentence about the file.
  package init(reading text: String) throws(RunFailure) {
    let json: JSONValue
    do throws(FormatFault) {
      json = try JSONParser.parse(text)
    } catch {
      throw RunFailure("is no baseline, since it is no JSON: \(error.message)")
    }
    guard case .object(let object) = json, case .integer(let version)? = object["baseline_version"] else {
      throw RunFailure("is no baseline: 'assay baseline PIPELINE --output FILE' writes one")
    }
    if version != Int64(Self.version) {
      throw RunFailure("has version \(version); this Assay reads version \(Self.version): write it anew")
    }
    guard case .string(let pipeline)? = object["pipeline"], let checks = object["checks"]?.elements else {
      throw RunFailure("is damaged: 'pipeline' or 'checks' is missing")
    }
    var entries: [Entry] = []
    for (index, check) in checks.enumerated() {
      guard let entry = Entry(check) else { throw RunFailure("is damaged at checks[\(index)]: write it anew") }
      entries.append(entry)
    }
    self.init(pipeline: pipeline, entries: entries)
  }
}

extension Baseline.Entry {
  fileprivate var text: String {
    let facts: [(String, JSONValue)] = [
      ("dataset", .string(dataset)), ("check", .string(check)), ("column", .optional(column)),
      ("number", .integer(Int64(number))), ("status", .string(status.rawValue)),
      ("observed", observed?.json ?? .null), ("failed", .integer(Int64(failed))),
    ]
    var text = "{" + facts.map { "\n      \"\($0)\": \($1.text)," }.joined() + "\n      \"keys\": "
    if let keys {
      let lines = keys.map { key in
        "\n        \(JSONValue.object(JSONObject(key.map { ($0.name, .optional($0.text)) })).text)"
      }
      text += "[\(lines.joined(separator: ","))" + (keys.isEmpty ? "]" : "\n      ]")
    } else {
      text += "null"
    }
    return text + "\n    }"
  }

  fileprivate init?(_ json: JSONValue) {
    guard case .object(let object) = json, case .string(let dataset)? = object["dataset"],
      case .string(let check)? = object["check"], let column = Self.text(object["column"]),
      case .integer(let number)? = object["number"], let number = Int(exactly: number),
      case .string(let word)? = object["status"], let status = CheckStatus(rawValue: word),
      case .integer(let failed)? = object["failed"], let failed = Int(exactly: failed), failed >= 0
    else { return nil }
    self.init(dataset: dataset, check: check, column: column, number: number, status: status, failed: failed)
    switch object["observed"] {
    case .integer(let value)?: observed = .number(Double(value))
    case .decimal(let value)?: observed = .number(value)
    case .string(let text)?: observed = .text(text)
    case .null?: break
    default: return nil
    }
    switch object["keys"] {
    case .null?: break
    case .array(let elements)?:
      var keys: [[NamedText]] = []
      for case .object(let key) in elements {
        keys.append(key.members.compactMap { member in Self.text(member.value).map { NamedText(member.name, $0) } })
      }
      guard keys.count == elements.count else { return nil }
      self.keys = keys
    default: return nil
    }
  }

  /// A text or null; nil where it is neither.
  private static func text(_ value: JSONValue?) -> String?? {
    switch value {
    case .string(let text)?: .some(text)
    case .null?: .some(nil)
    default: nil
    }
  }
}
