internal import AssayColumns

/// Puts the answers of a look-up beside the rows that asked for them: rows and their order stay, columns are added.
struct LookupJoin: Sendable {
  let step: String
  let lookup: any Lookup

  /// What is kept of answers beside their cells.
  var extras: [AnswerSegment.Extra] {
    (lookup.settings.errorColumn == nil ? [] : [.reason]) + lookup.settings.provenance.map { .provenance($0) }
  }

  /// The columns that rows get, in their order.
  var columns: [LookupColumn] { Self.columns(of: lookup, step: step) }

  /// The columns that a look-up step adds to its rows.
  static func columns(of lookup: any Lookup, step: String) -> [LookupColumn] {
    lookup.addedColumns + [LookupColumn("\(step)_status", type: .text)]
      + [lookup.settings.errorColumn].compactMap { $0.map { LookupColumn($0, type: .text) } }
      + lookup.settings.provenance.map { LookupColumn("\(step)_\($0.suffix)", type: .text) }
  }

  /// A schema with the columns that are added. Throws where rows have one of that name already.
  func widened(_ schema: DatasetSchema) throws -> DatasetSchema {
    var wider = schema
    for column in columns {
      guard wider.index(of: column.name) == nil else {
        throw RunFailure(
          "step '\(step)' adds a column '\(column.name)', but its rows have one of that name already; name another under 'columns'"
        )
      }
      wider.append(Field(column.name, reading: .own, type: column.type))
    }
    return wider
  }

  /// A batch with its answers, all of which are there; the columns that it had are shared, not copied. O(rows × columns).
  func join(_ batch: Batch, _ answers: RowAnswers) throws -> Batch {
    var joined = batch
    joined.schema = try widened(batch.schema)
    joined.misfits = []
    let width = lookup.answerColumns.count
    if lookup.carried.isEmpty {
      for column in lookup.addedColumns.indices { joined.columns.append(gather(column, answers)) }
    } else {
      joined.columns += computed(batch, answers, width: width)
    }
    joined.columns.append(statuses(answers))
    for index in extras.indices { joined.columns.append(gather(width + index, answers)) }
    return joined
  }

  private func gather(_ column: Int, _ answers: RowAnswers) -> Column {
    let places = answers.places
    let sources = answers.segments.map { $0.columns[column] }
    var cells = VariantStorage()
    cells.reserveCapacity(places.count)
    var validity = Bitmap(repeating: true, count: places.count)
    var hasNull = false
    for (row, place) in places.enumerated() {
      let isNull: Bool
      if place.isSkipped {
        cells.appendNull()
        isNull = true
      } else {
        isNull = cells.append(sources[place.segment], at: place.offset)
      }
      if isNull {
        validity[row] = false
        hasNull = true
      }
    }
    return Column(.variant(cells), validity: hasNull ? validity : nil)
  }

  /// The columns of a look-up whose cells depend on further inputs of the row.
  private func computed(_ batch: Batch, _ answers: RowAnswers, width: Int) -> [Column] {
    let carried = lookup.carried.map { BoundTemplate($0, batch) }
    let nulls = [Cell](repeating: .null, count: lookup.addedColumns.count)
    var columns = [VariantStorage](repeating: VariantStorage(), count: nulls.count)
    for (row, place) in answers.places.enumerated() {
      var cells = nulls
      if !place.isSkipped {
        let segment = answers.segments[place.segment]
        let answer = LookupAnswer(segment.statuses[place.offset], cells: segment.cells(at: place.offset, width: width))
        cells = lookup.cells(answer, carried: carried.map { $0.fill(row) })
      }
      for index in columns.indices { columns[index].append(cells[index]) }
    }
    return columns.map { Column(variant: $0) }
  }

  private func statuses(_ answers: RowAnswers) -> Column {
    var (bytes, starts, lengths): ([UInt8], [UInt32], [UInt32]) = ([], [], [])
    for status in LookupStatus.allCases {
      starts.append(UInt32(bytes.count))
      bytes += status.rawValue.utf8
      lengths.append(UInt32(bytes.count) - (starts.last ?? 0))
    }
    let words = answers.places.map { place in
      place.isSkipped ? LookupStatus.skipped.place : answers.segments[place.segment].statuses[place.offset].place
    }
    return Column(
      .text(TextStorage(bytes: bytes, starts: words.map { starts[$0] }, lengths: words.map { lengths[$0] })))
  }
}

extension LookupStatus {
  /// Its place among all.
  fileprivate var place: Int {
    switch self {
    case .ok: 0
    case .notFound: 1
    case .ambiguous: 2
    case .error: 3
    case .skipped: 4
    }
  }
}
