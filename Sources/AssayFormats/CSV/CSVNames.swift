/// The names of columns from the cells of a header row.
enum CSVNames {
  /// The cells as names that are all different: an empty one is `column_N`, N its place from 1; a name that was there
  /// before gets the first of `_2`, `_3` … that no other column has.
  static func unique(_ cells: [String]) -> [String] {
    // A name as it is written goes before one that is made: `a,a,a_2` is `a`, `a_3`, `a_2`.
    let written = Set(cells)
    var taken: Set<String> = []
    var lastNumber: [String: Int] = [:]
    return cells.enumerated().map { index, cell in
      let name = cell.isEmpty ? "column_\(index + 1)" : cell
      if cell.isEmpty ? !written.contains(name) && taken.insert(name).inserted : taken.insert(name).inserted {
        return name
      }
      var number = lastNumber[name] ?? 1
      while true {
        number += 1
        let made = "\(name)_\(number)"
        if !written.contains(made), taken.insert(made).inserted {
          lastNumber[name] = number
          return made
        }
      }
    }
  }
}
