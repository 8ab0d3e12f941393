extension JSONPathEvaluation {
  /// The comparison of two values, nil for "nothing", by RFC 9535, 2.3.5.2.2.
  static func compare(_ left: JSONValue?, _ comparison: JSONPathComparison, _ right: JSONValue?) -> Bool {
    switch comparison {
    case .equal: isEqual(left, right)
    case .unequal: !isEqual(left, right)
    case .less: isLess(left, right)
    case .greater: isLess(right, left)
    case .lessOrEqual: isLess(left, right) || isEqual(left, right)
    case .greaterOrEqual: isLess(right, left) || isEqual(left, right)
    }
  }

  private static func isEqual(_ left: JSONValue?, _ right: JSONValue?) -> Bool {
    switch (left, right) {
    case (nil, nil), (.null?, .null?): return true
    case (.bool(let left)?, .bool(let right)?): return left == right
    case (.string(let left)?, .string(let right)?): return sameScalars(left, right)
    case (.integer(let left)?, .integer(let right)?): return left == right
    case (.decimal(let left)?, .decimal(let right)?): return left == right
    case (.integer(let integer)?, .decimal(let decimal)?), (.decimal(let decimal)?, .integer(let integer)?):
      return Int64(exactly: decimal) == integer
    case (.array(let left)?, .array(let right)?):
      return left.count == right.count && zip(left, right).allSatisfy { isEqual($0, $1) }
    case (.object(let left)?, .object(let right)?):
      return left.members.count == right.members.count
        && left.members.allSatisfy { member in
          guard let other = right[member.name] else { return false }
          return isEqual(member.value, other)
        }
    default: return false
    }
  }

  private static func isLess(_ left: JSONValue?, _ right: JSONValue?) -> Bool {
    switch (left, right) {
    case (.string(let left)?, .string(let right)?):
      // The order of UTF-8 bytes is that of scalars.
      return left.utf8.lexicographicallyPrecedes(right.utf8)
    case (.integer(let left)?, .integer(let right)?): return left < right
    case (.decimal(let left)?, .decimal(let right)?): return left < right
    case (.integer(let integer)?, .decimal(let decimal)?): return exactlyLess(integer, decimal)
    case (.decimal(let decimal)?, .integer(let integer)?):
      return Int64(exactly: decimal) != integer && !exactlyLess(integer, decimal)
    default: return false
    }
  }

  /// `integer < decimal`, without rounding the integer.
  private static func exactlyLess(_ integer: Int64, _ decimal: Double) -> Bool {
    if decimal >= 0x1p63 { return true }
    if decimal < -0x1p63 { return false }
    let whole = decimal.rounded(.down)
    return integer < Int64(whole) || integer == Int64(whole) && decimal > whole
  }
}
