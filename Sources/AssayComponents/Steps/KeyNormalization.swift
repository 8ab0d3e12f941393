internal import AssayDefinition
internal import AssayEngine

/// One way of making texts that mean the same equal.
enum KeyOperation: String, ConfigChoice {
  /// Blanks at the ends go.
  case trim
  /// Blanks at the ends go, and runs of blanks within become one.
  case collapse
  case lower
  case upper
  /// Only the digits 0 to 9 stay.
  case digits
  /// Of a US zip code with four more digits, the first five stay; any other text stays as it is.
  case zip5

  func applied(to text: String) -> String {
    switch self {
    case .trim: return String(text.trimmed)
    case .collapse: return collapsed(text)
    case .lower: return text.lowercased()
    case .upper: return text.uppercased()
    case .digits: return String(text.unicodeScalars.filter { ("0"..."9").contains($0) }.map(Character.init))
    case .zip5:
      let zip = Array(text.trimmed.utf8)
      let hasDash = zip.count == 10 && zip[5] == UInt8(ascii: "-")
      guard hasDash || zip.count == 9 else { return text }
      let digits = Array(zip.prefix(5)) + zip.suffix(4)
      return digits.allSatisfy { (48...57).contains($0) } ? String(text.trimmed.prefix(5)) : text
    }
  }
}

/// How a look-up's inputs are made equal where they mean the same: for all of them, or column by column.
struct KeyNormalization: ConfigValue {
  private var all: [KeyOperation]?
  private var byColumn = Named<[KeyOperation]>()

  init() {}

  static var shape: Shape { .either([[KeyOperation].shape, Named<[KeyOperation]>.shape]) }

  static func decode(_ node: YAMLNode, _ context: Decoding) -> KeyNormalization? {
    var normalization = KeyNormalization()
    if node.pairs != nil {
      guard let columns = Named<[KeyOperation]>.decode(node, context) else { return nil }
      normalization.byColumn = columns
    } else {
      guard let all = [KeyOperation].decode(node, context) else { return nil }
      normalization.all = all
    }
    return normalization
  }

  static func display(_ value: KeyNormalization) -> String? { nil }

  /// The columns that are named.
  var columns: [String] { byColumn.items.map(\.name) }

  /// A column's text as it is asked for, and compared.
  func applied(to text: String, of column: String) -> String {
    operations(of: column).reduce(text) { $1.applied(to: $0) }
  }

  /// What is done to a column's texts, for what remembered answers hang on.
  func text(of column: String) -> String { operations(of: column).map(\.rawValue).joined(separator: " ") }

  private func operations(of column: String) -> [KeyOperation] { byColumn[column] ?? all ?? [.collapse] }
}

extension String {
  fileprivate var trimmed: Substring {
    guard let first = firstIndex(where: { !$0.isWhitespace }), let last = lastIndex(where: { !$0.isWhitespace }) else {
      return ""
    }
    return self[first...last]
  }
}
