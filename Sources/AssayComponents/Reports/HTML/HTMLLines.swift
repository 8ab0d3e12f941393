/// Scores from run to run as a line with its least and its last value marked. Runs without a score leave gaps.
package struct TrendChart {
  let values: [Double?]

  package init(_ values: [Double?]) { self.values = values }

  private static let (width, height) = (340.0, 92.0)
  private static let (left, right, top, bottom) = (8.0, 56.0, 10.0, 82.0)

  package var markup: Markup {
    let known = values.compactMap { $0 }
    guard let least = known.min(), let greatest = known.max() else { return "" }
    // A change of a hundredth is no landslide: the scale spans about a point at least.
    let margin = max((greatest - least) * 0.15, 0.5)
    let low = max(0, least - margin)
    let high = min(100, greatest + margin)
    func x(_ index: Int) -> Double {
      let steps = Double(max(values.count - 1, 1))
      return Self.left + (Self.width - Self.left - Self.right) * Double(index) / steps
    }
    func y(_ value: Double) -> Double {
      Self.bottom - (Self.bottom - Self.top) * (value - low) / max(high - low, 1e-9)
    }
    let points = values.enumerated().map { index, value in value.map { (x(index), y($0)) } }
    let dots: [Markup] = points.compactMap { $0 }.dropLast().map {
      "<circle class=\"dot\" cx=\"\(at: $0.0)\" cy=\"\(at: $0.1)\" r=\"2\"/>"
    }
    let last: Markup? = points.last.flatMap { $0 }.map {
      """
      <circle class="last" cx="\(at: $0.0)" cy="\(at: $0.1)" r="4"/>\
      <text x="\(at: $0.0 + 9)" y="\(at: $0.1 + 4)">\(NumberText.short(values.last.flatMap { $0 } ?? 0))</text>
      """
    }
    let words =
      "Overall score of \(NumberText.count(values.count, "run")): lowest \(NumberText.short(least)), highest \(NumberText.short(greatest))"
    return """
      <svg class="line" viewBox="0 0 340 92" role="img"><title>\(words)</title>\
      <path class="grid" d="M\(at: Self.left) \(at: y(high))H\(at: Self.width - Self.right)M\(at: Self.left) \(at: Self.bottom)H\(at: Self.width - Self.right)"/>\
      <path class="area" d="\(area(points))"/><path class="stroke" d="\(linePath(points))"/>\(dots)\(last)</svg>
      """
  }

  private func area(_ points: [(Double, Double)?]) -> String {
    var path = ""
    for stretch in stretches(points) where stretch.count > 1 {
      path += "M\(coordinate(stretch[0].0)) \(coordinate(Self.bottom))"
      for point in stretch { path += "L\(coordinate(point.0)) \(coordinate(point.1))" }
      path += "V\(coordinate(Self.bottom))Z"
    }
    return path
  }
}

/// A dimension's values from run to run, as small as a word.
package struct Sparkline {
  let values: [Double?]

  package init(_ values: [Double?]) { self.values = values }

  package var markup: Markup {
    let known = values.compactMap { $0 }
    guard let least = known.min(), let greatest = known.max() else { return "" }
    let span = max(greatest - least, 1)
    let low = max(0, min(least, 100 - span))
    let steps = Double(max(values.count - 1, 1))
    let points = values.enumerated().map { index, value in
      value.map { (3 + 74 * Double(index) / steps, 21 - 18 * ($0 - low) / span) }
    }
    let last: Markup? = points.last.flatMap { $0 }.map {
      "<circle class=\"last\" cx=\"\(at: $0.0)\" cy=\"\(at: $0.1)\" r=\"2.5\"/>"
    }
    let words =
      "\(NumberText.count(values.count, "run")): lowest \(NumberText.short(least)), highest \(NumberText.short(greatest))"
    return """
      <svg class="spark" viewBox="0 0 80 24" width="80" height="24" role="img"><title>\(words)</title>\
      <path class="stroke" d="\(linePath(points))"/>\(last)</svg>
      """
  }
}

/// The stretches of points between gaps.
private func stretches(_ points: [(Double, Double)?]) -> [[(Double, Double)]] {
  var stretches: [[(Double, Double)]] = [[]]
  for point in points {
    if let point { stretches[stretches.count - 1].append(point) } else { stretches.append([]) }
  }
  return stretches.filter { !$0.isEmpty }
}

private func linePath(_ points: [(Double, Double)?]) -> String {
  stretches(points).map { stretch in
    "M" + stretch.map { "\(coordinate($0.0)) \(coordinate($0.1))" }.joined(separator: "L")
  }.joined()
}
