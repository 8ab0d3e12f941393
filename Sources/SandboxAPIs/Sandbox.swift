import Hummingbird
import Logging
import NIOCore
import Synchronization

/// Starts the examples' APIs on loopback.
package enum Sandbox {
  /// The faults that a request can ask for, one a line.
  package static var faultGrammar: String { FaultPlan.grammar }

  /// What there is to ask for, and with which credentials.
  package static var routes: String { Routes.guide }

  /// Starts a server on 127.0.0.1 and returns once it accepts connections.
  ///
  /// Several sandboxes can run in one process: each has its own counters, all serve the same data.
  /// - Parameter port: 0 (the default) takes a free one.
  /// - Throws: ``SandboxError`` if the port cannot be bound.
  package static func start(port: Int = 0) async throws(SandboxError) -> RunningSandbox {
    guard (0...65535).contains(port) else {
      throw SandboxError(message: "port \(port) is not between 0 and 65535")
    }
    let ledger = RequestLedger()
    let issued = IssuedTokens()
    let received = ReceivedRecords()
    let bound = Bound()
    var logger = Logger(label: "assay-sandbox")
    logger.logLevel = .critical
    let application = Application(
      responder: SandboxResponder(ledger: ledger, issued: issued, received: received),
      configuration: ApplicationConfiguration(
        address: .hostname("127.0.0.1", port: port), serverName: "assay-sandbox"),
      onServerRunning: { channel in bound.resolve(.success(channel.localAddress?.port ?? port)) },
      logger: logger)
    let server = Task {
      do {
        try await application.run()
        bound.resolve(.failure(SandboxError(message: "the server ended before it accepted connections")))
      } catch {
        bound.resolve(.failure(SandboxError(message: "cannot listen on 127.0.0.1:\(port): \(error)")))
      }
    }
    return RunningSandbox(
      port: try await bound.port(), ledger: ledger, issued: issued, received: received, server: server)
  }
}

/// A sandbox that accepts connections until it is stopped.
package struct RunningSandbox: Sendable {
  /// The port on 127.0.0.1.
  package let port: Int
  let ledger: RequestLedger
  let issued: IssuedTokens
  let received: ReceivedRecords
  let server: Task<Void, Never>

  /// The root of all APIs, without a slash at its end.
  package var baseURL: String { "http://127.0.0.1:\(port)" }

  /// Requests received so far by path: without query and fault prefix, failed ones included.
  package var requestCounts: [String: Int] { ledger.snapshot.paths }

  /// The most requests that were being answered at the same time.
  package var peakInFlight: Int { ledger.snapshot.peakInFlight }

  /// Requests received so far for one path, such as `/crm/customers`.
  package func requests(to path: String) -> Int { ledger.snapshot.paths[path] ?? 0 }

  /// Targets (path and query, without fault prefix) in the order in which they came, at most the first 100,000.
  package var targets: [String] { ledger.snapshot.targets }

  /// The access tokens that `/crm-oauth/oauth/token` has issued so far, in order.
  package var issuedTokens: [String] { issued.texts }

  /// The records that `/records` of the CRM holds, in the order in which they first came.
  package var records: [ReceivedRecord] { received.all }

  /// How often each idempotency key came to `/records`.
  package var idempotencyKeys: [String: Int] { received.keyCounts }

  /// Sets all counters to zero, those of faults included.
  package func reset() { ledger.reset() }

  /// Ends all connections, hanging ones too, and returns when the port is free.
  package func stop() async {
    server.cancel()
    await server.value
  }
}

/// Says why a sandbox did not start or what is wrong with its call.
package struct SandboxError: Error, CustomStringConvertible {
  package let message: String

  package init(message: String) { self.message = message }

  package var description: String { message }
}

/// The bound port, or why there is none: set once by the server's task, awaited once by its starter.
private final class Bound: Sendable {
  private enum State {
    case waiting(CheckedContinuation<Result<Int, SandboxError>, Never>?)
    case resolved(Result<Int, SandboxError>)
  }

  private let state = Mutex(State.waiting(nil))

  func resolve(_ result: Result<Int, SandboxError>) {
    let waiter = state.withLock { state -> CheckedContinuation<Result<Int, SandboxError>, Never>? in
      guard case .waiting(let waiter) = state else { return nil }
      state = .resolved(result)
      return waiter
    }
    waiter?.resume(returning: result)
  }

  func port() async throws(SandboxError) -> Int {
    let result = await withCheckedContinuation { continuation in
      let ready = state.withLock { state -> Result<Int, SandboxError>? in
        if case .resolved(let result) = state { return result }
        state = .waiting(continuation)
        return nil
      }
      if let ready { continuation.resume(returning: ready) }
    }
    return try result.get()
  }
}
