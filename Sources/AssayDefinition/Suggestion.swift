/// The candidate nearest to a mistyped name, or nil where none is near: at most a third of the letters may differ.
/// Ties go to the first candidate. O(candidates × length²).
package func nearest(_ name: String, among candidates: some Sequence<String>) -> String? {
  let typed = Array(name.lowercased().unicodeScalars)
  guard typed.count <= 100 else { return nil }
  var best: (name: String, distance: Int)?
  for candidate in candidates {
    let target = Array(candidate.lowercased().unicodeScalars)
    let distance = editDistance(typed, target)
    if distance <= max(1, max(typed.count, target.count) / 3), distance < best?.distance ?? .max {
      best = (candidate, distance)
    }
  }
  return best?.name
}

/// `; did you mean 'x'?` where a candidate is near, else a list of at most `listing` candidates, else nothing.
package func suggestion(
  for name: String, among candidates: some Sequence<String>, listing: Int = 12
) -> String {
  if let best = nearest(name, among: candidates) { return "; did you mean '\(best)'?" }
  let all = Array(candidates)
  return all.isEmpty || all.count > listing ? "" : "; known here: \(all.joined(separator: ", "))"
}

/// Insertions, deletions, replacements and swaps of neighbours that turn one into the other (optimal string alignment).
func editDistance(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Int {
  if a.isEmpty || b.isEmpty { return max(a.count, b.count) }
  var beforeLast = [Int](repeating: 0, count: b.count + 1)
  var last = Array(0...b.count)
  for i in 1...a.count {
    var row = [i] + [Int](repeating: 0, count: b.count)
    for j in 1...b.count {
      row[j] = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1))
      if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] { row[j] = min(row[j], beforeLast[j - 2] + 1) }
    }
    beforeLast = last
    last = row
  }
  return last[b.count]
}
