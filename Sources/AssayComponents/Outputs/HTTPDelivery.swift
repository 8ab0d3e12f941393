internal import AssayEngine
internal import AssayHTTP
internal import AssayStore

/// The staged rows of an `http` output, to be sent.
struct HTTPDelivery: Delivery {
  let output: HTTPOutput
  let rows: KeptRows
  /// Columns whose values are not told of.
  let privateColumns: [String]

  var rowCount: Int { rows.rowCount }

  var requestCount: Int {
    let size = output.rowsPerRequest ?? 1
    return (rowCount + size - 1) / size
  }

  /// How long requests that are on their way may go on once the run is stopped, or another request broke: what they were
  /// answered says whether they were done.
  private static let grace = Duration.seconds(5)
  /// Requests for each place at the API's gate: answers are remembered while others are under way.
  private static let requestsPerPlace = 2

  /// How a request ended that was sent.
  private struct Ending: Sendable {
    enum Result: Sendable {
      /// Gone: a thing that was to be deleted was not there.
      case taken(isGone: Bool)
      case refused(HTTPFailure)
      case failed(any Error)
    }

    /// Its place among all requests.
    var place: Int
    var request: OutgoingRequest
    var result: Result
  }

  func deliver(_ context: DeliveryContext) async throws {
    var client = try output.client(context.node)
    client.transport = LingeringTransport(client.transport, grace: Self.grace)
    let sender = client
    let queue = RequestQueue(
      RequestMaker(
        output, rows, privateColumns: privateColumns, client: client,
        scope: "\(context.book.root)\n\(context.number)"), context)
    var outcomes = SendOutcomes(output, context.progress)
    var failure = FirstSendFailure()
    let width = output.ordered ? 1 : Self.requestsPerPlace * client.gate.concurrency
    await withTaskGroup(of: Ending.self) { group in
      var active = 0
      var place = 0
      var hasMore = true
      while true {
        while failure.error == nil, hasMore, active < width, !Task.isCancelled {
          do {
            guard let next = try await queue.next() else {
              hasMore = false
              break
            }
            if next.isSent {
              context.progress.noteSent(rows: next.request.rows.count, isEarlier: true)
              context.node.counters.add(rowsOut: next.request.rows.count, cacheHits: 1)
              try outcomes.note(.taken, at: place)
            } else if case .fault(let reason) = next.request.content {
              let text = "\(next.request.place): \(reason)"
              guard output.onError == .skip else { throw RunFailure("\(text); on_error: skip leaves such rows out") }
              try outcomes.note(.refused(kind: reason, text: text, rows: next.request.leftOut(reason)), at: place)
            } else {
              // Paid for in the order of rows; sent without being paid for, it fails as the budget says.
              let paying = sender.reserving() ?? sender
              let (request, number) = (next.request, place)
              active += 1
              group.addTask { await send(request, number, paying, context) }
            }
          } catch {
            failure.note(error, at: place)
          }
          place += 1
        }
        // What a budget has let through goes its way; what else is broken is broken for those that wait, too.
        if let error = failure.error, (error as? HTTPFailure)?.kind != .budget { group.cancelAll() }
        guard let ending = await group.next() else { break }
        active -= 1
        do {
          try note(ending, context, &outcomes)
        } catch {
          failure.note(error, at: ending.place)
        }
      }
    }
    // Behind a request that broke, others were refused: they are left out of what was sent as well.
    do { try outcomes.noteAll() } catch { failure.note(error, at: .max) }
    for warning in outcomes.warnings { context.node.warn(warning) }
    if Task.isCancelled { throw CancellationError() }
    if let error = failure.error { throw error }
    try outcomes.finish()
    if outcomes.gone > 0, outcomes.gone == context.progress.values.requests {
      context.node.warn(
        "nothing was there to delete: all \(outcomes.gone) requests were answered 404 or 410; check the path if that is not so"
      )
    }
  }

  private func send(
    _ request: OutgoingRequest, _ place: Int, _ client: APIClient, _ context: DeliveryContext
  ) async -> Ending {
    guard case .request(let http, let key) = request.content else {
      return Ending(place: place, request: request, result: .failed(CancellationError()))
    }
    do {
      let exchange = try await context.book.sending(
        key: key, output: context.number, rows: request.rows.count, told: { request.hidden.masked($0) }
      ) {
        try await output.taken(client.send(http, expecting: output.expectation))
      }
      let isGone = output.method == .delete && !(200...299).contains(exchange.response.status) || !exchange.isFound
      return Ending(place: place, request: request, result: .taken(isGone: isGone))
    } catch let failure as HTTPFailure where output.isRefusal(failure) {
      return Ending(place: place, request: request, result: .refused(request.hidden.masked(failure)))
    } catch let failure as HTTPFailure {
      return Ending(place: place, request: request, result: .failed(request.hidden.masked(failure)))
    } catch {
      return Ending(place: place, request: request, result: .failed(error))
    }
  }

  /// Notes how a request ended. Throws what ends the sending.
  private func note(_ ending: Ending, _ context: DeliveryContext, _ outcomes: inout SendOutcomes) throws {
    switch ending.result {
    case .taken(let isGone):
      if isGone { outcomes.gone += 1 }
      context.progress.noteSent(rows: ending.request.rows.count)
      context.node.counters.add(rowsOut: ending.request.rows.count)
      try outcomes.note(.taken, at: ending.place)
    case .refused(let failure):
      let text = "\(ending.request.place): \(failure)"
      guard output.onError == .skip else {
        throw RunFailure("\(text); on_error: skip leaves out what the API refuses")
      }
      var reason = failure.message
      if let excerpt = failure.excerpt, !excerpt.isEmpty { reason += ": \"\(excerpt)\"" }
      try outcomes.note(
        .refused(kind: failure.message, text: text, rows: ending.request.leftOut(reason)), at: ending.place)
    case .failed(let error): throw error
    }
  }
}

/// What broke first in the order of rows; what was cancelled says nothing, and what was not even sent says less than an
/// answer.
private struct FirstSendFailure {
  private(set) var error: (any Error)?
  private var rank = (isUnsent: true, place: Int.max)

  mutating func note(_ new: any Error, at place: Int) {
    let http = new as? HTTPFailure
    let isCancelled = new is CancellationError || http?.kind == .cancelled
    if isCancelled { return }
    let isUnsent = http?.attempts == 0
    let isBefore = isUnsent == rank.isUnsent ? place < rank.place : !isUnsent
    guard error == nil || isBefore else { return }
    error = new
    rank = (isUnsent, place)
  }
}
