import AssayService
import Glibc
import Testing

@Suite(.timeLimit(.minutes(1))) struct ChildProcessesTests {
  /// Starts a shell and waits for its end.
  private func shell(_ script: String, input: String? = nil, without: [String] = []) async throws -> EndedChild {
    let children = ChildProcesses()
    let (ends, end) = AsyncStream.makeStream(of: EndedChild.self)
    _ = try children.start(["-c", script], of: "/bin/sh", input: input, without: without) {
      end.yield($0)
      end.finish()
    }
    var found: EndedChild?
    for await one in ends { found = one }
    return try #require(found)
  }

  @Test(arguments: [
    ("exit 0", ChildEnding.exited(0)), ("exit 7", .exited(7)), ("exit 255", .exited(255)), ("kill -9 $$", .killed(9)),
    ("kill -TERM $$", .killed(15)),
  ])
  func `an end is told as it was`(script: String, ending: ChildEnding) async throws {
    #expect(try await shell(script).ending == ending)
  }

  @Test func `a child reads its input, and what it says on stderr is kept`() async throws {
    #expect(try await shell("cat >&2", input: "one\ntwo\n").errors == "one\ntwo\n")
    #expect(try await shell("cat >&2").errors == "")
  }

  @Test func `of many words the last are kept`() async throws {
    let errors = try await shell("i=0; while [ $i -lt 20000 ]; do echo line $i >&2; i=$((i+1)); done").errors
    #expect(errors.utf8.count == 65_536)
    #expect(errors.hasSuffix("line 19999\n"))
  }

  @Test
  func
    `a child has neither descriptors nor blocked signals of its parent, and none of the variables that are not for it`()
    async throws
  {
    let file = open("/dev/null", O_RDONLY)
    defer { close(file) }
    // The last one is the folder that is being listed.
    #expect(try await shell("exec ls /proc/self/fd >&2").errors == "0\n1\n2\n3\n")
    #expect(
      try await shell("echo [$HOME] >&2", without: ["HOME"]).errors == "[]\n")
    let masks = try await shell("exec grep -E 'SigBlk|SigIgn' /proc/self/status >&2").errors
      .split(separator: "\n").compactMap { $0.split(separator: "\t").last.flatMap { UInt64($0, radix: 16) } }
    // Signals above 31 are the C library's own.
    #expect(masks.map { $0 & 0x7fff_ffff } == [0, 0])
  }

  @Test func `a program that is not there cannot be started`() {
    #expect(throws: SpawnFailure.self) { try ChildProcesses().start([], of: "/no/such/program") { _ in } }
  }
}
