extension JSONFormat {
  /// Whether a path leads to a value beside the records, so that it is found without reading them.
  package func isBesideRecords(_ path: JSONPath) -> Bool {
    guard !lines, let streamNames, let names = path.memberNames else { return false }
    // A path that ends at the records or within them, or at what holds them, needs them.
    return !names.starts(with: streamNames) && !streamNames.starts(with: names)
  }

  /// The rows of a document in memory, and the document without its records: what stands beside them.
  ///
  /// The records are read as those of a stream are, which is much faster than a tree of values. Only for documents that
  /// stream. O(bytes).
  package func readApart(_ document: [UInt8]) throws(FormatFault) -> (parts: [DecodedRows], rest: JSONValue) {
    var cutter = JSONCutter(format: self)
    let pieces = try cutter.push(document) + cutter.finish()
    var parts: [DecodedRows] = []
    for piece in pieces { parts.append(try decode(piece)) }
    guard let list = cutter.listBytes else { return (parts, try JSONParser.parse(document)) }
    return (parts, try JSONParser.parse(Array(document[..<list.lowerBound] + document[list.upperBound...])))
  }
}
