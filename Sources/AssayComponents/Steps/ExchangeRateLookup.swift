internal import AssayColumns
internal import AssayDefinition
internal import AssayEngine
internal import AssayFormats
internal import AssayHTTP
internal import AssayStore

/// Asks one service for exchange rates. A key is a currency, and with `date` a day.
struct ExchangeRateLookup: Lookup {
  let step: ExchangeRateStep
  private let kind: String
  private let service: any ExchangeRateProvider
  private let api: APIName?
  /// Whether no further provider is asked for what this one does not know.
  private let isLast: Bool
  private let oddDates = OddDates()

  init(step: ExchangeRateStep, provider: NamedComponent<ExchangeRateFamily>, isLast: Bool) {
    self.step = step
    self.isLast = isLast
    kind = provider.kind
    service = provider.value
    api = step.selection.api(for: provider)
  }

  private var isDated: Bool { step.date != nil }

  var provider: String? { kind }
  var inputs: [Template] { [step.currency] + [step.date].compactMap(\.self) }
  var carried: [Template] { [step.amount] }
  var answerColumns: [LookupColumn] { [LookupColumn("rate", type: .decimal), LookupColumn("rate_date", type: .date)] }
  var addedColumns: [LookupColumn] {
    [
      step.into.map { LookupColumn($0, type: .decimal) }, step.rateInto.map { LookupColumn($0, type: .decimal) },
      step.dateInto.map { LookupColumn($0, type: .date) },
    ].compactMap(\.self)
  }
  var settings: LookupSettings { step.settings }
  // A table holds all currencies, so one request serves any number of keys.
  var keysPerRequest: Int { .max }
  // Nothing is gained by waiting for more keys: what was asked for once is known for the rest of the run.
  var keysGathered: Int { 1 }
  var mostRequests: Int? { isDated ? nil : 1 }

  var usualAge: AnswerAge {
    isDated ? AnswerAge(found: .seconds(3650 * 86_400), notFound: .seconds(7 * 86_400)) : service.defaults.age
  }

  func client(_ context: NodeContext) throws -> APIClient? { try context.client(api, provider: service.defaults) }

  func memoryScope(_ context: NodeContext) throws -> AnswerScope? {
    context.warnLate("odd dates") { [oddDates] in oddDates.lines }
    guard let client = try client(context) else { return nil }
    return AnswerScope(
      api: client.name,
      text: "exchange_rate \(kind) \(client.base?.description ?? "") to \(step.to)\(isDated ? " by day" : "")")
  }

  /// The currency's code in capitals, and the day as `2026-11-24`; a text that is no date stays, and is not found.
  func key(_ inputs: [String]) -> LookupKey? {
    let parts = inputs.map(collapsed)
    guard parts.allSatisfy({ !$0.isEmpty }) else { return nil }
    return LookupKey([parts[0].uppercased()] + parts.dropFirst().map { CalendarDay($0)?.text ?? $0 })
  }

  /// A currency in itself is worth 1, and a day that is none, or has no rates, needs no request.
  func knownAnswer(_ key: LookupKey, at now: StoreTime) -> LookupAnswer? {
    let today = CalendarDay(now)
    guard isDated, let history = service.history else {
      return key.parts[0] == step.to ? RateAnswer(1, today).answer(nil) : nil
    }
    let nothing = LookupAnswer(.notFound, cells: [.null, .null])
    guard let day = CalendarDay(key.parts[1]) else {
      oddDates.note(key.parts[1])
      return nothing
    }
    if key.parts[0] == step.to { return RateAnswer(1, day, for: day).answer(nil) }
    return day > today || day < history.firstDay ? nothing : nil
  }

  /// Keys whose days are asked for together stand together.
  func requests(for keys: [LookupKey]) -> [[LookupKey]] {
    guard isDated, let history = service.history else { return keys.isEmpty ? [] : [keys] }
    var groups: [[LookupKey]] = []
    var places: [CalendarDay: Int] = [:]
    for key in keys {
      guard let day = CalendarDay(key.parts[1]) else { continue }
      let start = history.span(of: day).lowerBound
      if let place = places[start] {
        groups[place].append(key)
      } else {
        places[start] = groups.count
        groups.append([key])
      }
    }
    return groups
  }

  func ask(_ keys: [LookupKey], _ context: NodeContext) async throws -> [LookupAnswer] {
    let today = CalendarDay(context.run.clock.startedAt)
    guard isDated, let history = service.history else { return try await latest(keys, context) }
    var asked = AskedDays(history: history, lookup: self, today: today, context: context)
    var answers: [LookupAnswer] = []
    answers.reserveCapacity(keys.count)
    for key in keys { answers.append(try await dated(key, &asked)) }
    return answers
  }

  // MARK: Newest rates

  private func latest(
    _ keys: [LookupKey], _ context: NodeContext
  ) async throws -> [LookupAnswer] {
    let (rates, exchange) = try await fetchLatest(context)
    return keys.map { key in
      var found = RateAnswer(rates.table.rate(from: key.parts[0], to: step.to), rates.table.day)
      found.until = until(rates.nextUpdate, context)
      return found.answer(exchange)
    }
  }

  private func fetchLatest(_ context: NodeContext) async throws -> (LatestRates, HTTPExchange) {
    guard let client = try client(context) else { throw RunFailure("'\(kind)' has no address") }
    let (service, workers) = (service, context.run.workers)
    // Steps do not share tables: which of them asked would differ from run to run, and so would recordings and reports.
    let (rates, exchange) = try await context.run.once("exchange_rate \(context.name) \(kind)") {
      let exchange = try await client.send(try service.latestRequest(client), expecting: service.expectation)
      if !exchange.isFound { throw RunFailure("\(client.name) has no rates at the moment") }
      return (try await workers.run { try service.latestRates(in: exchange.response.body) }, exchange)
    }
    if isLast, !rates.table.has(step.to) {
      throw RunFailure("\(client.name) has no rate of '\(step.to)', the currency to convert to")
    }
    return (rates, exchange)
  }

  /// Until when newest rates are the newest: a minute after the next update, where the service tells of one that is near.
  private func until(_ nextUpdate: Int64?, _ context: NodeContext) -> Int64 {
    let now = context.run.clock.now.milliseconds / 1000
    if let nextUpdate, nextUpdate > now, nextUpdate <= now + 2 * 86_400 { return nextUpdate + 60 }
    return now + Self.brief
  }

  /// Seconds for which what may soon change is remembered.
  private static let brief: Int64 = 3600

  // MARK: Rates of days

  private func dated(_ key: LookupKey, _ asked: inout AskedDays) async throws -> LookupAnswer {
    guard let day = CalendarDay(key.parts[1]) else { return LookupAnswer(.notFound, cells: [.null, .null]) }
    let (found, exchange) = try await asked.rate(from: key.parts[0], to: step.to, on: day)
    var answer = found ?? RateAnswer(nil, day.adding(-step.mostDays), for: day)
    // A rate that is carried back may still come, and the last day's may still change.
    let isOver = answer.rate != nil && answer.day == day ? day < asked.today : day.adding(2) <= asked.today
    if !isOver { answer.until = asked.context.run.clock.now.milliseconds / 1000 + Self.brief }
    return answer.answer(exchange)
  }

  /// The rates of days as one request of the stage needs them. What was asked for is kept for the whole run.
  private struct AskedDays {
    let history: any RateHistory
    let lookup: ExchangeRateLookup
    let today: CalendarDay
    let context: NodeContext
    private var spans: [CalendarDay: Days] = [:]

    /// The tables that an exchange brought, by their days.
    struct Days: Sendable {
      var tables: [CalendarDay: RateTable]
      var exchange: HTTPExchange
    }

    init(history: any RateHistory, lookup: ExchangeRateLookup, today: CalendarDay, context: NodeContext) {
      self.history = history
      self.lookup = lookup
      self.today = today
      self.context = context
    }

    /// The rate of a day, or the last one before it; nil where there is none within the age, with what says so.
    mutating func rate(
      from currency: String, to other: String, on day: CalendarDay
    ) async throws -> (RateAnswer?, HTTPExchange) {
      let days = try await self.days(of: day)
      for back in 0...lookup.step.mostDays {
        let earlier = day.adding(-back)
        if earlier < history.firstDay { break }
        if history.tellsSpans {
          if let rate = days.tables[earlier]?.rate(from: currency, to: other) {
            return (RateAnswer(rate, earlier, for: day), days.exchange)
          }
        } else {
          // A table of all currencies: one that is not among them has none the day before either.
          let its = try await self.days(of: earlier)
          if let table = its.tables[earlier] {
            return (table.rate(from: currency, to: other).map { RateAnswer($0, earlier, for: day) }, its.exchange)
          }
        }
      }
      return (nil, days.exchange)
    }

    /// The tables of the span of a day, and of the days that may be carried into it.
    private mutating func days(of day: CalendarDay) async throws -> Days {
      let span = history.span(of: day)
      if let known = spans[span.lowerBound] { return known }
      let first = history.tellsSpans ? span.lowerBound.adding(-lookup.step.mostDays) : span.lowerBound
      let days = max(first, history.firstDay)...min(span.upperBound, today)
      let fetched = try await lookup.fetch(days, history, context)
      spans[span.lowerBound] = fetched
      return fetched
    }
  }

  private func fetch(
    _ days: ClosedRange<CalendarDay>, _ history: any RateHistory, _ context: NodeContext
  ) async throws -> AskedDays.Days {
    guard let client = try client(context) else { throw RunFailure("'\(kind)' has no address") }
    let (service, workers) = (service, context.run.workers)
    return try await context.run.once("exchange_rate \(context.name) \(kind) \(days.lowerBound.text)") {
      let exchange = try await client.send(try history.request(days, client), expecting: service.expectation)
      let tables = try await workers.run { exchange.isFound ? try history.tables(in: exchange.response.body) : [] }
      return AskedDays.Days(
        tables: Dictionary(tables.map { ($0.day, $0) }) { _, last in last }, exchange: exchange)
    }
  }

  // MARK: Remembered answers

  func recall(_ remembered: RememberedAnswer, of key: LookupKey) throws -> LookupAnswer {
    let answer = try RateAnswer(
      remembered: remembered.payload, for: isDated ? CalendarDay(key.parts[1]) : nil, mostDays: step.mostDays)
    // Who says how long newest rates are good for means it.
    let remember = step.settings.remember
    let isLimited = isDated || (answer.rate == nil ? remember?.notFound : remember?.found) == nil
    if let until = answer.until, isLimited, until <= StoreTime.now.milliseconds / 1000 {
      throw RunFailure("the remembered rate is no longer the newest")
    }
    return answer.answer(nil)
  }

  func cells(_ answer: LookupAnswer, carried: [String?]) -> [Cell] {
    guard case .decimal(let rate)? = answer.cells.first else { return addedColumns.map { _ in .null } }
    let bytes = Array((carried[0] ?? "").utf8)
    let converted = parseDecimal(bytes.span).map { $0 * rate }
    var cells: [Cell] = [converted.flatMap { $0.isFinite ? .decimal($0) : nil } ?? .null]
    if step.rateInto != nil { cells.append(.decimal(rate)) }
    if step.dateInto != nil { cells.append(answer.cells[1]) }
    return cells
  }
}
