internal import AssayDefinition
package import AssayHTTP
internal import AssaySchedule
package import AssayStore

/// Tells a pipeline's notifiers, over connections of its own.
package struct NoticeSender: Sendable {
  package let notifiers: [NotifierDeclaration]
  package let pipeline: String
  let directory: String
  let mask: SecretMask
  let proxies: ProxySettings

  /// What became of a message.
  package struct Delivery: Sendable, Hashable {
    package enum Result: Sendable, Hashable {
      /// With the status that it was answered with.
      case sent(status: Int)
      /// Held back, since another of its kind was sent not long ago.
      case suppressed
      /// Somebody has told of the run.
      case told
      /// In words, masked.
      case failed(String)
    }

    /// The notifier's name.
    package var notifier: String
    /// Nil for what is sent as a run begins.
    package var event: NoticeEvent?
    package var result: Result
    /// What else is to be said, masked.
    package var note: String?
    /// The key of the file that has the address, of a notifier with several.
    package var addressKey: String?

    /// What went wrong, in a line; nil where nothing did.
    package var complaint: String? {
      if case .failed(let reason) = result {
        let what = addressKey.map { "'\($0)' could not be called" } ?? "the message could not be sent"
        return "notify '\(notifier)': \(what): \(reason)"
      }
      return note.map { "notify '\(notifier)': \($0)" }
    }
  }

  /// - Parameters:
  ///   - directory: The folder that paths of certificates start at.
  ///   - environment: Names the proxies.
  package init(
    _ notifiers: [NotifierDeclaration], of pipeline: String, directory: String, mask: SecretMask,
    environment: [String: String]
  ) {
    self.notifiers = notifiers
    self.pipeline = pipeline
    self.directory = directory
    self.mask = mask
    proxies = ProxySettings(environment: environment)
    for secret in proxies.secrets { mask.register(secret) }
  }

  /// Tells each notifier of the first of the events that it wants to hear of; a test is told to all. A good run ends what
  /// limits the messages about failures.
  /// - Parameter store: What remembers when was told what; nil for no memory, and no limits.
  package func send(_ notice: Notice, events: [NoticeEvent], store: Store?) async -> [Delivery] {
    await overConnections { transport, declaration in
      var notice = notice
      var events = events
      let isGood = events.contains(.success)
      let wanted = declaration.events
      // A recovery that could not be sent is still owed.
      if isGood, !events.contains(.recovery), wanted.contains(.recovery), let store,
        await isIncidentOpen(notice.runID, declaration, store)
      {
        events.insert(.recovery, at: 0)
      }
      guard let event = notice.isTest ? wanted.first : events.first(where: { wanted.contains($0) }) else {
        if isGood { await endIncident(of: declaration, store) }
        return nil
      }
      notice.event = event
      return await tell(notice, isGood: isGood, declaration, store, transport)
    }
  }

  /// Tells those that want to hear of it that a run has begun, once each.
  package func sendStart() async -> [Delivery] {
    await overConnections { transport, declaration in
      guard let message = declaration.notifier.startMessage else { return nil }
      let result = await send(message, declaration, attempts: 1, key: nil, transport)
      var delivery = Delivery(notifier: declaration.name, event: nil, result: result)
      delivery.addressKey = message.addressKey
      return delivery
    }
  }

  /// Whether anybody is told as a run begins.
  package var tellsStarts: Bool { notifiers.contains { $0.notifier.startMessage != nil } }

  /// The deliveries of all notifiers, which work at the same time, in the order of the file.
  private func overConnections(
    _ body: @escaping @Sendable (any Transport, NotifierDeclaration) async -> Delivery?
  ) async -> [Delivery] {
    let transport = ClientTransport(proxies: proxies)
    let deliveries = await withTaskGroup(of: (Int, Delivery?).self) { group in
      for (place, declaration) in notifiers.enumerated() {
        group.addTask { (place, await body(transport, declaration)) }
      }
      var found: [(place: Int, delivery: Delivery)] = []
      for await (place, delivery) in group {
        if let delivery { found.append((place, delivery)) }
      }
      return found.sorted { $0.place < $1.place }.map(\.delivery)
    }
    await transport.shutdown()
    return deliveries
  }

  /// Whether a notifier was told of a failure before a run, and of no recovery since.
  private func isIncidentOpen(_ run: String?, _ declaration: NotifierDeclaration, _ store: Store) async -> Bool {
    (try? await store.isIncidentOpen(of: declaration.name, pipeline: pipeline, before: run)) ?? false
  }

  /// Lets the next failure be told at once. Returns how many were held back and not yet told of.
  @discardableResult
  private func endIncident(of declaration: NotifierDeclaration, _ store: Store?) async -> Int {
    guard declaration.common.atMostEvery != nil, let store else { return 0 }
    // A store that is locked for that long holds the next failure back for a while at the worst.
    return
      (try? await store.resetNotices(
        of: NoticeEvent.failure.rawValue, entry: declaration.name, pipeline: pipeline)) ?? 0
  }

  /// - Parameter isGood: Whether it is of a good run, which ends what limits the messages about failures.
  private func tell(
    _ notice: Notice, isGood: Bool, _ declaration: NotifierDeclaration, _ store: Store?, _ transport: any Transport
  ) async -> Delivery? {
    var delivery = Delivery(notifier: declaration.name, event: notice.event, result: .told)
    var notice = notice
    let key = NoticeKey(
      pipeline: pipeline, entry: declaration.name, event: notice.event.rawValue, run: notice.runID,
      slot: notice.event == .missed ? notice.slot.map(Self.moment) : nil)
    var forgets: String?
    var held = 0
    var heldFailures = 0
    if let store {
      do throws(StoreFailure) {
        let every = notice.event == .recovery ? nil : declaration.common.atMostEvery
        let claim = try await store.claim(key, atMostEvery: every, lease: longest(declaration))
        // A run that was told of is past, and ends nothing of what came after it.
        if claim == .told { return delivery }
        if isGood {
          let failures = await endIncident(of: declaration, store)
          // Others leave them to the next failure.
          if notice.event == .recovery { heldFailures = failures }
        }
        guard case .granted(let suppressed) = claim else {
          delivery.result = .suppressed
          return delivery
        }
        held = suppressed
      } catch {
        // Told twice is better than not at all.
        forgets = "that it was sent is not remembered: \(error)"
      }
    }
    notice.suppressed = held + heldFailures
    notice.mask(mask)
    let message = declaration.notifier.message(notice)
    delivery.addressKey = message?.addressKey
    if let message {
      let number = [pipeline, notice.runID ?? notice.slot ?? "", declaration.name, notice.event.rawValue]
      // No two tests are the same message.
      let key = notice.isTest ? nil : number.joined(separator: "/")
      let attempts = declaration.common.attempts
      delivery.result = await send(
        message, declaration, attempts: attempts, key: key, transport)
    }
    if let store, forgets == nil {
      do throws(StoreFailure) {
        let isSent = if case .failed = delivery.result { false } else { true }
        try await store.settle(key, sent: isSent, told: held, ofFailures: heldFailures)
      } catch {
        forgets = "that it was sent is not remembered: \(error)"
      }
    }
    delivery.note = forgets.map { mask.apply(to: $0) }
    return message == nil ? nil : delivery
  }

  /// A slot as a moment, however it was written.
  private static func moment(_ slot: String) -> String {
    ZonedMoment(text: slot).map { ZonedMoment(seconds: $0.seconds).text } ?? slot
  }

  /// The longest that the sending of a message takes, all attempts and waits together.
  private func longest(_ declaration: NotifierDeclaration) -> Duration {
    declaration.common.timeout * declaration.common.attempts + Self.waits
  }

  /// The longest that waits between the attempts of a message take together.
  private static let waits = Duration.seconds(60)
  /// The largest answer that is read: none has anything to say beyond its status.
  private static let largestAnswer = 1 << 20

  /// Sends a message, which is repeated after passing faults whatever its method is: told twice is better than not at all,
  /// and `key` in the header `Idempotency-Key` tells one that comes again.
  private func send(
    _ message: NoticeMessage, _ declaration: NotifierDeclaration, attempts: Int, key: String?,
    _ transport: any Transport
  ) async -> Delivery.Result {
    let timeout = declaration.common.timeout
    var client = APIClient(
      name: declaration.name,
      retry: RetryPolicy(
        maxAttempts: attempts, initial: .milliseconds(500), max: .seconds(10),
        maxElapsed: longest(declaration), maxWait: .seconds(30), retriesUnsafe: true),
      timeouts: Timeouts(connect: timeout, read: timeout, total: timeout), maxBody: Self.largestAnswer,
      transport: transport, gate: APIGate(concurrency: 1, breaker: nil), mask: mask)
    do {
      client.tls = try declaration.notifier.tls?.settings(in: directory, mask)
      if let auth = declaration.notifier.auth { client.use(try auth.value.makeAuth(client.authContext)) }
      var request = try client.request(message.method, path: message.url, headers: message.headers, body: message.body)
      if let key, !request.method.isIdempotent, request.headers["Idempotency-Key"] == nil {
        request.headers["Idempotency-Key"] = key
      }
      if declaration.notifier.hasSecretAddress { hide(request.url) }
      let answer = try await client.send(request, expecting: BodyExpectation(.any))
      return .sent(status: answer.response.status)
    } catch var failure as HTTPFailure {
      // Its hints are about keys that notifiers do not have.
      failure.hint = nil
      return .failed(mask.apply(to: "\(failure)"))
    } catch {
      return .failed(mask.apply(to: "\(error)"))
    }
  }

  /// Masks an address in the form in which it is sent, and what of it alone would be enough to use it.
  private func hide(_ url: RequestURL) {
    mask.register(url.description)
    if url.target.utf8.count >= 8 { mask.register(url.target) }
  }
}
