import AssayComponents
import AssayEngine
import Testing

@Suite struct ProgressTests {
  private static func node(
    _ name: String, _ kind: RunNode.Kind = .source, _ state: RunSchedule.State, rows: Int = 0, requests: Int = 0,
    seconds: Double = 1, id: Int? = nil
  ) -> NodeProgress {
    var graph = RunGraph()
    for filler in 0..<(id ?? 0) { graph.add(.source, "\(filler)") }
    let place = graph.add(kind, name, type: kind == .grader || kind == .keeper ? "" : "csv")
    var counters = NodeCounters().values
    counters.rowsIn = rows
    counters.rowsOut = rows
    counters.requests = requests
    return NodeProgress(node: graph.nodes[place], state: state, seconds: seconds, counters: counters)
  }

  private static var nodes: [NodeProgress] {
    [
      node("customers", .source, .finished, rows: 1_204_000, seconds: 4.25),
      node("geocoded", .step, .running, rows: 30_000, requests: 812, seconds: 60),
      node("customers", .keeper, .running, rows: 5),
      node("customers", .grader, .running, rows: 900, seconds: 0.5),
      node("rates", .source, .failed, rows: 0, seconds: 1),
      node("late", .step, .waiting),
    ]
  }

  @Test func `nodes that run or have ended have a line each`() {
    let view = ProgressView(style: TerminalStyle(width: 80))
    #expect(
      view.lines(Self.nodes, frame: 1).joined(separator: "\n") == """
        ✓  customers (csv)      1,204,000 rows                           4.25 s
        ⠙  geocoded (csv)          30,000 rows  500/s  812 requests  1 min 00 s
        ⠙  checks of customers        900 rows                           0.50 s
        ✗  rates (csv)                  0 rows                           1.00 s
        """)
  }

  @Test func `without room the failed and the running are shown and the rest is counted`() {
    let view = ProgressView(style: TerminalStyle(width: 80, unicode: false), maximumLines: 4)
    let nodes = (0..<9).map { Self.node("done\($0)", .source, .finished) } + Self.nodes
    #expect(
      view.lines(nodes, frame: 3).joined(separator: "\n") == """
        \\  geocoded (csv)       30,000 rows  500/s  812 requests  1 min 00 s
        \\  checks of customers     900 rows                           0.50 s
        x  rates (csv)               0 rows                           1.00 s
        ... and 10 ended, 1 waiting
        """)
  }

  @Test(arguments: [20, 30, 45, 80], [true, false])
  func `no line reaches the last column`(_ width: Int, _ color: Bool) {
    let view = ProgressView(style: TerminalStyle(color: color, width: width))
    let long = Self.node(String(repeating: "顧客", count: 40), .source, .running, rows: .max, seconds: 90_000)
    for line in view.lines(Self.nodes + [long], frame: 0) {
      #expect(columns(withoutColors(line)) < width)
    }
  }

  @Test func `a name cannot steer the terminal`() {
    let view = ProgressView(style: TerminalStyle(width: 80))
    let lines = view.lines([Self.node("a\u{1B}[2Jb\u{202E}\n", .source, .running)], frame: 0)
    #expect(lines.count == 1)
    #expect(lines[0].contains("a\\u{1b}[2Jb\\u{202e}\\n"))
  }

  @Test func `lines are drawn over those before and what is left of them is cleared`() {
    #expect(ProgressView.redraw(previous: 0, lines: ["a"]) == "\ra\u{1B}[K\n\u{1B}[J")
    #expect(ProgressView.redraw(previous: 3, lines: ["a", "b"]) == "\r\u{1B}[3Aa\u{1B}[K\nb\u{1B}[K\n\u{1B}[J")
    #expect(ProgressView.redraw(previous: 2, lines: []) == "\r\u{1B}[2A\u{1B}[J")
    #expect(ProgressView.redraw(previous: 0, lines: []).isEmpty)
  }

  @Test(arguments: [[["a", "b"], ["c"], ["d", "e", "f"], []], [["a"], ["a"], ["b", "c"]]])
  func `a terminal shows the last lines and nothing of the earlier ones`(_ frames: [[String]]) {
    var screen = Screen()
    var previous = 0
    for lines in frames {
      screen.print(ProgressView.redraw(previous: previous, lines: lines))
      previous = lines.count
    }
    #expect(screen.shown == frames.last)
  }

  @Test func `what takes long is spoken of once and then now and again`() {
    var progress = PlainProgress(style: TerminalStyle())
    func running(_ seconds: Double) -> [NodeProgress] {
      [Self.node("customers", .source, .running, rows: 1200, requests: 3, seconds: seconds)]
    }
    #expect(progress.lines(running(1.9)).isEmpty)
    #expect(
      progress.lines(running(2.1)) == ["  customers (csv) is running: 1,200 rows, 3 requests after 2.10 s"])
    #expect(progress.lines(running(20)).isEmpty)
    #expect(progress.lines(running(32.2)).count == 1)
  }

  @Test func `ends have a line, inner nodes only after they were spoken of`() {
    var progress = PlainProgress(style: TerminalStyle())
    let source = Self.node("customers", .source, .finished, rows: 1200, seconds: 1.5)
    let grader = Self.node("customers", .grader, .running, rows: 1200, seconds: 2.5, id: 1)
    #expect(progress.plainLine(for: .started(source.node), source) == nil)
    #expect(
      progress.plainLine(for: .ended(source.node, .finished, message: nil), source)
        == "✓ customers (csv): 1,200 rows in 1.50 s")
    #expect(progress.plainLine(for: .ended(grader.node, .finished, message: nil), grader) == nil)
    #expect(progress.lines([grader]).count == 1)
    #expect(
      progress.plainLine(for: .ended(grader.node, .finished, message: nil), grader)
        == "✓ checks of customers: 1,200 rows in 2.50 s")
    #expect(
      progress.plainLine(for: .ended(source.node, .failed, message: "no such file\nx\u{1B}[0m"), nil)
        == "✗ customers (csv) failed: no such file\\nx\\u{1b}[0m")
    #expect(progress.plainLine(for: .ended(source.node, .cancelled, message: nil), source) == nil)
    #expect(progress.plainLine(for: .publishing, nil) == "publishing")
  }
}

/// A terminal that knows the few movements that redrawing uses.
private struct Screen {
  private var lines: [String] = [""]
  private var row = 0
  private var column = 0

  var shown: [String] { lines.reversed().drop { $0.isEmpty }.reversed() }

  mutating func print(_ text: String) {
    var rest = Substring(text)
    while let character = rest.popFirst() {
      switch character {
      case "\r": column = 0
      case "\n":
        row += 1
        column = 0
        if row == lines.count { lines.append("") }
      case "\u{1B}":
        rest.removeFirst()
        let number = rest.prefix { $0.isNumber }
        rest.removeFirst(number.count)
        switch rest.popFirst() {
        case "A"?: row -= Int(number) ?? 1
        case "K"?: lines[row] = String(lines[row].prefix(column))
        case "J"?:
          lines[row] = String(lines[row].prefix(column))
          lines.removeSubrange((row + 1)...)
        default: Issue.record("an unknown movement")
        }
      default:
        var line = Array(lines[row])
        if column < line.count { line[column] = character } else { line.append(character) }
        lines[row] = String(line)
        column += 1
      }
    }
  }
}
