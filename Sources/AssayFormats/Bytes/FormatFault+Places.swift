extension FormatFault {
  /// A document without any bytes, or without anything but a byte order mark and blank lines.
  package static var emptyDocument: FormatFault {
    var fault = FormatFault("the file is empty")
    fault.isEmptyDocument = true
    return fault
  }

  /// What is wrong with bytes that are not UTF-8, where that shows.
  static func notUTF8(_ value: UInt8, byte: Int, line: Int, record: Int? = nil) -> FormatFault {
    let hex = String(value, radix: 16, uppercase: true)
    let name = "0x" + (hex.count < 2 ? "0" + hex : hex)
    let isUTF16Mark = byte == 0 && (value == 0xFE || value == 0xFF)
    let hint =
      isUTF16Mark
      ? "; the file starts like UTF-16: set `encoding: utf-16`"
      : "; if the file is in another encoding, name it: `encoding: windows-1252`"
    return FormatFault("byte \(name) is not UTF-8\(hint)", byte: byte, line: line, record: record)
  }

  /// What is wrong with a NUL byte in text.
  static func nulByte(byte: Int, line: Int, record: Int? = nil) -> FormatFault {
    FormatFault(
      "a NUL byte does not belong in text; if the file is UTF-16, set `encoding: utf-16`",
      byte: byte, line: line, record: record)
  }
}
