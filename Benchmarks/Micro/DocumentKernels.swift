import AssayColumns
import AssayFormats

/// Reading of the same rows as JSON, JSON Lines and XML, of compressed text, and a path over records in memory.
func documentKernels(json: [UInt8], lines: [UInt8], xml: [UInt8], gzip: [UInt8], text: Int) -> [Kernel] {
  [
    Kernel(name: "JSON, cut and decode", bytes: json.count, items: rows(lines), unit: "records") {
      try decoded(json, as: JSONFormat())
    },
    Kernel(name: "JSON Lines, cut and decode", bytes: lines.count, items: rows(lines), unit: "records") {
      try decoded(lines, as: JSONFormat(lines: true))
    },
    Kernel(name: "XML, cut and decode", bytes: xml.count, items: rows(lines), unit: "records") {
      try decoded(xml, as: XMLFormat())
    },
    Kernel(name: "gzip, inflate (bytes of text)", bytes: text, items: rows(lines), unit: "rows") {
      try inflated(gzip)
    },
    pathKernel(lines),
  ]
}

/// A filter over records that are in memory: parsed before the clock starts.
private func pathKernel(_ lines: [UInt8]) -> Kernel {
  let records = lines.split(separator: UInt8(ascii: "\n")).prefix(10_000)
  let bytes = records.reduce(0) { $0 + $1.count }
  let document = Array("[".utf8) + Array(records.joined(separator: [UInt8(ascii: ",")])) + Array("]".utf8)
  let values = Result { try JSONParser.parse(document) }
  return Kernel(name: "JSONPath, filter", bytes: bytes, items: records.count, unit: "records") {
    let path = try JSONPath("$[?@.state == 'CA' && @.revenue > 1000000].id")
    return path.select(in: try values.get()).count
  }
}

private func rows(_ lines: [UInt8]) -> Int { max(lines.count { $0 == UInt8(ascii: "\n") }, 1) }

private func decoded(_ document: [UInt8], as format: some RowFormat) throws -> Int {
  var rows = 0
  for piece in try cut(document, as: format) { rows += try format.decode(piece).rowCount }
  return rows
}

private func inflated(_ gzip: [UInt8]) throws -> Int {
  var inflater = GzipInflater()
  var count = 0
  for start in stride(from: 0, to: gzip.count, by: 256 << 10) {
    inflater.push(Array(gzip[start..<min(start + 256 << 10, gzip.count)]))
    while let text = try inflater.next() { count += text.count }
  }
  inflater.finish()
  while let text = try inflater.next() { count += text.count }
  return count
}
