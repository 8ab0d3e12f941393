internal import AssayHTTP

/// Values of private columns in the rows of one request: what is told of the request shows none of them.
struct HiddenValues: Sendable {
  private(set) var values: [String] = []

  /// Adds a cell's text.
  mutating func add(_ text: String?) {
    if let text, !text.isEmpty { values.append(text) }
  }

  mutating func add(_ other: HiddenValues) { values += other.values }

  /// A failure that shows none of the values, in whatever encoding they were sent or echoed.
  func masked(_ failure: HTTPFailure) -> HTTPFailure {
    if values.isEmpty { return failure }
    let mask = SecretMask(values)
    var masked = failure
    masked.url = mask.apply(to: failure.url)
    masked.message = mask.apply(to: failure.message)
    masked.excerpt = failure.excerpt.map { withoutCutValue(mask.apply(to: $0)) }
    masked.hint = failure.hint.map { mask.apply(to: $0) }
    return masked
  }

  /// An address that shows none of the values.
  func masked(_ text: String) -> String { values.isEmpty ? text : SecretMask(values).apply(to: text) }

  /// An excerpt without the beginning of a value that its end cuts.
  private func withoutCutValue(_ excerpt: String) -> String {
    guard excerpt.hasSuffix("…") else { return excerpt }
    let text = excerpt.dropLast()
    let cut =
      values.map { value in
        (1...value.count).last { text.hasSuffix(value.prefix($0)) } ?? 0
      }.max() ?? 0
    return cut == 0 ? excerpt : text.dropLast(cut) + "***…"
  }
}
