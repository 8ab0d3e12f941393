import AssayTestServers
import SandboxAPIs

/// Runs a test against a sandbox of its own, and stops it whatever happens.
func withSandbox<T>(_ body: (RunningSandbox) async throws -> T) async throws -> T {
  let sandbox = try await Sandbox.start(port: 0)
  do {
    let result = try await body(sandbox)
    await sandbox.stop()
    return result
  } catch {
    await sandbox.stop()
    throw error
  }
}

/// Runs a test against a server that answers with scripted bytes.
func withServer<T>(
  _ handler: @escaping @Sendable (HostileServer.Received) -> [HostileServer.Step],
  _ body: (HostileServer) async throws -> T
) async throws -> T {
  let server = try HostileServer(handler)
  defer { server.stop() }
  return try await body(server)
}

/// Opened once, by any thread; awaited by a test in place of a sleep.
final class Gate: Sendable {
  private let stream: AsyncStream<Void>
  private let opening: AsyncStream<Void>.Continuation

  init() { (stream, opening) = AsyncStream.makeStream(of: Void.self) }

  func open() { opening.yield() }

  func wait() async { for await _ in stream { return } }
}
