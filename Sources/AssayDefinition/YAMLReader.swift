internal import Yams

/// Reads YAML into located nodes. Yams and its errors do not leave this file.
package enum YAMLReader {
  /// The most nodes a file may have once its aliases are expanded: a pipeline needs thousands.
  static let maximumNodes = 200_000
  /// The most bytes a pipeline file may have.
  static let maximumBytes = 8 << 20

  /// The document's root, and what is wrong with it. The root is nil where the text is no YAML, or empty.
  package static func read(_ text: String) -> (root: YAMLNode?, diagnostics: [Diagnostic]) {
    guard text.utf8.count <= maximumBytes else {
      return (nil, [Diagnostic(.error, .yamlTooLarge, at: .start, "the file has more than 8 MiB")])
    }
    let odd = OddLineBreaks(in: text)
    // A byte order mark would count as a column of the first line.
    let text = odd.hidden(in: text.withoutByteOrderMark)
    var attempt = text
    var diagnostics: [Diagnostic] = []
    var renamed: Set<SourceLocation> = []
    // Yams stops at the first mapping with a duplicate key. Each is reported, renamed in a copy, and the copy read
    // again, so that the other faults of the file are seen as well.
    while true {
      do {
        // Yams compares the keys of a mapping, and a key that an alias expands may be of any size. So the text is read
        // first with its aliases as plain texts, and given up if a key is not a text.
        if let plain = withoutAliases(attempt) {
          let faults = keyFaults(in: try Parser(yaml: plain, resolver: .basic, encoding: .utf8).singleRoot(), depth: 0)
          if !faults.isEmpty { return (nil, diagnostics + faults) }
        }
        guard let node = try Parser(yaml: attempt, resolver: .basic, encoding: .utf8).singleRoot() else {
          return (nil, diagnostics)
        }
        var conversion = Conversion(dropping: renamed, odd: odd)
        let root = conversion.convert(node, depth: 0)
        return (root, diagnostics + conversion.diagnostics)
      } catch let YamlError.duplicatedKeysInMapping(names, context) {
        let first = SourceLocation(line: max(1, context.mark.line), column: max(1, context.mark.column))
        let name = names.first ?? ""
        guard diagnostics.count < 100, let next = secondOccurrence(of: name, after: first, in: attempt) else {
          diagnostics.append(Diagnostic(.error, .yamlDuplicateKey, at: first, "duplicate key '\(odd.restored(name))'"))
          return (nil, diagnostics)
        }
        diagnostics.append(
          Diagnostic(
            .error, .yamlDuplicateKey, at: next.location,
            "duplicate key '\(odd.restored(name))'; it stands first in line \(first.line)"))
        renamed.insert(next.location)
        // A private-use character for each of the key's, so that columns behind it stay as they are.
        let stand = Unicode.Scalar(0xE000 + UInt32(renamed.count)).map(Character.init) ?? "?"
        let length = attempt[next.range].unicodeScalars.count
        attempt.replaceSubrange(next.range, with: String(repeating: stand, count: length))
      } catch {
        var fault = diagnostic(for: error, text: text)
        fault.message = odd.restored(fault.message)
        return (nil, diagnostics + [fault])
      }
    }
  }

  /// Stands for the `*` of an alias while a text is read without them.
  private static let aliasMark: Unicode.Scalar = "\u{F8FF}"

  /// The text with the `*` of all aliases replaced, columns unchanged; nil where it can have none.
  private static func withoutAliases(_ text: String) -> String? {
    guard text.utf8.contains(UInt8(ascii: "*")), text.utf8.contains(UInt8(ascii: "&")) else { return nil }
    var plain = String.UnicodeScalarView()
    var before: Unicode.Scalar = " "
    for scalar in text.unicodeScalars {
      plain.append(scalar == "*" && !before.properties.isAlphabetic ? aliasMark : scalar)
      before = scalar
    }
    return String(plain)
  }

  /// A fault for each key that is no text, in a document without aliases.
  private static func keyFaults(in node: Node?, depth: Int) -> [Diagnostic] {
    guard depth < 100 else { return [] }
    switch node {
    case .sequence(let items): return items.flatMap { keyFaults(in: $0, depth: depth + 1) }
    case .mapping(let mapping):
      return mapping.flatMap { key, value -> [Diagnostic] in
        let below = keyFaults(in: value, depth: depth + 1)
        if case .scalar(let text) = key, text.style != .plain || text.string.unicodeScalars.first != aliasMark {
          return below
        }
        let place = key.mark.map { SourceLocation(line: $0.line, column: $0.column) } ?? .start
        return [Diagnostic(.error, .yamlSyntax, at: place, "a key must be a text")] + below
      }
    default: return []
    }
  }

  /// Where the key stands again in the same column: block mappings only.
  private static func secondOccurrence(
    of name: String, after first: SourceLocation, in text: String
  ) -> (range: Range<String.Index>, location: SourceLocation)? {
    var line = 0
    for range in text.lineRanges {
      line += 1
      guard line > first.line else { continue }
      let content = text[range]
      let indent = content.prefix { $0 == " " }
      let rest = content.dropFirst(indent.count)
      guard indent.count + 1 == first.column else { continue }
      for written in [name, "\"\(name)\"", "'\(name)'"] where rest.hasPrefix(written) {
        let after = rest.dropFirst(written.count).drop { $0 == " " }
        guard after.first == ":" else { continue }
        let end = text.index(rest.startIndex, offsetBy: written.count)
        return (rest.startIndex..<end, SourceLocation(line: line, column: first.column))
      }
    }
    return nil
  }

  private static func diagnostic(for error: any Error, text: String) -> Diagnostic {
    var place = SourceLocation.start
    var message = "this is not valid YAML"
    switch error {
    case YamlError.scanner(let context, let problem, let mark, _),
      YamlError.parser(let context, let problem, let mark, _),
      YamlError.composer(let context, let problem, let mark, _):
      place = SourceLocation(line: max(1, mark.line), column: max(1, mark.column))
      message = [context?.text, problem].compactMap { $0 }.joined(separator: ": ")
    case YamlError.reader(let problem, _, let value, _):
      message = "\(problem) (value \(value))"
    default: break
    }
    let lines = text.lineRanges
    if place.line <= lines.count {
      let line = text[lines[place.line - 1]]
      if line.contains("$."), line.contains("{") || line.contains("["), !line.contains("\"$") {
        message += "; a JSONPath inside braces needs quotes: \"$.items[*]\""
        return Diagnostic(.error, .unquotedTemplate, at: place, message)
      }
      if let value = templateAtStart(of: line) {
        message += "; a text that begins with {column} needs quotes: \"\(value)\""
        return Diagnostic(.error, .unquotedTemplate, at: place, message)
      }
      if line.contains("\t"), message.contains("token") { message += "; YAML is indented by spaces, not tabs" }
    }
    return Diagnostic(.error, .yamlSyntax, at: place, message)
  }

  /// The value in a line such as `address: {street}, {city}`, which YAML reads as a mapping with something behind it.
  private static func templateAtStart(of line: Substring) -> Substring? {
    guard let start = line.firstIndex(of: "{"), let end = line.firstIndex(of: "}"), start < end else { return nil }
    let before = line[..<start]
    let name = line[line.index(after: start)..<end]
    let behind = line[line.index(after: end)...].drop { $0 == " " }
    guard before.hasSuffix(": ") || before.hasSuffix("- "), !name.contains(":"), !behind.isEmpty, behind.first != "#"
    else { return nil }
    return line[start...]
  }

  private struct Conversion {
    let dropping: Set<SourceLocation>
    let odd: OddLineBreaks
    var diagnostics: [Diagnostic] = []
    var nodes = 0

    init(dropping: Set<SourceLocation>, odd: OddLineBreaks) {
      self.dropping = dropping
      self.odd = odd
    }

    mutating func convert(_ node: Node, depth: Int) -> YAMLNode? {
      let place = node.mark.map { SourceLocation(line: $0.line, column: $0.column) } ?? .start
      nodes += 1
      guard nodes <= maximumNodes, depth < 100 else {
        if diagnostics.last?.code != .yamlTooLarge {
          diagnostics.append(
            Diagnostic(
              .error, .yamlTooLarge, at: place,
              depth < 100
                ? "aliases expand this file to more than \(maximumNodes) values" : "values nest more than 100 deep"))
        }
        return nil
      }
      switch node {
      case .scalar(let scalar):
        let quoted = scalar.style != .plain && scalar.style != .any
        return YAMLNode(.scalar(odd.restored(scalar.string), quoted: quoted), at: place)
      case .sequence(let items):
        var converted: [YAMLNode] = []
        for item in items {
          guard let value = convert(item, depth: depth + 1) else { return nil }
          converted.append(value)
        }
        return YAMLNode(.sequence(converted), at: place)
      case .mapping(let mapping):
        return convert(mapping, at: place, depth: depth)
      default:
        return nil
      }
    }

    private mutating func convert(_ mapping: Node.Mapping, at place: SourceLocation, depth: Int) -> YAMLNode? {
      var pairs: [YAMLNode.Pair] = []
      var merged: [YAMLNode.Pair] = []
      for (key, value) in mapping {
        let keyPlace = key.mark.map { SourceLocation(line: $0.line, column: $0.column) } ?? place
        guard let value = convert(value, depth: depth + 1) else { return nil }
        if dropping.contains(keyPlace) { continue }
        guard case .scalar(let name) = key else {
          diagnostics.append(Diagnostic(.error, .yamlSyntax, at: keyPlace, "a key must be a text"))
          continue
        }
        if name.string.utf8.contains(0) {
          diagnostics.append(Diagnostic(.error, .badValue, at: keyPlace, "a key cannot hold a NUL character"))
          continue
        }
        if name.string == "<<", name.style == .plain {
          let sources: [YAMLNode] = if case .sequence(let items) = value.kind { items } else { [value] }
          for source in sources { merged += source.pairs ?? [] }
          continue
        }
        pairs.append(YAMLNode.Pair(key: odd.restored(name.string), keyLocation: keyPlace, value: value))
      }
      var names = Set(pairs.map(\.key))
      for pair in merged where names.insert(pair.key).inserted { pairs.append(pair) }
      return YAMLNode(.mapping(pairs), at: place)
    }
  }
}

extension String {
  /// The text as it counts for places: without the mark that some editors put before it.
  var withoutByteOrderMark: String {
    unicodeScalars.first == "\u{FEFF}" ? String(unicodeScalars.dropFirst()) : self
  }

  /// The ranges of the lines, their ends left out: LF, CR LF or a lone CR.
  var lineRanges: [Range<Index>] {
    var lines: [Range<Index>] = []
    var start = startIndex
    var at = startIndex
    while at != endIndex {
      let end = at
      let byte = utf8[at]
      at = utf8.index(after: at)
      guard byte == 10 || byte == 13 else { continue }
      if byte == 13, at != endIndex, utf8[at] == 10 { at = utf8.index(after: at) }
      lines.append(start..<end)
      start = at
    }
    lines.append(start..<endIndex)
    return lines
  }
}
