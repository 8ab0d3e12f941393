internal import AssayFormats
internal import AssayStore
internal import Logging

/// How log lines are written.
package enum LogFormat: String, Sendable, CaseIterable {
  /// `2026-11-29T18:50:00.123Z info  run started pipeline=customers run=20261129-185000-k3x9`.
  case text
  /// A JSON object a line: `at`, `level`, `message`, and what belongs to it.
  case json

  /// A message of this moment with what belongs to it, without a line break at its end.
  func line(_ level: String, _ message: String, _ pairs: [(String, String)]) -> String {
    switch self {
    case .text:
      var line = "\(StoreTime.now.text) \(level)\(String(repeating: " ", count: max(1, 8 - level.count)))"
      line += Self.oneLine(message)
      for (key, value) in pairs { line += " \(key)=\(Self.quoted(value))" }
      return line
    case .json:
      var object: JSONObject = [
        "at": .string(StoreTime.now.text), "level": .string(level), "message": .string(message),
      ]
      for (key, value) in pairs { object.set(key, to: .string(value)) }
      return JSONValue.object(object).text
    }
  }

  private static func oneLine(_ text: String) -> String {
    text.contains(where: \.isNewline) ? text.split(whereSeparator: \.isNewline).joined(separator: " | ") : text
  }

  private static func quoted(_ text: String) -> String {
    let isPlain = !text.isEmpty && text.utf8.allSatisfy { $0 > 0x20 && $0 != UInt8(ascii: "\"") && $0 != 0x7f }
    return isPlain ? text : JSONValue.string(text).text
  }
}

/// Writes log messages as lines, with what belongs to them in a fixed order.
struct LineLogHandler: LogHandler {
  var logLevel = Logger.Level.info
  var metadata: Logger.Metadata = [:]
  private let writer: LineWriter

  init(to writer: LineWriter) { self.writer = writer }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    let pairs = metadata.merging(event.metadata ?? [:]) { _, own in own }.sorted {
      Self.rank($0.key) < Self.rank($1.key)
    }
    writer.write(event.level.rawValue, "\(event.message)", pairs.map { ($0.key, "\($0.value)") })
  }

  private static let order = ["pipeline", "run", "slot", "file"]

  private static func rank(_ key: String) -> (Int, String) { (order.firstIndex(of: key) ?? order.count, key) }
}
