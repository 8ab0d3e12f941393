import AssayColumns

/// A JSON value that keeps the order of members, and integers apart from decimals. Trusts its input: fixtures.
indirect enum JSON: Equatable {
  case null
  case boolean(Bool)
  case integer(Int64)
  case decimal(Double)
  case string(String)
  case array([JSON])
  case object([(String, JSON)])

  init(parsing text: String) {
    var parser = Parser(scalars: Array(text.unicodeScalars))
    self = parser.value()
  }

  static func == (left: JSON, right: JSON) -> Bool {
    switch (left, right) {
    case (.null, .null): true
    case (.boolean(let left), .boolean(let right)): left == right
    case (.integer(let left), .integer(let right)): left == right
    case (.integer(let left), .decimal(let right)), (.decimal(let right), .integer(let left)): Double(left) == right
    case (.decimal(let left), .decimal(let right)): left == right
    case (.string(let left), .string(let right)): Array(left.utf8) == Array(right.utf8)
    case (.array(let left), .array(let right)): left == right
    case (.object(let left), .object(let right)):
      left.count == right.count && zip(left, right).allSatisfy { $0.0 == $1.0 && $0.1 == $1.1 }
    default: false
    }
  }

  subscript(_ name: String) -> JSON? {
    if case .object(let members) = self { members.first { $0.0 == name }?.1 } else { nil }
  }

  var cell: Cell {
    switch self {
    case .null: .null
    case .boolean(let value): .boolean(value)
    case .integer(let value): .integer(value)
    case .decimal(let value): .decimal(value)
    case .string(let value): .text(value)
    case .array, .object: .text(text)
    }
  }

  /// Compact text.
  var text: String {
    switch self {
    case .null: "null"
    case .boolean(let value): value ? "true" : "false"
    case .integer(let value): String(value)
    case .decimal(let value): decimalText(value)
    case .string(let value): "\"\(value)\""
    case .array(let items): "[" + items.map(\.text).joined(separator: ",") + "]"
    case .object(let members): "{" + members.map { "\"\($0)\":\($1.text)" }.joined(separator: ",") + "}"
    }
  }

  private struct Parser {
    let scalars: [Unicode.Scalar]
    var at = 0

    init(scalars: [Unicode.Scalar]) { self.scalars = scalars }

    mutating func skip() { while at < scalars.count, scalars[at].properties.isWhitespace { at += 1 } }

    mutating func value() -> JSON {
      skip()
      switch scalars[at] {
      case "{":
        at += 1
        var members: [(String, JSON)] = []
        while true {
          skip()
          if scalars[at] == "}" { break }
          if scalars[at] == "," {
            at += 1
            continue
          }
          let name = string()
          skip()
          at += 1
          members.append((name, value()))
        }
        at += 1
        return .object(members)
      case "[":
        at += 1
        var items: [JSON] = []
        while true {
          skip()
          if scalars[at] == "]" { break }
          if scalars[at] == "," { at += 1 } else { items.append(value()) }
        }
        at += 1
        return .array(items)
      case "\"": return .string(string())
      default:
        var word = ""
        while at < scalars.count, !",]} \n\r\t".unicodeScalars.contains(scalars[at]) {
          word.unicodeScalars.append(scalars[at])
          at += 1
        }
        switch word {
        case "null": return .null
        case "true": return .boolean(true)
        case "false": return .boolean(false)
        default: return Int64(word).map { .integer($0) } ?? .decimal(Double(word) ?? .nan)
        }
      }
    }

    mutating func string() -> String {
      at += 1
      var text = String.UnicodeScalarView()
      while scalars[at] != "\"" {
        if scalars[at] == "\\" { at += 1 }
        text.append(scalars[at])
        at += 1
      }
      at += 1
      return String(text)
    }
  }
}
