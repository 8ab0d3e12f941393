/// A set of HTTP statuses as it is written in a file: `404`, `5xx`, `500-504`.
package struct StatusSet: Sendable, Hashable, CustomStringConvertible {
  /// In the order in which they were written.
  package private(set) var ranges: [ClosedRange<Int>]
  package let description: String

  /// The statuses that words spell; nil if one is no status, no class (`5xx`) and no range, or if there is none.
  package init?(_ words: [String]) {
    let ranges = words.map(Self.range)
    guard !ranges.isEmpty, !ranges.contains(nil) else { return nil }
    self.ranges = ranges.compactMap(\.self)
    description = words.joined(separator: ", ")
  }

  package init(_ statuses: Int...) {
    ranges = statuses.map { $0...$0 }
    description = statuses.map { String($0) }.joined(separator: ", ")
  }

  /// O(ranges).
  package func contains(_ status: Int) -> Bool { ranges.contains { $0.contains(status) } }

  /// The statuses that one word spells: from 100 to 999.
  package static func range(_ word: String) -> ClosedRange<Int>? {
    let bytes = Array(word.utf8)
    if bytes.count == 3, (49...57).contains(bytes[0]), word.lowercased().hasSuffix("xx") {
      let hundreds = Int(bytes[0] - 48) * 100
      return hundreds...(hundreds + 99)
    }
    let ends = word.split(separator: "-", omittingEmptySubsequences: false).map { end -> Int? in
      end.utf8.count == 3 && end.utf8.allSatisfy { (48...57).contains($0) } ? Int(end) : nil
    }
    guard ends.count <= 2, let first = ends.first.flatMap(\.self), let last = ends.last.flatMap(\.self),
      first >= 100, first <= last
    else { return nil }
    return first...last
  }
}
