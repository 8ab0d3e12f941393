import AssayColumns

/// The full spread of a column of dates and datetimes, as days since 1970-01-01 in UTC; nil for any other column.
struct DayShapeCollector: ColumnAccumulator {
  private var blocks = NumberBlocks()
  private var isDates = true

  func part(of view: BatchView, at place: Int) -> NumberBlock? {
    let counts = view.classCounts(at: place)
    guard counts[.date] + counts[.datetime] == counts.values else { return nil }
    var days: [Int32] = []
    days.reserveCapacity(counts.values)
    let column = view.batch.columns[place]
    for row in 0..<column.count {
      guard let text = column[row].text, let moment = Moment(text) else { continue }
      days.append(Int32(clamping: moment.seconds >= 0 ? moment.seconds / 86_400 : (moment.seconds - 86_399) / 86_400))
    }
    return NumberBlock(.scaled(days, divisor: 1))
  }

  mutating func merge(_ part: NumberBlock?, rowsBefore: Int) {
    guard isDates else { return }
    if let part {
      if part.count > 0 { blocks.append(part) }
    } else {
      isDates = false
      blocks = NumberBlocks()
    }
  }

  var heldBytes: Int { blocks.heldBytes }
  mutating func spill(to file: SpillFile) throws(GradingFault) { try blocks.spill(to: file) }
  func finish() throws(GradingFault) -> MeasureValue {
    .shape(isDates && blocks.count > 0 ? try shape(of: blocks) : nil)
  }
}

/// Counts the texts of a column until it has too many distinct ones; nil then.
///
/// Memory: the distinct texts, at most `limit` of them.
struct FrequencyCounter: ColumnAccumulator {
  typealias Part = [String: Int]?

  private let limit: Int
  private var counts: Part = [:]

  init(limit: Int) { self.limit = limit }

  func part(of view: BatchView, at place: Int) -> Part {
    let column = view.batch.columns[place]
    guard case .text(let texts) = column.storage else { return counted(column) }
    // Runs of one value and bytes that were just seen are told without making a string of them.
    var found: [String: Int] = [:]
    let bytes = texts.bytes.span
    var last: (range: Range<Int>, text: String)?
    var run = 0
    for row in 0..<column.count where !column.isNull(row) {
      let range = texts.range(at: row)
      if let last, equal(bytes, last.range, range) {
        run += 1
        continue
      }
      if let last { found[last.text, default: 0] += run }
      if found.count > limit { return nil }
      last = (range, String(decoding: texts.bytes[range], as: UTF8.self))
      run = 1
    }
    if let last { found[last.text, default: 0] += run }
    return found.count > limit ? nil : found
  }

  private func counted(_ column: Column) -> Part {
    var found: [String: Int] = [:]
    for row in 0..<column.count {
      guard let text = column[row].text else { continue }
      found[text, default: 0] += 1
      if found.count > limit { return nil }
    }
    return found
  }

  private func equal(_ bytes: Span<UInt8>, _ left: Range<Int>, _ right: Range<Int>) -> Bool {
    guard left.count == right.count else { return false }
    for offset in 0..<left.count where bytes[left.lowerBound + offset] != bytes[right.lowerBound + offset] {
      return false
    }
    return true
  }

  mutating func merge(_ part: Part, rowsBefore: Int) {
    guard let part, counts != nil else {
      counts = nil
      return
    }
    counts?.merge(part, uniquingKeysWith: +)
    if let all = counts, all.count > limit { counts = nil }
  }

  func finish() -> MeasureValue { .frequencies(counts.map { ValueFrequencies($0) }) }
}

/// The full spread of numbers, of which there must be one. O(values), and O(n log n) for at most 65,536 of them.
func shape(of blocks: NumberBlocks) throws(GradingFault) -> NumberShape {
  let spread = try spread(of: blocks)
  var (minimum, maximum) = (Double.infinity, -Double.infinity)
  try blocks.forEach { block in
    block.forEach {
      minimum = min(minimum, $0)
      maximum = max(maximum, $0)
    }
  }
  var histogram = Histogram(spread, minimum: minimum, maximum: maximum)
  try blocks.forEach { block in block.forEach { histogram.add($0) } }
  let sample = try sorted(sampleOf: blocks)
  var percentiles = (0...100).map { percent in
    let place = Double(percent) / 100 * Double(sample.count - 1)
    let rank = Int(place)
    let next = sample[min(rank + 1, sample.count - 1)]
    return sample[rank] + (next - sample[rank]) * (place - Double(rank))
  }
  // A sample may lack the extremes, and has the quartiles but nearly.
  percentiles[0] = minimum
  percentiles[100] = maximum
  for (place, value) in [(25, spread.firstQuartile), (50, spread.median), (75, spread.thirdQuartile)] {
    percentiles[place] = value
  }
  for place in 1...100 { percentiles[place] = max(percentiles[place], percentiles[place - 1]) }
  return NumberShape(
    spread: spread, minimum: minimum, maximum: maximum, percentiles: percentiles, histogram: histogram)
}
