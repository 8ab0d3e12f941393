import AssayComponents
import Testing

@Suite struct MetricChartTests {
  private func chart(
    _ values: [Double?], failed: Set<Int> = [], width: Int = 80, unicode: Bool = true, color: Bool = false,
    height: Int = 2
  ) -> [String] {
    let bars = values.enumerated().map { place, value in
      MetricChart.Bar(
        value: value, counts: !failed.contains(place), day: "2026-11-\(place < 9 ? "0" : "")\(place + 1)")
    }
    return MetricChart(
      bars: bars, style: TerminalStyle(color: color, width: width, unicode: unicode), height: height
    ).lines()
  }

  @Test func `bars rise from an eighth of a line to the whole height, beside their scale`() {
    let lines = chart([0, 7, 15, 8, 3, 1, 2, 4, 5, 6, 9, 10])
    #expect(
      lines == [
        "15 ┤    █ ▁             ▂ ▃", " 0 ┤▁ █ █ █ ▄ ▂ ▃ ▅ ▆ ▇ █ █", "    2026-11-01   2026-11-12",
      ])
  }

  @Test func `runs that do not count are marked, runs without a value have a dot, and one value stands in the middle`()
  {
    let lines = chart([5, nil, 5], failed: [2])
    #expect(lines == ["5 ┤▁   ▁", "5 ┤█ · █", "       ✗", "   2026-11-03"])
  }

  @Test(arguments: [20, 24, 40, 80]) func `no line is wider than the terminal, and the newest runs are kept`(width: Int)
  {
    let lines = chart((0..<90).map { Double($0) }, failed: [3, 88], width: width, height: 8)
    #expect(lines.allSatisfy { $0.count <= width })
    #expect(lines.last?.hasSuffix("2026-11-90") == true)
  }

  @Test func `without Unicode it is ASCII, and without colours there are no escapes`() {
    let plain = chart([1, 2, nil, 3], failed: [1], unicode: false)
    #expect(plain.allSatisfy { $0.utf8.allSatisfy { $0 < 0x80 && $0 >= 0x20 } })
    #expect(plain.joined().contains("#"))
    #expect(chart([1, 2], color: true).joined().contains("\u{1B}["))
  }

  @Test func `values at the ends of what a double holds are drawn`() {
    #expect(chart([-Double.greatestFiniteMagnitude, .greatestFiniteMagnitude]).count == 3)
    #expect(chart([nil]) == [])
  }
}
