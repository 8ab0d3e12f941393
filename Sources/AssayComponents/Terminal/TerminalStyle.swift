internal import Glibc

/// What a text for people may use: colours, how wide it is, and characters beyond ASCII.
package struct TerminalStyle: Sendable, Hashable {
  package var color: Bool
  /// Columns of the terminal, at least 20.
  package var width: Int
  /// Whether symbols and data may hold characters beyond ASCII; without it they are escaped.
  package var unicode: Bool
  /// Whether lines may be drawn over: a terminal that knows cursor movements.
  package var canRedraw: Bool

  package init(color: Bool = false, width: Int = 80, unicode: Bool = true, canRedraw: Bool = false) {
    self.color = color
    self.width = max(20, width)
    self.unicode = unicode
    self.canRedraw = canRedraw
  }

  /// The style of standard error, by its terminal and the environment.
  package static func standardError() -> TerminalStyle { of(descriptor: 2) }

  /// The style of standard output.
  package static func standardOutput() -> TerminalStyle { of(descriptor: 1) }

  private static func of(descriptor: Int32) -> TerminalStyle {
    let isTerminal = isatty(descriptor) == 1
    var size = winsize()
    let isKnown = isTerminal && ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
    return TerminalStyle(isTerminal: isTerminal, columns: isKnown ? Int(size.ws_col) : nil) { name in
      getenv(name).map { String(cString: $0) }
    }
  }

  /// The style that a terminal's facts and the environment make.
  ///
  /// Colours need a terminal, a `TERM` that is not `dumb` and no `NO_COLOR`. `COLUMNS` wins over the terminal's own
  /// width; the default is 80. Without any locale variable a file or pipe is taken as UTF-8, a terminal is not.
  package init(isTerminal: Bool, columns: Int?, variable: (String) -> String?) {
    func value(_ name: String) -> String? { variable(name).flatMap { $0.isEmpty ? nil : $0 } }
    let term = value("TERM")
    let canRedraw = isTerminal && term != nil && term != "dumb"
    let named = value("COLUMNS").flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil }
    let locale = (value("LC_ALL") ?? value("LC_CTYPE") ?? value("LANG"))?.lowercased()
    self.init(
      color: canRedraw && value("NO_COLOR") == nil, width: min(named ?? columns ?? 80, 1000),
      unicode: locale.map { $0.contains("utf-8") || $0.contains("utf8") } ?? !isTerminal, canRedraw: canRedraw)
  }

  /// The text in a tint, or as it is where there are no colours.
  func paint(_ text: String, _ tint: Tint) -> String {
    guard color, let code = tint.code, !text.isEmpty else { return text }
    return "\u{1B}[\(code)m\(text)\u{1B}[0m"
  }

  /// One symbol, or its likeness in ASCII.
  func symbol(_ symbol: Symbol) -> String { unicode ? symbol.rawValue : symbol.ascii }
}

/// What a colour says; the colour itself is the terminal's.
enum Tint {
  case plain, strong, faint, good, bad, caution

  fileprivate var code: String? {
    switch self {
    case .plain: nil
    case .strong: "1"
    case .faint: "2"
    case .good: "32"
    case .bad: "1;31"
    case .caution: "33"
    }
  }
}

/// The few symbols of the texts.
enum Symbol: String {
  case good = "✓"
  case bad = "✗"
  case caution = "!"
  case nothing = "○"
  case line = "─"
  case more = "…"
  case dot = "·"

  fileprivate var ascii: String {
    switch self {
    case .good: "+"
    case .bad: "x"
    case .caution: "!"
    case .nothing: "o"
    case .line: "-"
    case .more: "..."
    case .dot: "-"
    }
  }
}
