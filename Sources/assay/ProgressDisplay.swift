internal import AssayComponents
internal import AssayEngine
internal import Dispatch
internal import Glibc
internal import Synchronization

/// Shows a run's progress on stderr: lines that redraw themselves on a terminal, plain lines elsewhere.
final class ProgressDisplay: Sendable {
  private let style: TerminalStyle
  private let drawn: Mutex<Drawn>
  private let queue = DispatchQueue(label: "assay.progress")
  private let ticking = Mutex(true)

  private struct Drawn {
    var lines = 0
    var frame = 0
    var plain: PlainProgress
  }

  /// How often the display is renewed: seldom enough to cost nothing.
  private static let interval = DispatchTimeInterval.milliseconds(100)
  /// A run that is over before is not worth a display.
  private static let delay = DispatchTimeInterval.milliseconds(300)

  init(style: TerminalStyle) {
    self.style = style
    drawn = Mutex(Drawn(plain: PlainProgress(style: style)))
  }

  /// Starts to show a run.
  func start(_ state: RunState) {
    queue.asyncAfter(deadline: .now() + Self.delay) { self.tick(state) }
  }

  /// Tells of an event, where lines are plain.
  func note(_ event: RunEvent, _ state: RunState) {
    if style.canRedraw { return }
    var node: NodeProgress?
    switch event {
    case .started(let subject), .ended(let subject, _, _): node = NodeProgress(state.snapshot[subject.id])
    case .waiting, .publishing: break
    }
    let line = drawn.withLock { $0.plain.plainLine(for: event, node) }
    if let line { Terminal.error(line) }
  }

  /// Takes the display away; nothing is drawn afterwards.
  func stop() {
    ticking.withLock { $0 = false }
    queue.sync {
      let previous = drawn.withLock { $0.lines }
      if previous > 0 { Terminal.write(ProgressView.redraw(previous: previous, lines: []), to: STDERR_FILENO) }
    }
  }

  private func tick(_ state: RunState) {
    guard ticking.withLock({ $0 }) else { return }
    let text = drawn.withLock { drawn in
      drawn.frame += 1
      if style.canRedraw {
        let lines = ProgressView(style: style).lines(state, frame: drawn.frame)
        defer { drawn.lines = lines.count }
        return ProgressView.redraw(previous: drawn.lines, lines: lines)
      }
      guard drawn.frame % 10 == 0 else { return "" }
      return drawn.plain.lines(state.snapshot.map { NodeProgress($0) }).map { $0 + "\n" }.joined()
    }
    if !text.isEmpty { Terminal.write(text, to: STDERR_FILENO) }
    queue.asyncAfter(deadline: .now() + Self.interval) { self.tick(state) }
  }
}
