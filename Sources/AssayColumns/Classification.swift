import CAssay

/// What a text is, read as a whole and untrimmed: a number, a boolean, a date, a code or text.
///
/// The rules are those of the reference program's regular expressions. An empty text is text: which texts stand for
/// null is the source's affair. O(length), one pass for nearly all texts.
package func classify(_ text: Span<UInt8>) -> CellClass {
  text.withUnsafeBufferPointer { CellClass(rawValue: assay_text_class($0.baseAddress, $0.count)) ?? .text }
}

@inline(__always)
func isDigit(_ byte: UInt8) -> Bool { byte &- 48 < 10 }
