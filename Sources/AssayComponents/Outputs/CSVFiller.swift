internal import AssayEngine
internal import AssayStore
internal import Glibc

/// Fills up the rows of a CSV file that were written before all columns were known.
///
/// Works on what `CSVWriter` wrote: rows end with LF outside of quotes.
struct CSVFiller: Sendable {
  /// The header of all columns.
  let header: [UInt8]
  /// Runs of rows with how many columns they were written under.
  let widths: [(columns: Int, rows: Int)]
  /// How many columns there are in the end.
  let width: Int
  let delimiter: UInt8

  /// Reads the rows from a descriptor to its end, and appends them to `file` at their full width.
  func fill(from descriptor: Int32, into file: StagedFile) throws {
    try file.write(header)
    var isQuoted = false
    var isHeader = true
    var run = 0
    var left = widths.first?.rows ?? 0
    var buffer = [UInt8](repeating: 0, count: 1 << 18)
    while true {
      let count = read(descriptor, &buffer, buffer.count)
      if count < 0 {
        if errno == EINTR { continue }
        throw RunFailure("'\(file.target)' cannot be rewritten: \(errorText(errno))")
      }
      if count == 0 { return }
      var output: [UInt8] = []
      output.reserveCapacity(count * 2)
      for byte in buffer[..<count] {
        if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
        let endsRow = byte == UInt8(ascii: "\n") && !isQuoted
        if isHeader {
          if endsRow { isHeader = false }
          continue
        }
        if endsRow {
          while left == 0, run + 1 < widths.count {
            run += 1
            left = widths[run].rows
          }
          left -= 1
          for _ in widths[run].columns..<max(width, widths[run].columns) { output.append(delimiter) }
        }
        output.append(byte)
      }
      try file.write(output)
    }
  }
}
