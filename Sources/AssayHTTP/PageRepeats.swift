/// Finds pages that came before, by the hashes of their bodies.
///
/// A page that equals the one right before it is a repeat. One that equals an earlier page may be chance, where rows
/// have few different values; two in a row that equal two earlier ones in a row are a repeat: the API has begun again.
/// Pages without records are none. About 50 bytes a page.
struct PageRepeats: Sendable, Hashable {
  /// The last place of each body, by the first 60 bits of its hash: short texts need no memory of their own.
  private var places: [String: Int] = [:]
  /// The earlier page that the last one equals.
  private var candidate: Int?

  /// Notes the page at a place, from 0; the place of the page that it repeats, or nil.
  mutating func note(_ page: PageSummary, at place: Int) -> Int? {
    let before = candidate
    candidate = nil
    guard page.recordCount > 0, let hash = page.bodyHash.map({ String($0.prefix(15)) }) else { return nil }
    defer { places[hash] = place }
    guard let earlier = places[hash] else { return nil }
    if earlier == place - 1 || before.map({ $0 + 1 == earlier }) ?? false { return earlier }
    candidate = earlier
    return nil
  }
}
