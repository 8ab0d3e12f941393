package import AssayColumns

/// The earliest and the latest date or datetime of a column.
package struct DateSpan: Sendable, Hashable {
  /// A date or datetime as the data spell it.
  package struct Entry: Sendable, Hashable {
    package var moment: Moment
    package var text: String
  }

  /// Values, nulls left out.
  package var values = 0
  /// Those of them that are dates or datetimes.
  package var dates = 0
  /// By when they are: zones are heeded, and a date, like a time without a zone, counts in UTC.
  package var earliest: Entry?
  package var latest: Entry?
}

/// Finds the earliest and latest date of a column. Of several texts for one moment the first is kept.
struct DateSpanFinder: ColumnAccumulator {
  private var span = DateSpan()

  func part(of view: BatchView, at place: Int) -> DateSpan {
    let column = view.batch.columns[place]
    var part = DateSpan(values: column.count - column.nullCount)
    var earliest: (moment: Moment, row: Int)?
    var latest: (moment: Moment, row: Int)?
    func take(_ bytes: UnsafeBufferPointer<UInt8>, _ row: Int) {
      guard let moment = Moment(utf8: bytes) else { return }
      part.dates += 1
      if earliest.map({ moment < $0.moment }) ?? true { earliest = (moment, row) }
      if latest.map({ moment > $0.moment }) ?? true { latest = (moment, row) }
    }
    switch column.storage {
    case .text(let texts):
      texts.bytes.withUnsafeBufferPointer { bytes in
        for row in 0..<column.count where !column.isNull(row) {
          take(UnsafeBufferPointer(rebasing: bytes[texts.range(at: row)]), row)
        }
      }
    case .variant(let cells):
      cells.bytes.withUnsafeBufferPointer { bytes in
        for row in 0..<column.count where cells.tag(at: row) == .text {
          take(UnsafeBufferPointer(rebasing: bytes[cells.textRange(at: row)]), row)
        }
      }
    case .integers, .decimals, .booleans: break
    }
    func entry(_ found: (moment: Moment, row: Int)?) -> DateSpan.Entry? {
      found.map { DateSpan.Entry(moment: $0.moment, text: column[$0.row].text ?? "") }
    }
    part.earliest = entry(earliest)
    part.latest = entry(latest)
    return part
  }

  mutating func merge(_ part: DateSpan, rowsBefore: Int) {
    span.values += part.values
    span.dates += part.dates
    if let found = part.earliest, span.earliest.map({ found.moment < $0.moment }) ?? true { span.earliest = found }
    if let found = part.latest, span.latest.map({ found.moment > $0.moment }) ?? true { span.latest = found }
  }

  func finish() -> MeasureValue { .dates(span) }
}
