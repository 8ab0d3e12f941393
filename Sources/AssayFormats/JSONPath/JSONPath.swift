/// A query over JSON values as RFC 9535 defines it: `$.items[*]`, `$..book[?@.price < 10].title`.
///
/// Parsing checks the whole path, types of functions included, so a path that exists can be evaluated. Two paths are
/// equal if they were written alike.
package struct JSONPath: Sendable, Hashable, CustomStringConvertible {
  /// The path as it was written.
  package let description: String
  let segments: [JSONPathSegment]

  /// The path that a text spells, or a fault with the place and what is expected there.
  package init(_ text: String) throws(JSONPathFault) {
    var parser = JSONPathParser(text)
    segments = try parser.parse()
    description = text
  }

  private init(description: String, segments: [JSONPathSegment]) {
    self.description = description
    self.segments = segments
  }

  /// Whether the path selects at most one value, whatever the document: names and indices only.
  package var isSingular: Bool { segments.allSatisfy(\.isSingular) }

  /// The values that the path selects, in document order; a value that is selected twice is there twice.
  package func select(in root: JSONValue) -> [JSONValue] {
    var evaluation = JSONPathEvaluation(root: root)
    return evaluation.select(segments, from: root)
  }

  /// The value of a singular path, or nil; the first one selected for any other path.
  package func first(in root: JSONValue) -> JSONValue? { select(in: root).first }

  /// Whether the last segment is the wildcard `[*]` (or `.*`) on the children of what comes before.
  var endsInWildcard: Bool { segments.last == .child([.wildcard]) }

  /// The names of a path that consists of member names alone, but for a `[*]` at its end; nil for any other.
  var memberNames: [String]? {
    var names: [String] = []
    for segment in endsInWildcard ? segments.dropLast() : segments[...] {
      guard case .child(let selectors) = segment, selectors.count == 1, case .name(let name) = selectors[0]
      else { return nil }
      names.append(name)
    }
    return names
  }

  /// The path without its last segment.
  var parent: JSONPath { JSONPath(description: description, segments: Array(segments.dropLast())) }

  /// The last segment alone, to be applied to what the path before it leads to; it is described as the whole path.
  var lastSegment: JSONPath { JSONPath(description: description, segments: Array(segments.suffix(1))) }

  /// What the last segment picks of a list, where that can be told while the list's elements come in: `[n]`, a slice
  /// that goes forward from its beginning, or a filter that uses only `@`; nil for any other path.
  var streamedSelector: JSONPathSelector? {
    guard case .child(let selectors)? = segments.last, selectors.count == 1, parent.memberNames != nil,
      !parent.endsInWildcard
    else { return nil }
    switch selectors[0] {
    case .index(let index): return index >= 0 ? selectors[0] : nil
    case .slice(let start, let end, let step):
      return step > 0 && start ?? 0 >= 0 && end ?? 0 >= 0 ? selectors[0] : nil
    case .filter(let condition): return condition.isRelative ? selectors[0] : nil
    case .name, .wildcard: return nil
    }
  }
}

/// Why a text is no JSONPath, and where.
package struct JSONPathFault: Error, Sendable, Hashable, CustomStringConvertible {
  /// What is wrong or expected, as a phrase: `expected ']'`.
  package var message: String
  /// The character at which it shows, from 0.
  package var offset: Int

  package init(_ message: String, offset: Int) {
    self.message = message
    self.offset = offset
  }

  package var description: String { "\(message) (character \(offset + 1) of the path)" }
}
